"""`labhub people` and `labhub groups`, with the college course: forming, changing, one hand-in."""

import json
from pathlib import Path

import pytest

from tests.cli.term_course import COLLEGE, course_in, data, hand_in, invoke, lines, refused, run

EARLY = ("--at", "2026-09-15T12:00:00-04:00")
PEOPLE = "id,name,email,role,lms_id\nann,Ann A,ann@x.org,,1\nbo,Bo B,bo@x.org,student,2\n"
PEOPLE += "cia,Cia C,cia@x.org,student,3\ndan,Dan D,dan@x.org,student,4\nt,T T,t@x.org,staff,9\n"


@pytest.fixture
def course(tmp_path: Path) -> Path:
    folder = course_in(tmp_path / "course", COLLEGE)
    (folder / "people.csv").write_text(PEOPLE)
    said = run(folder, "people", "import", folder / "people.csv")
    assert "5 people read, 5 new or renewed" in said
    return folder


def members(course: Path, *more: str) -> dict[str, list[str]]:
    result = invoke(course, "groups", "list", "--json", *more)
    return {name: there for name, there in json.loads(result.stdout)["groups"].items() if there}


def test_people_are_listed_and_renewed(course: Path) -> None:
    assert "0 new or renewed" in run(course, "people", "import", course / "people.csv")
    run(course, "people", "add", "ann", "--name", "Ann B", "--email", "ann@x.org", "--lms-id", 1)
    assert data(course, "people", "list")[0]["name"] == "Ann B"
    assert "t\tT T\tt@x.org\tstaff\t9" in run(course, "people", "list")


@pytest.mark.parametrize(
    ("text", "words"),
    [
        ("name\nAnn\n", "has no column id. Expected: id. Found: name."),
        ("id,role\nann,boss\n", "the role 'boss' is none"),
        ("id\n\n\x20\n", "an id is missing"),
        ("id\nann\nbo\nann\n", "lines 2 and 4 are both about ann"),
        ("id;name\n../ann;Ann\n", "'../ann' is no id"),
    ],
)
def test_a_list_of_people_that_makes_no_sense_is_refused(course: Path, text, words) -> None:
    (course / "bad.csv").write_text(text)
    code, said = refused(course, "people", "import", course / "bad.csv")
    assert (code, words in " ".join(said.split())) == (2, True), said


def test_semicolons_and_a_byte_order_mark_do_no_harm(course: Path) -> None:
    (course / "s.csv").write_text("\ufeffid;name\neva;Eva, E\n", encoding="utf-8")
    run(course, "people", "import", course / "s.csv")
    assert "eva\tEva, E" in run(course, "people", "list")
    (course / "s.csv").write_bytes("id,name\nåsa,Åsa\n".encode("latin-1"))
    assert "Save it as CSV in UTF-8." in refused(course, "people", "import", course / "s.csv")[1]


def test_a_missing_file_is_refused(course: Path) -> None:
    assert "cannot be read" in refused(course, "groups", "import", course / "no.csv")[1]


def test_students_form_a_group_by_invitation(course: Path) -> None:
    run(course, "groups", "form", "g1", "--as", "ann", *EARLY)
    run(course, "groups", "invite", "g1", "--student", "bo", "--as", "ann", *EARLY)
    run(course, "groups", "invite", "g1", "--student", "dan", "--as", "ann", *EARLY)
    run(course, "groups", "join", "g1", "--as", "bo", *EARLY)
    run(course, "groups", "decline", "g1", "--as", "dan", *EARLY)
    code, said = refused(course, "groups", "join", "g1", "--as", "cia", *EARLY)
    assert (code, "cia was not invited to group g1." in said) == (4, True)
    assert members(course) == {"g1": ["ann", "bo"]}
    kinds = [event["kind"] for event in data(course, "groups", "history", "g1")]
    assert kinds == ["formed", "invited", "invited", "joined", "declined"]


def test_staff_form_move_and_take_out(course: Path) -> None:
    run(course, "groups", "form", "g1", "--student", "ann", "--student", "bo", *EARLY)
    run(course, "groups", "form", "g2", "--student", "cia", *EARLY)
    assert run(course, "groups", "move", "g2", "--student", "bo", *EARLY) == "g2: bo, cia\n"
    run(course, "groups", "leave", "g1", "--student", "ann", *EARLY)
    run(course, "groups", "drop-out", "--student", "cia", "--reason", "ill", *EARLY)
    assert members(course) == {"g2": ["bo"]}
    assert members(course, "--at", "2026-09-01T12:00:00-04:00") == {}
    said = run(course, "groups", "history", "cia")
    assert "dropped-out\tcia" in said


def test_odd_groups_are_told_with_exit_code_1(course: Path) -> None:
    run(course, "groups", "form", "g1", "--student", "ann", *EARLY)
    result = invoke(course, "groups", "list")
    assert result.exit_code == 1
    assert "Group g1 has 1 member; 2 to 4 are wanted." in result.stdout
    assert "bo is in no group." in result.stdout


def test_a_full_group_takes_one_more_with_a_reason(course: Path) -> None:
    run(course, "people", "add", "eve")
    all_four = [word for name in ("ann", "bo", "cia", "dan") for word in ("--student", name)]
    run(course, "groups", "form", "g1", *all_four, *EARLY)
    code, said = refused(course, "groups", "join", "g1", "--student", "eve", *EARLY)
    assert (code, "Group g1 is full" in said) == (4, True)
    run(course, "groups", "join", "g1", "--student", "eve", "--reason", "works nights", *EARLY)
    assert len(members(course)["g1"]) == 5


