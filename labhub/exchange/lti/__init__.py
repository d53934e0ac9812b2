"""LTI 1.3: people who come from a learning system, and grades that go back to it.

All that the rest of labhub uses is named here. Needs the extra `lti`; knows no web server.
"""

from labhub.exchange.lti.grades import GradeService, Score
from labhub.exchange.lti.keys import ToolKey, ensure_key
from labhub.exchange.lti.launch import KeySet, Launch, finish_launch
from labhub.exchange.lti.logins import Login, Logins, MemoryLogins, begin_login
from labhub.exchange.lti.passback import Entry, Outcome, pass_back
from labhub.exchange.lti.web import Web

__all__ = [
    "Entry",
    "GradeService",
    "KeySet",
    "Launch",
    "Login",
    "Logins",
    "MemoryLogins",
    "Outcome",
    "Score",
    "ToolKey",
    "Web",
    "begin_login",
    "ensure_key",
    "finish_launch",
    "pass_back",
]
