"""Which graded cells belong to which lab, so that a hand-in can be checked before it is sent."""

LAB1 = {
    "l1e01-paper": "code",
}
CELLS = {"lab1_feedforward": LAB1}
"""Notebook name -> grade id -> cell type. A test keeps this equal to the source notebooks."""
