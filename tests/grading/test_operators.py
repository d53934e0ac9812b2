"""Operators of a student's object are asked only where the course's own classes define them."""

import struct

import numpy as np
import pytest
import torch

from labhub.grading.border import changes, errors, generators
from labhub.grading.border.kinds import Kind
from labhub.grading.border.operators import offered
from labhub.grading.errors import ProtocolError
from labhub.grading.examiner.operators import methods_of
from tests.grading.boundary import IMPORTS, grade

VECTORS = """
class Vec:
    def __init__(self, x): self.x = x
    def __sub__(self, other): return Vec(self.x - other.x)
    def equals(self, other): return self.x == other.x
"""


class TestMethodsOfTheCourse:
    def test_are_those_that_its_classes_define(self) -> None:
        assert methods_of([VECTORS, "def __add__(a, b): ...\ndef allclose(): ..."]) == {
            "__sub__",
            "equals",
        }

    def test_are_those_that_its_classes_inherit(self) -> None:
        cells = ["import numpy as np", "class A(np.ndarray): ...", "class S(set): ..."]
        assert {"__matmul__", "__contains__", "issubset"} <= methods_of(cells)

    def test_a_layer_has_none(self) -> None:
        assert methods_of(["from torch import nn\nclass N(nn.Module): ..."]) == frozenset()

    def test_a_base_that_cannot_be_found_gives_none(self) -> None:
        assert methods_of(["class A(make(3), other.Thing, Generic[int]): ..."]) == frozenset()


class TestStudentsObject:
    def test_offers_what_the_course_defines(self) -> None:
        test = "assert (Vec(3) - Vec(1)).x == 2 and Vec(1).equals(Vec(1))"
        code = IMPORTS + VECTORS
        assert grade(code, test, course_methods=methods_of([VECTORS])).score == 2.0
        assert grade(code, test).score == 0.0

    def test_keeps_what_takes_no_other_value(self) -> None:
        every = Kind("X", (1 << 46) - 1, ())
        left = offered(every, ())
        assert left.can("abs")
        assert left.can("getitem")
        assert not left.can("sub")
        assert not left.can("contains")

    def test_is_searched_item_by_item(self) -> None:
        code = IMPORTS + "layers = nn.ModuleDict({'a': nn.Linear(1, 1)})"
        assert grade(code, "assert 'a' in layers and 'b' not in layers").score == 2.0


class TestWhatComesBack:
    def test_no_array_gives_its_memory_back_while_the_test_sees_it(self) -> None:
        array = np.arange(6.0)
        view = array[2:4]
        with pytest.raises(ValueError, match="reshape"):
            changes.apply([array], [(0, np.zeros(1000))])
        assert view.tolist() == [2.0, 3.0]

    def test_an_array_may_change_its_shape(self) -> None:
        array = np.arange(6.0)
        changes.apply([array], [(0, np.ones((2, 3)))])
        assert array.tolist() == [[1, 1, 1], [1, 1, 1]]

    @pytest.mark.parametrize(("left", "place"), [(624, 624), (300, 624), (2, 0)])
    def test_no_generator_reads_behind_its_table(self, left: int, place: int) -> None:
        ours = torch.Generator().manual_seed(1)
        state = bytearray(bytes(ours.get_state().numpy()))
        struct.pack_into("<QiiQ", state, 0, 1, left, 1, place)
        with pytest.raises(ProtocolError):
            generators.take_state(ours, ("torch", bytes(state)))

    def test_an_error_keeps_its_attributes_without_setting_any_of_pythons(self) -> None:
        line = (("builtins", "SyntaxError"),)
        content = (line, ("x",), "x", "", {"end_offset": 10**12, "hint": "look"})
        error = errors.Mirrors().build(content)
        assert error.hint == "look"  # type: ignore[attr-defined]
        assert error.end_offset is None  # type: ignore[attr-defined]

    @pytest.mark.parametrize("values", [(("a", 1),), ([1],)])
    def test_an_error_with_more_than_plain_values_is_refused(self, values: tuple[object]) -> None:
        with pytest.raises(ProtocolError):
            errors.Mirrors().build(((("builtins", "SyntaxError"),), values, "x", "", {}))

    def test_a_dataclass_of_thousands_of_fields_is_refused(self) -> None:
        many = Kind("X", 0, (), fields=tuple(f"f{n}" for n in range(1000)))
        with pytest.raises(ProtocolError):
            Kind.from_bytes(many.to_bytes())
