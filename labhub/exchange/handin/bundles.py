"""A bundle of `nnlab.handin`: a zip made without a network, handed in later.

Its manifest names the files and their hashes. What is in it is handed in as if it had come by
itself; the time in it is the student's word and never counts.
"""

import io
import json
import zipfile
from collections.abc import Mapping
from dataclasses import dataclass

from labhub.exchange.handin.errors import BundleDamagedError, WrongAssignmentError
from labhub.exchange.handin.uploads import Part, Upload

FORMAT = "labhub-bundle-1"
MANIFEST = "manifest.json"
MANIFEST_BYTES = 1 << 20
PIECE_BYTES = 1 << 18


@dataclass(frozen=True)
class _Manifest:
    """What a bundle says of itself."""

    assignment: str
    digests: Mapping[str, str]
    """SHA-256 of every file, by its path."""


def unpack_bundle(upload: Upload, assignment: str) -> None:
    """Put the files of a bundle in its place; leave any other upload as it is.

    Raises `BundleDamagedError`, `WrongAssignmentError` and what the upload refuses of a file.
    """
    if len(upload.parts) != 1 or not upload.parts[0].path.lower().endswith(".zip"):
        return
    bundle = upload.parts[0]
    content = bundle.incoming.content(upload.limits.file_bytes)
    try:
        with zipfile.ZipFile(io.BytesIO(content)) as archive:
            manifest = _manifest(archive)
            if manifest is None:
                return
            if manifest.assignment != assignment:
                raise WrongAssignmentError(
                    f"This bundle was made for {manifest.assignment[:64]!a}, not for {assignment}.",
                    hint="Choose the other bundle, or hand this one in where it belongs.",
                )
            upload.parts.clear()
            for path, digest in manifest.digests.items():
                _ensure_same(_written(archive, path, upload), digest)
    except (zipfile.BadZipFile, EOFError, OSError, NotImplementedError, RuntimeError):
        raise _damaged("it cannot be unpacked") from None


def _manifest(archive: zipfile.ZipFile) -> _Manifest | None:
    """The manifest; None for a zip that is no bundle."""
    try:
        with archive.open(MANIFEST) as stream:
            data = json.loads(stream.read(MANIFEST_BYTES))
    except (KeyError, ValueError, RecursionError):
        return None
    if not isinstance(data, dict) or data.get("format") != FORMAT:
        return None
    try:
        digests = {str(file["path"]): str(file["sha256"]) for file in data["files"]}
        return _Manifest(str(data["assignment"]), digests)
    except (KeyError, TypeError):
        raise _damaged("its manifest lacks something") from None


def _written(archive: zipfile.ZipFile, path: str, upload: Upload) -> Part:
    part = upload.begin(path)
    try:
        stream = archive.open(path)
    except KeyError:
        raise _damaged(f"{path[:80]!a} is not in it") from None
    with stream:
        while piece := stream.read(PIECE_BYTES):
            part.write(piece)
    return part


def _ensure_same(part: Part, digest: str) -> None:
    if part.incoming.sha256 != digest:
        raise _damaged(f"{part.path!a} is not the file that its manifest names")


def _damaged(why: str) -> BundleDamagedError:
    return BundleDamagedError(
        f"The bundle is damaged: {why}.",
        hint="Make it again with nnlab.handin(), or hand in the notebook itself.",
    )
