"""How the documentation is built: `make docs`."""

from labhub import __version__

project = "labhub"
author = "the labhub authors"
copyright = "2026, the labhub authors"  # noqa: A001 - Sphinx wants this name
release = __version__
extensions = ["myst_parser"]
html_theme = "furo"
html_title = f"labhub {__version__}"
myst_enable_extensions = ["colon_fence", "deflist"]
myst_heading_anchors = 3
exclude_patterns = ["_build"]
nitpicky = True
