"""What a student imports in a lab: data, plots, visible checks, hand-in.

Pure Python on numpy and matplotlib; torch and scikit-learn are touched only where a lab uses them.
"""

from nnlab.handin import handin
from nnlab.session import MODES, Session, resolve_mode, seed_all, start
from nnlab.variants import own_group, variant

__version__ = "0.1.0"

__all__ = [
    "MODES",
    "Session",
    "__version__",
    "handin",
    "own_group",
    "resolve_mode",
    "seed_all",
    "start",
    "variant",
]
