"""How the student's objects look to a test cell: what can be asked of them, and what never is."""

# ruff: noqa: ANN401 - objects of every kind are looked at

import inspect
from types import BuiltinFunctionType, FunctionType, MethodType
from typing import Any, NoReturn

from labhub.grading.border.objects import isinstance_of_remote
from labhub.grading.border.remote import Remote

_FUNCTIONS = (FunctionType, BuiltinFunctionType, MethodType)


class StudentObject(Remote):
    """An object of the student's. Its own code never decides a comparison."""

    __slots__ = ()
    __hash__ = Remote.__hash__

    def __eq__(self, other: object) -> bool:
        if other is None or self._is_like_no_other:
            return self is other
        return self._compare("==")

    def __ne__(self, other: object) -> bool:
        if other is None or self._is_like_no_other:
            return self is not other
        return self._compare("!=")

    def __lt__(self, other: object) -> bool:
        return self._compare("<")

    def __le__(self, other: object) -> bool:
        return self._compare("<=")

    def __gt__(self, other: object) -> bool:
        return self._compare(">")

    def __ge__(self, other: object) -> bool:
        return self._compare(">=")

    @property
    def _is_like_no_other(self) -> bool:
        """Whether this is a class or a function, as it says: true, and equal to itself alone."""
        return type(self)._labhub_kind.is_class or self.__class__ in _FUNCTIONS

    def __bool__(self) -> bool:
        if not self._is_like_no_other:
            self._labhub_peer.refuse(
                f"The test asks whether a {type(self).__name__} of the student's is true.",
                "Ask `is not None`, `len(x) > 0`, or for a plain value such as `bool(x.flag)`.",
            )
        return True

    def _compare(self, operator: str) -> NoReturn:
        self._labhub_peer.refuse(
            f"The test compares ({operator}) a {type(self).__name__} of the student's, whose own"
            " code would decide the result.",
            "Compare plain values: an attribute, `float(x)`, `list(x)`,"
            " `dataclasses.asdict(x)`, or what a @probe returns.",
        )

    def __array__(self, *_: object, **__: object) -> NoReturn:
        self._labhub_peer.refuse(
            f"A {type(self).__name__} of the student's is used as an array.",
            "Only true arrays, tensors and numbers are values; subclasses of them stay remote.",
        )


def is_student_object(value: Any) -> bool:
    """Whether `value` stands for an object of the student's, whatever class it declares."""
    return isinstance_of_remote(value)


def parameter_of(
    name: str, kind: int, optional: bool, default: Any, annotated: bool, annotation: str
) -> inspect.Parameter:
    """A parameter of a student's function, as its process tells of it."""
    empty = inspect.Parameter.empty
    return inspect.Parameter(
        name,
        inspect._ParameterKind(kind),
        default=default if optional else empty,
        annotation=annotation if annotated else empty,
    )
