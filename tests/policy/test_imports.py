import subprocess
import sys
from pathlib import Path

import labhub.policy

MODULES = sorted(path.stem for path in Path(labhub.policy.__path__[0]).glob("[a-z]*.py"))
HEAVY = {"holidays", "numpy", "pydantic", "nbformat", "nbgrader", "sqlite3", "socket"}


def test_the_rules_are_imported_without_anything_heavy_or_any_input_and_output():
    code = "import sys\n" + "\n".join(f"import labhub.policy.{name}" for name in MODULES)
    code += f"\nprint(sorted({HEAVY!r} & set(sys.modules)))"
    found = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert found.stdout.strip() == "[]"
