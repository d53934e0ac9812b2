"""Verbs that tell how a peer review went."""

from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from labhub.cli.common import AsJson, AssignmentName, CourseDir, say, say_json, say_table
from labhub.cli.reviewing import round_of
from labhub.cli.term import At, term_of

if TYPE_CHECKING:
    from labhub.exchange.store.reviewing import Round
    from labhub.gradebook.term import Term


def show(
    assignment: AssignmentName,
    work: Annotated[str, typer.Option("--work", help="Only this hand-in.")] = "",
    at: At = "",
    course_dir: CourseDir = Path(),
    as_json: AsJson = False,
) -> None:
    """Show staff both sides.

    Who reviewed what, marks, ratings, texts and answers."""
    term = term_of(course_dir, at)
    held = round_of(term, term.course.assignment(assignment).id)
    chosen = held.work(work)
    rows = [row for row in _sides(held) if not work or (chosen and row["work"] == chosen.work)]
    if as_json:
        say_json(rows)
        return
    columns = ("work", "pseudonym", "reviewer", "known as", "mark", "stars")
    say_table(columns, [[row[name] for name in columns] for row in rows])
    for row in rows if work else ():
        say(f"\n{row['known as']} ({row['reviewer']}):\n{row['text'] or '(nothing)'}")
        if row["answer"]:
            say(f"Answer: {row['answer']}")


def _sides(held: "Round") -> list[dict[str, object]]:
    from labhub.policy.words import say_percent

    written = {each.review.pair: each.review for each in held.reviews}
    replies = {each.pair: each for each in held.replies}
    names = {work.work: work.pseudonym for work in held.works}
    return [
        {
            "work": each.pair.work,
            "pseudonym": names[each.pair.work],
            "reviewer": each.pair.reviewer,
            "known as": each.pseudonym,
            "mark": say_percent(found.mark) if (found := written.get(each.pair)) else "",
            "stars": reply.stars if (reply := replies.get(each.pair)) else "",
            "text": found.text if found else "",
            "answer": reply.answer if reply else "",
        }
        for each in sorted(held.pairs, key=lambda each: (each.pair.work, each.pseudonym))
    ]


def flags(
    assignment: AssignmentName, at: At = "", course_dir: CourseDir = Path(), as_json: AsJson = False
) -> None:
    """List reviews that somebody should look at.

    Missing, empty, copied or abusive ones."""
    from labhub.gradebook.term.reviewing import odd_reviews

    term = term_of(course_dir, at)
    found = odd_reviews(term, round_of(term, term.course.assignment(assignment).id))
    if as_json:
        say_json(found)
    else:
        rows = [(flag.kind, flag.pair.reviewer, flag.pair.work, flag.words) for flag in found]
        say_table(("flag", "reviewer", "work", "why"), rows)


def quality(
    assignment: AssignmentName, at: At = "", course_dir: CourseDir = Path(), as_json: AsJson = False
) -> None:
    """Show how well everybody reviewed, and why."""
    from labhub.gradebook.term.reviewing import review_quality
    from labhub.policy.words import say_percent

    term = term_of(course_dir, at)
    found = review_quality(term, round_of(term, term.course.assignment(assignment).id))
    if as_json:
        say_json(
            [
                {"student": q.reviewer, "share": float(q.share), "trace": q.trace}
                for q in found.values()
            ]
        )
        return
    rows = [
        (
            each.reviewer,
            f"{each.done}/{each.assigned}",
            *(
                "" if p is None else say_percent(p)
                for p in (each.helpfulness, each.agreement, each.spot_checks)
            ),
            say_percent(each.share),
        )
        for each in found.values()
    ]
    say_table(("student", "done", "helpfulness", "agreement", "spot checks", "quality"), rows)


def report(assignment: AssignmentName, at: At = "", course_dir: CourseDir = Path()) -> None:
    """Tell in a page how the review of a lab went."""
    term = term_of(course_dir, at)
    held = round_of(term, term.course.assignment(assignment).id)
    for line in report_lines(term, held):
        say(line)


def report_lines(term: "Term", held: "Round") -> list[str]:
    """The page, line by line."""
    from fractions import Fraction
    from statistics import mean

    from labhub.gradebook.term.reviewing import odd_reviews, review_quality, staff_shares
    from labhub.policy.words import say_count, say_percent

    found = review_quality(term, held)
    odd = odd_reviews(term, held)
    staff = staff_shares(term, held.assignment)
    stars = [reply.stars for reply in held.replies if reply.stars is not None]
    apart = [
        abs(w.review.mark - staff[w.review.pair.work])
        for w in held.reviews
        if w.review.pair.work in staff
    ]
    lines = [
        f"Peer review of {term.course.assignment(held.assignment).title}",
        f"  {say_count(len(held.works), 'hand-in')}, {say_count(len(found), 'reviewer')}; "
        f"{len(held.reviews)} of {say_count(len(held.pairs), 'review')} written.",
    ]
    if repeats := sum(each.repeat for each in held.pairs):
        lines.append(f"  {say_count(repeats, 'pair')} had met before in this course.")
    if stars:
        lines.append(
            f"  {say_count(len(stars), 'rating')}, {mean(stars):.1f} of 5 stars on average."
        )
    if apart:
        distance = say_percent(sum(apart, Fraction(0)) / len(apart))
        lines.append(f"  Peers and staff lie {distance} apart on average.")
    if found:
        shares = sorted(each.share for each in found.values())
        low, middle, high = (say_percent(shares[at]) for at in (0, len(shares) // 2, -1))
        lines.append(
            f"  Quality of reviewing: {low} to {high}, the student in the middle {middle}."
        )
    if held.calibrated:
        near = sum(held.calibrated.values())
        lines.append(f"  {near} of {len(held.calibrated)} were near the staff on the example.")
    lines.append(f"  {say_count(len(odd), 'flag')}{':' if odd else '.'}")
    lines += [
        f"    {flag.kind}: {flag.pair.reviewer} on {flag.pair.work}. {flag.words}" for flag in odd
    ]
    return lines
