"""A test that cannot be split runs here, in a snapshot, beside the student's objects.

What it answers is not to be trusted: the student's code could change it. Such a verdict says so.
"""

import ast
import traceback
from typing import Any

from labhub.grading.answer.shell import LabShell
from labhub.grading.mail import Letter, Mailbox

_FILE = "<test>"


def run_beside(mailbox: Mailbox, shell: LabShell) -> None:
    """Receive one test's source, run it in the shell's namespace, and answer how it ended."""
    source = str(mailbox.receive()["source"])
    mailbox.send(_outcome(source, shell))


def _outcome(source: str, shell: LabShell) -> Letter:
    try:
        value = _run(shell.transform_cell(source), shell.user_ns)
    except BaseException as error:  # also SystemExit: the examiner waits for an answer
        frames = traceback.extract_tb(error.__traceback__)
        lines = [frame.lineno for frame in frames if frame.filename == _FILE]
        return {
            "failed": isinstance(error, AssertionError),
            "line": lines[-1] if lines else None,
            "detail": "".join(traceback.format_exception(error)),
        }
    number = isinstance(value, int | float) and not isinstance(value, bool)
    return {"value": value if number else None}


def _run(source: str, namespace: dict[str, Any]) -> Any:  # noqa: ANN401 - the test's last value
    """Run `source` as a cell is run; the value of its last expression, else None."""
    tree = ast.parse(source, _FILE)
    last = tree.body.pop() if tree.body and isinstance(tree.body[-1], ast.Expr) else None
    exec(compile(tree, _FILE, "exec"), namespace)  # noqa: S102 - the course's own test
    if not isinstance(last, ast.Expr):
        return None
    return eval(compile(ast.Expression(last.value), _FILE, "eval"), namespace)  # noqa: S307
