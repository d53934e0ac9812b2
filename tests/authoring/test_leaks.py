import base64
import bz2
import codecs
import gzip
import io
import json
import lzma
import pickle
import shutil
import struct
import tarfile
import zipfile
import zlib
from pathlib import Path

import pytest

from labhub.authoring.checks import read_checks
from labhub.authoring.leaks import scan
from labhub.authoring.notebook import read_notebook
from labhub.authoring.release import trial_build
from labhub.authoring.secrets import Secrets, secrets_of
from tests.authoring import mini_course

SECRET = "return total_of_all_numbers / np.size(x)"
PROSE = "it looks at ranks and not at sizes"


@pytest.fixture(scope="module")
def built(tmp_path_factory: pytest.TempPathFactory) -> tuple[Path, Secrets]:
    """A release without a leak, and the secrets of its source."""
    root = tmp_path_factory.mktemp("leaks")
    course = mini_course.write_course(root / "course")
    with trial_build(course, "lab1") as trial:
        shutil.copytree(trial.folder, root / "release")
    return root / "release", secrets_for(course, root / "release")


def secrets_for(course: Path, release: Path) -> Secrets:
    source = read_notebook(course / "source/lab1/lab1.ipynb")
    released = read_notebook(release / "lab1.ipynb")
    return secrets_of(source, released, read_checks(course / "checks/lab1"))


@pytest.fixture
def release(built: tuple[Path, Secrets], tmp_path: Path) -> Path:
    return Path(shutil.copytree(built[0], tmp_path / "lab1"))


@pytest.fixture
def secrets(built: tuple[Path, Secrets]) -> Secrets:
    return built[1]


def found(release: Path, secrets: Secrets) -> list[tuple[str, str]]:
    return [(finding.code, finding.sentence) for finding in scan(release, secrets).findings]


def change_notebook(release: Path, change) -> None:
    path = release / "lab1.ipynb"
    content = json.loads(path.read_text())
    change(content)
    path.write_text(json.dumps(content))


def test_a_fresh_build_leaks_nothing(release, secrets):
    result = scan(release, secrets)
    assert result.findings == ()
    assert result.files == 1
    assert result.secrets > 8


def test_innocent_files_are_no_leak(release, secrets):
    (release / "help.py").write_text(
        "import numpy as np\n\ndef mean(x):\n    return x\n\nx = np.asarray(x)\n"
    )
    (release / "data.csv").write_text("1.0,2.0\n8.0,9.0,11.0\n")
    assert found(release, secrets) == []


@pytest.mark.parametrize(
    ("text", "owner"),
    [
        (SECRET, "l1e01-mean"),
        ("total = lambda: total_of_all_numbers/np.size( x )", "l1e01-mean"),
        ("expected = reference.mean([8.0, 9.0, 11.0])", "l1e01-t1"),
        ("adding a constant adds it to the mean", "l1e01-t1"),
        ("Remember that " + PROSE + ", always.", "l1m-a"),
        ("return np.sum(x) / max(1, np.size(x) - 1)", "checks/lab1/mean.py"),
    ],
)
def test_every_kind_of_secret_is_recognised(release, secrets, text, owner):
    (release / "notes.txt").write_text(f"Something before.\n{text}\nSomething after.\n")
    findings = found(release, secrets)
    assert any(code == "leak" and owner in sentence for code, sentence in findings), findings


def zipped(data: bytes) -> bytes:
    target = io.BytesIO()
    with zipfile.ZipFile(target, "w", zipfile.ZIP_DEFLATED) as archive:
        archive.writestr("inner.txt", data)
    return target.getvalue()


def tarred(data: bytes) -> bytes:
    target = io.BytesIO()
    with tarfile.open(fileobj=target, mode="w") as archive:
        member = tarfile.TarInfo("inner.txt")
        member.size = len(data)
        archive.addfile(member, io.BytesIO(data))
    return target.getvalue()


def png(kind: bytes, body: bytes) -> bytes:
    def chunk(name: bytes, content: bytes) -> bytes:
        checksum = struct.pack(">I", zlib.crc32(name + content))
        return struct.pack(">I", len(content)) + name + content + checksum

    return b"\x89PNG\r\n\x1a\n" + chunk(kind, body) + chunk(b"IEND", b"")


