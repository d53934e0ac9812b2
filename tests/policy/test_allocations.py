from collections import Counter
from random import Random

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from scipy.optimize import linprog

from labhub.ids import StudentId
from labhub.policy.allocations import (
    Allocation,
    Met,
    Pair,
    ReviewRules,
    Work,
    allocate,
    met,
    rebalance,
)
from labhub.policy.errors import BadReviewRulesError
from tests.effort import calls_of


def klass(*sizes: int) -> tuple[list[Work], list[StudentId]]:
    """A class of groups of these sizes: one work each, every member a reviewer."""
    works, students = [], []
    for number, size in enumerate(sizes):
        members = [StudentId(f"s{number}-{n}") for n in range(size)]
        works.append(Work(f"w{number}", frozenset(members)))
        students += members
    return works, students


def loads(allocation: Allocation, students: list[StudentId]) -> list[int]:
    counts = Counter(pair.reviewer for pair in allocation.pairs)
    return [counts[student] for student in students]


def crowds(allocation: Allocation, works: list[Work]) -> list[int]:
    counts = Counter(pair.work for pair in allocation.pairs)
    return [counts[work.id] for work in works]


def assert_laws(allocation: Allocation, works: list[Work], students: list[StudentId]) -> None:
    authors = {work.id: work.authors for work in works}
    assert all(pair.reviewer not in authors[pair.work] for pair in allocation.pairs)
    assert len(set(allocation.pairs)) == len(allocation.pairs)
    assert list(allocation.pairs) == sorted(allocation.pairs)
    there = loads(allocation, students)
    assert max(there) - min(there) <= 1
    for work, crowd in zip(works, crowds(allocation, works), strict=True):
        able = len(set(students) - work.authors)
        assert min(3, able) <= crowd <= min(4, able)


@pytest.mark.parametrize(
    ("sizes", "load", "crowd"),
    [
        ([1] * 4, {3}, {3}),
        ([1] * 60, {3}, {3}),
        ([3] * 20, {1}, {3}),
        ([4] * 15, {1}, {4}),
        ([3] * 20 + [1], {1, 2}, {3}),  # 61 students cannot share 63 to 84 reviews evenly
        ([2, 2], {1}, {2}),
        ([2, 1, 1], {2}, {2, 3}),
        ([4, 1], {1}, {1, 4}),
        ([5, 5], {0, 1}, {3, 4}),  # whoever has no review may be needed by the other work
    ],
)
def test_loads_are_equal_where_they_can_be(sizes, load, crowd):
    works, students = klass(*sizes)
    found = allocate(works, students, seed="a")
    assert set(loads(found, students)) == load
    assert set(crowds(found, works)) <= crowd
    assert_laws(found, works, students)


@given(st.lists(st.integers(1, 4), min_size=4, max_size=40), st.text(max_size=3))
@settings(max_examples=80, deadline=None, derandomize=True)
def test_the_laws_hold_for_any_class(sizes, seed):
    works, students = klass(*sizes)
    assert_laws(allocate(works, students, seed=seed), works, students)


@given(st.lists(st.integers(1, 3), min_size=4, max_size=15), st.integers(1, 4))
@settings(max_examples=40, deadline=None, derandomize=True)
def test_pairs_meet_again_only_as_often_as_a_linear_program_needs(sizes, rounds):
    works, students = klass(*sizes)
    history: frozenset[Met] = frozenset()
    for number in range(rounds):
        found = allocate(works, students, seed=str(number), history=history)
        assert_laws(found, works, students)
        assert len(found.repeats) == fewest_repeats(found, works, students, history)
        history |= met(found, works)


def fewest_repeats(
    found: Allocation, works: list[Work], students: list[StudentId], history: frozenset[Met]
) -> int:
    """The least number of repeats under the loads drawn, by a program that has integer corners."""
    R, W = len(students), len(works)
    cost = [[any((s, a) in history for a in w.authors) for w in works] for s in students]
    bounds = [(0, int(s not in w.authors)) for s in students for w in works]
    rows = np.kron(np.eye(R), np.ones((1, W)))
    columns = np.kron(np.ones((1, R)), np.eye(W))
    able = [len(set(students) - work.authors) for work in works]
    limits = [*(min(4, n) for n in able), *(-min(3, n) for n in able)]
    solved = linprog(
        np.array(cost, float).ravel(),
        A_eq=rows,
        b_eq=loads(found, students),
        A_ub=np.vstack([columns, -columns]),
        b_ub=limits,
        bounds=bounds,
    )
    return round(solved.fun)


