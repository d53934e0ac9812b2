"""Which cells of a lab nbgrader knows, so that a hand-in can be checked before it is sent."""


def _cells(*, code: str, markdown: str) -> dict[str, str]:
    """Grade ids, separated by blanks, with their cell type."""
    kinds = dict.fromkeys(code.split(), "code")
    return kinds | dict.fromkeys(markdown.split(), "markdown")


CELLS = {
    "lab1_feedforward": _cells(
        code="""
        l1g-parameters l1g-bootstrap l1g-paper l1e01-paper l1g-check-paper l1e01-t1
        l1e01-t2 l1e01-t3 l1e02-activations l1g-check-activations l1e02-t1 l1e02-t2
        l1e02-t3 l1g-plot-activations l1e03-softmax l1g-check-softmax l1e03-t1 l1e03-t2
        l1e03-t3 l1g-plot-loss l1e04-logreg l1g-check-logreg l1e04-t1 l1e04-t2
        l1g-plot-logreg l1e05-affine l1g-check-affine l1e05-t1 l1e05-t2 l1e06-numgrad
        l1g-check-numgrad l1e06-t1 l1g-plot-steps l1g-buggy l1e06-suspects l1e06-t2
        l1e06-checker l1g-check-checker l1e06-t3 l1e07-mlp l1g-check-mlp l1e07-t1
        l1e07-t2 l1e07-t3 l1e07-t4 l1e08-minibatches l1e08-sgd l1g-check-steps l1e08-t1
        l1e08-t2 l1e08-train l1g-check-train l1e08-t3 l1g-before-look l1g-before-start
        l1g-before-overfit l1g-before-shuffle l1g-before-constant l1g-train-images
        l1g-plot-weights l1g-plot-film l1e09-dropout l1g-check-dropout l1e09-t1
        l1e09-stopping l1g-check-stopping l1e09-t2 l1g-plot-triptych l1g-plot-histograms
        l1e10-norms l1g-check-norms l1e10-t1 l1g-plot-norms l1g-noise l1e09-noise
        l1g-handin
        """,
        markdown="l1m-a l1m-b l1m-c l1m-d",
    ),
}
"""Notebook name -> grade id -> cell type. A test keeps this equal to the source notebooks."""