FORMS = {
    "utf-16": lambda data: data.decode().encode("utf-16"),
    "base64": base64.b64encode,
    "base64 inside a word": lambda data: b"prefix" + base64.b64encode(data),
    "base64 for addresses": base64.urlsafe_b64encode,
    "base64 in lines": base64.encodebytes,
    "base64 twice": lambda data: base64.b64encode(base64.b64encode(data)),
    "zlib and base64": lambda data: base64.b64encode(zlib.compress(data)),
    "hexadecimal": lambda data: data.hex().encode(),
    "hexadecimal with spaces": lambda data: data.hex(" ").encode(),
    "escapes": lambda data: "".join(f"\\x{byte:02x}" for byte in data).encode(),
    "unicode escapes": lambda data: "".join(f"\\u{byte:04x}" for byte in data).encode(),
    "percent": lambda data: "".join(f"%{byte:02X}" for byte in data).encode(),
    "html": lambda data: "".join(f"&#{byte};" for byte in data).encode(),
    "json": lambda data: json.dumps({"a": [{"b": data.decode()}]}).encode(),
    "json in json": lambda data: json.dumps(json.dumps({"a": data.decode()})).encode(),
    "pickle": lambda data: pickle.dumps({"a": data.decode()}),
    "gzip": gzip.compress,
    "bz2": bz2.compress,
    "xz": lzma.compress,
    "zip": zipped,
    "zip in zip": lambda data: zipped(zipped(data)),
    "tar": tarred,
    "tar.gz": lambda data: gzip.compress(tarred(data)),
    "zlib after something else": lambda data: b"%PDF stream\n" + zlib.compress(data),
    "png text": lambda data: png(b"tEXt", b"Comment\0" + data),
    "png compressed text": lambda data: png(b"zTXt", b"Comment\0\0" + zlib.compress(data)),
    "after the end of a png": lambda data: png(b"tEXt", b"a\0b") + zlib.compress(data),
    "backwards": lambda data: data[::-1],
    "rot13": lambda data: codecs.encode(data.decode(), "rot13").encode(),
    "other quotes and no spaces": lambda data: data.replace(b" ", b""),
}


@pytest.mark.parametrize("form", FORMS)
def test_a_secret_is_recognised_in_every_form(release, secrets, form):
    (release / "file.bin").write_bytes(FORMS[form](SECRET.encode()))
    assert [code for code, _ in found(release, secrets)] == ["leak"]


@pytest.mark.parametrize(
    "place",
    [
        lambda nb: nb["metadata"].update(note=SECRET),
        lambda nb: nb["cells"][0]["metadata"].update(note={"deep": [SECRET]}),
        lambda nb: nb["cells"][0]["metadata"].update({SECRET: 1}),
        lambda nb: nb["cells"][0].update(attachments={"a.txt": {"text/plain": SECRET}}),
        lambda nb: nb["cells"][1].update(source=[f"# {SECRET}\n", "x = 1"]),
        lambda nb: nb["cells"][1].update(
            outputs=[{"output_type": "stream", "name": "stdout", "text": SECRET}]
        ),
        lambda nb: nb["cells"][1].update(
            outputs=[
                {
                    "output_type": "display_data",
                    "metadata": {},
                    "data": {"image/png": base64.b64encode(png(b"tEXt", SECRET.encode())).decode()},
                }
            ]
        ),
    ],
    ids=["notebook", "cell metadata", "key", "attachment", "source", "output", "picture"],
)
def test_a_secret_is_found_anywhere_in_a_notebook(release, secrets, place):
    change_notebook(release, place)
    assert any(code == "leak" for code, _ in found(release, secrets))


def test_a_finding_names_the_file_the_cell_and_the_way(release, secrets):
    change_notebook(
        release,
        lambda nb: nb["cells"][1]["metadata"].update(
            note=base64.b64encode(SECRET.encode()).decode()
        ),
    )
    (finding,) = scan(release, secrets).findings
    assert finding.place == "lab1.ipynb > l1g-imports metadata > base64"
    assert "lab1.ipynb: l1e01-mean" in finding.sentence


def test_a_file_name_can_leak(release, secrets):
    (release / "total_of_all_numbers_slash_np.size(x)").touch()
    (release / (SECRET.replace("/", ":") + ".txt")).touch()
    assert found(release, secrets) == []
    (release / "it looks at ranks and not at sizes.txt").touch()
    assert [code for code, _ in found(release, secrets)] == ["leak"]


