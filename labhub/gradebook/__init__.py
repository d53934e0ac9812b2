"""The one bridge to nbgrader's gradebook."""

import sys

# jsonschema, which nbformat imports, would read the grammar of international web addresses: half
# of all that importing this package costs, for a check that no notebook asks for.
sys.modules.setdefault("rfc3987_syntax", None)  # type: ignore[arg-type]
