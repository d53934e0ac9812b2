"""course.toml -> `Course`. Every error names file, line, table, key and what was expected."""

import tomllib
from datetime import timedelta
from difflib import get_close_matches
from pathlib import Path
from typing import Any

from pydantic import ValidationError
from pydantic_core import ErrorDetails

from labhub.course import model
from labhub.course.errors import (
    CourseFileInvalidError,
    CourseFileSyntaxError,
    CourseFolderMissingError,
)
from labhub.course.handing_in import limits_of, on_hand_in_of
from labhub.course.lti import platform_of
from labhub.course.outcomes import outcomes_of
from labhub.course.places import keys_at, line_of
from labhub.course.rule_checks import broken_rule_tables
from labhub.course.rule_load import rules_of
from labhub.course.rules import Finding, KeyPath, broken_rules, zone_of
from labhub.course.schema import (
    AssignmentTable,
    CourseFile,
    GpuSessionTable,
    LimitsTable,
    ServerTable,
)
from labhub.ids import AssignmentId, CourseId, GradeId, GroupId, StudentId

MIB = 1 << 20

EXPECTED = {
    "timezone_aware": "has no offset from UTC; expected one, such as 2027-02-08T23:59:00+01:00",
    "datetime_type": "is no date with time; expected one, such as 2027-02-08T23:59:00+01:00",
    "string_pattern_mismatch": "is no id; expected letters, digits, '_', '.' and '-', 64 at most",
}


def load_course(path: Path) -> model.Course:
    """Read and check a course file.

    Raises `CourseFolderMissingError`, `CourseFileSyntaxError` or `CourseFileInvalidError`.
    """
    try:
        text = path.read_text(encoding="utf-8")
    except FileNotFoundError:
        raise CourseFolderMissingError(
            f"There is no file {path}.", hint="Name the folder of the course with --course-dir."
        ) from None
    except UnicodeDecodeError as error:
        raise CourseFileSyntaxError(f"{path} is not UTF-8: {error.reason}.") from None
    return parse_course(text, name=str(path))


def parse_course(text: str, *, name: str = "course.toml") -> model.Course:
    """Check the text of a course file; `name` stands in the errors."""
    try:
        tables = tomllib.loads(text)
    except tomllib.TOMLDecodeError as error:
        raise CourseFileSyntaxError(
            f"{name} is not TOML: {error}.", hint="Text needs quotes, tables need [brackets]."
        ) from None
    try:
        file = CourseFile.model_validate(tables)
    except ValidationError as error:
        findings = [_finding(details) for details in error.errors(include_url=False)]
        raise _invalid(name, text, tables, findings) from None
    if findings := [*broken_rules(file), *broken_rule_tables(file)]:
        raise _invalid(name, text, tables, findings)
    return _course(file)


def _invalid(
    name: str, text: str, tables: dict[str, Any], findings: list[Finding]
) -> CourseFileInvalidError:
    lines = [
        f"{name}:{line_of(text, finding.path)}: {_place(tables, finding.path)}: {finding.sentence}"
        for finding in findings
    ]
    return CourseFileInvalidError(
        "\n".join(lines), hint="Every key is described in docs/reference/course-toml.md."
    )


def _place(tables: dict[str, Any], path: KeyPath) -> str:
    """The table in the words of the file, with the id of its entry, and the key.

    >>> _place({"assignments": [{"id": "lab1"}]}, ("assignments", 0, "due"))
    "[[assignments]] 'lab1', key 'due'"
    """
    key = path[-1] if path else ""
    if len(path) < 2:
        return f"top level, key '{key}'"
    entry: Any = tables
    names: list[str] = []
    title = ""
    for step in path[:-1]:
        entry = _inside(entry, step)
        if isinstance(step, str):
            names.append(step)
            continue
        named = entry.get("id") if isinstance(entry, dict) else None
        title = f"[[{'.'.join(names)}]] " + (f"'{named}'" if named else f"number {step + 1}")
        names = []
    if not title:
        return f"[{'.'.join(names)}], key '{key}'"
    return title + "".join(f", table {name}" for name in names) + f", key '{key}'"


