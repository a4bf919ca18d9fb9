"""Reports are pages that need nothing besides themselves."""

import re
from base64 import b64decode
from html.parser import HTMLParser

import pytest

from benchmarks.page import write_page

PICTURE = b"\x89PNG\r\n\x1a\nnot really"
REPORT = """\
# Accuracy & more

Measured by `a command`, of 2 < 3.

<!-- begin accuracy glance -->

## At a glance

| who  | loss |
| ---- | ---: |
| a\\|b |  1.5 |

<!-- end accuracy glance -->

![Ranks of <all>](ranks.png)

## classes:late

text

## classes:late
"""


class Reader(HTMLParser):
    """Remembers all tags, and what stands in the title."""

    def __init__(self, page):
        super().__init__()
        self.tags, self.title, self._in_title = [], "", False
        self.feed(page)

    def handle_starttag(self, tag, attrs):
        self.tags.append((tag, dict(attrs)))
        self._in_title = tag == "title"

    def handle_endtag(self, tag):
        self._in_title = False

    def handle_data(self, data):
        if self._in_title:
            self.title += data

    def attributes(self, tag):
        return [attributes for name, attributes in self.tags if name == tag]


def page_of(folder, *reports):
    (folder / "ranks.png").write_bytes(PICTURE)
    paths = [folder / f"{i}.md" for i in range(max(1, len(reports)))]
    for path, report in zip(paths, reports or [REPORT], strict=True):
        path.write_text(report, encoding="utf-8")
    write_page(paths, folder / "report.html")
    return (folder / "report.html").read_text(encoding="utf-8")


def test_pictures_are_inside(tmp_path):
    (picture,) = Reader(page_of(tmp_path)).attributes("img")
    kind, _, data = picture["src"].partition(",")
    assert kind == "data:image/png;base64"
    assert b64decode(data) == PICTURE
    assert picture["alt"] == "Ranks of <all>"


def test_nothing_is_loaded_from_elsewhere(tmp_path):
    page = page_of(tmp_path)
    reader = Reader(page)
    for _, attributes in reader.tags:
        assert attributes.get("src", "data:").startswith("data:")
        assert attributes.get("href", "#").startswith("#")
    assert not {"script", "link", "iframe"} & {tag for tag, _ in reader.tags}
    assert not re.search(r"url\(|@import|https?://", page)


def test_contents_lead_to_headings(tmp_path):
    reader = Reader(page_of(tmp_path))
    assert reader.title == "Benchmarks of skembed"
    targets = [a["href"].removeprefix("#") for a in reader.attributes("a")]
    assert targets == ["accuracy-more", "at-a-glance", "classes-late", "classes-late-"]
    headings = reader.attributes("h1") + reader.attributes("h2")
    assert [heading["id"] for heading in headings] == targets
    assert "<nav" not in page_of(tmp_path, "# One\n\ntext\n")


def test_reports_follow_each_other(tmp_path):
    page = page_of(tmp_path, "# One\n\n- a\n", "# Two\n\n## Three\n")
    reader = Reader(page)
    assert [h["id"] for h in reader.attributes("h1")] == ["one", "two"]
    assert page.index("One</h1>") < page.index("<li>a</li>") < page.index("Two</h1>")


def test_tables_keep_their_sides_and_scroll_by_themselves(tmp_path):
    page = page_of(tmp_path)
    assert '<div class="table">\n<table>' in page
    assert page.count("</table>\n</div>") == 1
    assert '<td style="text-align:right">1.5</td>' in page
    assert "<td>a|b</td>" in page


def test_text_is_text_and_comments_are_not_shown(tmp_path):
    page = page_of(tmp_path)
    assert "<code>a command</code>, of 2 &lt; 3." in page
    assert "<!-- begin accuracy glance -->" in page


def test_a_picture_that_is_missing_is_an_error(tmp_path):
    with pytest.raises(FileNotFoundError, match=r"gone\.png"):
        page_of(tmp_path, "![x](gone.png)")
