"""The tables of the rules -> the frozen objects of `rule_model`, name by name."""

from dataclasses import fields
from typing import Any

from labhub.course import rule_model as model
from labhub.course import rule_tables as tables
from labhub.course.fields import Table
from labhub.course.schema import AssignmentTable, CourseFile
from labhub.ids import AssignmentId

KINDS: dict[type[Table], type[Any]] = {
    tables.DayOffTable: model.OffDay,
    tables.CalendarTable: model.CalendarRules,
    tables.DeadlineTable: model.DeadlineRules,
    tables.LateStepTable: model.LateDate,
    tables.PassTable: model.PassLine,
    tables.AssignmentReviewTable: model.ReviewDates,
    tables.LateBudgetTable: model.LateDays,
    tables.GroupRulesTable: model.GroupSizes,
    tables.CriterionTable: model.FormRow,
    tables.PeerReviewTable: model.PeerReviewRules,
    tables.ItemTable: model.GradedItem,
    tables.CategoryTable: model.CategoryRules,
    tables.ModuleTable: model.CreditModule,
    tables.GradeTable: model.GradeBound,
    tables.GradingTable: model.GradingRules,
    tables.ParticipationTable: model.ParticipationShares,
    tables.SessionTable: model.Meeting,
    tables.SlotTable: model.SeminarSlot,
    tables.SeminarTable: model.SeminarRules,
}
"""What every table becomes; a test proves that both have the same fields."""


def rules_of(file: CourseFile) -> model.CourseRules:
    """All rules of a course file."""
    found = {name: frozen(getattr(file, name)) for name in tables.RuleTables.model_fields}
    own = {AssignmentId(table.id): _assignment(table) for table in file.assignments}
    return model.CourseRules(**found, assignments=own)


def frozen(value: Any) -> Any:  # noqa: ANN401 - a table, a list of tables or a plain value
    """The table as its frozen object, lists as tuples, everything else as it is."""
    if isinstance(value, list):
        return tuple(frozen(each) for each in value)
    if isinstance(value, Table):
        kind = KINDS[type(value)]
        return kind(**{each.name: frozen(getattr(value, each.name)) for each in fields(kind)})
    return value


def _assignment(table: AssignmentTable) -> model.AssignmentRules:
    names = [each.name for each in fields(model.AssignmentRules)]
    return model.AssignmentRules(**{name: frozen(getattr(table, name)) for name in names})
