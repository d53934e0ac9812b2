"""Exams and results as letters between the orchestrator and an examiner: JSON both ways."""

from typing import Any

from labhub.grading.mail import Letter
from labhub.grading.model import (
    CellResult,
    CellStatus,
    Exam,
    Limits,
    Problem,
    StudentCell,
    TestCell,
    TestResult,
    TestStatus,
)


def exam_letter(exam: Exam) -> Letter:
    """All of `exam` but its reference and its folder, which go other ways."""
    cells = [
        {"kind": "test" if isinstance(cell, TestCell) else "student", **vars(cell)}
        for cell in exam.cells
    ]
    return {"notebook_id": exam.notebook_id, "cells": cells, "limits": vars(exam.limits)}


def exam_of(letter: Letter) -> Exam:
    """The exam of an `exam_letter`."""
    return Exam(
        notebook_id=letter["notebook_id"],
        cells=tuple(_cell(each) for each in letter["cells"]),
        limits=Limits(**letter["limits"]),
    )


def _cell(letter: Letter) -> StudentCell | TestCell:
    values = dict(letter)
    return TestCell(**values) if values.pop("kind") == "test" else StudentCell(**values)


def result_letter(result: CellResult | TestResult | Problem) -> Letter:
    """One result, as a letter."""
    return vars(result)


def cell_result_of(letter: Letter) -> CellResult:
    """The cell's result of a `result_letter`."""
    values: dict[str, Any] = letter | {
        "status": CellStatus(letter["status"]),
        "outputs": tuple(letter["outputs"]),
    }
    return CellResult(**values)


def test_result_of(letter: Letter) -> TestResult:
    """The verdict of a `result_letter`."""
    values: dict[str, Any] = letter | {"status": TestStatus(letter["status"])}
    return TestResult(**values)


def problem_of(letter: Letter) -> Problem:
    """The problem of a `result_letter`."""
    return Problem(**letter)
