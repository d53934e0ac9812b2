"""A newer version of a lab and a student's work, merged: whatever happens, nothing is lost."""

import json
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from labhub.exchange.intake.errors import IntakeError
from labhub.exchange.merge import ChangeKind, Merged, merge_notebooks

Cell = dict[str, Any]


def cell(source: str, grade_id: str = "", *, kind: str = "code", **flags: Any) -> Cell:
    """A cell; with a grade id it belongs to the grading, as its flags say."""
    marks = {"grade": False, "solution": False, "locked": False, "task": False} | flags
    metadata = {"nbgrader": {"grade_id": grade_id, "schema_version": 3, **marks}}
    made = {
        "cell_type": kind,
        "id": grade_id or "".join(c for c in source if c.isalnum())[:12],
        "metadata": metadata if grade_id else {},
        "source": source,
    }
    return made | ({"outputs": [], "execution_count": None} if kind == "code" else {})


def answer(name: str, source: str) -> Cell:
    return cell(source, name, solution=True)


def check(name: str, source: str) -> Cell:
    return cell(source, name, grade=True, locked=True, points=1)


def text(source: str) -> Cell:
    return cell(source, kind="markdown")


def raw(*cells: Cell, **metadata: Any) -> bytes:
    return json.dumps(
        {"cells": list(cells), "metadata": metadata, "nbformat": 4, "nbformat_minor": 5}
    ).encode()


def merge(mine: bytes, new: bytes, old: bytes | None = None) -> Merged:
    return merge_notebooks(mine, new, old, name="lab")


def texts(merged: Merged) -> list[str]:
    return [each["source"] for each in merged.notebook["cells"]]


STUB = "# [1] softmax\ndef softmax(z):\n    # YOUR CODE HERE\n    raise NotImplementedError()"
DONE = "# [1] softmax\ndef softmax(z):\n    return np.exp(z) / np.exp(z).sum()"
OTHER = "# [2] loss\ndef loss(p, y):\n    # YOUR CODE HERE\n    raise NotImplementedError()"
HEAD = text("# The lab, first version, with a long enough introduction")
TEST = check("t1", "assert softmax([0, 0])[0] == 0.5, 'two equal logits share'")
OLD = (HEAD, answer("a1", STUB), TEST)
NEW_TEST = check("t1", "assert softmax([0, 0])[0] == 0.5, 'equal logits share equally'")
NEW_HEAD = text("# The lab, second version, with a typo mended in the introduction") | {
    "id": HEAD["id"]
}
NEW = (NEW_HEAD, answer("a1", STUB), NEW_TEST, answer("a2", OTHER))


def test_answers_stay_and_the_course_s_cells_are_the_newer_ones() -> None:
    merged = merge(raw(HEAD, answer("a1", DONE), TEST), raw(*NEW), raw(*OLD))
    assert texts(merged) == [NEW_HEAD["source"], DONE, NEW_TEST["source"], OTHER]
    assert [change.cell for change in merged.of(ChangeKind.ANSWER_KEPT)] == ["a1"]
    assert [change.cell for change in merged.of(ChangeKind.CELL_ADDED)] == ["a2"]
    assert {change.cell for change in merged.of(ChangeKind.CELL_RENEWED)} >= {"t1"}
    assert merged.notebook["cells"][1]["metadata"] == NEW[1]["metadata"]


def test_own_cells_stay_behind_the_cell_that_they_stood_behind() -> None:
    mine = raw(HEAD, cell("import mine"), answer("a1", DONE), cell("softmax(3)"), TEST, text("end"))
    merged = merge(mine, raw(*NEW), raw(*OLD))
    head, test = NEW_HEAD["source"], NEW_TEST["source"]
    assert texts(merged) == [head, "import mine", DONE, "softmax(3)", test, "end", OTHER]


def test_cells_before_the_first_one_stay_there() -> None:
    merged = merge(raw(text("my name"), *OLD), raw(*NEW), raw(*OLD))
    assert texts(merged)[0] == "my name"


def test_an_untouched_start_becomes_the_newer_one() -> None:
    newer = answer("a1", STUB.replace("softmax(z)", "softmax(z, axis)"))
    merged = merge(raw(*OLD), raw(HEAD, newer, TEST), raw(*OLD))
    assert texts(merged)[1] == newer["source"]
    assert merged.of(ChangeKind.CELL_RENEWED)


