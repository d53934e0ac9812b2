"""The data sets of the labs that do not come with a package: their files, and where they are had.

A mirror is the address of a folder that holds the files under their own names. Whatever a mirror
sends, only a file with the right SHA-256 is kept.
"""

from collections.abc import Mapping
from dataclasses import dataclass

from nnlab.corpora import EWT_ADDRESS, EWT_SHA256
from nnlab.datasets import FASHION_SHA256


@dataclass(frozen=True)
class DataSet:
    """A data set that can be fetched."""

    name: str
    """Of the folder below the data folder, too."""
    title: str
    files: Mapping[str, str]
    """File -> SHA-256 of its content; of a `.gz`, of what is inside: mirrors pack differently."""
    mirrors: tuple[str, ...]
    """Tried in this order."""
    megabytes: int
    """About, to download."""
    licence: str
    substitute: str
    """What the labs use without it."""


SETS = {
    each.name: each
    for each in (
        DataSet(
            name="fashion-mnist",
            title="Fashion-MNIST, 70,000 pictures of clothes",
            files=FASHION_SHA256,
            mirrors=(
                "https://raw.githubusercontent.com/zalandoresearch/fashion-mnist/"
                "b2617bb6d3ffa2e429640350f613e3291e10b141/data/fashion/",
                "http://fashion-mnist.s3-website.eu-central-1.amazonaws.com/",
            ),
            megabytes=30,
            licence="MIT",
            substitute="the 8x8 digits of scikit-learn",
        ),
        DataSet(
            name="ud-english-ewt",
            title="UD English EWT, sentences from web texts with their word classes",
            files=EWT_SHA256,
            mirrors=(EWT_ADDRESS,),
            megabytes=16,
            licence="CC BY-SA 4.0",
            substitute="sentences of a small grammar",
        ),
    )
}
"""Every data set by its name."""
