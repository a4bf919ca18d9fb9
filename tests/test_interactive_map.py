"""The page of levels, driven in a browser that has no network."""

import json
import re
import shutil
import sys
import time

import numpy as np
import pandas as pd
import pytest

from skembed import EmbeddingRegressor
from skembed.datasets import make_effects
from skembed.displays import write_embedding_map
from skembed.exceptions import ColumnError

BROWSERS = ("chromium", "chromium-browser", "google-chrome")
CHROMIUM = next(filter(None, map(shutil.which, BROWSERS)), None)
DRIVER = shutil.which("chromedriver")  # selenium would download one
MISSING = [
    name
    for name, path in [("Chromium", CHROMIUM), ("chromedriver", DRIVER)]
    if path is None
]
needs_chromium = pytest.mark.skipif(
    bool(MISSING), reason=f"not installed, or not on the path: {', '.join(MISSING)}"
)

SWITCHES = (
    "--headless=new",
    "--no-sandbox",
    "--disable-gpu",
    "--no-first-run",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
    "--window-size=1200,800",
)
HOSTILE = [
    "<script>document.title = 'taken'</script>",
    "<img src=x onerror=\"document.title = 'taken'\">",
    "Fish & 'Chips' \"Ltd\"",
    "</script><b>bold</b>",
    "&lt;b&gt;",
    "$$\\frac{1}{2}$$",
    "@level",
    "Tromsø 東京",
]
# finds an element in the shadow trees that Bokeh makes
FIND = """
    const find = (root, selector) => {
      const found = root.querySelector(selector)
      if (found) return found
      for (const element of root.querySelectorAll("*")) {
        const inner = element.shadowRoot && find(element.shadowRoot, selector)
        if (inner) return inner
      }
      return null
    }
    const models = [...Bokeh.documents[0]._all_models.values()]
    const plot = models.find(model => model.type === "Figure")
    const [discs, rings, names] = plot.renderers.map(r => r.data_source)
"""
# where a level is in the window, in pixels
WHERE = """
    const i = discs.data.level.indexOf(arguments[0])
    const views = views => views.flatMap(view =>
      [view, ...(view.child_views ? views_of(view) : [])])
    const views_of = view => views(view.child_views)
    const view = views([...Bokeh.index.roots]).find(view => view.model === plot)
    const { left, top } = view.el.getBoundingClientRect()
    const share = (value, range) => (value - range.start) / (range.end - range.start)
    return [
      left + view.frame.bbox.left
        + share(discs.data.x[i], plot.x_range) * plot.inner_width,
      top + view.frame.bbox.top
        + (1 - share(discs.data.y[i], plot.y_range)) * plot.inner_height,
    ]
"""


@pytest.fixture(scope="module")
def model():
    X, y = make_effects(
        3_000, n_levels=(120, 10), zipf=1.0, interaction_scale=1.0, random_state=0
    )
    return EmbeddingRegressor(n_networks=0, random_state=0).fit(X, y)


@pytest.fixture(scope="module")
def hostile():
    """Levels that are to be shown as they are, in a column that is named likewise."""
    cities = np.array([*HOSTILE, None], dtype=object)
    codes = np.random.default_rng(0).integers(len(cities), size=600)
    X = pd.DataFrame({"<i>&$$": cities[codes], "day": np.arange(600) % 7})
    y = codes + np.cos(codes * X["day"]) + np.random.default_rng(1).normal(size=600)
    return EmbeddingRegressor(n_networks=0, random_state=0).fit(X, y)


@pytest.fixture(scope="module")
def browser(tmp_path_factory):
    from selenium import webdriver

    options = webdriver.ChromeOptions()
    options.binary_location = CHROMIUM
    profile = tmp_path_factory.mktemp("profile")
    for switch in (*SWITCHES, f"--user-data-dir={profile}"):
        options.add_argument(switch)
    options.set_capability(
        "goog:loggingPrefs", {"browser": "ALL", "performance": "ALL"}
    )
    service = webdriver.ChromeService(DRIVER)
    started = webdriver.Chrome(options=options, service=service)
    yield started
    started.quit()


