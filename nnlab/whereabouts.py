"""Where a notebook runs, and whether somebody is there to answer a question."""

import getpass
import importlib
import os
import sys
import warnings

URL = "LABHUB_SERVICE_URL"
TOKEN = "LABHUB_TOKEN"  # noqa: S105 - a variable's name
HUB_TOKEN = "JUPYTERHUB_API_TOKEN"  # noqa: S105
HUB_USER = "JUPYTERHUB_USER"


def place() -> str:
    """`colab`, `hub` or `own`, as the hand-in service names them."""
    if "google.colab" in sys.modules:
        return "colab"
    return "hub" if os.environ.get(HUB_USER) else "own"


def is_test_run() -> bool:
    """Whether the notebook is run for its results, with nobody to hand in."""
    return os.environ.get("NNLAB_MODE") == "test"


def known(name: str) -> str:
    """A value from the environment, or from Colab's secrets; empty where neither has it."""
    return os.environ.get(name, "") or _colab_secret(name)


def service_url() -> str:
    """The address of the hand-in service, where one is known."""
    return known(URL)


def token(url: str) -> str:
    """The token for a service, where one is known: on the Hub, for its service, the server's."""
    if own := known(TOKEN):
        return own
    is_hubs = place() == "hub" and url == os.environ.get(URL, "")
    return os.environ.get(HUB_TOKEN, "") if is_hubs else ""


def ask(question: str, *, hidden: bool = False) -> str | None:
    """What somebody types; None where nobody can be asked (grading, validation, a script)."""
    with warnings.catch_warnings():
        # Where what is typed cannot be hidden, nobody is asked for a secret.
        warnings.simplefilter("error", getpass.GetPassWarning)
        try:
            return getpass.getpass(question) if hidden else input(question)
        # Jupyter's own error for a kernel without a keyboard is a NotImplementedError.
        except (EOFError, OSError, NotImplementedError, KeyboardInterrupt, getpass.GetPassWarning):
            return None


def _colab_secret(name: str) -> str:
    """A secret of Colab's. It raises for one that is not there, or not open to this notebook."""
    if place() != "colab":
        return ""
    try:
        return str(importlib.import_module("google.colab.userdata").get(name) or "")
    except Exception:  # its errors are of no public class
        return ""