def _inside(entry: Any, step: str | int) -> Any:  # noqa: ANN401 - what TOML gives
    """What stands there; None in a table that is not written."""
    try:
        return entry[step]
    except (KeyError, IndexError, TypeError):
        return None


def _finding(details: ErrorDetails) -> Finding:
    path: KeyPath = tuple(details["loc"])
    kind, value = details["type"], details["input"]
    if kind == "extra_forbidden":
        return Finding(path, f"is unknown; {_allowed(path)}")
    if kind == "missing":
        return Finding(path, "is missing; expected a value")
    if kind in EXPECTED:
        return Finding(path, f"{value!s} {EXPECTED[kind]}")
    message = details["msg"]
    return Finding(path, f"{value!r} does not fit: {message[0].lower()}{message[1:]}")


def _allowed(path: KeyPath) -> str:
    keys = keys_at(CourseFile, path[:-1])
    near = get_close_matches(str(path[-1]), keys, n=1)
    return f"did you mean '{near[0]}'?" if near else f"expected one of: {', '.join(keys)}"


def _course(file: CourseFile) -> model.Course:
    zone = zone_of(file.course.zone)
    assert zone is not None, "the rules have checked it"
    return model.Course(
        id=CourseId(file.course.id),
        title=file.course.title,
        term=file.course.term,
        zone=zone,
        credits=file.course.credits,
        assignments=tuple(_assignment(table) for table in file.assignments),
        groups=tuple(
            model.Group(
                GroupId(table.id), table.title, tuple(StudentId(each) for each in table.students)
            )
            for table in file.groups
        ),
        gpu_sessions=tuple(_session(table) for table in file.gpu_sessions),
        rules=rules_of(file),
        outcomes=outcomes_of(file.outcomes),
        pool_dir=file.pool.course_dir,
        lti=platform_of(file.lti),
        hand_in_limits=limits_of(file.hand_ins),
        repository=file.course.repository,
    )


def _assignment(table: AssignmentTable) -> model.Assignment:
    return model.Assignment(
        id=AssignmentId(table.id),
        title=table.title,
        state=model.AssignmentState(table.state),
        timeline=model.Timeline(table.release, table.due, table.late_until),
        weight_percent=table.weight_percent,
        credits=table.credits,
        gpu=table.gpu,
        server=_server(table.server),
        grading=model.GradingMode(table.grading),
        in_process_cells=tuple(GradeId(each) for each in table.in_process_cells),
        limits=_limits(table.limits),
        feedback=model.FeedbackOptions(table.feedback.laws, table.feedback.outputs),
        on_hand_in=on_hand_in_of(table.on_hand_in),
        hand_in=model.HandInRecipe(tuple(table.exercises), table.scaled_to),
        variants=table.variants,
    )


def _limits(table: LimitsTable) -> model.LimitOverrides:
    return model.LimitOverrides(
        submission_timeout_s=table.submission_timeout_s,
        cell_timeout_s=table.cell_timeout_s,
        test_timeout_s=table.test_timeout_s,
        cpu_s=table.cpu_s,
        memory_bytes=_bytes(table.memory_mib),
        processes=table.processes,
        open_files=table.open_files,
        file_bytes=_bytes(table.file_mib),
        workdir_bytes=_bytes(table.workdir_mib),
        output_bytes=_bytes(table.output_mib),
    )


def _server(table: ServerTable) -> model.ServerNeeds:
    return model.ServerNeeds(
        cpus=table.cpus,
        memory_bytes=_bytes(table.memory_mib),
        gpu_memory_bytes=_bytes(table.gpu_memory_mib),
        time_limit=None if table.minutes is None else timedelta(minutes=table.minutes),
        image=table.image,
    )


def _bytes(mebibytes: int | None) -> int | None:
    return None if mebibytes is None else mebibytes * MIB


def _session(table: GpuSessionTable) -> model.GpuSession:
    return model.GpuSession(
        assignment=AssignmentId(table.assignment),
        group=GroupId(table.group),
        room=table.room,
        start=table.start,
        end=table.end,
        gpus=table.gpus,
    )