def run(browser, script, *arguments):
    return browser.execute_script(FIND + script, *arguments)


def wait_for(browser, condition, *arguments):
    """Wait until a script returns something true, and return it."""
    deadline = time.monotonic() + 10
    while not (answer := run(browser, condition, *arguments)):
        assert time.monotonic() < deadline, condition
        time.sleep(0.05)
    return answer


def open_page(browser, path):
    browser.get_log("browser"), browser.get_log("performance")
    browser.get(path.as_uri())
    deadline = time.monotonic() + 10
    while not browser.execute_script("return window.Bokeh && Bokeh.documents.length"):
        assert time.monotonic() < deadline
        time.sleep(0.05)
    wait_for(browser, "return names.data.text.length")


def search(browser, text):
    from selenium.webdriver.common.keys import Keys

    box = run(browser, "return find(document, 'input')")
    box.clear()
    box.send_keys(text)
    wait_for(browser, "return find(document, '.bk-menu .bk-active, .bk-menu > *')")
    box.send_keys(Keys.ENTER)
    wait_for(browser, "return discs.selected.indices.length === 1")


def tooltip_over(browser, level):
    from selenium.webdriver import ActionChains

    x, y = map(round, run(browser, WHERE, level))
    actions = ActionChains(browser, duration=10)
    actions.w3c_actions.pointer_action.move_to_location(x - 30, y - 30)
    actions.w3c_actions.pointer_action.move_to_location(x, y)
    actions.perform()
    return wait_for(
        browser,
        """
        const tip = find(document, ".bk-Tooltip")
        const levels = tip && [...(tip.shadowRoot ?? tip).querySelectorAll("b")]
        return levels && levels.length && levels.map(b => b.parentElement.innerText)
        """,
    )


def assert_quiet(browser, path):
    """The browser has asked for nothing but the page, and has met no errors."""
    messages = [json.loads(e["message"]) for e in browser.get_log("performance")]
    requests = [
        message["message"]["params"]["request"]["url"]
        for message in messages
        if message["message"]["method"] == "Network.requestWillBeSent"
    ]
    own = ("data:", "blob:", "chrome:")
    assert [url for url in requests if not url.startswith(own)] == [path.as_uri()]
    assert [e for e in browser.get_log("browser") if e["level"] == "SEVERE"] == []


@needs_chromium
def test_the_page_needs_no_network(model, browser, tmp_path):
    path = write_embedding_map(model, tmp_path / "map.html", "a")
    open_page(browser, path)
    assert_quiet(browser, path)
    assert browser.title == "Map of a"


@needs_chromium
def test_the_page_shows_the_data(model, browser, tmp_path):
    open_page(browser, write_embedding_map(model, tmp_path / "map.html", "a"))
    drawn = pd.DataFrame(
        run(
            browser,
            """
            const { level, x, y, effect, size } = discs.data
            return level.map((name, i) => [name, x[i], y[i], effect[i], size[i]])
            """,
        ),
        columns=["level", "x", "y", "effect", "size"],
    ).set_index("level")
    drawn = drawn.loc[model.categories_["a"]]
    vectors = model.embeddings_["a"]
    np.testing.assert_allclose(drawn[["x", "y"]], vectors[:, :2], rtol=1e-6)
    np.testing.assert_allclose(drawn["effect"], model.level_effects("a"), rtol=1e-6)
    counts = model.category_counts_["a"]
    correlation = np.corrcoef(drawn["size"] ** 2, np.sqrt(counts))[0, 1]
    assert correlation == pytest.approx(1)
    scale = "return (plot.x_range.end - plot.x_range.start) / plot.inner_width"
    across = run(browser, scale)
    assert run(browser, scale.replace("x_", "y_").replace("width", "height")) == (
        pytest.approx(across)
    )


