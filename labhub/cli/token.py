"""`labhub token`: a short-lived token for handing in from Colab or one's own machine."""

from datetime import timedelta
from typing import Annotated

import typer

from labhub.cli.common import AsJson, say, say_json


def token(
    hours: Annotated[int, typer.Option(min=1, max=168, help="How long it lives.")] = 8,
    url: Annotated[
        str, typer.Option(help="Address of the service as other machines know it.")
    ] = "",
    as_json: AsJson = False,
) -> None:
    """Get a token for handing in from elsewhere; call it in a terminal on the Hub.

    It opens the hand-in service and nothing else, for a few hours. Paste the key where
    nnlab.handin() or `labhub submit` asks for it, never your password."""
    from labhub.exchange.client.tokens import ask_for_token

    made = ask_for_token(timedelta(hours=hours), url=url)
    if as_json:
        say_json(
            {
                "token": made.token,
                "url": made.url,
                "key": made.key,
                "expires_at": made.expires_at,
                "scope": made.scope,
            }
        )
        return
    say(made.key)
    typer.echo(
        f"Good until {made.expires_at:%Y-%m-%d %H:%M} UTC, for handing in and nothing else. "
        "Whoever has it can hand in as you: paste it where it is asked for, and in no notebook.",
        err=True,
    )
