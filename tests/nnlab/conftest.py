"""What tests of figures share."""

from collections.abc import Iterator

import matplotlib as mpl
import matplotlib.pyplot as plt
import pytest


@pytest.fixture
def no_figures_left() -> Iterator[None]:
    """Draw without a window, and close every figure at the end."""
    mpl.use("agg")
    yield
    plt.close("all")