@needs_chromium
def test_resting_on_a_level_tells_about_it(model, browser, tmp_path):
    open_page(browser, write_embedding_map(model, tmp_path / "map.html", "a"))
    [told] = tooltip_over(browser, "a0")
    name, count, effect, heading, *nearest = told.splitlines()
    assert (name, heading) == ("a0", "nearest")
    assert count == f"count {model.category_counts_['a'][0]}"
    expected = model.level_effects("a")["a0"]
    assert float(effect.removeprefix("effect ")) == pytest.approx(expected, rel=1e-3)
    found = model.neighbors("a", k=5).query("level == 'a0'")
    told = [f"{row.neighbor} ({row.distance:.3g})" for row in found.itertuples()]
    assert [line.removesuffix(",") for line in nearest] == told


@needs_chromium
@pytest.mark.parametrize("width", [1200, 400])
def test_what_is_told_of_a_level_is_within_the_page(browser, tmp_path, width):
    names = [f"{i} is a long name of a place to eat and drink" for i in range(9)]
    names[3] = "short"  # the only one that a narrow map has room for
    codes = np.random.default_rng(0).integers(len(names), size=600)
    X = pd.DataFrame({"name": np.array(names)[codes], "day": np.arange(600) % 7})
    y = codes + np.cos(codes * X["day"]) + np.random.default_rng(1).normal(size=600)
    model = EmbeddingRegressor(n_networks=0, random_state=0).fit(X, y)
    size = {"width": width, "height": 850, "deviceScaleFactor": 1, "mobile": False}
    browser.execute_cdp_cmd("Emulation.setDeviceMetricsOverride", size)
    try:
        open_page(browser, write_embedding_map(model, tmp_path / "map.html", "name"))
        for name in (names[0], names[4], names[8]):  # at either end, and between
            [told] = tooltip_over(browser, name)
            assert told.startswith(name)
            left, right = run(
                browser,
                """
                const { left, right } = find(document, ".bk-Tooltip")
                  .getBoundingClientRect()
                return [left, right]
                """,
            )
            assert 0 <= left < right <= width
        search(browser, names[4])
        details = run(
            browser,
            """
            const { left, right, height } = find(document, "b").parentElement
              .getBoundingClientRect()
            return [left, right, height]
            """,
        )
        assert 0 <= details[0] < details[1] <= width
        assert details[2] < 200
    finally:
        browser.execute_cdp_cmd("Emulation.clearDeviceMetricsOverride", {})


@needs_chromium
def test_a_search_in_vain_says_so(model, browser, tmp_path):
    from selenium.webdriver.common.keys import Keys

    open_page(browser, write_embedding_map(model, tmp_path / "map.html", "a"))
    search(browser, "a7")
    box = run(browser, "return find(document, 'input')")
    box.clear()
    box.send_keys("<b>zzz" + Keys.ENTER)
    answer = wait_for(
        browser,
        """
        const details = models.filter(m => m.type === "Div").at(-1)
        return !discs.selected.indices.length && details.text
        """,
    )
    assert "No level is named “&lt;b&gt;zzz”." in answer
    assert run(browser, "return [...rings.data.x].length") == 0
    search(browser, "a7")
    assert "No level" not in run(
        browser, "return models.map(m => m.text).filter(t => t).join(' ')"
    )


@needs_chromium
def test_searching_selects_a_level_and_goes_there(model, browser, tmp_path):
    open_page(browser, write_embedding_map(model, tmp_path / "map.html", "a"))
    span = "return plot.x_range.end - plot.x_range.start"
    whole = run(browser, span)
    search(browser, "a7")
    selected = run(browser, "return discs.data.level[discs.selected.indices[0]]")
    assert selected == "a7"
    assert run(browser, span) < whole / 3
    center = run(browser, "return (plot.x_range.end + plot.x_range.start) / 2")
    place = model.categories_["a"].tolist().index("a7")
    assert center == pytest.approx(model.embeddings_["a"][place, 0], abs=1e-4)
    details = run(browser, "return models.map(m => m.text).filter(t => t).join(' ')")
    neighbors = model.neighbors("a", k=5).query("level == 'a7'")["neighbor"]
    assert "<b>a7</b>: count" in details
    assert all(f"{neighbor} (" in details for neighbor in neighbors)
    ringed = run(browser, "return [...rings.data.x].length")
    assert ringed == 6  # the level and its nearest
    assert "a7" in run(browser, "return names.data.text")


