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
    "lab2_sequences": _cells(
        code="""
        l2g-parameters l2g-bootstrap l2g-corpus l2e01-text l2g-check-text l2e01-t1
        l2e01-t2 l2e01-t3 l2g-plot-padding l2e02-baseline l2g-check-baseline l2e02-t1
        l2e02-t2 l2g-plot-unrolled l2e03-rnn l2g-check-rnn l2e03-t1 l2e03-t2 l2e03-t3
        l2g-cells l2e04-clip l2e04-memory l2g-check-memory l2e04-t1 l2e04-t2
        l2g-plot-memory l2e05-stream l2g-check-stream l2e05-t1 l2e05-t2 l2g-plot-cell
        l2e06-lstm l2g-check-lstm l2e06-t1 l2e06-t2 l2g-source l2e07-charlm l2e07-train
        l2g-check-lm l2e07-t1 l2e07-t2 l2g-before-look l2g-before-start
        l2g-before-overfit l2g-before-shuffle l2g-before-constant l2g-train-source
        l2e08-sampling l2g-check-sampling l2e08-t1 l2e08-t2 l2g-train-text l2g-samples
        l2e09-tagger l2e09-train l2g-check-tagger l2e09-t1 l2e09-t2 l2e09-t3
        l2g-train-tagger l2g-plot-confusion l2g-plot-kinds l2g-mistakes l2e09-remedy
        l2g-handin
        """,
        markdown="l2m-a l2m-b l2m-c l2m-d",
    ),
    "lab3_vision": _cells(
        code="""
        l3g-parameters l3g-bootstrap l3e01-arithmetic l3g-check-arithmetic
        l3g-plot-field l3e01-t1 l3e01-t2 l3e01-t3 l3e02-conv l3g-check-conv
        l3g-plot-kernels l3e02-t1 l3e02-t2 l3e02-t3 l3e03-convback l3e03-pool
        l3g-check-convback l3e03-t1 l3e03-t2 l3e03-t3 l3g-data l3g-budget l3e04-cnn
        l3g-check-cnn l3e04-loop l3g-check-loop l3e04-t1 l3e04-t2 l3e04-t3
        l3g-before-look l3g-before-start l3g-before-overfit l3g-before-shuffle
        l3g-before-constant l3g-train-cnn l3g-plot-filters l3g-plot-mistakes
        l3g-plot-speed l3e05-shift l3g-check-shift l3e05-t1 l3e05-t2 l3g-plot-heat
        l3g-torchvision l3e06-loss l3e06-model l3g-check-dae l3e06-t1 l3e06-t2
        l3g-train-dae l3g-plot-walk l3e07-losses l3e07-step l3g-check-gan l3e07-t1
        l3e07-t2 l3e07-t3 l3g-train-ring l3g-train-dcgan l3e08-attack l3g-check-attack
        l3e08-t1 l3e08-t2 l3g-plot-triptych l3e09-harden l3g-check-harden l3e09-t1
        l3g-train-hardened l3e04-ablation l3g-handin
        """,
        markdown="l3m-a l3m-b l3m-c l3m-d",
    ),
}
"""Notebook name -> grade id -> cell type. A test keeps this equal to the source notebooks."""
