"""Builds the wheel of nnlab that students put beside a notebook: `python -m tools.wheel FOLDER`.

nnlab is pure Python, so a wheel is a zip of its files and three files that describe it. The same
files give the same bytes.
"""

import base64
import hashlib
import sys
import zipfile
from pathlib import Path

import nnlab

ROOT = Path(__file__).parent.parent
LONG_AGO = (1980, 1, 1, 0, 0, 0)
METADATA = """\
Metadata-Version: 2.1
Name: nnlab
Version: {version}
Summary: What a student imports in a lab: data, plots, visible checks, hand-in.
License: BSD-3-Clause
Requires-Python: >=3.11
Requires-Dist: numpy>=1.26
Requires-Dist: matplotlib>=3.9
Requires-Dist: scikit-learn>=1.5
"""
WHEEL = "Wheel-Version: 1.0\nGenerator: tools.wheel\nRoot-Is-Purelib: true\nTag: py3-none-any\n"


def build_wheel(folder: Path) -> Path:
    """Write nnlab-<version>-py3-none-any.whl into the folder; the path of the file."""
    version = nnlab.__version__
    described = f"nnlab-{version}.dist-info"
    files = {
        path.relative_to(ROOT).as_posix(): path.read_bytes()
        for path in sorted((ROOT / "nnlab").rglob("*.py"))
    }
    files[f"{described}/METADATA"] = METADATA.format(version=version).encode()
    files[f"{described}/WHEEL"] = WHEEL.encode()
    files[f"{described}/RECORD"] = _record(files, f"{described}/RECORD").encode()
    folder.mkdir(parents=True, exist_ok=True)
    target = folder / f"nnlab-{version}-py3-none-any.whl"
    with zipfile.ZipFile(target, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, content in files.items():
            info = zipfile.ZipInfo(name, LONG_AGO)
            info.external_attr = 0o644 << 16
            archive.writestr(info, content, zipfile.ZIP_DEFLATED)
    return target


def _record(files: dict[str, bytes], own_name: str) -> str:
    """Name, digest and size of every file, as the format of wheels wants them."""
    lines = []
    for name, content in files.items():
        digest = base64.urlsafe_b64encode(hashlib.sha256(content).digest()).rstrip(b"=").decode()
        lines.append(f"{name},sha256={digest},{len(content)}")
    return "\n".join([*lines, f"{own_name},,", ""])


if __name__ == "__main__":
    sys.stdout.write(f"{build_wheel(Path(sys.argv[1] if len(sys.argv) > 1 else 'dist'))}\n")
