"""A notebook for peers names nobody, in texts, comments, outputs, pictures or metadata."""

import base64
import json
import struct
import zlib
from io import BytesIO

import pytest
from hypothesis import given
from hypothesis import strategies as st
from PIL import Image, PngImagePlugin

from labhub.exchange.anonymise import Identity, Scrubber, anonymised
from labhub.exchange.anonymise.images import PNG, without_metadata
from labhub.exchange.anonymise.notebooks import HIDDEN, LEFT_OUT

ADA = Identity("adalo123", "Ada Max Lovelace", "ada.lovelace@student.example.org", ("99017",))
SCRUBBER = Scrubber((ADA,))


def notebook(*cells: dict, **metadata: object) -> bytes:
    return json.dumps(
        {"cells": list(cells), "metadata": metadata, "nbformat": 4, "nbformat_minor": 5}
    ).encode()


def code(source: str, outputs: object = (), **metadata: object) -> dict:
    return {
        "cell_type": "code",
        "id": "ada-cell",
        "source": source,
        "metadata": metadata,
        "outputs": list(outputs),  # type: ignore[call-overload]
        "execution_count": 7,
    }


def clean(*cells: dict, people: tuple[Identity, ...] = (ADA,), **metadata: object) -> dict:
    return json.loads(anonymised(notebook(*cells, **metadata), "lab.ipynb", people))


@pytest.mark.parametrize(
    ("before", "after"),
    [
        ("By Ada Lovelace, adalo123", "By [name] [name], [name]"),
        ("By ADA MAX LOVELACE", "By [name]"),
        ("Write to ada.lovelace@student.example.org!", "Write to [e-mail]!"),
        ("Write to bob@x.se", "Write to [e-mail]"),
        ("saved in /home/whoever/lab/out.png", "saved in ~/lab/out.png"),
        ("C:\\Users\\whoever\\lab", "~\\lab"),
        ("/data/adalo123_runs/", "/data/[name]_runs/"),
        ("the adagio is untouched, and 1990170 too", "the adagio is untouched, and 1990170 too"),
        ("max of the logits", "max of the logits"),
        ("student 99017", "student [name]"),
        ("see (https://drive.google.com/file/d/1x?u=2) now", "see ([link]) now"),
        ("[![x](https://colab.research.google.com/a.svg)]", "[![x]([link])]"),
        ("![x](data:image/png;base64,QUJD) end", "![x]([picture]) end"),
        ("https://github.com/pytorch/pytorch", "https://github.com/pytorch/pytorch"),
    ],
)
def test_prose_names_nobody(before: str, after: str) -> None:
    assert SCRUBBER.prose(before) == after


@pytest.mark.parametrize(
    ("before", "after"),
    [
        ("x = 1  # by Ada\n", "x = 1  # by [name]\n"),
        ("Max = np.max(z)  # Max is ours\n", "Max = np.max(z)  # [name] is ours\n"),
        ('path = "/home/ada/x"\n', 'path = "~/x"\n'),
        ('"""Ada\nLovelace\n"""\ny = 2\n', '"""[name]\n[name]\n"""\ny = 2\n'),
        ("%cd /home/ada/lab\nx = 1\n", "%cd ~/lab\nx = 1\n"),
        ("!echo adalo123\n", "!echo [name]\n"),
        ("def f(:  # Ada\n", "def f(:  # [name]\n"),
        ("", ""),
    ],
)
def test_code_keeps_its_names_and_loses_peoples(before: str, after: str) -> None:
    assert SCRUBBER.code(before) == after


@pytest.mark.parametrize("text", ["by Åsa Öberg", "by Asa Oberg", "by ÅSA ÖBERG", "in /x/Oberg_1"])
def test_a_name_is_found_with_and_without_its_accents(text: str) -> None:
    found = Scrubber((Identity("x9", "Åsa Öberg"),)).prose(text)
    assert not {"sa", "berg"} & set(found.casefold().replace("[name]", "").split())
    assert "[name]" in found


def test_a_scrubber_of_nobody_takes_out_addresses_only() -> None:
    assert Scrubber(()).prose("Ada at ada@x.org") == "Ada at [e-mail]"


def test_metadata_ids_and_counts_are_gone() -> None:
    found = clean(
        code("x = 1", executionInfo={"user": {"displayName": "Grace Hopper", "userId": "4711x"}}),
        {"cell_type": "markdown", "source": "Grace Hopper and I", "metadata": {"a": "Ada"}},
        authors=[{"name": "Ada"}],
        colab={"name": "ada.ipynb"},
    )
    text = json.dumps(found).replace("metadata", "")
    assert not any(word in text for word in ("Ada", "ada", "Grace", "Hopper", "4711x", "colab"))
    assert [cell["id"] for cell in found["cells"]] == ["cell-1", "cell-2"]
    assert found["cells"][0]["execution_count"] is None


