"""`labhub hub`: the JupyterHub around the courses."""

from pathlib import Path
from typing import Annotated

import typer

from labhub.cli.common import FAILED, AsJson, say, say_json, say_table
from labhub.cli.term import moment, verbs

app = verbs("The JupyterHub around the courses.")

HubFile = Annotated[
    Path, typer.Option("--hub", envvar="LABHUB_HUB", help="The Hub's settings, hub.toml.")
]


@app.command()
def check(hub: HubFile = Path("hub.toml"), as_json: AsJson = False) -> None:
    """Compare hub.toml with this machine.

    Proxy, ports, folders, accounts, spawner, GPUs, groups, TLS and subdomains."""
    from labhub.hub.checks import look_at
    from labhub.hub.settings import load_settings

    found = look_at(load_settings(hub))
    if as_json:
        say_json(found)
    else:
        say_table(("what", "", "state"), [(each.what, each.sign, each.state) for each in found])
        for each in found:
            if each.remedy and each.sign != "ok":
                say(f"{each.what}: {each.remedy}")
    if any(each.sign == "wrong" for each in found):
        raise typer.Exit(FAILED)


@app.command()
def leases(
    hub: HubFile = Path("hub.toml"),
    who: Annotated[str, typer.Option("--who", help="Only this person.")] = "",
    since: Annotated[
        str, typer.Option("--since", help="Only from this time on, with an offset from UTC.")
    ] = "",
    as_json: AsJson = False,
) -> None:
    """Tell who held which GPU when."""
    from labhub.hub.gpus.history import FILE, History, as_row
    from labhub.hub.settings import load_settings

    history = History(load_settings(hub).state_dir / FILE)
    start = moment(since) if since else None
    found = [
        each
        for each in history.records()
        if (not who or each.who == who)
        if start is None or each.end is None or each.end >= start
    ]
    if as_json:
        say_json(found)
        return
    header = ("who", "course", "assignment", "group", "gpu", "since", "end")
    say_table(header, [tuple(as_row(each)[name] for name in header) for each in found])