def test_a_class_reviews_as_long_as_it_can_without_meeting_twice():
    works, students = klass(*[1] * 13)
    history: frozenset[Met] = frozenset()
    repeats = []
    for number in range(5):
        found = allocate(works, students, seed=str(number), history=history)
        repeats.append(len(found.repeats))
        history |= met(found, works)
    assert repeats[:3] == [0, 0, 0]  # 12 others, 3 a round
    assert repeats[4] == 39
    assert found.notes[-1].words == "39 pairs met before; there was no other way."


@pytest.mark.parametrize("size", [1, 3])
def test_work_grows_as_the_class_does(size):
    def calls(count):
        works, students = klass(*[size] * (count // size))
        history = met(allocate(works, students, seed="b"), works)
        found = allocate(works, students, seed="a", history=history)
        assert not found.repeats
        assert_laws(found, works, students)
        return calls_of(lambda: allocate(works, students, seed="a", history=history))

    assert calls(1998) < 5 * calls(498)


@given(st.integers(5, 30), st.integers(0, 100))
@settings(max_examples=40, deadline=None, derandomize=True)
def test_reviewers_spread_over_the_works_although_the_rules_would_let_them_crowd(size, number):
    works, _ = klass(*[1] * size)
    readers = [StudentId(f"reader{n}") for n in range(2 * size + number % size)]
    found = allocate(works, readers, seed=str(number), rules=ReviewRules(1, 9))
    assert max(crowds(found, works)) - min(crowds(found, works)) <= 1


def test_the_same_seed_gives_the_same_allocation_in_any_order_of_the_list():
    works, students = klass(*[2] * 10)
    found = allocate(works, students, seed="autumn")
    Random(1).shuffle(works)
    assert allocate(works, students[::-1], seed="autumn") == found
    assert allocate(works, students, seed="spring") != found


def test_who_is_barred_does_not_review():
    works, students = klass(*[1] * 8)
    works[0] = Work("w0", works[0].authors, barred=frozenset(students[1:4]))
    found = allocate(works, students, seed="a")
    assert not set(found.reviewers_of("w0")) & set(students[:4])
    assert_laws(found, works, students)


def test_an_allocation_tells_both_sides():
    works, students = klass(*[1] * 5)
    found = allocate(works, students, seed="a")
    for student in students:
        assert all(student in found.reviewers_of(work) for work in found.works_of(student))


def test_a_work_with_too_few_possible_reviewers_is_noted():
    found = allocate(*klass(2, 1), seed="a")
    assert [step.words for step in found.notes] == [
        "w0 has only 1 reviewer.",
        "w1 has only 2 reviewers.",
    ]


@pytest.mark.parametrize("sizes", [[], [3]])
def test_where_nobody_can_review_nobody_does(sizes):
    assert allocate(*klass(*sizes), seed="a").pairs == ()


def test_somebody_listed_twice_is_refused():
    works, students = klass(1, 1)
    with pytest.raises(BadReviewRulesError, match="reviewer 's0-0' is listed twice"):
        allocate(works, [*students, students[0]], seed="a")
    with pytest.raises(BadReviewRulesError, match="work 'w1' is listed twice"):
        allocate([*works, works[1]], students, seed="a")


@pytest.mark.parametrize(("fewest", "most"), [(0, 4), (4, 3), (-1, -1)])
def test_numbers_of_reviewers_that_cannot_be_are_refused(fewest, most):
    with pytest.raises(BadReviewRulesError):
        ReviewRules(fewest, most)


def changed(before: Allocation, after: Allocation) -> tuple[set[Pair], set[Pair]]:
    return set(before.pairs) - set(after.pairs), set(after.pairs) - set(before.pairs)


@given(st.lists(st.integers(1, 4), min_size=4, max_size=20))
@settings(max_examples=40, deadline=None, derandomize=True)
def test_without_a_change_nothing_moves(sizes):
    works, students = klass(*sizes)
    before = allocate(works, students, seed="a")
    assert rebalance(before, works, students, seed="b").pairs == before.pairs


@given(st.integers(6, 30), st.integers(0, 100))
@settings(max_examples=60, deadline=None, derandomize=True)
def test_when_a_student_drops_out_only_the_gaps_are_filled(size, number):
    works, students = klass(*[1] * size)
    before = allocate(works, students, seed=str(number))
    gone = number % size
    there, who = works[:gone] + works[gone + 1 :], students[:gone] + students[gone + 1 :]
    after = rebalance(before, there, who, seed="b")
    assert_laws(after, there, who)
    lost, added = changed(before, after)
    unavoidable = {p for p in lost if p.reviewer == students[gone] or p.work == works[gone].id}
    assert len(lost - unavoidable) <= 3
    assert len(added) <= 3 + len(lost - unavoidable)


@given(st.integers(6, 30), st.integers(0, 100))
@settings(max_examples=40, deadline=None, derandomize=True)
def test_a_late_hand_in_moves_one_review_for_each_it_needs(size, number):
    works, students = klass(*[1] * size)
    late = number % size
    there, who = works[:late] + works[late + 1 :], students[:late] + students[late + 1 :]
    before = allocate(there, who, seed=str(number))
    after = rebalance(before, works, students, seed="b")
    assert_laws(after, works, students)
    lost, added = changed(before, after)
    assert (len(lost), len(added)) == (3, 6)


def test_a_reviewer_who_leaves_a_group_is_replaced_and_the_work_stays():
    works, students = klass(*[3] * 20)
    before = allocate(works, students, seed="a")
    after = rebalance(before, works, students[1:], seed="a")
    lost, added = changed(before, after)
    assert (len(lost), len(added)) == (1, 1)
    assert_laws(after, works, students[1:])


def test_when_reviewers_join_who_have_no_work_the_others_give_some_away():
    works, students = klass(*[1] * 12)
    more = [*students, *(StudentId(f"new{number}") for number in range(12))]
    before = allocate(works, students, seed="a")
    after = rebalance(before, works, more, seed="b")
    assert_laws(after, works, more)
    lost, added = changed(before, after)
    assert len(added) == len(lost) == 12


@given(st.integers(6, 20), st.integers(0, 100))
@settings(max_examples=40, deadline=None, derandomize=True)
def test_a_review_that_is_done_never_moves(size, number):
    works, students = klass(*[1] * size)
    late = number % size
    there, who = works[:late] + works[late + 1 :], students[:late] + students[late + 1 :]
    before = allocate(there, who, seed=str(number))
    done = frozenset(Random(number).sample(before.pairs, k=len(before.pairs) // 2))
    after = rebalance(before, works, students, seed="b", done=done)
    assert done <= set(after.pairs)
    assert_laws(after, works, students)


def test_a_rebalanced_class_still_avoids_those_it_has_met():
    works, students = klass(*[1] * 30)
    first = allocate(works, students, seed="1")
    history = met(first, works)
    second = allocate(works, students, seed="2", history=history)
    after = rebalance(second, works[3:], students[3:], seed="3", history=history)
    assert not after.repeats
    assert not set(after.pairs) & set(first.pairs)


@given(st.integers(5, 12), st.integers(1, 4), st.integers(0, 100))
@settings(max_examples=40, deadline=None, derandomize=True)
def test_a_class_that_has_met_too_often_is_rebalanced_all_the_same(size, rounds, number):
    works, students = klass(*[1] * size)
    history: frozenset[Met] = frozenset()
    found = Allocation(())
    for turn in range(rounds):
        history |= met(found, works)
        found = allocate(works[1:], students[1:], seed=f"{number} {turn}", history=history)
    late = rebalance(found, works, students, seed="late", history=history)
    assert_laws(late, works, students)
    gone = rebalance(late, works[2:], students[2:], seed="gone", history=history)
    assert_laws(gone, works[2:], students[2:])
    again = {pair for pair in gone.pairs if (pair.reviewer, author_of(pair, works)) in history}
    assert again == set(gone.repeats)


def author_of(pair: Pair, works: list[Work]) -> StudentId:
    [author] = next(work.authors for work in works if work.id == pair.work)
    return author
