"""Each damage that students, Colab and editors do, and what becomes of it."""

import copy
import json

import pytest

from labhub.errors import LabhubError
from labhub.exchange.intake import FactKind, intake_submission, release_notebook
from labhub.exchange.intake.errors import ReleaseOutOfStepError
from labhub.exchange.intake.release import CourseCell


@pytest.fixture
def taken(lab):
    """Hands a notebook in and gives back what intake made of it."""

    def take(notebook):
        (found,) = intake_submission(lab.write(notebook), lab.release).notebooks
        assert found.problem is None
        return found

    return take


def sources(notebook):
    return [cell["source"] for cell in notebook["cells"]]


def kinds(found):
    return {fact.kind for fact in found.report.facts}


def test_an_honest_notebook_is_left_alone(lab, taken):
    found = taken(lab.answered())
    assert found.status == "ok"
    assert found.report.for_student() == ()
    assert sources(found.notebook) == sources(lab.answered())
    assert len(found.sha256) == 64


def test_lost_metadata_come_back(lab, taken, by_id):
    """All of nbgrader's metadata stripped: plain nbgrader gives 0 points."""
    handed = lab.answered()
    for cell in handed["cells"]:
        cell["metadata"] = {}
    found = taken(handed)
    assert list(by_id(found.notebook)) == lab.ids
    for grade_id, answer in lab.answers.items():
        assert by_id(found.notebook)[grade_id]["source"] == answer
    assert kinds(found) == {FactKind.REATTACHED}
    assert sources(found.notebook) == sources(handed)


def test_a_deleted_test_is_restored_after_what_was_written_there(lab, taken):
    handed = lab.answered()
    at = lab.at(handed, "l1e01-t1")
    handed["cells"][at] = lab.cell("code", "helper = 1")
    found = taken(handed)
    texts = sources(found.notebook)
    assert texts.index("helper = 1") < texts.index(lab.released()["cells"][at]["source"])
    (fact,) = found.report.of(FactKind.RESTORED)
    assert fact.grade_id == "l1e01-t1"


def test_a_deleted_answer_leaves_the_released_cell(lab, taken, by_id):
    handed = lab.answered()
    del handed["cells"][lab.at(handed, "l1e02-softmax")]
    found = taken(handed)
    assert "NotImplementedError" in by_id(found.notebook)["l1e02-softmax"]["source"]
    assert kinds(found) == {FactKind.ANSWER_MISSING}


def test_a_notebook_without_cells_becomes_the_release(lab, taken, by_id):
    found = taken({"nbformat": 4, "cells": []})
    assert list(by_id(found.notebook)) == lab.ids


def test_a_duplicated_test_counts_once(lab, taken):
    handed = lab.answered()
    at = lab.at(handed, "l1e01-t1")
    handed["cells"].insert(at, copy.deepcopy(handed["cells"][at]))
    found = taken(handed)
    assert sources(found.notebook) == sources(lab.answered())
    assert kinds(found) == {FactKind.DUPLICATE_DROPPED}


def test_the_copy_with_an_answer_counts_and_the_empty_one_goes(lab, taken, by_id):
    """An empty copy that ran later would put the released, raising function back."""
    handed = lab.answered()
    at = lab.at(handed, "l1e01-sigmoid")
    handed["cells"].insert(at + 1, lab.released()["cells"][at])
    found = taken(handed)
    assert sources(found.notebook) == sources(lab.answered())


def test_of_two_different_answers_the_later_counts_and_both_are_shown(lab, taken, by_id):
    handed = lab.answered()
    at = lab.at(handed, "l1e01-sigmoid")
    second = copy.deepcopy(handed["cells"][at])
    second["source"] = second["source"].replace("1 + ", "1.0 + ")
    handed["cells"].insert(at + 1, second)
    found = taken(handed)
    assert by_id(found.notebook)["l1e01-sigmoid"]["source"] == second["source"]
    assert lab.answers["l1e01-sigmoid"] in sources(found.notebook)
    assert kinds(found) == {FactKind.COPIES_DIFFER}
    assert found.report.for_student()


