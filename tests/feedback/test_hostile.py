"""Whatever a student's notebook holds, the page runs nothing, loads nothing and shows it framed."""

import base64
import re
import time

import pytest

from labhub.feedback import render_page, render_table
from tests.feedback.hostile import GIF, HTML, MARKDOWN, rich, stream

ALLOWED = {"a", "article", "b", "blockquote", "body", "br", "code", "del", "details", "div", "em",
           "footer", "h1", "h2", "h3", "head", "header", "hr", "html", "img", "li", "main", "meta",
           "ol", "p", "pre", "rect", "section", "span", "strong", "style", "sub", "summary", "sup",
           "svg", "table", "tbody", "td", "th", "thead", "title", "tr", "ul"}  # fmt: skip
ATTRIBUTES = {"alt", "aria-hidden", "aria-label", "aria-labelledby", "charset", "class", "colspan",
              "content", "height", "href", "http-equiv", "id", "lang", "name",
              "preserveaspectratio", "role", "rowspan", "src", "viewbox", "width", "x"}  # fmt: skip


def pages(page):
    """The page with each hostile piece in each place where a student can put it."""
    for name, html in HTML.items():
        yield f"html: {name}", page(rich(text__html=html))
        yield f"words: {name}", page(source=html, cell_type="markdown")
        yield f"shown words: {name}", page(rich(text__markdown=html))
        yield f"code: {name}", page(stream(html), rich(text__plain=html), source=html)
        yield f"raw: {name}", page(source=html, cell_type="raw")
        error = {"output_type": "error", "ename": html, "evalue": html, "traceback": [html]}
        yield f"error: {name}", page(error, student=html, comment=html, late=html)
    for name, words in MARKDOWN.items():
        yield f"words: {name}", page(source=words, cell_type="markdown")


def test_nothing_hostile_survives(page, see):
    """Tags, attributes and addresses are those of the page's own template."""
    for name, built in pages(page):
        seen = see(render_page(built))
        for tag, attributes in seen.tags:
            assert tag in ALLOWED, (name, tag)
            assert attributes.keys() <= ATTRIBUTES, (name, tag, attributes)
            href = attributes.get("href", "#")
            assert re.fullmatch(r"#[\w-]*", href), (name, href)
            assert attributes.get("src", "data:image/png").startswith("data:image/"), name
        assert len(seen.all("style")) == len(seen.all("title")) == len(seen.all("h1")) == 1, name
        assert [one.get("http-equiv") for one in seen.all("meta")].count("refresh") == 0, name
        classes = [one.get("class") for tag, one in seen.tags if tag == "header"]
        assert classes == ["head", None], name
        ids = [one["id"] for _, one in seen.tags if "id" in one]
        assert len(ids) == len(set(ids)), name


def test_every_page_forbids_all_but_its_own_style(page, see):
    (policy,) = (
        one["content"]
        for one in see(render_page(page())).all("meta")
        if one.get("http-equiv") == "Content-Security-Policy"
    )
    assert policy.startswith("default-src 'none'; img-src data:; style-src 'sha256-")
    assert "unsafe" not in policy
    assert "form-action 'none'" in policy
    assert "base-uri 'none'" in policy


def test_a_fake_header_stands_in_the_frame_of_the_students_output(page, see):
    """The only heading of the first level, and the only score, are the page's own."""
    fake = "<h1>60/60 points</h1><header class='head'>Full marks</header>"
    html = render_page(page(rich(text__html=fake)))
    frame = html.index("Output of your code")
    assert html.index("60/60 points") > frame
    assert html.count("60/60 points") == 1


@pytest.mark.parametrize("code", [0x202E, 0x202D, 0x2066, 0x2067, 0x200F, 0x200B, 0x061C, 0x9B])
def test_characters_that_turn_or_hide_text_are_shown(page, code):
    text = f"points: {chr(code)}06/06"
    for built in (
        page(stream(text)),
        page(rich(text__html=text)),
        page(source=text),
        page(source=text, cell_type="markdown"),
        page(student=text),
    ):
        assert chr(code) not in render_page(built)
        assert chr(code) not in render_table(built)


