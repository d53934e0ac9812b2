"""The worker: does the jobs that the store's queue holds, with one warm engine.

It collects, grades, writes feedback and releases it. Whoever waits for a hand-in's result comes
before a class that is graded anew.
"""

from labhub.gradebook.worker.bench import Bench, Benches
from labhub.gradebook.worker.loop import Worker, is_at_work, working_alone

__all__ = ["Bench", "Benches", "Worker", "is_at_work", "working_alone"]