def test_a_split_code_answer_keeps_its_order(lab, taken):
    handed = lab.answered()
    at = lab.at(handed, "l1e02-softmax")
    lines = handed["cells"][at]["source"].split("\n")
    head, tail = "\n".join(lines[:1]), "\n".join(lines[1:])
    handed["cells"][at]["source"] = head
    handed["cells"].insert(at + 1, copy.deepcopy(handed["cells"][at]) | {"source": tail})
    texts = sources(taken(handed).notebook)
    assert texts.index(head) + 1 == texts.index(tail)


def test_a_split_written_answer_is_joined(lab, taken, by_id):
    handed = lab.answered()
    at = lab.at(handed, "l1m-a")
    second = copy.deepcopy(handed["cells"][at]) | {"source": "And saturated units stop learning."}
    handed["cells"].insert(at + 1, second)
    found = taken(handed)
    answer = by_id(found.notebook)["l1m-a"]["source"]
    assert answer == lab.answers["l1m-a"] + "\n\n" + second["source"]
    assert kinds(found) == {FactKind.JOINED}


def test_moved_cells_stand_in_order_again_and_own_cells_stay(lab, taken, by_id):
    handed = lab.answered()
    handed["cells"].append(handed["cells"].pop(lab.at(handed, "l1e01-t1")))
    handed["cells"].insert(5, lab.cell("code", "mine = 1"))
    found = taken(handed)
    assert list(by_id(found.notebook)) == lab.ids
    texts = sources(found.notebook)
    assert texts[texts.index("mine = 1") - 1].startswith("## 1.2")
    assert kinds(found) == {FactKind.MOVED}


def test_an_edited_test_is_put_back_and_its_text_kept_in_the_report(lab, taken, by_id):
    handed = lab.answered()
    at = lab.at(handed, "l1e01-t1")
    released = handed["cells"][at]["source"]
    handed["cells"][at]["source"] = released.replace("0.5", "softmax")
    found = taken(handed)
    assert by_id(found.notebook)["l1e01-t1"]["source"] == released
    (fact,) = found.report.of(FactKind.SOURCE_PUT_BACK)
    assert "softmax" in fact.removed


def test_given_parameters_are_put_back(lab, taken, by_id):
    handed = lab.answered()
    handed["cells"][1]["source"] = handed["cells"][1]["source"].replace("test", "full")
    for strip in (False, True):
        if strip:
            handed["cells"][1]["metadata"] = {}
        found = taken(handed)
        assert "full" not in "".join(sources(found.notebook))


def test_a_test_replaced_by_pass_is_restored(lab, taken, by_id):
    handed = lab.answered()
    at = lab.at(handed, "l1e01-t1")
    released = handed["cells"][at]["source"]
    handed["cells"][at]["source"] = "pass"
    found = taken(handed)
    assert by_id(found.notebook)["l1e01-t1"]["source"] == released
    assert kinds(found) == {FactKind.RESTORED, FactKind.EXTRA_KEPT}


def test_forged_metadata_gain_nothing(lab, taken, by_id):
    handed = lab.answered()
    for cell in handed["cells"]:
        marks = cell["metadata"].get("nbgrader", {})
        marks.update(points=1000, solution=True, grade=True, locked=False, checksum="0" * 32)
    found = taken(handed)
    for cell in lab.notebook.cells:
        if cell.course:
            marks = by_id(found.notebook)[cell.course.grade_id]["metadata"]["nbgrader"]
            assert marks.get("points", 0) == cell.course.points
            assert (marks["grade"], marks["solution"]) == (cell.course.grade, cell.course.solution)
            assert "checksum" not in marks
    assert FactKind.MARKS_PUT_BACK in kinds(found)


def test_a_text_with_the_id_of_a_test_stays_a_text(lab, taken, by_id):
    handed = lab.answered()
    at = lab.at(handed, "l1e01-t1")
    mark = handed["cells"].pop(at)["metadata"]
    handed["cells"].insert(0, lab.cell("markdown", "I pass.") | {"metadata": mark})
    found = taken(handed)
    assert by_id(found.notebook)["l1e01-t1"]["source"].startswith("assert sigmoid")
    assert found.notebook["cells"][0]["source"] == "I pass."
    assert found.notebook["cells"][0]["metadata"] == {}