def test_terminal_codes_reach_no_terminal(page):
    evil = "\x1b]0;title\x07\x1b[2J\x1b[1;31mred\x1b[0m\r\b"
    for text in (render_table(page(student=evil, comment=evil)), render_page(page(stream(evil)))):
        assert "\x1b" not in text
        assert "\x07" not in text
        assert "\b" not in text


def test_colours_stay_and_hiding_does_not(page):
    html = render_page(page(stream("\x1b[1;31mred\x1b[0m \x1b[8mhidden\x1b[0m \x1b[38;5;231mpale")))
    assert '<span class="ansi-bold ansi-red">red</span>' in html
    assert "hidden" in html
    assert "pale" in html


def test_a_progress_bar_is_shown_as_it_ended(page, see):
    html = render_page(page(stream("\r10%\r50%\r100%\ndone\r\n")))
    assert "100%\ndone" in html
    assert "50%" not in html


def test_pictures_are_kept_in_the_page(page, see):
    svg = '<svg xmlns="http://www.w3.org/2000/svg" onload="EVIL()"><script>EVIL()</script></svg>'
    built = page(rich(image__gif=GIF + "\n"), rich(**{"image__svg+xml": svg}))
    html = render_page(built)
    sources = [one["src"] for one in see(html).all("img")]
    assert sources[0] == f"data:image/gif;base64,{GIF}"
    assert sources[1] == f"data:image/svg+xml;base64,{base64.b64encode(svg.encode()).decode()}"
    assert "EVIL" not in html


@pytest.mark.parametrize("content", ["PHNjcmlwdD4=", GIF + '" onerror="EVIL()', "", "R0lGOD<"])
def test_what_only_claims_to_be_a_picture_is_not_shown(page, see, content):
    html = render_page(page(rich(image__gif=content, text__plain="a picture")))
    assert not see(html).all("img")
    assert "a picture" in html


def test_pasted_pictures_are_shown_and_others_are_not(page, see):
    words = "![mine](attachment:a.gif) ![gone](attachment:b.gif) ![far](//evil.example/x)"
    built = page(
        source=words, cell_type="markdown", attachments={"a.gif": {"image/gif": GIF}, "b.gif": 3}
    )
    seen = see(render_page(built))
    assert [one["alt"] for one in seen.all("img")] == ["mine"]
    assert "[picture: far]" in seen.text


def test_a_data_frame_stays_a_table_and_plotly_falls_back(page, see):
    frame = '<style scoped>td{}</style><table border="1" class="dataframe"><tr><td>3.5</td></tr>'
    plot = '<div id="x"></div><script>plotly()</script>'
    seen = see(
        render_page(page(rich(text__html=frame), rich(text__html=plot, text__plain="Figure(x)")))
    )
    assert seen.all("table") == [{}]
    assert "Figure(x)" in seen.text
    assert "plotly" not in seen.text


def test_unknown_outputs_leave_a_note(page, see):
    seen = see(render_page(page(rich(application__javascript="EVIL()"), {"output_type": "x"}, {})))
    assert "An output is not shown here (application/javascript)." in seen.text


@pytest.mark.parametrize(
    "words",
    ["[" * 30_000, "*a" * 20_000, "$" * 39_999, "> " * 5_000, "`" * 39_999, "<" * 39_999,
     "![" * 15_000, "- " * 15_000, "a_" * 19_000, "[a](" * 9_000, "\\(" * 15_000, "|" * 30_000,
     "| a " * 8_000 + "\n" + "|-" * 8_000, "$" + "{" * 1_900 + "$", "$" + "x_{" * 600 + "$",
     "[a\n" * 9_000, "(" * 100 + "x" + "[" * 100 + "<" * 119 + "y" * 30_000],
)  # fmt: skip
def test_words_made_to_take_hours_do_not(page, words):
    began = time.process_time()
    render_page(page(source=words, cell_type="markdown"))
    assert time.process_time() - began < 100


def test_huge_outputs_make_no_huge_page(page):
    html = render_page(page(stream("x" * 4_000_000), rich(text__html="<b>" * 900_000)))
    assert len(html) < 300_000
    assert "more characters" in html
