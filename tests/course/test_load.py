"""course.toml: what it gives, and that every mistake is named with line, table, key and remedy."""

import tomllib
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from labhub.course.errors import (
    CourseFileInvalidError,
    CourseFileSyntaxError,
    CourseFolderMissingError,
    UnknownAssignmentError,
)
from labhub.course.load import load_course, parse_course
from labhub.course.model import AssignmentState, GradingMode, LimitOverrides, ServerNeeds

TEXT = """\
[course]
id = "nn"
title = "Neural Networks"
zone = "Europe/Stockholm"
credits = 3

[[assignments]]
id = "lab1"
title = "First"
release = 2027-01-18T08:00:00+01:00
due = 2027-02-08T23:59:00+01:00
late_until = 2027-02-22T23:59:00+01:00
weight_percent = 40
credits = 1
in_process_cells = ["t7"]
[assignments.limits]
submission_timeout_s = 90
memory_mib = 512

[[assignments]]
id = "lab2"
title = "Second"
state = "planned"
release = 2027-03-15T08:00:00+01:00
due = 2027-04-12T23:59:00+02:00
late_until = 2027-04-12T23:59:00+02:00
weight_percent = 60
credits = 2
gpu = true
grading = "in-process"
feedback = { outputs = false }
server = { cpus = 2.5, memory_mib = 4096, minutes = 90 }

[[groups]]
id = "a"
title = "Monday"
students = ["ann", "bob"]

[[groups]]
id = "b"
title = "Tuesday"
students = ["cleo"]

[[gpu_sessions]]
assignment = "lab2"
group = "a"
room = "GPU 1"
start = 2027-03-22T13:15:00+01:00
end = 2027-03-22T17:00:00+01:00
gpus = 8

[[gpu_sessions]]
assignment = "lab2"
group = "b"
room = "GPU 1"
start = 2027-03-22T17:00:00+01:00
end = 2027-03-22T19:00:00+01:00
gpus = 8
"""


def test_a_course_is_read_whole() -> None:
    course = parse_course(TEXT)
    lab1, lab2 = course.assignments
    assert (course.id, course.title, course.zone.key, course.credits) == (
        "nn",
        "Neural Networks",
        "Europe/Stockholm",
        3,
    )
    assert lab1.limits == LimitOverrides(submission_timeout_s=90, memory_bytes=512 << 20)
    assert lab1.in_process_cells == ("t7",)
    assert (lab1.state, lab2.state) == (AssignmentState.READY, AssignmentState.PLANNED)
    assert lab2.grading is GradingMode.IN_PROCESS
    assert (lab2.gpu, lab2.feedback.laws, lab2.feedback.outputs) == (True, True, False)
    assert lab1.server == ServerNeeds()
    assert lab2.server == ServerNeeds(2.5, 4096 << 20, time_limit=timedelta(minutes=90))
    assert [group.students for group in course.groups] == [("ann", "bob"), ("cleo",)]
    assert course.gpu_sessions[0].gpus == 8


def test_dates_keep_the_moment_that_the_file_names() -> None:
    lab1 = parse_course(TEXT).assignment("lab1")
    assert lab1.timeline.due == datetime(2027, 2, 8, 22, 59, tzinfo=UTC)


def test_an_unknown_assignment_comes_with_the_nearest_name() -> None:
    with pytest.raises(UnknownAssignmentError) as caught:
        parse_course(TEXT).assignment("lab_1")
    assert "Did you mean 'lab1'?" in str(caught.value)


