"""Settings, paths and links that the docs name exist."""

import re

import pytest

from steamrec.models.settings import load_settings, night_settings
from tests.docs.pages import PAGES, ROOT, SITE, inline_code

SECTIONS = tuple(night_settings().model_fields)
SETTING = re.compile(rf"(?:{'|'.join(SECTIONS)})(?:\.[a-z_0-9]+)+(?:\s*=\s*.+)?")
# Files that look like a setting: `report.html`.
FILES = {"report.html", "export.csv"}
FOLDERS = ("steamrec", "scripts", "tests", "conf", "docs", "jobs")
PATH = re.compile(rf"\.?/?(?:{'|'.join(FOLDERS)})/[\w./-]+")
# What the pages on extending ask the reader to write.
TO_BE_WRITTEN = {"steamrec/models/ncf/bilinear.py", "steamrec/models/recent.py"}
TO_BE_ADDED = {"train.bilinear.factors"}


def setting_names(page):
    return {code for code in inline_code(page) if SETTING.fullmatch(code)} - FILES - TO_BE_ADDED


@pytest.mark.parametrize("page", PAGES, ids=lambda page: page.name)
def test_every_setting_exists(page):
    for code in setting_names(page):
        name, _, value = (part.strip() for part in code.partition("="))
        values, parts = load_settings(None), name.split(".")
        for part in parts:
            assert part in type(values).model_fields, f"{page.name}: there is no setting {code}"
            values = getattr(values, part)
        if value and name != "split.method":  # its 'given' needs holdout_path
            load_settings(None, [code] if name != "train.loss" else [code, "train.models=[]"])


def test_settings_are_found_at_all():
    assert len(set().union(*map(setting_names, PAGES))) > 25


@pytest.mark.parametrize("page", PAGES, ids=lambda page: page.name)
def test_every_path_exists(page):
    for code in inline_code(page):
        name = code.split()[0]
        if PATH.fullmatch(name) and name not in TO_BE_WRITTEN:
            assert (ROOT / name).exists(), f"{page.name}: there is no {name}"


@pytest.mark.parametrize("page", [page for page in PAGES if page not in SITE])
def test_links_from_outside_of_the_site_resolve(page):
    for target in re.findall(r"\]\(([^)#]+)[^)]*\)", page.read_text(encoding="utf-8")):
        if not target.startswith("http"):
            assert (page.parent / target).exists(), f"{page.name}: there is no {target}"


def test_every_variable_of_the_project_is_on_the_page_of_variables():
    page = (ROOT / "docs/environment.md").read_text(encoding="utf-8")
    folders = [ROOT / name for name in ("steamrec", "scripts", "conf", "jobs")]
    files = [file for folder in folders for file in folder.rglob("*") if file.is_file()]
    used = {
        name
        for file in files
        if "__pycache__" not in file.parts
        for name in re.findall(r"STEAMREC_[A-Z0-9_]+", file.read_text(encoding="utf-8"))
    }
    assert used == set(re.findall(r"STEAMREC_[A-Z0-9_]+", page))


def test_every_page_is_in_the_navigation():
    named = set(re.findall(r": ([\w-]+\.md)$", (ROOT / "mkdocs.yml").read_text(), re.M))
    assert named == {page.name for page in SITE}
