"""The published night, for tests that harm it."""

import shutil

import pytest


@pytest.fixture
def published(published_night, tmp_path):
    """The raw file and a copy of the published night, for a test to harm."""
    raw, workspace = published_night
    shutil.copytree(workspace, tmp_path / "workspace")
    return raw, tmp_path / "workspace"
