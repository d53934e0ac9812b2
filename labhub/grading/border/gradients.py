"""Backward passes through the border.

The result of a call comes as a copy, whose history is one node: going backward through it asks
the side that computed the result for the vector-Jacobian product with the call's arguments. The
gradients of that side's own parameters accumulate there, as they would in one process.
"""

# ruff: noqa: ANN401 - a peer would be an upward import

from typing import Any

import torch

from labhub.grading.errors import ProtocolError


class Token:
    """Lets go of an object of the other side when nobody needs it any more."""

    def __init__(self, peer: Any, number: int) -> None:
        self._peer = peer
        self.number = number

    def __del__(self) -> None:
        self._peer.let_go(self.number)


class _Crossing(torch.autograd.Function):
    """The node of one tensor that was computed on the other side."""

    @staticmethod
    def forward(
        ctx: Any,
        peer: Any,
        output: Token,
        inputs: Token | None,
        copy: torch.Tensor,
        _root: torch.Tensor,
        *leaves: torch.Tensor,
    ) -> torch.Tensor:
        ctx.peer, ctx.output, ctx.inputs = peer, output, inputs
        ctx.shapes = [(leaf.shape, leaf.dtype) for leaf in leaves]
        return copy.clone()

    @staticmethod
    def backward(ctx: Any, *gradients: Any) -> Any:
        if torch.is_grad_enabled():
            ctx.peer.refuse(
                "The test asks for a second derivative through a function of the student's.",
                "Compute it in a @probe and return the numbers.",
            )
        inputs = ctx.inputs.number if ctx.inputs is not None else 0
        found = ctx.peer.ask("vjp", ctx.output.number, gradients[0].contiguous(), inputs)
        _ensure_gradients(found, ctx.shapes)
        return (None, None, None, None, None, *found)


def crossing(
    peer: Any, number: int, copy: torch.Tensor, inputs: Token | None, leaves: list[torch.Tensor]
) -> torch.Tensor:
    """`copy`, with a history that leads to the tensor `number` of the other side.

    `leaves` are the arguments of our call that need a gradient, `inputs` their copies there.
    """
    root = torch.zeros((), requires_grad=True)
    result: torch.Tensor = _Crossing.apply(  # type: ignore[no-untyped-call]
        peer, Token(peer, number), inputs, copy.detach(), root, *leaves
    )
    return result


def _ensure_gradients(found: Any, shapes: list[Any]) -> None:
    if type(found) is not list or len(found) != len(shapes):
        raise ProtocolError("A backward pass gave another number of gradients.")
    for gradient, (shape, dtype) in zip(found, shapes, strict=True):
        if gradient is None:
            continue
        if type(gradient) is not torch.Tensor or (gradient.shape, gradient.dtype) != (shape, dtype):
            raise ProtocolError("A backward pass gave a gradient of another shape.")


def vector_jacobian(
    output: torch.Tensor, gradient: torch.Tensor, leaves: list[torch.Tensor]
) -> list[torch.Tensor | None]:
    """Gradients of `leaves`, our copies of the other side's arguments, for one output.

    Parameters of this side get theirs added, as by `backward`.
    """
    before = [leaf.grad for leaf in leaves]
    for leaf in leaves:
        leaf.grad = None
    try:
        torch.autograd.backward([output], [gradient], retain_graph=True)
        return [leaf.grad for leaf in leaves]
    finally:
        for leaf, gradient_before in zip(leaves, before, strict=True):
            leaf.grad = gradient_before
