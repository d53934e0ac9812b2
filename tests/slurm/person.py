"""A student at the campus's Hub, without a browser."""

import asyncio
import json
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from typing import Any
from uuid import uuid4

import requests
from tornado.httpclient import HTTPRequest
from tornado.websocket import websocket_connect

from tests.slurm.campus import LAB, HubProcess
from tools.demo.hubclient import Person

WAIT_S = 180.0


@dataclass
class Student(Person):
    """Asks for servers, waits, reads what the Hub says, and runs cells."""

    def ask(self, profile: str = LAB, **more: Any) -> requests.Response:
        """Ask for a server, and do not wait for it."""
        path = f"hub/api/users/{self.name}/server"
        return self._request("POST", path, "/hub/", json={"profile": profile, **more})

    def server(self) -> dict[str, Any]:
        """What the Hub says of the server; empty when there is none."""
        found: dict[str, Any] = self.hub("GET", f"users/{self.name}").json()["servers"]
        return found.get("", {})

    def wait_until_ready(self) -> None:
        """Wait for the server, and open it."""
        until = time.monotonic() + WAIT_S
        while not self.server().get("ready"):
            assert self.server(), f"no server: {self.told()}"
            assert time.monotonic() < until, f"not ready: {self.told()}"
            time.sleep(0.2)
        self.session.get(f"{self.hub_url}/user/{self.name}/lab", timeout=60)

    def wait_until_gone(self) -> None:
        """Wait until the Hub knows of no server."""
        until = time.monotonic() + WAIT_S
        while self.server():
            assert time.monotonic() < until, "the server does not go away"
            time.sleep(0.2)

    def told(self, *, until_word: str = "") -> list[str]:
        """The messages of the page that waits: all so far, or until one holds a word."""
        messages: list[str] = []
        url = f"{self.hub_url}/hub/api/users/{self.name}/server/progress"
        headers = {"X-XSRFToken": self._xsrf("/hub/"), "Referer": f"{self.hub_url}/hub/"}
        with self.session.get(url, headers=headers, stream=True, timeout=(30, 60)) as reply:
            for line in reply.iter_lines():
                if line.startswith(b"data:"):
                    messages.append(json.loads(line[5:])["message"])
                    if until_word in messages[-1] and (until_word or len(messages) > 1):
                        break
        return messages

    def page(self) -> str:
        """The page of the server: of one that waits, runs, or could not start."""
        reply = self.session.get(f"{self.hub_url}/hub/spawn-pending/{self.name}", timeout=60)
        return reply.text

    def save(self, name: str, notebook: dict[str, Any]) -> requests.Response:
        """Save a notebook, as JupyterLab does."""
        path = f"user/{self.name}/api/contents/{name}"
        content = {"metadata": {}, "nbformat_minor": 5, **notebook}
        body: Any = {"type": "notebook", "format": "json", "content": content}
        return self._request("PUT", path, f"/user/{self.name}/", json=body)

    def run_cell(self, code: str) -> str:
        """What a cell prints in a kernel of the server."""
        return asyncio.run(self._run_cell(code))

    async def _run_cell(self, code: str) -> str:
        kernel = self.lab("POST", "api/kernels").json()["id"]
        path = f"/user/{self.name}/api/kernels/{kernel}/channels?session_id={uuid4().hex}"
        cookies = "; ".join(f"{each.name}={each.value}" for each in self._cookies())
        request = HTTPRequest(
            self.hub_url.replace("http", "ws", 1) + path,
            headers={"Cookie": cookies, "Origin": self.hub_url},
            connect_timeout=60,
        )
        channel = await websocket_connect(request)
        try:
            question = _execute(code)
            await channel.write_message(json.dumps(question))
            return await asyncio.wait_for(_printed(channel, question["header"]["msg_id"]), WAIT_S)
        finally:
            channel.close()
            # It is closed when the server has said so; until then its socket is open.
            await asyncio.wait_for(_closed(channel), 60)
            self.lab("DELETE", f"api/kernels/{kernel}")

    def _cookies(self) -> list[Any]:
        prefix = f"/user/{self.name}/"
        return [each for each in self.session.cookies if prefix.startswith(each.path)]


def _execute(code: str) -> dict[str, Any]:
    header = {"msg_id": uuid4().hex, "msg_type": "execute_request", "version": "5.3"}
    header |= {"username": "", "session": uuid4().hex, "date": ""}
    content = {"code": code, "silent": False, "store_history": False, "user_expressions": {}}
    content |= {"allow_stdin": False, "stop_on_error": True}
    rest: dict[str, Any] = {"channel": "shell", "parent_header": {}, "metadata": {}, "buffers": []}
    return {"header": header, "content": content, **rest}


async def _printed(channel: Any, question: str) -> str:
    text = ""
    while True:
        message = json.loads(await channel.read_message())
        if message["parent_header"].get("msg_id") != question:
            continue
        if message["msg_type"] == "stream":
            text += message["content"]["text"]
        if message["msg_type"] == "error":
            text += message["content"]["evalue"]
        if message["msg_type"] == "status" and message["content"]["execution_state"] == "idle":
            return text.strip()


async def _closed(channel: Any) -> None:
    while await channel.read_message() is not None:
        pass


@contextmanager
def logged_in(hub: HubProcess, name: str) -> Iterator[Student]:
    """A student who has logged in."""
    with Student(hub.url, name, hub.settings.logins[name]) as student:
        assert student.log_in().status_code == 302
        yield student
