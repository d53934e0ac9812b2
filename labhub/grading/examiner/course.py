"""The instructor's own cells, which are the same for every hand-in to a notebook."""

import builtins
import contextlib
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from functools import lru_cache
from typing import Any, Self

from labhub.authoring.names import names_bound_by
from labhub.grading.examiner.earlier import taken_back
from labhub.grading.examiner.given import given_functions
from labhub.grading.examiner.names import library_names
from labhub.grading.examiner.operators import methods_of
from labhub.grading.examiner.testcell import compile_test
from labhub.grading.model import Exam, StudentCell, TestCell
from labhub.grading.plan import steps


@dataclass(frozen=True)
class Given:
    """What the cells that a student did not write give to the tests."""

    libraries: Mapping[str, str]
    """As `library_names` says."""
    functions: Mapping[str, Any]
    """As `given_functions` makes them."""


@dataclass(frozen=True)
class CourseCells:
    """The cells of the reference, and what is known of them."""

    reference: object
    """What they have made: what `reference` means in a test."""
    sources: tuple[str, ...]
    bound: frozenset[str]
    """The names that they bind."""
    shadowed: frozenset[str]
    """Those of them that are builtins of Python: the student's are meant."""
    methods: frozenset[str]
    """The operators and comparisons that their classes define."""

    @classmethod
    def read(cls, reference: object, sources: Sequence[str]) -> Self:
        """The cells with the names that they bind."""
        bound = frozenset[str]().union(*map(names_bound_by, sources))
        shadowed = bound & set(dir(builtins))
        return cls(reference, tuple(sources), bound, shadowed, methods_of(sources))

    def given(self, exam: Exam) -> Given:
        """What the locked cells and the tests of `exam` give to its tests."""
        locked = (c.source for c in exam.cells if isinstance(c, StudentCell) and c.given)
        return _given(tuple(_not_the_students(exam)), tuple(locked), self.sources)

    def rehearse(self, exam: Exam) -> None:
        """Read the cells of `exam`: what is remembered here, an examiner forked later inherits."""
        steps(exam)
        taken_back(exam)
        self.given(exam)
        for test in exam.cells:
            if isinstance(test, TestCell):
                with contextlib.suppress(SyntaxError, ValueError):  # shown when the test is run
                    compile_test(test.grade_id, test.source)


@lru_cache
def _given(given: tuple[str, ...], locked: tuple[str, ...], sources: tuple[str, ...]) -> Given:
    libraries = library_names(given, sources)
    return Given(libraries, given_functions(locked, sources, libraries))


def _not_the_students(exam: Exam) -> Iterator[str]:
    """The sources that the student did not write, in the notebook's order."""
    for cell in exam.cells:
        if isinstance(cell, TestCell):
            yield cell.visible
        if isinstance(cell, TestCell) or cell.given:
            yield cell.source
