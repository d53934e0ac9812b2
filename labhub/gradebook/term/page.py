"""The page on which a student reads the final grade so far, and every rule that made it.

One file without scripts or anything loaded from elsewhere. All texts are escaped.
"""

from fractions import Fraction

from jinja2 import Environment

from labhub.gradebook.term.finals import Final
from labhub.policy.grades import ItemResult, ItemState
from labhub.policy.words import say_percent

TEMPLATE = """\
<!doctype html>
<html lang="en">
<head>
<meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
<title>{{ course }}: grade of {{ final.student }}</title>
<style>
:root { color-scheme: light dark; --line: #8884; --quiet: #777; }
body { font: 16px/1.5 system-ui, sans-serif; max-width: 46rem; margin: 2rem auto; padding: 0 1rem; }
h1 { font-size: 1.4rem; } h2 { font-size: 1.1rem; margin-top: 2rem; }
table { border-collapse: collapse; width: 100%; }
th, td { text-align: left; padding: .35rem .5rem; border-bottom: 1px solid var(--line); }
td.number, th.number { text-align: right; white-space: nowrap; font-variant-numeric: tabular-nums; }
.grade { font-size: 2.2rem; font-weight: 600; margin: 0; }
.quiet { color: var(--quiet); }
summary { cursor: pointer; } ol { padding-left: 1.4rem; }
</style>
</head>
<body>
<h1>{{ course }}</h1>
<p class="quiet">{{ final.name or final.student }}, as of {{ day }}</p>
<p class="grade">{{ grade.grade }}</p>
<p>{{ grade.percent }} %{% if credits %}, {{ credits }} credits{% endif %}\
{% if notes %}. <span class="quiet">{{ notes }}</span>{% endif %}</p>
<table>
<thead><tr><th scope="col">Work</th><th scope="col" class="number">Points</th>\
<th scope="col" class="number">Share</th><th scope="col">Counts</th></tr></thead>
<tbody>
{% for part in grade.categories %}
<tr><th scope="row">{{ part.category.title }}</th><td></td>\
<td class="number">{{ share(part.share) }}</td>\
<td class="quiet">{{ number(part.contribution) }} of {{ number(part.category.weight) }} %</td></tr>
{% for item in part.items %}
<tr><td>{{ item.item.title }}</td><td class="number">{{ points(item) }}</td>\
<td class="number">{{ share(item.share) if points(item) else "" }}</td>\
<td>{{ state(item) }}</td></tr>
{% endfor %}
{% endfor %}
</tbody>
</table>
<h2>Why</h2>
{% for part in grade.categories %}{% for item in part.items %}
<details><summary>{{ item.item.title }}</summary>
<ol>{% for step in item.trace %}<li>{{ step.words }}</li>{% endfor %}</ol></details>
{% endfor %}{% endfor %}
<ol>{% for step in summing %}<li>{{ step.words }}</li>{% endfor %}</ol>
</body>
</html>
"""
SUMMING = (
    "category",
    "category-excused",
    "category-at-least",
    "credits",
    "not-passed",
    "final-grade",
)
"""The rules of the last step, from items to the grade."""


def grade_page(course: str, final: Final, day: str) -> str:
    """The page of one student; `day` says in words of when it is."""
    template = Environment(autoescape=True, trim_blocks=True).from_string(TEMPLATE)
    return template.render(
        course=course,
        final=final,
        grade=final.grade,
        credits=_number(final.grade.credits) if final.grade.credits else "",
        day=day,
        notes=" ".join(final.notes),
        summing=[step for step in final.grade.trace if step.rule in SUMMING],
        share=lambda value: "" if value is None else say_percent(value),
        number=_number,
        points=_points,
        state=_state,
    )


def _points(item: ItemResult) -> str:
    if item.state in (ItemState.PENDING, ItemState.EXCUSED):
        return ""
    return f"{_number(item.share * item.item.points)} of {_number(item.item.points)}"


def _state(item: ItemResult) -> str:
    if item.state is ItemState.COUNTED and item.item.pass_rules:
        return "passed" if item.passed else "not passed"
    return "" if item.state is ItemState.COUNTED else str(item.state)


def _number(value: Fraction) -> str:
    return f"{float(value):.2f}".rstrip("0").rstrip(".")
