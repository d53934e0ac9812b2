"""Every verb of the command line and the module that holds it. Nothing is imported before use."""

VERBS: dict[str, str] = {
    "coverage": "assembling:coverage",
    "assemble": "assembling:assemble",
    "check": "authoring:check",
    "generate-assignment": "authoring:generate_assignment",
    "release-assignment": "exchange:release_assignment",
    "list": "exchange:list_",
    "fetch-assignment": "exchange:fetch_assignment",
    "submit": "exchange:submit",
    "collect": "exchange:collect",
    "autograde": "grading:autograde",
    "generate-feedback": "feedback:generate_feedback",
    "release-feedback": "exchange:release_feedback",
    "fetch-feedback": "exchange:fetch_feedback",
    "token": "token:token",
    "validate": "authoring:validate",
    "policy": "policy:app",
    "extension": "extension:app",
    "people": "people:app",
    "groups": "groups:app",
    "marks": "marks:app",
    "review": "review:app",
    "participation": "participation:app",
    "project": "project:app",
    "seminar": "seminar:app",
    "grades": "grades:grades",
    "term-report": "term_report:term_report",
    "lms": "lms:app",
    "hub": "hub:app",
    "data": "data:app",
    "serve": "serving:serve",
    "work": "working:work",
    "store": "store:app",
    "verify-receipt": "receipt:verify_receipt",
    "verify-run": "runrecord:verify_run",
    "export": "reports:export",
    "doctor": "reports:doctor",
}
"""In the order of a lab's journey; the value is a module of `labhub.cli` and its function, or a
group of verbs (a `typer.Typer`)."""


def canonical(verb: str) -> str:
    """The verb as we write it: nbgrader's underscores work as well.

    >>> canonical("fetch_assignment")
    'fetch-assignment'
    """
    return verb.replace("_", "-")
