"""What the demo class knows about a lab."""

from tools.demo.lab import Lab, Notebook, grade_id


def source_of(notebook: Notebook, name: str) -> str:
    [cell] = [cell for cell in notebook["cells"] if grade_id(cell) == name]
    return "".join(cell["source"])


def test_exercises_are_worth_the_points_of_their_tests(lab: Lab) -> None:
    assert lab.points == {"l1e01": 2.0, "l1e02": 1.0}
    assert lab.worth(["l1e01", "l1e02"]) == 3.0
    assert lab.worth([]) == 0.0


def test_the_last_exercise_is_one_that_no_other_builds_on(lab: Lab) -> None:
    assert lab.last == "l1e02"


def test_a_solved_exercise_is_answered_as_the_reference_does_and_the_rest_untouched(
    lab: Lab,
) -> None:
    notebook = lab.solved(["l1e01"])
    assert "total_of_all_numbers / np.size(x)" in source_of(notebook, "l1e01-mean")
    assert "SOLUTION" not in source_of(notebook, "l1e01-mean")
    assert "NotImplementedError" in source_of(notebook, "l1e02-spread")


def test_solving_nothing_gives_the_released_lab(lab: Lab) -> None:
    assert lab.solved([]) == lab.released


def test_no_hand_in_holds_a_hidden_test(lab: Lab) -> None:
    assert "shifted_by_seven" not in str(lab.solved(lab.exercises))
