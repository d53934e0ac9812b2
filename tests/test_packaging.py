"""What an installation rests on: locked, the same everywhere, and from no named host."""

import json
import re
import subprocess
from pathlib import Path

import pytest
import yaml

from tools.environment import environment, locked

ROOT = Path(__file__).parent.parent
LOCKS = sorted((ROOT / "requirements").glob("*.txt"))
HOSTS = (
    "pypi." + "org",
    "python" + "hosted.org",
    "npmjs." + "org",
    "yarnpkg." + "com",
    "anaconda." + "org",
    "download.pytorch" + ".org",
    "registry" + ".npm",
)


def tracked_files() -> list[Path]:
    listed = subprocess.run(
        ["git", "ls-files", "-z"], cwd=ROOT, capture_output=True, text=True, check=True
    )
    return [ROOT / name for name in listed.stdout.split("\0") if name and (ROOT / name).is_file()]


def test_no_tracked_file_names_a_registry() -> None:
    """A mirror or an offline machine installs from the same files."""
    found = {
        f"{path.relative_to(ROOT)}: {host}"
        for path in tracked_files()
        for host in HOSTS
        if host.encode() in path.read_bytes()
    }
    assert found == set()


@pytest.mark.parametrize("path", LOCKS, ids=lambda path: path.name)
def test_every_locked_requirement_has_hashes(path: Path) -> None:
    text = path.read_text()
    bare = [
        block.split()[0]
        for block in re.split(r"\n(?=\S)", text)
        if "==" in block and "--hash=sha256:" not in block
    ]
    assert bare == []


def test_the_conda_environment_is_made_from_the_locked_file() -> None:
    lock = (ROOT / "requirements" / "dev.txt").read_text()
    written = (ROOT / "environment.yml").read_text()
    assert written == environment(lock), "run: python -m tools.environment"
    packages = yaml.safe_load(written)["dependencies"][-1]["pip"]
    assert packages == locked(lock)


def test_torch_and_torchvision_stand_in_the_lock_together() -> None:
    names = {
        line.split("==")[0] for line in locked((ROOT / "requirements" / "dev.txt").read_text())
    }
    assert {"torch", "torchvision"} <= names


def test_the_lock_of_the_proxy_names_no_place_to_load_from() -> None:
    lock = json.loads((ROOT / "package-lock.json").read_text())
    assert not any("resolved" in package for package in lock["packages"].values())
    assert all("integrity" in package for name, package in lock["packages"].items() if name)
