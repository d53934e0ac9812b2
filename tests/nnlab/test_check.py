import numpy as np
import pytest

from nnlab.check import CheckFailedError, Laws, close, slope


def not_done() -> bool:
    raise NotImplementedError


def broken() -> bool:
    raise ValueError("no such axis")


def test_laws_that_hold_are_printed_and_nothing_is_raised(capsys):
    with Laws("sums") as law:
        law("two and two make four", lambda: 2 + 2 == 4)
    assert capsys.readouterr().out == "  ok    two and two make four\n"


def test_all_laws_are_tried_before_the_check_fails(capsys):
    with (
        pytest.raises(CheckFailedError, match="sums: 3 of 4 laws do not hold yet"),
        Laws("sums") as law,
    ):
        law("a", lambda: False)
        law("b", not_done)
        law("c", broken)
        law("d", lambda: True)
    assert capsys.readouterr().out.splitlines() == [
        "  FAIL  a",
        "  todo  b",
        "  FAIL  c   <- ValueError: no such axis",
        "  ok    d",
    ]


def test_an_error_outside_a_law_is_not_hidden(capsys):
    with pytest.raises(ZeroDivisionError), Laws("sums") as law:
        law("a", lambda: False)
        _ = 1 / 0


def test_jupyter_shows_a_failed_check_as_one_line():
    assert CheckFailedError("1.3: 1 of 4 laws")._render_traceback_() == [
        "\x1b[31m1.3: 1 of 4 laws\x1b[0m"
    ]


@pytest.mark.parametrize(
    ("a", "b", "same"),
    [
        ([1.0, 2.0], [1.0, 2.0 + 1e-9], True),
        ([1.0, 2.0], [1.0, 2.1], False),
        ([1.0], 1.0, False),
        ([float("nan")], [float("nan")], False),
    ],
)
def test_close_compares_shape_and_numbers(a, b, same):
    assert close(a, b) is same


def test_slope_is_the_inner_product_of_gradient_and_direction():
    x, direction = np.array([[1.0, 2.0]]), np.array([[0.5, -1.0]])
    assert slope(lambda v: float(np.sum(v**3)), x, direction) == pytest.approx(1.5 - 12, abs=1e-7)


def test_advice_is_printed_and_stops_nothing(capsys):
    with Laws("3.9 digits", advice=True) as law:
        law("a", lambda: False)
        law("b", lambda: True)
    assert capsys.readouterr().out.splitlines() == [
        "  note  a",
        "  ok    b",
        "        3.9 digits: not what is expected. This is advice; it is not graded.",
    ]


def test_advice_does_not_hide_an_error_outside_a_law():
    with pytest.raises(ZeroDivisionError), Laws("sums", advice=True) as law:
        law("a", lambda: False)
        _ = 1 / 0