MISTAKES = {
    "a misspelt key": (
        ("due = 2027-02-08", "duee = 2027-02-08"),
        (
            "course.toml:7: [[assignments]] 'lab1', key 'due': is missing",
            "course.toml:11: [[assignments]] 'lab1', key 'duee': is unknown; did you mean 'due'?",
        ),
    ),
    "a key that resembles none": (
        ("gpu = true", "colour = 1"),
        ("course.toml:29: [[assignments]] 'lab2', key 'colour': is unknown; expected one of: id,",),
    ),
    "a misspelt key in a table of an assignment": (
        ("memory_mib", "memory_mb"),
        (
            "course.toml:18: [[assignments]] 'lab1', table limits, key 'memory_mb': is unknown; "
            "did you mean 'memory_mib'?",
        ),
    ),
    "a misspelt key in an inline table": (
        ("outputs = false", "output = false"),
        ("course.toml:31: [[assignments]] 'lab2', table feedback, key 'output': is unknown",),
    ),
    "a misspelt table": (
        ("[[groups]]", "[[group]]"),
        ("course.toml:34: top level, key 'group': is unknown; did you mean 'groups'?",),
    ),
    "a value of another type": (
        ("weight_percent = 40", 'weight_percent = "40"'),
        ("course.toml:13: [[assignments]] 'lab1', key 'weight_percent': '40' does not fit",),
    ),
    "a negative credit": (
        ("credits = 1", "credits = -1"),
        ("'lab1', key 'credits': -1 does not fit: input should be greater than or equal to 0",),
    ),
    "a state that is none": (
        ('state = "planned"', 'state = "soon"'),
        ("'lab2', key 'state': 'soon' does not fit: input should be 'ready' or 'planned'",),
    ),
    "an id that is no id": (
        ('id = "lab1"', 'id = "lab 1"'),
        ("'lab 1', key 'id': lab 1 is no id; expected letters, digits",),
    ),
    "a time without offset": (
        ("22T23:59:00+01:00", "22T23:59:00"),
        ("key 'late_until': 2027-02-22 23:59:00 has no offset from UTC; expected one, such as",),
    ),
    "a date without time": (
        ("due = 2027-02-08T23:59:00+01:00", "due = 2027-02-08"),
        ("key 'due': 2027-02-08 is no date with time; expected one",),
    ),
    "the summer's offset in winter": (
        ("due = 2027-02-08T23:59:00+01:00", "due = 2027-02-08T23:59:00+02:00"),
        (
            "key 'due': 2027-02-08 23:59:00+02:00 has an offset that Europe/Stockholm does not "
            "have on that day; expected 2027-02-08 23:59:00+01:00",
        ),
    ),
    "a due date before its release": (
        ("due = 2027-02-08", "due = 2027-01-08"),
        (
            "course.toml:11: [[assignments]] 'lab1', key 'due': 2027-01-08 23:59:00+01:00 is not "
            "after the release; expected a time after 2027-01-18 08:00:00+01:00",
        ),
    ),
    "a last date before the first": (
        ("late_until = 2027-02-22", "late_until = 2027-02-01"),
        ("key 'late_until': 2027-02-01 23:59:00+01:00 is before the due date; expected",),
    ),
    "an assignment named twice": (
        ('id = "lab2"', 'id = "lab1"'),
        ("course.toml:21: [[assignments]] 'lab1', key 'id': 'lab1' is used twice",),
    ),
    "a group named twice": (
        ('id = "b"', 'id = "a"'),
        ("course.toml:40: [[groups]] 'a', key 'id': 'a' is used twice; expected a new id",),
    ),
    "weights that are not the whole": (
        ("weight_percent = 60", "weight_percent = 50"),
        ("key 'weight_percent': the weights of all assignments sum to 90; expected 100",),
    ),
    "credits that are not the whole": (
        ("credits = 2", "credits = 1"),
        ("[course], key 'credits': the assignments' credits sum to 2; expected 3",),
    ),
    "a student in two groups": (
        ('["cleo"]', '["bob"]'),
        ("[[groups]] 'b', key 'students': 'bob' is already in group 'a'; expected one group",),
    ),
    "a session of a lab without GPUs": (
        ('assignment = "lab2"', 'assignment = "lab1"'),
        ("[[gpu_sessions]] number 1, key 'assignment': 'lab1' is no assignment with gpu = true",),
    ),
    "a session of a group that is none": (
        ('group = "b"', 'group = "c"'),
        ("[[gpu_sessions]] number 2, key 'group': 'c' is no group; expected one of: a, b",),
    ),
    "a session that ends before it starts": (
        ("end = 2027-03-22T17:00", "end = 2027-03-22T12:00"),
        ("[[gpu_sessions]] number 1, key 'end': 2027-03-22 12:00:00+01:00 is not after the start",),
    ),
    "two groups in one room": (
        ("end = 2027-03-22T17:00", "end = 2027-03-22T17:01"),
        (
            "course.toml:56: [[gpu_sessions]] number 2, key 'start': the session overlaps another "
            "one of room 'GPU 1' (2027-03-22 13:15:00+01:00 to 2027-03-22 17:01:00+01:00)",
        ),
    ),
    "a zone that is none": (
        ("Europe/Stockholm", "Europe/Linkoping"),
        ("course.toml:4: [course], key 'zone': 'Europe/Linkoping' is no time zone",),
    ),
}


@pytest.mark.parametrize("mistake", MISTAKES)
def test_a_mistake_is_named_with_line_table_key_and_what_was_expected(mistake: str) -> None:
    (old, new), sentences = MISTAKES[mistake]
    assert old in TEXT
    with pytest.raises(CourseFileInvalidError) as caught:
        parse_course(TEXT.replace(old, new, -1 if mistake == "a misspelt table" else 1))
    for sentence in sentences:
        assert sentence in caught.value.message


def test_one_group_cannot_be_in_two_rooms() -> None:
    other_room = TEXT.replace('group = "b"\nroom = "GPU 1"', 'group = "a"\nroom = "GPU 2"')
    with pytest.raises(CourseFileInvalidError, match="overlaps another one of group 'a'"):
        parse_course(other_room.replace("start = 2027-03-22T17:00", "start = 2027-03-22T16:00"))


def test_every_mistake_is_named_at_once() -> None:
    text = TEXT.replace("weight_percent = 60", "weight_percent = 50").replace("credits = 2", "")
    with pytest.raises(CourseFileInvalidError) as caught:
        parse_course(text)
    assert len(caught.value.message.splitlines()) == 2


def test_what_is_not_toml_is_named_with_its_line() -> None:
    with pytest.raises(CourseFileSyntaxError, match=r"course.toml is not TOML: .*line 2"):
        parse_course("[course]\nid = nn\n")


def test_a_file_that_is_not_text_is_named(tmp_path: Path) -> None:
    path = tmp_path / "course.toml"
    path.write_bytes(b"\xff\xfe")
    with pytest.raises(CourseFileSyntaxError, match="not UTF-8"):
        load_course(path)


def test_a_missing_file_is_named(tmp_path: Path) -> None:
    with pytest.raises(CourseFolderMissingError, match=r"course\.toml"):
        load_course(tmp_path / "course.toml")


def test_the_course_of_this_repository_is_right() -> None:
    root = Path(__file__).parents[2]
    course = load_course(root / "course.toml")
    assert [each.id for each in course.assignments] == [
        "lab1_feedforward",
        "lab2_sequences",
        "lab3_vision",
    ]
    for each in course.assignments:
        written = any((root / "source" / each.id).glob("*.ipynb"))
        assert written == (each.state is AssignmentState.READY), each.id


def test_the_text_of_these_tests_is_toml() -> None:
    assert tomllib.loads(TEXT)
