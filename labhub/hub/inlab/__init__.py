"""What runs inside a person's JupyterLab: it opens the chosen lab, and passes on the Hub's notices.

An extension of Jupyter's server. It imports nothing of the Hub's.
"""

from typing import Any

from labhub.hub.inlab.notices import NoticeHandler, Notices
from labhub.hub.inlab.opening import OpenHandler
from labhub.hub.runrecord_lab import attach


def _jupyter_server_extension_points() -> list[dict[str, str]]:
    return [{"module": "labhub.hub.inlab"}]


def _load_jupyter_server_extension(server: Any) -> None:  # noqa: ANN401 - Jupyter's application
    notices = Notices(server.kernel_manager)
    notices.start()
    attach(server)
    base = server.web_app.settings["base_url"].rstrip("/")
    server.web_app.add_handlers(
        ".*$",
        [
            (rf"{base}/labhub/open/([\w.-]+)/([\w.-]+)", OpenHandler),
            (rf"{base}/labhub/notice", NoticeHandler, {"notices": notices}),
        ],
    )
