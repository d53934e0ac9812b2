"""A PostgreSQL of the tests' own: in a temporary folder, on a Unix socket, ended by its pid."""

import os
import pwd
import shutil
import signal
import subprocess
import tempfile
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import psycopg

PATIENCE_S = 60
ACCOUNT = "postgres"
QUICK = ("fsync=off", "full_page_writes=off", "listen_addresses=", "max_connections=60")
"""A server that no one needs after the tests, and that no one else reaches."""


def programs() -> Path | None:
    """The folder of the newest PostgreSQL on this machine; None where there is none."""
    found = [path.parent for path in Path("/usr/lib/postgresql").glob("*/bin/postgres")]
    beside = shutil.which("postgres")
    found += [Path(beside).parent] if beside else []
    return max(found, key=lambda path: path.parent.name, default=None)


@contextmanager
def running_postgresql() -> Iterator[str]:
    """The folder of the socket of a server that runs until the end."""
    folder = Path(tempfile.mkdtemp(prefix="labhub-pg-", dir="/tmp"))  # a socket's path is short
    data = folder / "data"
    as_account: list[str] = []
    if os.geteuid() == 0:  # PostgreSQL refuses to run as root
        account = pwd.getpwnam(ACCOUNT)
        os.chown(folder, account.pw_uid, account.pw_gid)
        as_account = ["setpriv", f"--reuid={account.pw_uid}", f"--regid={account.pw_gid}"]
        as_account.append("--clear-groups")
    bin_dir = programs()
    assert bin_dir is not None, "the caller has looked"
    made = [
        bin_dir / "initdb",
        "-D",
        data,
        "-U",
        ACCOUNT,
        "--auth=trust",
        "--no-sync",
        "-E",
        "UTF8",
    ]
    subprocess.run([*as_account, *made], check=True, capture_output=True, cwd="/")
    options = [word for option in QUICK for word in ("-c", option)]
    command = [*as_account, bin_dir / "postgres", "-D", data, "-k", folder, *options]
    with (folder / "log").open("wb") as log:
        server = subprocess.Popen(command, stdout=log, stderr=log, cwd="/")
    try:
        _wait(folder, server)
        yield str(folder)
    finally:
        server.send_signal(signal.SIGINT)
        server.wait(timeout=PATIENCE_S)
        shutil.rmtree(folder, ignore_errors=True)


def _wait(folder: Path, server: "subprocess.Popen[bytes]") -> None:
    deadline = time.monotonic() + PATIENCE_S
    while True:
        try:
            psycopg.connect(host=str(folder), user=ACCOUNT, dbname="postgres").close()
        except psycopg.OperationalError:
            if server.poll() is not None or time.monotonic() > deadline:
                raise AssertionError((folder / "log").read_text()) from None
            time.sleep(0.05)
        else:
            return


class Databases:
    """Databases of a running server: a new one per test, copied from one that is up to date."""

    def __init__(self, folder: str) -> None:
        self.folder = folder
        self.made = 0
        self.template = ""

    def url(self, name: str) -> str:
        return f"postgresql+psycopg://{ACCOUNT}@/{name}?host={self.folder}"

    def new(self, *, empty: bool = False) -> str:
        """The URL of a new database."""
        self.made += 1
        name = f"test{self.made}"
        source = f" TEMPLATE {self.template}" if self.template and not empty else ""
        self._run(f"CREATE DATABASE {name}{source}")
        return self.url(name)

    def _run(self, statement: str) -> None:
        with psycopg.connect(
            host=self.folder, user=ACCOUNT, dbname="postgres", autocommit=True
        ) as connection:
            connection.execute(statement)  # type: ignore[arg-type]
