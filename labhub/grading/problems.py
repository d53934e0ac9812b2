"""What can go wrong with one submission: a code, and a sentence for the student and the TA."""

from labhub.grading.model import Limits, Problem

NO_SANDBOX = "no-sandbox"
IN_PROCESS_TEST = "in-process-test"
CELL_TIMEOUT = "cell-timeout"
PROCESS_DIED = "process-died"
MEMORY_LIMIT = "memory-limit"
PROCESS_LIMIT = "process-limit"
TIME_LIMIT = "time-limit"
OUTPUT_LIMIT = "output-limit"
EXAMINER_DIED = "examiner-died"

SENTENCES = {
    NO_SANDBOX: (
        "This was graded without a sandbox: the code could read the grader's files. "
        "Do not rely on these points without looking at the code."
    ),
    IN_PROCESS_TEST: (
        "This test ran beside the student's code, which could have changed its verdict."
    ),
    CELL_TIMEOUT: "This cell ran longer than {limits.cell_timeout_s:g} s and was interrupted.",
    PROCESS_DIED: (
        "The Python process ended while this cell ran ({how}). The notebook was run again "
        "without this cell."
    ),
    MEMORY_LIMIT: (
        "The notebook used more memory than the {memory} that it may use, and was stopped."
    ),
    PROCESS_LIMIT: (
        "The notebook started more than {limits.processes} processes or threads, and was stopped."
    ),
    TIME_LIMIT: (
        "The notebook as a whole used more than its time ({limits.submission_timeout_s:g} s, or "
        "{limits.cpu_s:g} s of CPU); what came later was not run."
    ),
    OUTPUT_LIMIT: (
        "This cell showed more than {output}, or the notebook as a whole more than {whole}; the "
        "rest was cut."
    ),
    EXAMINER_DIED: (
        "Grading ended before all tests were run; this is not the student's fault as far as "
        "we can see. Grade this submission again, and look at the tests that gave no result."
    ),
}
"""Every code that the engine itself gives."""


def problem(code: str, limits: Limits, index: int | None = None, *, how: str = "") -> Problem:
    """The problem `code` of one submission, at cell `index` where there is one."""
    sentence = SENTENCES[code].format(
        limits=limits,
        memory=_size(limits.memory_bytes),
        output=_size(limits.output_bytes),
        whole=_size(limits.all_output_bytes),
        how=how or "it gave no reason",
    )
    return Problem(code, sentence, index)


def _size(count: int) -> str:
    """
    >>> _size(4 << 30), _size(1 << 20)
    ('4 GiB', '1 MiB')
    """
    gib = count / (1 << 30)
    return f"{gib:.3g} GiB" if gib >= 1 else f"{count / (1 << 20):.3g} MiB"
