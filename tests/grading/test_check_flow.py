import pytest

from labhub.authoring.cell_names import names_of
from labhub.grading.check.flow import Flow
from labhub.grading.model import Exam, StudentCell, TestCell
from labhub.ids import GradeId, NotebookId


def notebook(*cells: tuple[str, str] | str) -> Exam:
    """Cells in order: a string is a given cell, a pair is a grade id and its source."""
    made: list[StudentCell | TestCell] = []
    for index, cell in enumerate(cells):
        if isinstance(cell, str):
            made.append(StudentCell(index, cell, given=True))
        elif "-t" in cell[0]:
            visible = cell[1].split("# hidden")[0]
            made.append(TestCell(index, GradeId(cell[0]), 1.0, cell[1], visible))
        else:
            made.append(StudentCell(index, cell[1], GradeId(cell[0])))
    return Exam(NotebookId("lab"), tuple(made))


def kept(exam: Exam, grade_id: str, code: str = "pass", tests: tuple[str, ...] = ()) -> list[int]:
    """The cells that a change of the answer `grade_id` by `code` can have to do with."""
    flow = Flow(exam.cells)
    changed = flow.changed_by(grade_id) | flow.changes(names_of(code))
    return sorted(flow.needed_for(grade_id, flow.affected(grade_id, changed) | set(tests)))


LAB = notebook(
    "import numpy as np",  # 0: nobody needs it
    ("e1-f", "def f(x): return x"),  # 1
    ("e1-t1", "assert f(1) == 1"),  # 2
    "plot(f, 1000)",  # 3
    ("e2-g", "def g(x): return f(x) + 1"),  # 4
    ("e2-t1", "assert g(1) == 2"),  # 5
    ("e3-h", "def h(x): return x"),  # 6
    "model = train(h)",  # 7
    ("e3-t1", "assert h(1) == 1"),  # 8
    ("e4-t1", "assert score(model) > 0"),  # 9
)


def test_tests_that_cannot_see_the_change_are_left_out():
    assert kept(LAB, "e2-g") == [1, 4, 5]


def test_tests_that_see_it_through_another_function_are_kept():
    assert kept(LAB, "e1-f") == [1, 2, 4, 5]


def test_tests_that_see_it_through_a_value_are_kept_with_the_cell_that_makes_it():
    assert kept(LAB, "e3-h") == [6, 7, 8, 9]


def test_tests_before_the_change_are_left_out():
    exam = notebook(("a-t1", "assert x"), ("a-x", "x = 1"), ("a-t2", "assert x"))
    assert kept(exam, "a-x") == [1, 2]


def test_named_tests_are_kept_whatever_the_names_say():
    assert 8 in kept(LAB, "e1-f", tests=("e3-t1",))


def test_a_function_that_is_called_later_sees_the_later_definition():
    exam = notebook(
        ("a-f", "def f(): return helper()"),
        ("b-helper", "def helper(): return 1"),
        ("a-t1", "assert f() == 1"),
    )
    assert kept(exam, "b-helper") == [0, 1, 2]


def test_a_name_that_only_the_mutant_binds_counts():
    exam = notebook(("a-f", "def f(): return 1"), "size = 3", ("b-t1", "assert size == 3"))
    assert kept(exam, "a-f") == [0]
    assert kept(exam, "a-f", "size = 4") == [0, 1, 2]


def test_what_only_the_variant_uses_is_kept_too():
    exam = notebook(
        "import math", ("a-g", "def g(): return 1"), ("b-f", "def f(): return 1"), ("b-t1", "f()")
    )
    flow = Flow(exam.cells)
    assert flow.needed_for("b-f", {"b-t1"}) == {2, 3}
    assert flow.needed_for("b-f", {"b-t1"}, "def f(): return g()") == {1, 2, 3}
    assert flow.needed_for("b-f", {"b-t1"}, "def f(): return math.pi") == {0, 2, 3}


def test_data_that_a_cell_may_change_in_place_keeps_the_cell():
    exam = notebook(
        "data = [1]", ("a-f", "def f(): return data"), "shuffle(data)", ("a-t1", "assert f()")
    )
    assert kept(exam, "a-f") == [0, 1, 2, 3]


def test_functions_are_not_changed_by_being_used():
    exam = notebook(("a-f", "def f(): return 1"), "show(f)", ("a-t1", "assert f()"))
    assert kept(exam, "a-f") == [0, 2]


def test_a_changed_attribute_keeps_the_cell():
    exam = notebook(("a-f", "def f(): return 1"), "f.speed = 2", ("a-t1", "assert f.speed"))
    assert kept(exam, "a-f") == [0, 1, 2]


