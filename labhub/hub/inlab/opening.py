"""Opens a lab: fetches it the first time, then shows its notebook."""

import asyncio
import os
import sys
from html import escape
from pathlib import Path
from urllib.parse import quote

from jupyter_server.base.handlers import JupyterHandler
from tornado import web

FETCH_TIMEOUT_S = 90.0
PAGE = """<!DOCTYPE html>
<html lang="en">
<meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
<meta name="color-scheme" content="light dark">
<title>The lab is not here yet</title>
<body style="font: 16px/1.5 system-ui, sans-serif; max-width: 42rem; margin: auto; padding: 2rem">
<h1>The lab is not here yet</h1>
<p>{what}</p>
<p>Your server runs all the same: <a href="{lab}">open JupyterLab</a>, and fetch the lab there
when it is out.</p>
<pre style="white-space: pre-wrap">{words}</pre>
</body>
</html>"""


class OpenHandler(JupyterHandler):
    """GET labhub/open/COURSE/LAB: goes to the lab's notebook in JupyterLab."""

    @web.authenticated
    async def get(self, course: str, lab: str) -> None:
        """Redirect to the notebook; a page that says why, where there is none."""
        root = Path(self.settings["server_root_dir"]).expanduser()
        words = "" if first_notebook(root / lab) else await fetch(root, course, lab)
        notebook = first_notebook(root / lab)
        if notebook is None:
            self.set_status(404)
            what = f"'{escape(lab)}' could not be fetched from the course."
            await self.finish(
                PAGE.format(what=what, words=escape(words), lab=f"{self.base_url}lab")
            )
            return
        path = quote(notebook.relative_to(root).as_posix())
        self.redirect(f"{self.base_url}lab/tree/{path}")


def first_notebook(folder: Path) -> Path | None:
    """The notebook of a lab: the one with its name, else the first."""
    own = folder / f"{folder.name}.ipynb"
    return own if own.exists() else next(iter(sorted(folder.glob("*.ipynb"))), None)


async def fetch(root: Path, course: str, lab: str) -> str:
    """Fetch a lab as its owner would in a terminal; what was said."""
    process = await asyncio.create_subprocess_exec(
        *(sys.executable, "-m", "labhub.cli", "fetch-assignment", lab, "--course", course),
        cwd=root,
        env=dict(os.environ),
        stdin=asyncio.subprocess.DEVNULL,
        stdout=asyncio.subprocess.PIPE,
        stderr=asyncio.subprocess.STDOUT,
    )
    try:
        async with asyncio.timeout(FETCH_TIMEOUT_S):
            said, _ = await process.communicate()
    except TimeoutError:
        process.kill()
        await process.wait()
        return "It took too long."
    return said.decode(errors="replace")
