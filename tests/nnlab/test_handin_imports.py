"""Handing in needs Python's own library only: nothing of the runtime is installed or replaced."""

import ast
import sys
from pathlib import Path

import pytest

import nnlab

MODULES = ("bundle", "handin", "service", "whereabouts")


@pytest.mark.parametrize("name", MODULES)
def test_handing_in_imports_nothing_that_could_be_missing(name: str) -> None:
    tree = ast.parse((Path(nnlab.__file__).parent / f"{name}.py").read_text())
    named = {
        (node.module or "") if isinstance(node, ast.ImportFrom) else alias.name
        for node in ast.walk(tree)
        if isinstance(node, ast.Import | ast.ImportFrom)
        for alias in node.names
    }
    tops = {each.split(".")[0] for each in named}
    assert tops <= {*sys.stdlib_module_names, "nnlab"}