def test_swapped_ids_are_swapped_back(lab, taken, by_id):
    handed = lab.answered()
    one, two = (lab.at(handed, name) for name in ("l1e01-sigmoid", "l1e02-softmax"))
    cells = handed["cells"]
    cells[one]["metadata"], cells[two]["metadata"] = cells[two]["metadata"], cells[one]["metadata"]
    found = taken(handed)
    for name in ("l1e01-sigmoid", "l1e02-softmax"):
        assert by_id(found.notebook)[name]["source"] == lab.answers[name]
    assert kinds(found) == {FactKind.REATTACHED}


def test_swapped_ids_are_seen_without_anchor_comments(lab, taken, by_id):
    """Other people's notebooks have no `# [1.1]`; what is left of the stub tells as well."""
    released, handed = lab.released(), lab.answered()
    for notebook in (released, handed):
        for cell in notebook["cells"]:
            if cell["source"].startswith("# ["):
                cell["source"] = cell["source"].split("\n", 1)[1]
    lab.notebook = release_notebook("lab1", released)
    lab.release = type(lab.release)("lab1", (lab.notebook,))
    one, two = (lab.at(handed, name) for name in ("l1e01-sigmoid", "l1e02-softmax"))
    cells = handed["cells"]
    cells[one]["metadata"], cells[two]["metadata"] = cells[two]["metadata"], cells[one]["metadata"]
    found = taken(handed)
    assert "1 + np.exp" in by_id(found.notebook)["l1e01-sigmoid"]["source"]


def test_cell_types_are_put_back(lab, taken, by_id):
    handed = lab.answered()
    handed["cells"][lab.at(handed, "l1e01-sigmoid")]["cell_type"] = "raw"
    handed["cells"][lab.at(handed, "l1m-a")]["cell_type"] = "code"
    found = taken(handed)
    assert by_id(found.notebook)["l1e01-sigmoid"]["cell_type"] == "code"
    assert by_id(found.notebook)["l1m-a"]["cell_type"] == "markdown"
    assert "outputs" not in by_id(found.notebook)["l1m-a"]
    assert kinds(found) == {FactKind.TYPE_PUT_BACK}


def test_a_written_answer_without_any_mark_is_found_by_its_place(lab, taken, by_id):
    handed = lab.answered()
    for name in ("l1m-a", "l1m-b"):
        handed["cells"][lab.at(handed, name)]["metadata"] = {}
    found = taken(handed)
    assert by_id(found.notebook)["l1m-a"]["source"] == lab.answers["l1m-a"]
    assert by_id(found.notebook)["l1m-b"]["source"] == lab.answers["l1m-b"]


def test_a_cell_begun_as_a_copy_of_another_answer_keeps_its_id(lab, taken, by_id):
    handed = lab.answered()
    at = lab.at(handed, "l1e02-softmax")
    text = lab.answers["l1e01-sigmoid"] + "\ndef softmax(x, axis):\n    return sigmoid(x)"
    handed["cells"][at]["source"] = text
    handed["cells"].append(handed["cells"].pop(0))
    assert by_id(taken(handed).notebook)["l1e02-softmax"]["source"] == text


def colab(notebook):
    """The shape that Colab saves: ids in the metadata, minor 0, who ran what and when."""
    user = {"displayName": "Anna Andersson", "userId": "0123456789012345678"}
    for cell in notebook["cells"]:
        cell["metadata"]["id"] = cell.pop("id")
        cell["metadata"]["executionInfo"] = {"status": "ok", "elapsed": 3, "user": user}
        cell["metadata"]["outputId"] = "af-1"
        cell["metadata"]["colab"] = {"base_uri": "https://localhost:8080/"}
    notebook["metadata"]["colab"] = {"provenance": [], "authorship_tag": "ABX9TyM"}
    return notebook | {"nbformat_minor": 0}


