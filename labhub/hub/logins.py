"""Who may log in. For development: names and passwords of hub.toml, on the loopback only."""

import secrets

from jupyterhub.auth import Authenticator  # type: ignore[import-untyped]
from traitlets import Dict, Unicode
from traitlets.config import Config

from labhub.hub.errors import DemoLoginsPublicError
from labhub.hub.settings import HubSettings, grader_account


class DemoAuthenticator(Authenticator):  # type: ignore[misc]
    """Logs in the names of a table, each with its own password."""

    passwords = Dict(key_trait=Unicode(), value_trait=Unicode(), config=True, help="name: password")

    async def authenticate(self, handler: object, data: dict[str, str]) -> str | None:
        """The user's name, or None when name and password do not belong together."""
        expected = self.passwords.get(data["username"], "")
        given = data["password"]
        # compare_digest takes the same time for a wrong first letter as for a wrong last one.
        right = secrets.compare_digest(expected.encode(), given.encode())
        return data["username"] if expected and right else None


def update_authenticator(c: Config, settings: HubSettings) -> None:
    """Use the demo logins. An authenticator set in jupyterhub_config.d/ takes their place.

    Raises DemoLoginsPublicError when other machines could reach the Hub.
    """
    graders = {grader_account(course_id) for course_id in settings.courses}
    # nbgrader asks the Hub who the grader account is: it must exist, and has no password.
    c.Authenticator.allowed_users = set(settings.logins) | graders
    if not settings.logins:
        return
    if not settings.is_loopback:
        raise DemoLoginsPublicError(
            f"hub.toml has [logins] and listens on {settings.address}: demo logins are only for "
            "127.0.0.1, because everyone on this Hub shares one Unix account",
            hint="Set address = '127.0.0.1', or take [logins] out and configure a real "
            "authenticator in jupyterhub_config.d/.",
        )
    c.JupyterHub.authenticator_class = DemoAuthenticator
    c.DemoAuthenticator.passwords = dict(settings.logins)
