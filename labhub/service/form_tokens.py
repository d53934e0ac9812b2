"""Tokens in forms: proof that a page of ours, in the same session, sent the form (CSRF)."""

import hmac
import secrets
from dataclasses import dataclass, field

from labhub.service.errors import FormTokenError
from labhub.service.identity import User

FIELD = "form_token"
HEADER = "X-Form-Token"


@dataclass(frozen=True)
class FormTokens:
    """Makes and checks them; bound to the session, so that nobody can use another's."""

    secret: bytes = field(default_factory=lambda: secrets.token_bytes(32), repr=False)

    def of(self, user: User) -> str:
        """The token for the forms of this session."""
        said = f"form:{user.session}:{user.name}"
        return hmac.new(self.secret, said.encode(), "sha256").hexdigest()

    def check(self, user: User, token: str) -> None:
        """Raises `FormTokenError` for any other token."""
        if not hmac.compare_digest(self.of(user).encode(), token.encode(errors="replace")):
            raise FormTokenError(
                "The form is not of this session.",
                hint="Open the page again and send it once more.",
            )
