"""One family of errors: each leaf has its own code, survives a process border, is documented."""

import pickle
from pathlib import Path

import pytest

from labhub.errors import LabhubError
from tools.reference import all_errors

DOCS = Path(__file__).parent.parent / "docs" / "reference" / "errors.md"
LEAVES = all_errors()


@pytest.mark.parametrize("leaf", LEAVES, ids=lambda leaf: leaf.code)
def test_an_error_survives_a_process_border(leaf: type[LabhubError]) -> None:
    error = leaf("The lab 'x' is gone.", hint="Look below the sofa.")
    copy = pickle.loads(pickle.dumps(error))
    assert type(copy) is leaf
    assert (copy.message, copy.hint, str(copy)) == (error.message, error.hint, str(error))


def test_no_two_errors_share_a_code() -> None:
    codes = [leaf.code for leaf in LEAVES]
    assert sorted(set(codes)) == sorted(codes)


@pytest.mark.parametrize("leaf", LEAVES, ids=lambda leaf: leaf.code)
def test_a_code_is_its_own_and_speaks(leaf: type[LabhubError]) -> None:
    assert "code" in vars(leaf), "a leaf names its own code"
    assert leaf.code == leaf.code.lower().replace("_", "-").replace(" ", "-")
    assert leaf.exit_code in (1, 2, 3, 4)


@pytest.mark.parametrize("leaf", LEAVES, ids=lambda leaf: leaf.code)
def test_an_error_is_documented(leaf: type[LabhubError]) -> None:
    assert f"| `{leaf.code}` |" in DOCS.read_text(encoding="utf-8"), (
        "run: python -m tools.reference"
    )


def test_the_message_comes_before_the_hint() -> None:
    assert str(LabhubError("What.", hint="Do this.")) == "What.\nDo this."
    assert str(LabhubError("What.")) == "What."
