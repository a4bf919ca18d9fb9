"""Reports as pages for a browser."""

from __future__ import annotations

import re
from base64 import b64encode
from collections.abc import Sequence
from html import escape
from itertools import pairwise
from mimetypes import guess_type
from pathlib import Path

from markdown_it import MarkdownIt
from markdown_it.token import Token

TITLE = "Benchmarks of skembed"
STYLE = """\
:root { color-scheme: light dark; --line: #d8d8d8; --head: #f3f4f6; --link: #0072b2; }
body { font: 16px/1.5 system-ui, sans-serif; max-width: 90rem; margin: 0 auto;
  padding: 1rem 1.5rem 4rem; color: #222; background: #fff; }
p, li, nav { max-width: 46rem; }
a { color: var(--link); }
h1, h2 { line-height: 1.2; }
h2 { margin-top: 2.5rem; }
img { max-width: 100%; height: auto; background: #fff; }
code { font-size: 0.9em; overflow-wrap: anywhere; }
pre { overflow-x: auto; }
nav ul { columns: 16rem; padding: 0; list-style: none; }
nav .h1 { font-weight: bold; margin-top: 0.6rem; break-after: avoid; }
nav .h2 { padding-left: 1rem; }
.table { overflow: auto; max-height: 85vh; margin: 1rem 0; width: fit-content;
  max-width: 100%; border: 1px solid var(--line); }
table { border-collapse: collapse; font-size: 0.85rem; }
th, td { padding: 0.3rem 0.6rem; text-align: left; white-space: nowrap;
  border-bottom: 1px solid var(--line); }
th { white-space: normal; vertical-align: bottom; }
td { font-variant-numeric: tabular-nums; }
thead th { position: sticky; top: 0; background: var(--head); z-index: 1; }
@media (prefers-color-scheme: dark) {
  :root { --line: #444; --head: #2a2d31; --link: #6cb6e8; }
  body { color: #ddd; background: #18191b; }
}
"""
PAGE = """\
<!DOCTYPE html>
<html lang="en">
<head>
<meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
<title>{title}</title>
<style>
{style}</style>
</head>
<body>
{contents}{body}</body>
</html>
"""


def write_page(reports: Sequence[Path], page: Path) -> None:
    """Write Markdown reports as one HTML page beside them, their pictures inside.

    Parameters
    ----------
    reports : sequence of Path
        All in the page's folder, as their pictures are, or below it.
    page : Path
        Where the page is written.
    """
    parser = MarkdownIt().enable("table")
    parser.add_render_rule("table_open", _open_table)
    parser.add_render_rule("table_close", _close_table)
    texts = [report.read_text(encoding="utf-8") for report in reports]
    tokens = parser.parse("\n\n".join(texts))
    headings = _headings(tokens)
    _add_anchors(headings)
    _put_pictures_inside(tokens, page.parent)
    text = PAGE.format(
        title=TITLE,
        style=STYLE,
        contents=_contents(headings),
        body=parser.renderer.render(tokens, parser.options, {}),
    )
    page.write_text(text, encoding="utf-8")


def _headings(tokens: Sequence[Token]) -> list[tuple[Token, Token]]:
    """Return the opening of each heading, and its text."""
    return [
        (token, text)
        for token, text in pairwise(tokens)
        if token.type == "heading_open"
    ]


def _add_anchors(headings: list[tuple[Token, Token]]) -> None:
    """Give each heading a name of its own."""
    taken: set[str] = set()
    for token, text in headings:
        anchor = re.sub(r"\W+", "-", text.content.lower()).strip("-")
        while anchor in taken:
            anchor += "-"
        taken.add(anchor)
        token.attrSet("id", anchor)


def _contents(headings: list[tuple[Token, Token]]) -> str:
    """List the headings of the first two levels, if there are several."""
    items = [
        f'<li class="{token.tag}">'
        f'<a href="#{token.attrGet("id")}">{escape(text.content)}</a></li>'
        for token, text in headings
        if token.tag in ("h1", "h2")
    ]
    if len(items) < 2:
        return ""
    listed = "\n".join(items)
    return f'<nav aria-label="Contents">\n<ul>\n{listed}\n</ul>\n</nav>\n'


def _put_pictures_inside(tokens: Sequence[Token], folder: Path) -> None:
    pictures = [
        child
        for token in tokens
        for child in token.children or ()
        if child.type == "image"
    ]
    for picture in pictures:
        source = str(picture.attrGet("src"))
        kind, _ = guess_type(source)
        data = b64encode((folder / source).read_bytes()).decode("ascii")
        picture.attrSet("src", f"data:{kind};base64,{data}")


def _open_table(*_: object) -> str:
    """Let a wide table scroll by itself."""
    return '<div class="table">\n<table>\n'


def _close_table(*_: object) -> str:
    return "</table>\n</div>\n"
