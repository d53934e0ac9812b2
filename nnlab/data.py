"""`python -m nnlab data`: what data sets there are, fetching them, checking a folder of them."""

import argparse
from collections.abc import Sequence
from pathlib import Path

from nnlab.download import TIMEOUT_S, DownloadError, fetch, is_right
from nnlab.session import cache_dir, resolve_data_dir
from nnlab.sources import SETS, DataSet


def data(arguments: Sequence[str]) -> int:
    """Run `list`, `fetch` or `verify`; 0 when all is well, 1 when something is missing."""
    chosen = _parser().parse_args(arguments)
    sets = [SETS[name] for name in chosen.names or SETS]
    match chosen.verb:
        case "list":
            return _list(sets)
        case "verify":
            return _verify(sets, chosen.folder or resolve_data_dir() or cache_dir())
    return _fetch(sets, chosen.to or cache_dir(), chosen.source, chosen.timeout)


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(prog="python -m nnlab data", description=__doc__)
    verbs = parser.add_subparsers(dest="verb", required=True)
    listing = verbs.add_parser("list", help="what sets there are, and where they lie")
    verify = verbs.add_parser("verify", help="compare the files of a folder with their SHA-256")
    verify.add_argument("--folder", type=Path, help="default: the data folder in use")
    fetching = verbs.add_parser("fetch", help="download what is missing, verified")
    fetching.add_argument("--to", type=Path, help="data folder; default: ~/.cache/nnlab")
    fetching.add_argument(
        "--from",
        dest="source",
        action="append",
        default=[],
        help="address or folder to try first, e.g. of a USB stick; may be given again",
    )
    fetching.add_argument("--timeout", type=float, default=TIMEOUT_S, help="seconds per mirror")
    for verb in (listing, verify, fetching):
        verb.add_argument(
            "names", nargs="*", type=_known, metavar="NAME", help=f"default: {', '.join(SETS)}"
        )
    return parser


def _known(name: str) -> str:
    if name not in SETS:
        raise argparse.ArgumentTypeError(f"{name!r} is none of {', '.join(SETS)}")
    return name


def _list(sets: Sequence[DataSet]) -> int:
    folder = resolve_data_dir()
    for each in sets:
        there = folder is not None and all((folder / each.name / n).is_file() for n in each.files)
        place = str(folder / each.name) if there and folder else "not here"
        print(f"{each.name:<16} {each.megabytes:>4} MB  {each.licence:<13} {each.title}: {place}")
    return 0


def _verify(sets: Sequence[DataSet], folder: Path) -> int:
    wrong = 0
    for each in sets:
        for name, sha256 in each.files.items():
            right = is_right(folder / each.name / name, sha256)
            wrong += not right
            print(f"{'ok' if right else '!!'}  {each.name}/{name}")
    return int(wrong > 0)


def _fetch(sets: Sequence[DataSet], folder: Path, first: Sequence[str], timeout_s: float) -> int:
    """Fetch every set; where that fails, say loudly what the labs will use instead."""
    failed = 0
    for each in sets:
        print(f"{each.title} ({each.megabytes} MB, {each.licence}):")
        try:
            print(f"is in {fetch(each, folder, first=first, timeout_s=timeout_s)}")
        except (DownloadError, OSError) as problem:
            failed += 1
            print("!" * 78)
            print(f"!! {problem}")
            print(f"!! Without it the labs use {each.substitute}, and say so in every figure.")
            print("!! Try again: what has arrived is kept.")
            print("!" * 78)
    return int(failed > 0)
