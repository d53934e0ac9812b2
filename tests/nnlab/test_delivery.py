"""Handing in from the last cell: over real TLS, with a token, from Colab and elsewhere."""

import json
import sys
import zipfile
from collections.abc import Callable, Iterator
from datetime import UTC, datetime, timedelta
from ipaddress import ip_address
from pathlib import Path
from types import ModuleType, SimpleNamespace
from typing import Any

import pytest
from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec

import nnlab
from labhub.errors import LabhubError
from labhub.exchange.client import Service
from labhub.exchange.client.errors import ServiceCertificateError
from labhub.exchange.client.fetching import fetch
from labhub.exchange.client.forms import Form
from labhub.exchange.client.student import fetch_feedback, hand_in
from labhub.exchange.client.transport import Transport
from labhub.exchange.client.workfolder import WorkFolder
from labhub.exchange.receipts.receipt import verify
from nnlab import whereabouts
from nnlab.bundle import write_bundle
from nnlab.service import ServiceError, account_of
from tests.course_folder import ASSIGNMENT
from tests.exchange.client.conftest import QUICK, World, answer
from tests.exchange.client.serving import serving
from tests.service.stand import COURSE, Stand, make_stand

__all__ = ["answer"]  # pytest finds fixtures by name

NAME = "problem1"


def certificate(folder: Path) -> tuple[Path, Path]:
    """A certificate authority of the test's own, which has signed a certificate of 127.0.0.1."""
    now = datetime.now(UTC)
    name = x509.Name([x509.NameAttribute(x509.NameOID.COMMON_NAME, "Test course")])
    key = ec.generate_private_key(ec.SECP256R1())
    made = (
        x509.CertificateBuilder()
        .subject_name(name)
        .issuer_name(name)
        .public_key(key.public_key())
        .serial_number(x509.random_serial_number())
        .not_valid_before(now - timedelta(hours=1))
        .not_valid_after(now + timedelta(hours=1))
        .add_extension(
            x509.SubjectAlternativeName([x509.IPAddress(ip_address("127.0.0.1"))]), critical=False
        )
        .add_extension(x509.BasicConstraints(ca=True, path_length=None), critical=True)
        .add_extension(x509.SubjectKeyIdentifier.from_public_key(key.public_key()), critical=False)
        .sign(key, hashes.SHA256())
    )
    pem, secret = folder / "ca.pem", folder / "ca.key"
    pem.write_bytes(made.public_bytes(serialization.Encoding.PEM))
    secret.write_bytes(
        key.private_bytes(
            serialization.Encoding.PEM,
            serialization.PrivateFormat.PKCS8,
            serialization.NoEncryption(),
        )
    )
    return pem, secret


@pytest.fixture
def stand(tiny_course: Path, tmp_path: Path) -> Stand:
    return make_stand(tiny_course, tmp_path / "dl")