def test_groups_come_from_a_file_and_go_into_one(course: Path) -> None:
    file = course / "groups.csv"
    file.write_text("group,student\ng1,ann\ng1,bo\ng2,cia\ng2,dan\n")
    assert "4 students joined" in run(course, "groups", "import", file, *EARLY)
    assert "0 students joined" in run(course, "groups", "import", file, *EARLY)
    run(course, "groups", "export", "--to", course / "out.csv")
    assert (course / "out.csv").read_text() == file.read_text()


@pytest.mark.parametrize(
    ("text", "words"),
    [
        ("group,student\ng1,ann\ng2,ann\n", "ann is in group g1."),
        ("group,student\ng1,anna\n", "Did you mean 'ann'?"),
        ("group,student\ng1,\n", "a group or a student is missing"),
    ],
)
def test_a_file_with_a_mistake_changes_nothing(course: Path, text: str, words: str) -> None:
    (course / "groups.csv").write_text(text)
    assert words in refused(course, "groups", "import", course / "groups.csv", *EARLY)[1]
    assert members(course) == {}


def test_a_draw_spreads_everybody_and_can_be_repeated(course: Path, tmp_path: Path) -> None:
    run(course, "groups", "draw", "--size", 2, *EARLY)
    drawn = members(course)
    assert sorted(len(there) for there in drawn.values()) == [2, 2]
    other = course_in(tmp_path / "other", COLLEGE)
    run(other, "people", "import", course / "people.csv")
    run(other, "groups", "draw", "--size", 2, *EARLY)
    assert members(other) == drawn
    assert run(course, "groups", "draw", "--size", 2, *EARLY).splitlines() == ["group\twho"]


def test_a_group_has_one_hand_in_and_an_exception_has_its_own(course: Path) -> None:
    trio = [word for name in ("ann", "bo", "cia") for word in ("--student", name)]
    run(course, "groups", "form", "g1", *trio, *EARLY)
    run(course, "groups", "except", "handin1", "--student", "cia", "--reason", "asked to")
    run(course, "groups", "except", "handin1", "--student", "dan", "--arrangement", "with-group",
        "--group", "g1", "--reason", "joined late")  # fmt: skip
    hand_in(course, "ann", "handin1", "2026-10-02 20:00:00")
    case = ("policy", "explain", "--assignment", "handin1", "--student")
    assert data(course, *case, "bo")["handed_in_by"] == "ann"
    assert data(course, *case, "dan")["together"] == ["ann", "bo", "dan"]
    assert data(course, *case, "cia")["handed_in_at"] is None
    assert "cia hands in alone, decided by" in run(course, *case, "cia")
    run(course, "groups", "except", "handin1", "--student", "bo", "--arrangement", "excused",
        "--reason", "ill")  # fmt: skip
    assert "bo is excused from it." in lines(run(course, *case, "bo"))


def test_a_member_who_drops_out_before_the_freeze_is_in_no_unit(course: Path) -> None:
    run(course, "groups", "form", "g1", "--student", "ann", "--student", "bo", *EARLY)
    run(course, "groups", "drop-out", "--student", "bo", "--reason", "moved", *EARLY)
    said = run(course, "policy", "explain", "--student", "bo", "--assignment", "handin1")
    assert "bo had left the course when groups froze." in said


def test_a_group_extension_helps_all_members(course: Path) -> None:
    run(course, "groups", "form", "g1", "--student", "ann", "--student", "bo", *EARLY)
    hand_in(course, "ann", "handin1", "2026-10-05 12:00:00")
    run(course, "extension", "add", "handin1", "--group", "g1", "--days", 3, "--reason", "flood")
    for name in ("ann", "bo"):
        found = data(course, "policy", "explain", "--student", name, "--assignment", "handin1")
        assert found["phase"] == "on-time"


def test_late_days_are_spent_by_the_whole_group(course: Path) -> None:
    run(course, "groups", "form", "g1", "--student", "ann", "--student", "bo", *EARLY)
    hand_in(course, "ann", "handin1", "2026-10-04 12:00:00")
    said = run(course, "policy", "explain", "--student", "bo", "--assignment", "handin1")
    assert "The late budget moved the due date: 2 days spent, 1 left." in said
    assert "1 late day left for the rest of the course." in said
    cia = ("policy", "explain", "--student", "cia", "--assignment", "handin1")
    assert data(course, *cia)["late_days_left"] == 3


@pytest.mark.parametrize(
    ("arguments", "words"),
    [
        (("join", "g9", "--student", "ann"), "The group g9 does not exist."),
        (("form", "g1", "--student", "zoe"), "There is nobody with the id 'zoe'."),
        (("except", "handin1", "--student", "ann", "--group", "g1"), "belong together"),
        (("except", "handin1", "--student", "ann"), "--reason is missing"),
        (("drop-out", "--student", "ann"), "--reason is missing"),
        (("move", "g1"), "--student is missing"),
    ],
)
def test_a_change_that_makes_no_sense_is_refused(course: Path, arguments, words) -> None:
    assert words in refused(course, "groups", *arguments)[1]
