"""How a term went, in a page: hand-ins, lateness, groups, reviews, project, appeals, grades."""

from collections import Counter
from collections.abc import Iterator

from labhub.course.model import Assignment
from labhub.exchange.store.marks import Appeal
from labhub.gradebook.term.cases import Case, cases, spending
from labhub.gradebook.term.finals import Final, finals
from labhub.gradebook.term.records import Term
from labhub.gradebook.term.reviewing import odd_reviews, review_quality, work_name
from labhub.policy.roundings import say_number
from labhub.policy.rulebooks import slots_of
from labhub.policy.seminars import places_of
from labhub.policy.timelines import Phase
from labhub.policy.words import say_count, say_day, say_list, say_percent


def overview(term: Term, appeals: tuple[Appeal, ...] = ()) -> list[str]:
    """The page, line by line; paragraphs are parted by empty lines."""
    found = list(finals(term).values())
    parts = (
        _people(term),
        *(_assignment(term, plan) for plan in term.course.assignments),
        *(_review(term, plan) for plan in term.course.assignments if plan.id in term.rounds),
        _project(term),
        _appeals(term, appeals),
        _grades(term, found),
    )
    told = [list(part) for part in parts]
    return [line for part in told if part for line in (*part, "")][:-1]


def _people(term: Term) -> Iterator[str]:
    day = say_day(term.now.astimezone(term.course.zone).date())
    yield f"{term.course.title}, {term.course.term or term.course.id}: as of {day}"
    gone = sorted(term.groups.dropped_out)
    groups = [name for name, there in term.groups.members.items() if there]
    left = f"; {say_list(gone)} left the course" if gone else ""
    students = say_count(len(term.students), "student")
    yield f"  {students} in {say_count(len(groups), 'group')}{left}."


def _assignment(term: Term, plan: Assignment) -> Iterator[str]:
    found = list(cases(term, plan.id).values())
    units = {work_name(case): case for case in found if case.unit is not None}
    phases = Counter(case.verdict.phase for case in units.values())
    yield f"{plan.title}"
    yield f"  {say_count(len(units), 'hand-in')} expected: {_say_phases(phases)}."
    lost = [case for case in found if case.verdict.phase is Phase.LATE and case.verdict.credit < 1]
    if lost:
        yield f"  Lateness cost {say_list(_names(lost))} a part of the points."
    given = [each.extension for each in term.granted if each.extension.assignment == plan.id]
    for each in given:
        yield f"  Extension for {each.student or each.group}: {each.reason.rstrip('.')}."
    paid = {e.student for e in spending(term).extensions if e.assignment == plan.id}
    if paid:
        yield f"  {say_count(len(paid), 'student')} paid with late days."
    for case in (case for case in found if case.excused):
        yield f"  {case.student} was excused."


def _say_phases(phases: Counter[Phase | None]) -> str:
    words = {
        Phase.ON_TIME: "on time",
        Phase.LATE: "late",
        Phase.CLOSED: "too late",
        Phase.BEFORE_RELEASE: "before the release",
        None: "not handed in",
    }
    return say_list([f"{phases[phase]} {word}" for phase, word in words.items() if phases[phase]])


def _names(found: list[Case]) -> list[str]:
    """The students, or where there are many their number."""
    names = [case.student for case in found]
    return list(names) if len(names) <= 6 else [say_count(len(names), "student")]


def _review(term: Term, plan: Assignment) -> Iterator[str]:
    held = term.rounds[plan.id]
    quality = sorted(each.share for each in review_quality(term, held).values())
    yield f"Peer review of {plan.title}"
    yield f"  {len(held.reviews)} of {say_count(len(held.pairs), 'review')} written."
    if quality:
        low, middle, high = (say_percent(quality[at]) for at in (0, len(quality) // 2, -1))
        yield f"  Quality from {low} to {high}, the student in the middle {middle}."
    kinds = Counter(flag.kind for flag in odd_reviews(term, held))
    if kinds:
        told = [f"{number} {kind}" for kind, number in sorted(kinds.items())]
        yield f"  Flagged: {say_list(told)}."


def _project(term: Term) -> Iterator[str]:
    parts = Counter(part.item for part in term.project_hand_ins)
    places = places_of(slots_of(term.course), term.seminar_events)
    if not parts and not places:
        return
    yield "Project"
    for item in term.course.rules.items:
        if parts[item.id]:
            yield f"  {item.title}: {say_count(parts[item.id], 'hand-in')}."
    waiting = sum(place.slot is None for place in places.values())
    if places:
        waits = f", {say_count(waiting, 'talk')} waiting" if waiting else ""
        yield f"  Seminars: {say_count(len(places) - waiting, 'talk')} with a slot{waits}."


def _appeals(term: Term, appeals: tuple[Appeal, ...]) -> Iterator[str]:
    if not appeals:
        return
    changed = [a for a in appeals if a.answer and (a.item, a.student) in term.overrides]
    still = [a for a in appeals if a.answer is None]
    yield "Appeals"
    yield (
        f"  {say_count(len(appeals), 'appeal')}: {len(changed)} changed a mark, "
        f"{len(appeals) - len(changed) - len(still)} did not, {len(still)} open."
    )


def _grades(term: Term, found: list[Final]) -> Iterator[str]:
    staying = [final for final in found if not final.dropped_out]
    counts = Counter(final.grade.grade for final in staying)
    scale = [*(grade for grade, _ in term.scheme.scale.grades), term.scheme.scale.failed]
    yield "Final grades"
    widest = max((len(grade) for grade in scale), default=1)
    for grade in scale:
        if counts[grade]:
            yield f"  {grade:<{widest}} {counts[grade]:>3} {'#' * counts[grade]}"
    earned = Counter(final.grade.credits for final in staying)
    for credits_, number in sorted(earned.items(), reverse=True):
        if credits_:
            yield f"  {say_count(number, 'student')} with {say_number(credits_)} credits."
    open_ = [final.student for final in staying if not final.complete]
    if open_:
        who = say_list(open_) if len(open_) <= 6 else say_count(len(open_), "student")
        yield f"  Not complete: {who}."
    else:
        yield "  Every grade is complete."