def test_an_answer_whose_start_changed_is_kept_and_told_of() -> None:
    newer = answer("a1", STUB.replace("softmax(z)", "softmax(z, axis)"))
    merged = merge(raw(HEAD, answer("a1", DONE), TEST), raw(HEAD, newer, TEST), raw(*OLD))
    assert texts(merged)[1] == DONE
    [change] = merged.of(ChangeKind.START_CHANGED)
    assert change.sentence.startswith("a1: your answer is kept, but the course changed")


def test_an_answer_without_its_exercise_stays_visibly_and_ungraded() -> None:
    new = raw(HEAD, TEST)
    merged = merge(raw(HEAD, answer("a1", DONE), TEST), new, raw(*OLD))
    note, kept = merged.notebook["cells"][1:3]
    assert note["cell_type"] == "markdown"
    assert "Your answer to a1." in note["source"]
    assert kept["source"] == DONE
    assert "nbgrader" not in kept["metadata"]
    assert [change.cell for change in merged.of(ChangeKind.ANSWER_WITHOUT_EXERCISE)] == ["a1"]


def test_an_untouched_answer_goes_with_its_exercise() -> None:
    merged = merge(raw(*OLD), raw(HEAD, TEST), raw(*OLD))
    assert texts(merged) == [HEAD["source"], TEST["source"]]
    assert [change.cell for change in merged.of(ChangeKind.CELL_REMOVED)] == ["a1"]


def test_an_edited_test_is_put_back_and_its_text_told() -> None:
    edited = check("t1", TEST["source"] + "\nprint('tried')")
    merged = merge(raw(HEAD, answer("a1", DONE), edited), raw(*NEW), raw(*OLD))
    assert NEW_TEST["source"] in texts(merged)
    [change] = merged.of(ChangeKind.PUT_BACK)
    assert "tried" in change.removed


def test_a_text_that_both_changed_is_there_twice() -> None:
    mine = HEAD | {"source": HEAD["source"] + "\n\nMy notes."}
    merged = merge(raw(mine, answer("a1", DONE), TEST), raw(*NEW), raw(*OLD))
    assert texts(merged)[:2] == [NEW_HEAD["source"], mine["source"]]
    assert merged.of(ChangeKind.OWN_KEPT)


def test_a_text_that_only_the_student_changed_stays_changed() -> None:
    mine = HEAD | {"source": HEAD["source"] + "\n\nMy notes."}
    new = raw(HEAD, answer("a1", STUB), NEW_TEST)
    merged = merge(raw(mine, answer("a1", DONE), TEST), new, raw(*OLD))
    assert texts(merged) == [mine["source"], DONE, NEW_TEST["source"]]


def test_without_the_old_version_the_newer_one_stands_in() -> None:
    merged = merge(raw(HEAD, answer("a1", DONE), TEST), raw(*NEW))
    assert set(texts(merged)) >= {DONE, NEW_TEST["source"], OTHER, HEAD["source"]}


def test_a_copy_without_marks_as_colab_may_leave_it_is_recognised() -> None:
    bare = [each | {"metadata": {}} for each in (HEAD, answer("a1", DONE), TEST)]
    merged = merge(raw(*bare), raw(*NEW), raw(*OLD))
    assert texts(merged) == [NEW_HEAD["source"], DONE, NEW_TEST["source"], OTHER]
    assert merged.notebook["cells"][1]["metadata"]["nbgrader"]["grade_id"] == "a1"


def test_two_answers_to_one_exercise_are_both_there() -> None:
    second = DONE.replace("np.exp(z)", "exp(z)")
    mine = raw(HEAD, answer("a1", DONE), answer("a1", second), TEST)
    assert {DONE, second} <= set(texts(merge(mine, raw(*NEW), raw(*OLD))))


def test_what_the_student_s_cells_showed_stays() -> None:
    shown = [{"output_type": "stream", "name": "stdout", "text": "0.5"}]
    mine = answer("a1", DONE) | {"outputs": shown, "execution_count": 3}
    merged = merge(raw(HEAD, mine, TEST), raw(*NEW), raw(*OLD))
    assert merged.notebook["cells"][1]["outputs"] == shown
    assert merged.notebook["cells"][1]["execution_count"] == 3


def test_the_newer_version_s_metadata_win() -> None:
    mine = raw(*OLD, nnlab={"units": 1}, kernelspec={"name": "python3"})
    merged = merge(mine, raw(*NEW, nnlab={"units": 2}), raw(*OLD))
    assert merged.notebook["metadata"] == {"nnlab": {"units": 2}, "kernelspec": {"name": "python3"}}