@needs_chromium
def test_names_do_not_overlap(model, browser, tmp_path):
    open_page(browser, write_embedding_map(model, tmp_path / "map.html", "a"))
    boxes = np.array(
        run(
            browser,
            """
            const brush = document.createElement("canvas").getContext("2d")
            brush.font = "12px helvetica"
            const across = plot.inner_width / (plot.x_range.end - plot.x_range.start)
            const up = plot.inner_height / (plot.y_range.end - plot.y_range.start)
            const { x, y, text, shift } = names.data
            return text.map((name, i) => [
              x[i] * across + shift[i], y[i] * up,
              brush.measureText(name).width, 12])
            """,
        )
    )
    assert len(boxes) > 20
    low, high = boxes[:, :2], boxes[:, :2] + boxes[:, 2:]
    meets = ((low[:, np.newaxis] < high) & (high[:, np.newaxis] > low)).all(axis=2)
    assert not np.triu(meets, 1).any()


@needs_chromium
def test_hostile_names_are_shown_as_text(hostile, browser, tmp_path):
    path = write_embedding_map(hostile, tmp_path / "map.html", "<i>&$$")
    open_page(browser, path)
    assert browser.title == "Map of <i>&$$"
    for name in HOSTILE:
        search(browser, name)
        selected = run(browser, "return discs.data.level[discs.selected.indices[0]]")
        assert selected == name
        bold = run(browser, "return find(document, 'b').textContent")
        assert bold == name
        [told] = tooltip_over(browser, name)
        assert told.startswith(f"{name}\ncount ")
    search(browser, "missing")
    assert browser.title == "Map of <i>&$$"
    assert run(browser, "return find(document, 'img, i, mjx-container')") is None
    assert_quiet(browser, path)


@needs_chromium
def test_vectors_on_a_line_can_be_explored(browser, tmp_path):
    X, y = make_effects(1_000, n_levels=(20,), zipf=1.0, random_state=0)
    model = EmbeddingRegressor(n_networks=0).fit(X, y)
    path = write_embedding_map(model, tmp_path / "map.html")
    open_page(browser, path)
    heights = "return [plot.y_range.start, plot.y_range.end]"
    low, high = run(browser, heights)
    assert low < model.category_counts_["a"].min()
    assert high > model.category_counts_["a"].max()
    search(browser, "a3")
    assert run(browser, heights) == [low, high]
    assert_quiet(browser, path)


def test_it_returns_the_path(model, tmp_path):
    path = write_embedding_map(model, str(tmp_path / "map.html"), "b", title="<Days>")
    assert path == tmp_path / "map.html"
    text = path.read_text(encoding="utf-8")
    assert "<title>&lt;Days&gt;</title>" in text.replace("\n", "").replace("  ", "")
    assert "<Days>" not in text
    assert not re.search(r"<(script|link)[^>]+(src|href)=", text)


def test_a_single_level_has_a_page(tmp_path):
    X = pd.DataFrame({"city": ["Oslo"] * 20, "size": np.linspace(0, 1, 20)})
    model = EmbeddingRegressor(n_networks=0).fit(X, np.linspace(0, 1, 20))
    page = write_embedding_map(model, tmp_path / "map.html").read_text("utf-8")
    assert "1 level: area" in page
    assert "no other level" in page


def test_what_there_is_not_is_refused(model, tmp_path, monkeypatch):
    path = tmp_path / "map.html"
    with pytest.raises(ColumnError, match="column='c' is not one"):
        write_embedding_map(model, path, "c")
    with pytest.raises(ValueError, match="projection must be one of"):
        write_embedding_map(model, path, "a", projection="mds")
    monkeypatch.setitem(sys.modules, "bokeh", None)
    with pytest.raises(ImportError, match=r"requires bokeh.*pip install bokeh"):
        write_embedding_map(model, path, "a")
    assert not path.exists()