@pytest.mark.parametrize(
    "source",
    ["np.random.seed(0)", "%matplotlib inline", "from x import *", "os.environ['A'] = 'b'"],
)
def test_settings_seeds_and_magics_are_always_kept(source):
    exam = notebook(source, ("a-f", "def f(): return 1"), source, ("a-t1", "assert f()"))
    assert kept(exam, "a-f") == [0, 1, 2, 3]


def test_definitions_that_a_visible_test_shares_keep_it():
    exam = notebook(
        ("a-f", "def f(): return 1"),
        ("b-t1", "SIZES = (1, 2)\n# hidden\nSECRET = 3"),
        "total = sum(SIZES)",
        ("a-t1", "assert f() < total"),
    )
    assert kept(exam, "a-f") == [0, 1, 2, 3]


def test_an_import_is_needed_once():
    exam = notebook(
        "import numpy as np",
        ("a-f", "def f(): return np"),
        ("b-t1", "import numpy as np"),
        "import numpy as np\nplot(np)",
        ("a-t1", "assert np.all(f())"),
    )
    assert kept(exam, "a-f") == [0, 1, 4]


def test_an_import_below_the_first_answer_is_found():
    exam = notebook(
        ("a-f", "def f(): return math.pi"), "import math", "import math", ("a-t1", "f()")
    )
    assert kept(exam, "a-f")[0] == 0
    assert {1, 2} & set(kept(exam, "a-f"))


def test_a_value_does_not_flow_upwards():
    exam = notebook(
        "start()",
        ("a-f", "def f(): return 1"),
        "size = g(2)",
        ("a-t1", "assert size"),
        ("b-h", "size = 5"),
        ("b-t1", "assert size"),
    )
    assert 3 not in kept(exam, "b-h")


def test_a_test_that_puts_the_authors_function_in_place_changes_nothing_for_others():
    exam = notebook(
        ("a-f", "def f(): return 1"),
        ("b-g", "def g(): return f()"),
        "show(f)",
        ("b-t1", "f = reference.f\nassert g()"),
        ("c-h", "def h(): return 1"),
        ("c-t1", "assert h()"),
    )
    assert kept(exam, "c-h") == [4, 5]
    assert kept(exam, "b-g") == [0, 1, 3]


def test_constants_are_not_changed_by_being_used():
    exam = notebook(
        ("a-f", "def f(): return 1"),
        "SEED = pick()",
        "plot(SEED)",
        ("a-t1", "assert f() == SEED"),
    )
    assert kept(exam, "a-f") == [0, 1, 3]


def test_what_a_hidden_test_defines_is_nobodys_need():
    exam = notebook(
        ("a-f", "def f(): return 1"), ("b-t1", "# hidden\nrng = 3"), ("a-t1", "rng = 4\nf()")
    )
    assert kept(exam, "a-f") == [0, 2]


def test_names_of_a_class_body_do_not_count_as_the_notebooks():
    names = names_of("class A:\n    size = 3\n    def f(self): return helper(self)")
    assert names.functions == {"A"}
    assert names.assigns == frozenset()
    assert "helper" in names.uses


@pytest.mark.parametrize(
    ("source", "uses"),
    [
        ("x = 1\nprint(x)", {"print"}),
        ("print(x)\nx = 1", {"print", "x"}),
        ("x = x + 1", {"x"}),
        ("x += 1", {"x"}),
        ("x[0] = y", {"x", "y"}),
        ("x.size = y", {"x", "y"}),
        ("for x in data:\n    f(x)", {"data", "f"}),
        ("with open(a) as file:\n    file.read()", {"open", "a"}),
        ("if a:\n    x = 1\nf(x)", {"a", "f", "x"}),
        ("[f(x) for x in data]", {"f", "data"}),
        ("(lambda x: x + y)(1)", {"y"}),
        ("def f(x):\n    z = g(x)\n    return z", {"g"}),
        ("def f(): return g()\ndef g(): return 1", set()),
        ("class A(B):\n    def f(self): return h", {"B", "h"}),
        ("import numpy as np\nnp.zeros(3)", set()),
        ("try:\n    x = f()\nexcept E:\n    pass", {"f", "E"}),
    ],
)
def test_a_cell_uses_what_it_reads_before_binding_it(source, uses):
    assert names_of(source).uses == uses


def test_a_call_may_change_data_that_a_function_reads():
    assert "data" in names_of("def f(): data.append(1)\nf()").touches
    assert "data" not in names_of("def f(): data.append(1)").touches


def test_titles_of_axes_are_no_settings():
    assert not names_of("ax.set_title('seeds')").always
    assert names_of("torch.manual_seed(3)").always
