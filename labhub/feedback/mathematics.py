r"""LaTeX in signs that any browser shows without a script: `\frac{a}{b}` -> a⁄b, `x_i^2` -> xᵢ².

Not typesetting: it keeps a formula readable. What it doesn't know stays as written.
"""

import re
import unicodedata

from markupsafe import escape

_GREEK = {
    unicodedata.name(letter).split()[-1].lower(): letter for letter in "αβγδεζηθικμνξπρστυφχψω"
} | {"lambda": "λ"}  # Unicode spells it LAMDA
_CAPITAL = {unicodedata.name(letter).split()[-1].capitalize(): letter for letter in "ΓΔΘΞΠΣΦΨΩ"} | {
    "Lambda": "Λ"
}
_SIGNS = _GREEK | _CAPITAL | {
    "varepsilon": "ε", "varphi": "φ", "ell": "ℓ", "partial": "∂", "nabla": "∇", "infty": "∞",
    "sum": "∑", "prod": "∏", "int": "∫", "cdot": "·", "times": "×", "odot": "⊙", "otimes": "⊗",
    "pm": "±", "le": "≤", "leq": "≤", "ge": "≥", "geq": "≥", "ne": "≠", "neq": "≠", "approx": "≈",
    "equiv": "≡", "sim": "∼", "propto": "∝", "in": "∈", "notin": "∉", "subset": "⊂", "cup": "∪",
    "cap": "∩", "to": "→", "rightarrow": "→", "leftarrow": "←", "gets": "←", "mapsto": "↦",
    "Rightarrow": "⇒", "iff": "⇔", "forall": "∀", "exists": "∃", "top": "⊤", "ldots": "…",
    "dots": "…", "cdots": "⋯", "circ": "∘", "star": "⋆", "ast": "∗", "mid": "|", "lVert": "‖",
    "rVert": "‖", "Vert": "‖", "|": "‖", "quad": "\u2003", "qquad": "\u2003\u2003", ",": " ",
    ";": " ", ":": " ", "!": "", " ": " ", "left": "", "right": "", "big": "", "Big": "",
    "{": "{", "}": "}", "%": "%", "_": "_", "\\": "\n", "displaystyle": "", "langle": "⟨",
    "rangle": "⟩", "lfloor": "⌊", "rfloor": "⌋", "prime": "′",
}  # fmt: skip
_WORDS = {"log", "ln", "exp", "max", "min", "arg", "sin", "cos", "tanh", "det", "lim", "Pr", "tr"}
_STYLES = "mathbf|mathrm|mathcal|mathbb|mathsf|mathit|text|textrm|operatorname|boldsymbol|bm"
_STYLED_SCRIPT = re.compile(rf"([_^])\\(?:{_STYLES})\*?(\{{[^{{}}]*\}})")
_STYLE = re.compile(rf"\\(?:{_STYLES})\*?\{{([^{{}}]*)\}}")
_FRACTION = re.compile(r"\\[dt]?frac(?:\{([^{}]*)\}\{([^{}]*)\}|(\d)(\d))")
_ROOT = re.compile(r"\\sqrt\{([^{}]*)\}")
_ACCENT = re.compile(r"\\(hat|bar|tilde|vec|dot)\{([^{}]*)\}")
_ACCENTS = {"hat": "\u0302", "bar": "\u0304", "tilde": "\u0303", "vec": "\u20d7", "dot": "\u0307"}
_SCRIPT = re.compile(r"([_^])(?:\{([^{}]*)\}|(\\[A-Za-z]+|[^\\{}\s]))")
_COMMAND = re.compile(r"\\([A-Za-z]+|[^A-Za-z])")
_ENVIRONMENT = re.compile(r"\\(?:begin|end)\{[a-z*]+\}")
_MOST = 2_000
_OPEN, _CLOSE = "\ue000", "\ue001"
"""Stand for the brackets of our own tags until the text is escaped."""


def readable(latex: str) -> str:
    r"""HTML for a formula; safe whatever the formula holds.

    >>> readable(r"\frac{\partial L}{\partial W_1} < x^{2}")
    '(∂ L)/(∂ W<sub>1</sub>) &lt; x<sup>2</sup>'
    """
    text = latex.strip().translate({0xE000: None, 0xE001: None})
    if len(text) > _MOST:
        return str(escape(text))
    text = _ENVIRONMENT.sub("", text).replace("&", " ")
    for _ in range(6):  # from the inside out; deeper nesting stays as written
        before = text
        text = _STYLED_SCRIPT.sub(r"\1\2", text)
        text = _STYLE.sub(r"\1", text)
        text = _ACCENT.sub(lambda found: found[2] + _ACCENTS[found[1]], text)
        text = _ROOT.sub(r"√(\1)", text)
        text = _SCRIPT.sub(_script, text)
        text = _FRACTION.sub(_fraction, text)
        if text == before:
            break
    text = _COMMAND.sub(_sign, text)
    safe = str(escape(text))
    return safe.replace(_OPEN, "<").replace(_CLOSE, ">").replace("\n", "<br>")


def _script(found: re.Match[str]) -> str:
    tag = "sub" if found[1] == "_" else "sup"
    inner = found[2] if found[2] is not None else found[3]
    return f"{_OPEN}{tag}{_CLOSE}{inner}{_OPEN}/{tag}{_CLOSE}"


def _fraction(found: re.Match[str]) -> str:
    parts = [part for part in found.groups() if part is not None]
    over, under = (part if len(part) < 2 else f"({part})" for part in parts)
    return f"{over}/{under}"


def _sign(found: re.Match[str]) -> str:
    name = found[1]
    return _SIGNS.get(name, name if name in _WORDS else found[0])
