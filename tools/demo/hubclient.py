"""A person at the Hub, without a browser: logs in, starts a server, uses nbgrader's pages."""

import time
from dataclasses import dataclass, field
from typing import Self

import requests

SPAWN_TIMEOUT_S = 180.0


class HubRefusedError(RuntimeError):
    """The Hub answered with something other than what was asked for."""


@dataclass
class Person:
    """One browser session of one user."""

    hub_url: str
    name: str
    password: str
    session: requests.Session = field(default_factory=requests.Session)

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self.session.close()

    def log_in(self) -> requests.Response:
        """Send the login form; the answer, not followed."""
        self.session.get(f"{self.hub_url}/hub/login", timeout=30).raise_for_status()
        token = self._xsrf("/hub/")
        return self.session.post(
            f"{self.hub_url}/hub/login",
            params={"_xsrf": token},
            data={"username": self.name, "password": self.password, "_xsrf": token},
            allow_redirects=False,
            timeout=30,
        )

    def start_server(self, **options: str) -> None:
        """Start the person's JupyterLab and wait until it answers."""
        reply = self.ask_for_server(**options)
        if reply.status_code not in (201, 202, 400):  # 400: it runs already
            raise HubRefusedError(f"{self.name}'s server: {reply.status_code} {reply.text[:200]}")
        until = time.monotonic() + SPAWN_TIMEOUT_S
        while time.monotonic() < until:
            user = self.hub("GET", f"users/{self.name}").json()
            if user["servers"].get("", {}).get("ready"):
                # One visit runs the whole OAuth exchange and leaves the cookies.
                self.session.get(f"{self.hub_url}/user/{self.name}/lab", timeout=60)
                return
            time.sleep(0.1)
        raise HubRefusedError(f"{self.name}'s server did not start within {SPAWN_TIMEOUT_S:.0f} s")

    def ask_for_server(self, **options: str) -> requests.Response:
        """Ask for the person's JupyterLab, for a lab where one is named."""
        path = f"hub/api/users/{self.name}/server"
        return self._request("POST", path, "/hub/", json=options or None)

    def stop_server(self) -> requests.Response:
        """Stop the person's JupyterLab."""
        return self.hub("DELETE", f"users/{self.name}/server")

    def hub(self, method: str, path: str) -> requests.Response:
        """Call the Hub's REST interface as this person."""
        return self._request(method, f"hub/api/{path}", "/hub/")

    def lab(self, method: str, path: str, form: dict[str, str] | None = None) -> requests.Response:
        """Call the person's own server."""
        prefix = f"/user/{self.name}/"
        return self._request(method, f"user/{self.name}/{path}", prefix, data=form)

    def service(
        self, name: str, method: str, path: str, json: dict[str, str] | None = None
    ) -> requests.Response:
        """Call a service of the Hub, such as a course's formgrader."""
        page = f"{self.hub_url}/services/{name}/formgrader"
        prefix = f"/services/{name}/"
        if not self._xsrf(prefix):
            self.session.get(page, timeout=60)
        return self._request(method, f"services/{name}/{path}", prefix, json=json)

    def _request(
        self,
        method: str,
        path: str,
        prefix: str,
        data: dict[str, str] | None = None,
        json: dict[str, str] | None = None,
    ) -> requests.Response:
        return self.session.request(
            method,
            f"{self.hub_url}/{path}",
            headers={"X-XSRFToken": self._xsrf(prefix), "Referer": f"{self.hub_url}{prefix}"},
            timeout=300,
            data=data,
            json=json,
        )

    def _xsrf(self, path: str) -> str:
        for cookie in self.session.cookies:
            if cookie.name == "_xsrf" and cookie.path.startswith(path):
                return cookie.value or ""
        return ""
