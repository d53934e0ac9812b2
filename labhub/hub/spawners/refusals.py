"""A start that is refused, as JupyterHub's pages and its interface show it."""

from html import escape

from tornado import web

from labhub.errors import LabhubError


class StartRefusedError(web.HTTPError):
    """A server is not started; the page says why and what to do."""

    def __init__(self, error: LabhubError) -> None:
        super().__init__(error.http_status, error.message)
        self.reason_code = error.code
        self.jupyterhub_message = str(error)
        parts = (part for part in (error.message, error.hint) if part)
        self.jupyterhub_html_message = "<br>".join(escape(part) for part in parts)
