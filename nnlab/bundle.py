"""A hand-in as one file, for later: where there is no network, or no token at hand.

The manifest names the files, their hashes and the time at which the bundle was made. The course
counts the time at which it is uploaded.
"""

import hashlib
import io
import json
import zipfile
from collections.abc import Mapping
from datetime import UTC, datetime
from pathlib import Path

FORMAT = "labhub-bundle-1"
MANIFEST = "manifest.json"


def write_bundle(
    folder: Path,
    assignment: str,
    files: Mapping[str, bytes],
    *,
    place: str,
    complete: bool,
    made_at: datetime | None = None,
) -> Path:
    """Write `<assignment>-handin.zip` into the folder; the path of the file."""
    manifest = {
        "format": FORMAT,
        "assignment": assignment,
        "place": place,
        "complete": complete,
        "made_at": (made_at or datetime.now(UTC)).isoformat(timespec="seconds"),
        "files": [
            {
                "path": name,
                "sha256": hashlib.sha256(content).hexdigest(),
                "size_bytes": len(content),
            }
            for name, content in files.items()
        ],
    }
    made = io.BytesIO()
    with zipfile.ZipFile(made, "w", zipfile.ZIP_DEFLATED) as archive:
        archive.writestr(MANIFEST, json.dumps(manifest, indent=1, ensure_ascii=False))
        for name, content in files.items():
            archive.writestr(name, content)
    target = folder / f"{assignment}-handin.zip"
    target.write_bytes(made.getvalue())
    return target
