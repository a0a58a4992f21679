"""The page as a browser shows it: drawn, quiet, narrow enough, dark where asked, and safe."""

import json

import pytest

from steamrec.report.page import render
from tests.report.browser import chromium
from tests.report.example_data import HOSTILE, make_facts

LUMINANCE = """
  const probe = arguments[0] === null ? document.body : document.querySelector(arguments[0]);
  const of = name => getComputedStyle(probe)[name].match(/[0-9.]+/g).slice(0, 3).map(Number);
  const bright = c => (0.2126 * c[0] + 0.7152 * c[1] + 0.0722 * c[2]) / 255;
  return [bright(of(arguments[1])), of(arguments[1])];
"""


@pytest.fixture(scope="module")
def page(tmp_path_factory):
    path = tmp_path_factory.mktemp("page") / "report.html"
    path.write_text(render(make_facts(HOSTILE, HOSTILE)), encoding="utf-8")
    return path


def requests(driver):
    """The URLs that the page asked for."""
    events = [json.loads(entry["message"])["message"] for entry in driver.get_log("performance")]
    return [
        event["params"]["request"]["url"]
        for event in events
        if event["method"] == "Network.requestWillBeSent"
    ]


@pytest.mark.parametrize(("width", "dark"), [(1200, False), (390, True)])
def test_the_page_is_drawn_quiet_and_safe(page, tmp_path, width, dark):
    with chromium(tmp_path / "profile", width, dark) as driver:
        driver.get(page.as_uri())
        assert driver.get_log("browser") == []
        assert [url for url in requests(driver) if not url.startswith(("file:", "data:"))] == []

        sizes = driver.execute_script(
            "return [...document.querySelectorAll('figure svg')].map(s => {"
            " const b = s.getBoundingClientRect(), inner = s.getBBox();"
            " return [b.width, b.height, inner.width, inner.height,"
            "         s.querySelectorAll('path').length]})"
        )
        assert len(sizes) == 14
        assert all(min(size) > 0 for size in sizes), sizes
        assert all(size[0] > 250 for size in sizes), sizes

        overflow = driver.execute_script(
            "return [document.documentElement.scrollWidth, window.innerWidth]"
        )
        assert overflow[0] <= overflow[1] == width

        hacked = "return [window.hacked, document.querySelectorAll('script, img').length]"
        assert driver.execute_script(hacked) == [None, 0]
        names = driver.execute_script(
            "return [...document.querySelectorAll('.card h3')].map(h => h.textContent)"
        )
        assert HOSTILE in names

        ground, _ = driver.execute_script(LUMINANCE, None, "backgroundColor")
        letters, _ = driver.execute_script(LUMINANCE, "figure svg text", "fill")
        assert (ground < 0.2 and letters > 0.8) if dark else (ground > 0.9 and letters < 0.3)
        ids = driver.execute_script("return [...document.querySelectorAll('[id]')].map(e => e.id)")
        assert len(set(ids)) == len(ids)
