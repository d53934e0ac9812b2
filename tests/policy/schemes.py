"""The grading schemes of the two courses, for tests."""

from fractions import Fraction

from labhub.policy.marks import AutomaticAtLeast, EveryManualAtLeast, Item
from labhub.policy.scales import LETTERS
from labhub.policy.schemes import Category, Module, Scheme

LAB_RULES = (AutomaticAtLeast(Fraction(24)), EveryManualAtLeast(Fraction(1, 2)))

COLLEGE = Scheme(
    categories=(
        Category(
            "participation",
            "Participation",
            Fraction(20),
            (
                Item("sessions", "Sessions", Fraction(100), weight=Fraction(3)),
                Item("reviews", "Reviews", Fraction(100), weight=Fraction(1)),
            ),
        ),
        Category(
            "hand-ins",
            "Hand-ins",
            Fraction(40),
            (Item("h1", "Hand-in 1", Fraction(60)), Item("h2", "Hand-in 2", Fraction(60))),
        ),
        Category(
            "project",
            "Project",
            Fraction(40),
            (
                Item("proposal", "Proposal", Fraction(20), weight=Fraction(10)),
                Item("report", "Report", Fraction(100), weight=Fraction(30)),
            ),
        ),
    ),
    scale=LETTERS,
)

PHD = Scheme(
    categories=(
        Category(
            "labs",
            "Labs",
            Fraction(100),
            tuple(
                Item(f"lab{n}", f"Lab {n}", Fraction(60), pass_rules=LAB_RULES) for n in (1, 2, 3)
            ),
        ),
        Category(
            "project",
            "Project",
            Fraction(0),
            (
                Item(
                    "seminar",
                    "Project seminar",
                    Fraction(1),
                    pass_rules=(AutomaticAtLeast(Fraction(1)),),
                ),
            ),
        ),
    ),
    modules=(
        Module("course", "Lectures and labs", Fraction(3), ("lab1", "lab2", "lab3")),
        Module("project", "Individual project", Fraction(3), ("seminar",), optional=True),
    ),
)