def test_the_declaration_is_hidden() -> None:
    cell = {"cell_type": "markdown", "source": "I worked with Bob", "metadata": {}}
    cell["metadata"] = {"tags": ["declaration"]}
    assert clean(cell)["cells"][0]["source"] == HIDDEN


def test_outputs_name_nobody() -> None:
    found = clean(
        code(
            "f()",
            [
                {"output_type": "stream", "name": "stdout", "text": ["Ada in /home/ada/x\n"]},
                {"output_type": "error", "ename": "E", "evalue": "Ada", "traceback": ["/home/ada"]},
                {
                    "output_type": "execute_result",
                    "data": {"text/plain": "'Ada'", "text/html": "<b>Ada</b>"},
                    "metadata": {},
                    "execution_count": 3,
                },
                {
                    "output_type": "display_data",
                    "data": {"image/svg+xml": "<svg>Ada</svg>"},
                    "metadata": {},
                },
            ],
        )
    )
    outputs = found["cells"][0]["outputs"]
    assert "ada" not in json.dumps(found).casefold().replace("metadata", "")
    assert outputs[2]["data"] == {"text/plain": "'[name]'"}
    assert outputs[3]["data"] == {"text/plain": LEFT_OUT}


def png_with(text: str) -> bytes:
    about = PngImagePlugin.PngInfo()
    about.add_text("Author", text)
    about.add_itxt("Comment", text)
    file = BytesIO()
    Image.new("RGB", (3, 2), "red").save(file, "PNG", pnginfo=about)
    return file.getvalue()


def jpeg_with(text: str) -> bytes:
    file = BytesIO()
    exif = Image.Exif()
    exif[0x013B] = text  # Artist
    Image.new("RGB", (8, 8), "red").save(file, "JPEG", exif=exif, comment=text.encode())
    return file.getvalue()


@pytest.mark.parametrize("make", [png_with, jpeg_with])
def test_a_picture_keeps_its_pixels_and_loses_its_author(make) -> None:
    raw = make("Ada Lovelace")
    assert b"Ada" in raw
    found = without_metadata(base64.b64encode(raw).decode())
    assert found is not None
    clean_raw = base64.b64decode(found)
    assert b"Ada" not in clean_raw
    assert Image.open(BytesIO(clean_raw)).tobytes() == Image.open(BytesIO(raw)).tobytes()


@pytest.mark.parametrize(
    "raw",
    [
        b"",
        b"GIF89a" + b"Ada" * 9,
        PNG,
        PNG + b"\x00",
        png_with("Ada")[:-20],
        jpeg_with("Ada")[:40],
        b"\xff\xd8\x00\x00",
        b"\xff\xd8\xff",
        b"\xff\xd8\xff\xda\x00",
        PNG + struct.pack(">I", 1 << 31) + b"IDAT" + zlib.compress(b"x"),
    ],
)
def test_what_is_no_whole_picture_is_left_out(raw: bytes) -> None:
    assert without_metadata(base64.b64encode(raw).decode()) is None


def test_pictures_in_outputs_and_attachments_are_cleaned() -> None:
    picture = base64.b64encode(png_with("Ada")).decode()
    pasted = {"cell_type": "markdown", "source": "![x](attachment:x.png)", "metadata": {}}
    pasted["attachments"] = {"x.png": {"image/png": picture}, "y.svg": {"image/svg+xml": "Ada"}}
    shown = {"output_type": "display_data", "data": {"image/png": [picture]}, "metadata": {}}
    found = clean(pasted, code("plot()", [shown]))
    assert list(found["cells"][0]["attachments"]) == ["x.png"]
    assert b"Ada" not in base64.b64decode(found["cells"][1]["outputs"][0]["data"]["image/png"])


NAMES = st.text("abcdefghijklmnopqrstuvwxyzåäöéABCDEFÅÄ", min_size=4, max_size=12)
AROUND = st.sampled_from(["{}", "by {}.", "# {}\n", "'{}'", "({})", "/x/{}_1/", "{}@x.org", "=={}"])


@given(NAMES, NAMES, st.lists(AROUND, min_size=1, max_size=5))
def test_no_name_survives_in_prose_or_outputs(ident: str, last: str, shapes: list[str]) -> None:
    text = " ".join(shape.format(name) for shape in shapes for name in (ident, last))
    person = Identity(ident, f"Xyz {last}")
    stream = {"output_type": "stream", "name": "stdout", "text": text}
    prose = {"cell_type": "markdown", "source": text, "metadata": {}}
    said = clean(prose, code("1", [stream]), people=(person,))
    texts = said["cells"][0]["source"] + said["cells"][1]["outputs"][0]["text"]
    left = texts.replace("[name]", "").replace("[e-mail]", "")
    assert ident not in left
    assert last not in left
