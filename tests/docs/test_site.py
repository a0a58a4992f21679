"""The site builds without a warning: pages, links, anchors and docstrings."""

import os
import subprocess
import sys

from tests.docs.pages import ROOT


def test_the_site_builds_without_warnings(tmp_path):
    command = [sys.executable, "-m", "mkdocs", "build", "--strict", "--site-dir", str(tmp_path)]
    # The variable silences an advertisement of the theme.
    environment = os.environ | {"NO_MKDOCS_2_WARNING": "1"}
    built = subprocess.run(command, cwd=ROOT, env=environment, capture_output=True, text=True)
    assert built.returncode == 0, built.stderr
    assert "WARNING" not in built.stderr
    settings = (tmp_path / "settings.html").read_text()
    assert "Annotated" not in settings
    for page in tmp_path.rglob("*.html"):
        assert '<script src="http' not in page.read_text(), page
