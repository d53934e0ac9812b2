"""Runs a notebook from top to bottom as plain Jupyter does: `python colab_runner.py NOTEBOOK`.

Lives without the repository: the environment in which it runs has nothing but its own packages.
Prints one JSON object: what the first cell said, which cells raised, and how long it took.
"""

import json
import sys
import time
from pathlib import Path

import nbformat
from nbclient import NotebookClient

CELL_TIMEOUT_S = 300


def run(path: Path) -> dict[str, object]:
    """Execute every cell, also behind one that raises."""
    notebook = nbformat.read(path, as_version=4)
    client = NotebookClient(
        notebook,
        timeout=CELL_TIMEOUT_S,
        kernel_name="python3",
        allow_errors=True,
        resources={"metadata": {"path": str(path.parent)}},
    )
    began = time.monotonic()
    client.execute()
    return {
        "seconds": round(time.monotonic() - began, 1),
        "cells": sum(cell.cell_type == "code" for cell in notebook.cells),
        "errors": [error for cell in notebook.cells for error in errors_of(cell)],
        "text": "".join(text_of(cell) for cell in notebook.cells),
    }


def errors_of(cell: nbformat.NotebookNode) -> list[str]:
    """First line of the cell, name and value of its error."""
    return [
        f"{cell.source.splitlines()[0]}: {output.ename}: {output.evalue}"
        for output in cell.get("outputs", ())
        if output.output_type == "error"
    ]


def text_of(cell: nbformat.NotebookNode) -> str:
    """What the cell printed."""
    return "".join(
        output.text for output in cell.get("outputs", ()) if output.output_type == "stream"
    )


if __name__ == "__main__":
    sys.stdout.write(json.dumps(run(Path(sys.argv[1]))) + "\n")
