"""Visible checks: the same kind of laws as the graded tests, but fewer and weaker.

A check prints one line per law and raises `CheckFailedError` at the end when one does not hold.
"""

from collections.abc import Callable
from types import TracebackType

import numpy as np
from numpy.typing import ArrayLike


class CheckFailedError(AssertionError):
    """A law does not hold yet. Jupyter shows it as one line, without a traceback."""

    def _render_traceback_(self) -> list[str]:
        return [f"\x1b[31m{self}\x1b[0m"]


class Laws:
    """Collects laws: call it with a sentence and a function that says whether it holds.

    With `advice=True` nothing is raised: so are results of training judged, in which luck, the data
    and the student's own choices have a part.

    >>> with Laws("sums") as law:
    ...     law("two and two make four", lambda: 2 + 2 == 4)
      ok    two and two make four
    """

    def __init__(self, title: str, *, advice: bool = False) -> None:
        self.title = title
        self._advice = advice
        self._total = 0
        self._failed = 0

    def __enter__(self) -> "Laws":
        return self

    def __call__(self, sentence: str, holds: Callable[[], object]) -> None:
        """Print one law and whether it holds."""
        self._total += 1
        verdict, remark = _judge(holds)
        self._failed += verdict != "ok"
        if self._advice and verdict == "FAIL":
            verdict = "note"
        print(f"  {verdict:<4}  {sentence}{remark}")

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        traceback: TracebackType | None,
    ) -> None:
        if kind is not None or not self._failed:
            return
        if self._advice:
            print(f"        {self.title}: not what is expected. This is advice; it is not graded.")
        else:
            raise CheckFailedError(
                f"{self.title}: {self._failed} of {self._total} laws do not hold yet"
            )


def _judge(holds: Callable[[], object]) -> tuple[str, str]:
    """`ok`, `FAIL` or `todo`, and what there is to add."""
    try:
        return ("ok", "") if holds() else ("FAIL", "")
    except NotImplementedError:
        return "todo", ""
    except Exception as error:  # whatever a student's code may raise
        return "FAIL", f"   <- {type(error).__name__}: {error}"


def close(a: ArrayLike, b: ArrayLike, *, rtol: float = 1e-6, atol: float = 1e-8) -> bool:
    """True when `a` and `b` have one shape and the same numbers, up to rounding."""
    a, b = np.asarray(a, dtype=float), np.asarray(b, dtype=float)
    return a.shape == b.shape and bool(np.allclose(a, b, rtol=rtol, atol=atol))


def slope(f: Callable[[np.ndarray], float], x: np.ndarray, direction: np.ndarray) -> float:
    """How fast `f` rises at `x` along `direction`, from two values of `f`.

    For a gradient `g` of `f` this is the sum of `g * direction`, up to about 1e-9.
    """
    step = 1e-5
    ahead, behind = f(x + step * direction), f(x - step * direction)
    return float(ahead - behind) / (2 * step)