def test_colab_writes_no_name_into_what_is_graded(lab, taken, by_id):
    handed = colab(lab.answered())
    handed["cells"][3]["outputs"] = [
        {"output_type": "stream", "name": "stdout", "text": "Hello Anna Andersson\n"},
        {"output_type": "stream", "name": "stderr", "text": ["/home/anna/lab/", "x.py: bad\n"]},
        {
            "output_type": "error",
            "ename": "E",
            "evalue": "C:\\Users\\anna\\lab1.ipynb",
            "traceback": ["/Users/anna/lab.py"],
        },
    ]
    found = taken(handed)
    text = json.dumps(found.notebook)
    for trace in ("Anna", "anna", "0123456789012345678", "executionInfo", "colab", "outputId"):
        assert trace not in text
    assert found.status == "ok"
    assert kinds(found) == {FactKind.SCRUBBED}
    assert by_id(found.notebook)["l1e01-sigmoid"]["id"] == "l1e01-sigmoid"


def test_vs_code_and_widget_metadata_go(lab, taken):
    handed = lab.answered()
    handed["metadata"] |= {"widgets": {"state": {}}, "vscode": {"hash": "x"}, "authors": ["Anna"]}
    handed["cells"][3]["metadata"]["vscode"] = {"languageId": "python"}
    found = taken(handed)
    assert found.notebook["metadata"] == lab.released()["metadata"]
    assert "vscode" not in json.dumps(found.notebook)


def test_what_a_file_shows_under_a_test_is_dropped(lab, taken, by_id):
    handed = lab.answered()
    shown = [{"output_type": "stream", "name": "stdout", "text": "60/60 points"}]
    for name in ("l1e01-t1", "l1e01-sigmoid"):
        handed["cells"][lab.at(handed, name)]["outputs"] = shown
    found = by_id(taken(handed).notebook)
    assert found["l1e01-t1"]["outputs"] == []
    assert found["l1e01-sigmoid"]["outputs"] == shown


def test_huge_outputs_are_cut_and_reported(lab, taken, by_id):
    handed = lab.answered()
    handed["cells"][3]["outputs"] = [
        {"output_type": "display_data", "data": {"image/png": "A" * (3 << 20)}, "metadata": {}},
        {"output_type": "stream", "name": "stdout", "text": "x" * (3 << 20)},
        {"output_type": "execute_result", "data": {"text/plain": "1"}, "execution_count": "no"},
        {"output_type": "update_display_data", "data": {}},
    ]
    found = taken(handed)
    outputs = by_id(found.notebook)["l1e01-sigmoid"]["outputs"]
    assert outputs[0]["data"] == {}
    assert outputs[1]["text"].endswith("longer than what is kept]")
    assert outputs[2]["execution_count"] is None
    assert len(outputs) == 3
    assert kinds(found) == {FactKind.OUTPUT_CUT}


def test_pasted_pictures_and_tags_stay(lab, taken, by_id):
    handed = lab.answered()
    picture = {"sketch.png": {"image/png": "aGk="}}
    handed["cells"][lab.at(handed, "l1m-a")]["attachments"] = picture | {"bad": 3}
    handed["cells"].append(lab.cell("code", "mine") | {"metadata": {"tags": ["slow", 1, "a,b"]}})
    found = taken(handed)
    assert by_id(found.notebook)["l1m-a"]["attachments"] == picture
    assert found.notebook["cells"][-1]["metadata"] == {"tags": ["slow"]}


def test_the_course_table_wins_over_the_released_file(lab):
    row = CourseCell("l1e01-t1", "code", points=7, grade=True, locked=True, checksum="a" * 32)
    notebook = release_notebook("lab1", lab.released(), [row])
    assert row in [cell.course for cell in notebook.cells]


def test_a_table_that_does_not_fit_is_an_error(lab):
    with pytest.raises(ReleaseOutOfStepError, match="ghost") as caught:
        release_notebook("lab1", lab.released(), [CourseCell("ghost", "code")])
    assert isinstance(caught.value, LabhubError)


def test_a_release_with_an_id_twice_is_an_error(lab):
    content = lab.released()
    content["cells"].append(content["cells"][1])
    with pytest.raises(ReleaseOutOfStepError, match="given"):
        release_notebook("lab1", content)


def test_given_text_is_known_as_the_courses(lab):
    """Feedback shows it as given; what a student wrote or changed is not."""
    assert lab.notebook.gives("##  1.1 Activations\n\nWrite the sigmoid.\n")
    assert not lab.notebook.gives("YOUR ANSWER HERE")
    assert not lab.notebook.gives("## 1.1 Activations: done")
