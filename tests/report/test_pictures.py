import re

import numpy as np
from hypothesis import given
from hypothesis import strategies as st

from steamrec.report.pictures.canvas import SERIES, draw
from steamrec.report.pictures.data import size_edges
from steamrec.report.pictures.genres import MAX_GENRES, genre_shares
from steamrec.report.pictures.quality import by_cutoff
from steamrec.report.pictures.stages import slowest_stages
from tests.report.example_data import make_facts


@given(st.integers(1, 200_000))
def test_every_size_falls_into_one_bin(largest):
    edges = size_edges(largest)
    assert (np.diff(edges) >= 1).all()
    assert edges[0] == 0.5
    assert edges[-1] >= largest + 0.5 - 1e-9
    assert (edges % 1 == 0.5).all()


def test_colours_are_left_to_the_page():
    svg = slowest_stages([("ingest", 3.0), ("train/gmf", 12.5)]).svg
    assert "currentColor" in svg
    assert "var(--series-0)" in svg
    assert not set(re.findall(r"#[0-9a-f]{6}", svg)) & set(SERIES)
    assert "width=" not in svg[: svg.index(">")]
    assert "12.5 s" in svg  # letters stay text


def test_the_slowest_stage_comes_first_and_twelve_are_shown():
    svg = slowest_stages([(f"stage{n:02}", float(n)) for n in range(20)]).svg
    assert re.findall(r"stage\d\d", svg) == [f"stage{n:02}" for n in range(19, 7, -1)]


def test_two_pictures_share_no_id():
    pictures = [
        by_cutoff(make_facts()["metrics"]["results"], "full", metric).svg
        for metric in ("hr", "ndcg")
    ]
    first, second = (set(re.findall(r' id="([^"]+)"', svg)) for svg in pictures)
    assert first
    assert not first & second


def test_a_caption_is_no_markup():
    picture = draw("x", 'a "<b>"', lambda axes: axes.plot([1, 2], [3, 4]))
    assert 'aria-label="a &quot;&lt;b&gt;&quot;"' in picture.svg


def test_the_first_genres_are_shown_with_both_shares():
    genres = [{"genre": f"Genre{n:02}", "owned": 0.9, "listed": 0.5} for n in range(MAX_GENRES + 3)]
    svg = genre_shares(genres).svg
    assert re.findall(r"Genre\d\d", svg) == [f"Genre{n:02}" for n in range(MAX_GENRES)]
    assert "games owned" in svg
    assert (
        svg.count("var(--series-0)") == svg.count("var(--series-1)") == MAX_GENRES + 1
    )  # the legend's
    assert genre_shares(genres).svg == svg
