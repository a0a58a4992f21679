"""A toy metric, added by following docs/adding-a-metric.md."""

import numpy as np
import pytest

from steamrec.report.page import render
from steamrec.scoring.metrics import METRICS, Metric, metric_values
from tests.docs.pages import fences
from tests.report.example_data import make_facts


@pytest.fixture
def added(monkeypatch):
    [fence] = [fence for fence in fences("python") if fence.page == "adding-a-metric.md"]
    entry = eval(f"{{{fence.text}}}", {"Metric": Metric})
    for name, metric in entry.items():
        monkeypatch.setitem(METRICS, name, metric)
    return next(iter(entry))


def test_one_entry_is_a_metric(added):
    values = metric_values(added, np.array([1, 2, 10, 11]), 10)
    assert values == pytest.approx([1, 0.8, 0.8**9, 0])


def test_the_report_shows_it(added):
    facts = make_facts()
    for rows in (facts["metrics"]["results"], facts["metrics"]["by_library_size"]):
        rows += [row | {"metric": added} for row in rows if row["metric"] == "hr"]
    page = render(facts)
    for words in ("RBP@10, full", "RBP@k, full catalogue", "RBP@10 by library size"):
        assert words in page
