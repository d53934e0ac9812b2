"""What the command line's tests share."""

from collections.abc import Callable
from pathlib import Path
from types import TracebackType
from typing import Any, ClassVar, Self

import pytest
from typer.testing import CliRunner, Result

from labhub.cli.main import app
from tests.gradebook.plain_engine import PlainEngine


class OpenPlainEngine(PlainEngine):
    """The plain engine, opened as the real one is; remembers with which options."""

    options: ClassVar[dict[str, Any]] = {}

    def __init__(self, **options: Any) -> None:
        super().__init__()
        type(self).options = options

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        pass


@pytest.fixture
def labhub() -> Callable[..., Result]:
    """Runs `labhub ARGUMENTS` in this process."""
    return lambda *arguments: CliRunner().invoke(app, [str(each) for each in arguments])


@pytest.fixture
def plain_engine(monkeypatch: pytest.MonkeyPatch) -> type[OpenPlainEngine]:
    monkeypatch.setattr("labhub.grading.engine.Engine", OpenPlainEngine)
    return OpenPlainEngine


@pytest.fixture
def exchange(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """An exchange and a student's folder of this test's own."""
    place = tmp_path / "exchange"
    place.mkdir(mode=0o777)
    place.chmod(0o777)
    monkeypatch.setenv("LABHUB_EXCHANGE", str(place))
    monkeypatch.setenv("LABHUB_EXCHANGE_CACHE", str(tmp_path / "cache"))
    return place