@pytest.fixture
def secure(stand: Stand, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[World]:
    """The service over TLS, trusted here; version 1 is released; nothing else is known."""
    pem, key = certificate(tmp_path)
    monkeypatch.setenv("SSL_CERT_FILE", str(pem))
    for name in ("LABHUB_SERVICE_URL", "LABHUB_TOKEN", "JUPYTERHUB_USER", "NNLAB_MODE"):
        monkeypatch.delenv(name, raising=False)
    (tmp_path / "content").mkdir()
    monkeypatch.chdir(tmp_path / "content")
    with serving(stand.app, certificate=pem, key=key) as url:
        world = World(stand, url)
        world.release()
        yield world


@pytest.fixture
def said(monkeypatch: pytest.MonkeyPatch) -> list[str | None]:
    """What somebody will type, in order; None where nobody is there."""
    answers: list[str | None] = []
    monkeypatch.setattr(whereabouts, "ask", lambda *_, **__: answers.pop(0) if answers else None)
    return answers


class Colab:
    """Google Colab as a notebook sees it."""

    def __init__(self, monkeypatch: pytest.MonkeyPatch, notebook: dict[str, Any]) -> None:
        self.notebook = notebook
        self.secrets: dict[str, str] = {}
        self.downloads: list[str] = []
        message = SimpleNamespace(blocking_request=lambda *_, **__: {"ipynb": self.notebook})
        for name, module in {
            "google.colab": ModuleType("google.colab"),
            "google.colab._message": message,
            "google.colab.files": SimpleNamespace(download=self.downloads.append),
            "google.colab.userdata": SimpleNamespace(get=self.secret),
        }.items():
            monkeypatch.setitem(sys.modules, name, module)

    def secret(self, name: str) -> str:
        return self.secrets[name]  # Colab raises as well where there is none


@pytest.fixture
def colab(stand: Stand, monkeypatch: pytest.MonkeyPatch) -> Colab:
    path = stand.root / "release" / ASSIGNMENT / f"{NAME}.ipynb"
    notebook = json.loads(path.read_text())
    for cell in notebook["cells"]:
        cell["metadata"]["executionInfo"] = {"user": {"displayName": "Ada Lovelace"}}
    return Colab(monkeypatch, notebook)


def received(world: World) -> list[Any]:
    return world.service("ada").submissions(COURSE)


def test_a_whole_lab_over_https_with_nothing_but_a_token(
    secure: World, tmp_path: Path, answer: Callable[[WorkFolder], None]
) -> None:
    """Fetch, work, hand in, receipt, verify, feedback: on a machine outside the Hub."""
    ada = Service(secure.url, "ada", patience=QUICK)
    assert ada.url.startswith("https://")
    folder = WorkFolder(tmp_path / "laptop" / ASSIGNMENT)
    fetch(ada, COURSE, ASSIGNMENT, folder)
    answer(folder)
    done = hand_in(ada, COURSE, ASSIGNMENT, folder, place="own")
    key = (done.saved.parent / "receipt-key.pub.pem").read_text()
    assert verify(done.saved.read_bytes(), key).student == "ada"
    page = tmp_path / "problem1.html"
    page.write_text("<p>Good.</p>")
    Service(secure.url, "ta", patience=QUICK).release_feedback(
        COURSE, done.given.receipt.submission, {page.name: page}
    )
    [found] = fetch_feedback(ada, COURSE, ASSIGNMENT, folder)
    assert found.files[0].read_text() == "<p>Good.</p>"


def test_a_certificate_that_nobody_vouches_for_is_refused(
    secure: World, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.delenv("SSL_CERT_FILE")
    with pytest.raises(ServiceCertificateError, match="not to be trusted"):
        Service(secure.url, "ada").courses()


def test_from_colab_with_the_secrets_of_the_course_page(
    secure: World, colab: Colab, said: list[str | None], capsys
) -> None:
    colab.secrets = {"LABHUB_SERVICE_URL": secure.url, "LABHUB_TOKEN": "ada"}
    said[:] = ["y"]
    assert nnlab.handin(ASSIGNMENT) is True
    [entry] = received(secure)
    assert (entry.place, entry.version) == ("colab", 1)
    assert [file.path for file in entry.files] == ["ps1.ipynb"]
    content = secure.service("ada").submission_files(COURSE, entry.id)["ps1.ipynb"]
    assert b"Lovelace" not in content
    out = capsys.readouterr().out
    assert "Handed in at 2027-02-01T12:00:00+00:00: " in out
    assert "Receipt 1 (attempt 1, version 1)" in out
    kept = Path("ps1-receipt-1.json").read_bytes()
    assert verify(kept, secure.service("ada").receipt_key(COURSE)).submission == 1


def test_from_colab_with_a_key_that_is_pasted(
    secure: World, colab: Colab, said: list[str | None]
) -> None:
    said[:] = [f"{secure.url}#ada"]
    nnlab.handin(ASSIGNMENT)
    assert len(received(secure)) == 1


def test_from_colab_with_a_token_and_the_address_typed(
    secure: World, colab: Colab, said: list[str | None]
) -> None:
    said[:] = ["ada", secure.url]
    nnlab.handin(ASSIGNMENT)
    assert len(received(secure)) == 1


def test_without_a_token_colab_makes_a_bundle_that_the_service_takes(
    secure: World, colab: Colab, said: list[str | None], capsys
) -> None:
    said[:] = [""]
    nnlab.handin(ASSIGNMENT)
    assert colab.downloads == ["ps1-handin.zip"]
    assert "Upload it on the course page" in capsys.readouterr().out
    given = secure.service("ada").submissions(COURSE)
    assert given == []
    receipt = taken(secure, Path("ps1-handin.zip"))
    assert [file["path"] for file in receipt["files"]] == ["ps1.ipynb"]


def taken(world: World, bundle: Path) -> Any:
    """What the service says to a bundle."""
    path = ("courses", COURSE, "assignments", ASSIGNMENT, "submissions")
    return Transport(world.url, "ada", patience=QUICK).json(
        "POST", path, form=Form({bundle.name: bundle}, {"place": "page"})
    )


def test_where_the_service_does_not_answer_a_bundle_is_left(
    secure: World, said: list[str | None], stand: Stand, monkeypatch: pytest.MonkeyPatch, capsys
) -> None:
    monkeypatch.setattr("nnlab.service.WAITS_S", (0.0, 0.0))
    monkeypatch.setenv("LABHUB_SERVICE_URL", "http://127.0.0.1:9/services/labhub")
    monkeypatch.setenv("LABHUB_TOKEN", "ada")
    path = stand.root / "release" / ASSIGNMENT / f"{NAME}.ipynb"
    Path("ps1.ipynb").write_bytes(path.read_bytes())
    said[:] = ["yes"]
    nnlab.handin(ASSIGNMENT)
    out = capsys.readouterr().out
    assert "Not handed in: 127.0.0.1 does not answer" in out
    with zipfile.ZipFile("ps1-handin.zip") as archive:
        assert archive.read("ps1.ipynb") == path.read_bytes()
        manifest = json.loads(archive.read("manifest.json"))
    assert manifest["format"] == "labhub-bundle-1"
    assert datetime.fromisoformat(manifest["made_at"]).tzinfo is not None


def test_a_refusal_is_told_in_the_service_s_words_and_the_work_kept(
    secure: World, colab: Colab, said: list[str | None], capsys
) -> None:
    secure.stand.clock.turn(days=60)
    said[:] = [f"{secure.url}#ada"]
    nnlab.handin(ASSIGNMENT)
    out = capsys.readouterr().out
    assert "is closed" in out
    assert Path("ps1-handin.zip").is_file()


@pytest.mark.parametrize(
    ("token", "words"), [("nobody", "Tokens last a day"), ("mallory", "no assignment ps1")]
)
def test_a_wrong_token_is_told(
    secure: World, colab: Colab, said: list[str | None], token: str, words: str, capsys
) -> None:
    said[:] = [f"{secure.url}#{token}"]
    nnlab.handin(ASSIGNMENT)
    assert words in capsys.readouterr().out


def test_on_the_hub_the_server_s_token_hands_in_after_a_yes(
    secure: World, said: list[str | None], stand: Stand, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("JUPYTERHUB_USER", "ada")
    monkeypatch.setenv("JUPYTERHUB_API_TOKEN", "ada")
    monkeypatch.setenv("LABHUB_SERVICE_URL", secure.url)
    path = stand.root / "release" / ASSIGNMENT / f"{NAME}.ipynb"
    Path("ps1.ipynb").write_bytes(path.read_bytes())
    for refusal in ("n", "", None):
        said[:] = [refusal]
        nnlab.handin(ASSIGNMENT)
        assert received(secure) == []
    said[:] = ["y"]
    nnlab.handin(ASSIGNMENT)
    assert [entry.place for entry in received(secure)] == ["hub"]


def test_a_run_for_its_results_hands_nothing_in(
    secure: World, said: list[str | None], stand: Stand, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("NNLAB_MODE", "test")
    monkeypatch.setenv("LABHUB_SERVICE_URL", secure.url)
    monkeypatch.setenv("LABHUB_TOKEN", "ada")
    path = stand.root / "release" / ASSIGNMENT / f"{NAME}.ipynb"
    Path("ps1.ipynb").write_bytes(path.read_bytes())
    said[:] = ["y"]
    nnlab.handin(ASSIGNMENT)
    assert said == ["y"], "nobody was asked"
    assert received(secure) == []
    nnlab.handin(ASSIGNMENT, send=False)
    assert received(secure) == []


def test_the_hub_s_token_goes_to_the_hub_s_service_only(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delenv("LABHUB_TOKEN", raising=False)
    monkeypatch.setenv("JUPYTERHUB_USER", "ada")
    monkeypatch.setenv("JUPYTERHUB_API_TOKEN", "secret")
    monkeypatch.setenv("LABHUB_SERVICE_URL", "https://hub.example.org/services/labhub")
    assert whereabouts.token("https://hub.example.org/services/labhub") == "secret"
    assert whereabouts.token("https://elsewhere.example.org/") == ""


def test_a_token_travels_encrypted_or_not_at_all() -> None:
    with pytest.raises(ServiceError, match="not encrypted"):
        account_of("http://hub.example.org/services/labhub", "x")
    assert account_of("http://hub:8000/services/labhub", "x", inside=True).token == "x"
    assert account_of("https://old.example.org", "https://hub.example.org/s#x").host == (
        "hub.example.org"
    )
    with pytest.raises(ServiceError, match="no address"):
        account_of("", "x")


def test_nobody_is_asked_where_nobody_can_answer() -> None:
    assert whereabouts.ask("? ") is None
    assert whereabouts.ask("? ", hidden=True) is None


def bundle_with(folder: Path, **changes: Any) -> Path:
    """A bundle whose manifest was changed."""
    made = write_bundle(folder, ASSIGNMENT, {"ps1.ipynb": b"{}"}, place="own", complete=True)
    with zipfile.ZipFile(made) as archive:
        manifest = json.loads(archive.read("manifest.json")) | changes
        content = archive.read("ps1.ipynb")
    with zipfile.ZipFile(made, "w") as archive:
        archive.writestr("manifest.json", json.dumps(manifest))
        archive.writestr("ps1.ipynb", content)
    return made


@pytest.mark.parametrize(
    ("changes", "code"),
    [
        ({"files": [{"path": "ps1.ipynb", "sha256": "0" * 64}]}, "bundle-damaged"),
        ({"files": [{"path": "gone.ipynb", "sha256": "0" * 64}]}, "bundle-damaged"),
        ({"files": 3}, "bundle-damaged"),
        ({"files": [{"path": "../ps1.ipynb", "sha256": "0" * 64}]}, "path-in-name"),
        ({"assignment": "ps2"}, "wrong-assignment"),
        ({"format": "another"}, "no-notebook"),
    ],
)
def test_a_bundle_that_does_not_hold_what_it_says_is_refused(
    secure: World, tmp_path: Path, changes: dict[str, Any], code: str
) -> None:
    with pytest.raises(LabhubError) as refused:
        taken(secure, bundle_with(tmp_path, **changes))
    assert refused.value.code == code
    assert received(secure) == []