def test_a_file_that_is_no_notebook_is_refused() -> None:
    with pytest.raises(IntakeError):
        merge(b"%PDF", raw(*NEW), raw(*OLD))


WORDS = st.text(alphabet="abcxyz=()+ 123\n", min_size=1, max_size=30)
NAMES = st.sampled_from(["a1", "a2", "a3", "a4"])


@st.composite
def versions(draw: st.DrawFn) -> tuple[list[Cell], list[Cell]]:
    """An old and a newer version: exercises come, go, and change their tests."""
    ours = draw(st.lists(NAMES, unique=True, min_size=1))
    theirs = draw(st.permutations(draw(st.lists(NAMES, unique=True, min_size=1))))
    old, new = [], []
    for name in ours:
        old += [text(f"## Exercise {name}"), answer(name, stub(name)), check(f"t{name}", law(name))]
    for name in theirs:
        changed = draw(st.sampled_from(["", "  # mended"]))
        head = text(f"## Exercise {name}") | {"source": f"## Exercise {name}{changed}"}
        new += [head, answer(name, stub(name)), check(f"t{name}", law(name) + changed)]
    return old, new


def stub(name: str) -> str:
    return f"# [{name}]\ndef {name}(x):\n    # YOUR CODE HERE\n    raise NotImplementedError()"


def law(name: str) -> str:
    return f"assert {name}(0) == 0, 'the law of {name}'"


@st.composite
def works(draw: st.DrawFn) -> tuple[list[Cell], list[Cell], list[Cell], list[str]]:
    """Two versions, a student's notebook that began as the old one, and what the student wrote."""
    old, new = draw(versions())
    mine: list[Cell] = []
    wrote: list[str] = []
    for number, each in enumerate(old):
        copy = dict(each)
        if each["metadata"].get("nbgrader", {}).get("solution") and draw(st.booleans()):
            name = each["metadata"]["nbgrader"]["grade_id"]
            copy["source"] = f"# [{name}]\ndef {name}(x):\n    return {draw(WORDS)!r}  # {number}"
            wrote.append(copy["source"])
        mine.append(copy)
        if draw(st.booleans()):
            own = cell(f"{draw(WORDS)}# own {number}") | {"id": f"own{number}"}
            wrote.append(own["source"])
            mine.append(own)
    return old, new, mine, wrote


@given(works())
@settings(max_examples=150, deadline=None)
def test_nothing_that_a_student_wrote_is_lost(
    work: tuple[list[Cell], list[Cell], list[Cell], list[str]],
) -> None:
    old, new, mine, wrote = work
    merged = merge(raw(*mine), raw(*new), raw(*old))
    assert [source for source in wrote if source not in texts(merged)] == []


@given(works())
@settings(max_examples=150, deadline=None)
def test_the_course_s_cells_are_there_once_in_its_order(
    work: tuple[list[Cell], list[Cell], list[Cell], list[str]],
) -> None:
    old, new, mine, _ = work
    merged = merge(raw(*mine), raw(*new), raw(*old))
    found = [
        (each["metadata"]["nbgrader"], each["source"] if each["id"].startswith("t") else "")
        for each in merged.notebook["cells"]
        if "nbgrader" in each["metadata"]
    ]
    assert found == [
        (each["metadata"]["nbgrader"], each["source"] if each["id"].startswith("t") else "")
        for each in new
        if "nbgrader" in each["metadata"]
    ]
    ids = [each["id"] for each in merged.notebook["cells"]]
    assert len(set(ids)) == len(ids)


@given(works())
@settings(max_examples=100, deadline=None)
def test_merging_once_more_changes_nothing(
    work: tuple[list[Cell], list[Cell], list[Cell], list[str]],
) -> None:
    old, new, mine, _ = work
    once = merge(raw(*mine), raw(*new), raw(*old))
    again = merge(json.dumps(once.notebook).encode(), raw(*new), raw(*new))
    assert again.notebook["cells"] == once.notebook["cells"]


@given(works())
@settings(max_examples=100, deadline=None)
def test_a_version_merged_into_its_own_work_changes_nothing(
    work: tuple[list[Cell], list[Cell], list[Cell], list[str]],
) -> None:
    old, _, mine, _ = work
    merged = merge(raw(*mine), raw(*old), raw(*old))
    assert texts(merged) == [each["source"] for each in mine]
