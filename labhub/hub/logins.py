"""Who may log in, and how: the area `authenticator`."""

import secrets
from collections.abc import Callable

from jupyterhub.auth import Authenticator  # type: ignore[import-untyped]
from traitlets import Dict, Unicode
from traitlets.config import Config

from labhub.hub.errors import DemoLoginsPublicError, HubSettingsError
from labhub.hub.services import read_secret
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
    """Let the people of the courses log in, the way that hub.toml says.

    Raises DemoLoginsPublicError, or HubSettingsError where the table of the way is missing.
    """
    table = settings.authenticator
    graders = {grader_account(course_id) for course_id in settings.courses}
    # nbgrader asks the Hub who the grader account is: it must exist. Nobody can log in with it.
    c.Authenticator.allowed_users = {*settings.people, *settings.logins, *table.admins, *graders}
    c.Authenticator.blocked_users = graders
    c.Authenticator.admin_users = set(table.admins)
    c.Authenticator.allow_all = table.everybody
    if table.kind != "custom":
        WAYS[table.kind](c, settings)


def _demo(c: Config, settings: HubSettings) -> None:
    if not settings.is_loopback or settings.public_url:
        where = settings.public_url or settings.address
        raise DemoLoginsPublicError(
            f"hub.toml asks for demo logins and is reached at {where}: they are only for "
            "127.0.0.1, because everyone on this Hub shares one Unix account",
            hint="Set address = '127.0.0.1' and no public_url, or another kind in [authenticator].",
        )
    c.JupyterHub.authenticator_class = DemoAuthenticator
    c.DemoAuthenticator.passwords = dict(settings.logins)


def _pam(c: Config, _: HubSettings) -> None:
    c.JupyterHub.authenticator_class = "pam"
    c.PAMAuthenticator.open_sessions = False  # needs root and leaves sessions behind


def _native(c: Config, settings: HubSettings) -> None:
    c.JupyterHub.authenticator_class = "native"
    c.NativeAuthenticator.check_common_password = True
    c.NativeAuthenticator.minimum_password_length = 10
    c.NativeAuthenticator.allowed_failed_logins = 5
    c.NativeAuthenticator.seconds_before_next_try = 600
    c.NativeAuthenticator.open_signup = False
    c.JupyterHub.template_paths.append(_templates_of("nativeauthenticator"))


def _templates_of(package: str) -> str:
    from importlib.util import find_spec
    from pathlib import Path

    spec = find_spec(package)
    assert spec is not None and spec.origin is not None, f"{package} comes with labhub[hub]"
    return str(Path(spec.origin).parent / "templates")


def _oidc(c: Config, settings: HubSettings) -> None:
    table = settings.authenticator.oidc
    if table is None:
        raise _missing("oidc")
    c.JupyterHub.authenticator_class = "generic-oauth"
    it = c.GenericOAuthenticator
    it.authorize_url, it.token_url = table.authorize_url, table.token_url
    it.userdata_url, it.username_claim = table.userdata_url, table.username_claim
    it.client_id, it.client_secret = table.client_id, read_secret(table.client_secret_file)
    it.login_service = table.login_service
    it.scope = ["openid", "profile", "email"]
    if settings.public_url:
        it.oauth_callback_url = f"{settings.public_url}/hub/oauth_callback"


def _lti(c: Config, settings: HubSettings) -> None:
    table = settings.authenticator.lti
    if table is None:
        raise _missing("lti")
    c.JupyterHub.authenticator_class = "ltiauthenticator.lti13.auth.LTI13Authenticator"
    it = c.LTI13Authenticator
    it.issuer, it.client_id = table.issuer, set(table.client_ids)
    it.authorize_url, it.jwks_endpoint = table.authorize_url, table.jwks_endpoint
    it.username_key = table.username_key
    it.uri_scheme = "https"


def _missing(kind: str) -> HubSettingsError:
    return HubSettingsError(
        f'hub.toml says authenticator.kind = "{kind}" and has no table [authenticator.{kind}]',
        hint="docs/reference/hub-toml.md lists its keys.",
    )


WAYS: dict[str, Callable[[Config, HubSettings], None]] = {
    "demo": _demo,
    "pam": _pam,
    "native": _native,
    "oidc": _oidc,
    "lti": _lti,
}
"""What each kind of authenticator sets."""