def test_numbers_of_an_answer_give_it_away_together(tmp_path):
    numbers = 'hand = {"z1": 0.59327, "h1": 0.64410, "loss": 0.13571}'
    cells = mini_course.lab_cells()
    cells[2]["source"] = f"### BEGIN SOLUTION\n{numbers}\n### END SOLUTION"
    course = mini_course.write_course(tmp_path / "course", cells, checks={})
    with trial_build(course, "lab1") as trial:
        secrets = secrets_for(course, trial.folder)
        (trial.folder / "one.txt").write_text("About 0.59327 of them.")
        assert found(trial.folder, secrets) == []
        (trial.folder / "all.txt").write_text("0.13571 then 0.64410; 0.59327")
        assert [code for code, _ in found(trial.folder, secrets)] == ["leak"]


def test_a_marker_left_behind_is_found(release, secrets):
    (release / "a.py").write_text("### BEGIN SOLUTION\n")
    assert [code for code, _ in found(release, secrets)] == ["marker-left"]


@pytest.mark.parametrize("stored", [{"outputs": [{"output_type": "x"}]}, {"execution_count": 1}])
def test_an_output_left_behind_is_found(release, secrets, stored):
    change_notebook(release, lambda nb: nb["cells"][1].update(stored))
    assert [code for code, _ in found(release, secrets)] == ["stored-output"]


def test_a_picture_of_an_answer_stays_attached_under_nbgrader(tmp_path):
    cells = mini_course.lab_cells()
    cells[-1]["source"] = "![sketch](attachment:sketch.png)"
    cells[-1]["attachments"] = {"sketch.png": {"image/png": "AAAA"}}
    course = mini_course.write_course(tmp_path / "course", cells)
    with trial_build(course, "lab1") as trial:
        findings = found(trial.folder, secrets_for(course, trial.folder))
    assert [code for code, _ in findings] == ["attachment-left"]


def test_a_solution_copied_into_a_given_cell_is_found(tmp_path):
    body = "    a_first = 1 + len(x)\n    b_second = 2 + a_first\n    c_third = 3 + b_second"
    answer = (
        f"def mean(x):\n    ### BEGIN SOLUTION\n{body}\n    return c_third\n    ### END SOLUTION"
    )
    cells = mini_course.lab_cells()
    cells[2]["source"] = answer
    cells.append(mini_course.code(f"def draft(x):\n{body}\n    return c_third", "draft"))
    course = mini_course.write_course(tmp_path / "course", cells)
    with trial_build(course, "lab1") as trial:
        findings = found(trial.folder, secrets_for(course, trial.folder))
    assert [code for code, _ in findings] == ["copied-secret"]


def test_anchor_answers_in_the_metadata_are_secret(tmp_path):
    units = mini_course.units()
    units["manual"][0]["rubric"] = [
        {"criterion": "uses ranks", "anchor": "The median depends only on the order of the values"}
    ]
    course = mini_course.write_course(tmp_path / "course", nnlab=units)
    with trial_build(course, "lab1") as trial:
        findings = found(trial.folder, secrets_for(course, trial.folder))
    assert [code for code, _ in findings] == ["leak"]


def test_an_output_stored_in_the_source_is_secret(tmp_path):
    cells = mini_course.lab_cells()
    printed = "the hidden expectation is 12.75 apples"
    cells[3]["outputs"] = [{"output_type": "stream", "name": "stdout", "text": printed}]
    course = mini_course.write_course(tmp_path / "course", cells)
    with trial_build(course, "lab1") as trial:
        (trial.folder / "log.txt").write_text(f">>> {printed}\n")
        findings = found(trial.folder, secrets_for(course, trial.folder))
    assert [code for code, _ in findings] == ["leak"]
    assert "output of a hidden test" in findings[0][1]


def test_bombs_are_bounded(release, secrets):
    (release / "bomb.gz").write_bytes(gzip.compress(gzip.compress(bytes(40 << 20))))
    assert found(release, secrets) == []


@pytest.mark.parametrize(
    "data", [b"PK\x03\x04broken", b"\x1f\x8bbroken", b"BZhbroken", b"\xfd7zXZ\x00x", b"{not json"]
)
def test_damaged_files_are_read_as_far_as_they_go(release, secrets, data):
    (release / "broken").write_bytes(data + b"\n" + SECRET.encode())
    assert [code for code, _ in found(release, secrets)] == ["leak"]
