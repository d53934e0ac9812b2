"""The student's side of the border: does what the examiner asks with the student's objects."""

from typing import Any

from labhub.grading.wire import Channel


def serve(channel: Channel, namespace: dict[str, Any]) -> None:
    """Answer the examiner about the names in `namespace` until it closes its end.

    Runs in a snapshot, on the main thread. `namespace` is the module namespace of the student's
    notebook; probes and rebound names act on it. Takes over `sys.stdout` and `sys.stderr`: what
    is printed goes to the examiner. Returns at the end of the stream; raises nothing for it.
    """
    raise NotImplementedError
