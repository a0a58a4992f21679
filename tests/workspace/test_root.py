import pytest

from steamrec.errors import UsageError
from steamrec.workspace import Workspace

LITERAL = ["wörk", "a%20b", "a b", "trail ", "-dash", "co,ma", "e=x", "三国", "a;b", "it's"]
PATTERNS = [
    "n #1",
    "night[1]",
    "x{y}",
    "q?x",
    "s*r",
    "b\\s",
    "a:b",
    "x::y",
    "l\nf",
    "t\tb",
    "\ud800",
]


@pytest.mark.parametrize("name", LITERAL)
def test_names_that_all_readers_take_literally(tmp_path, name):
    workspace = Workspace(f"{tmp_path}/{name}")
    workspace.write_bytes("a/b", b"1")
    assert (tmp_path / name / "a/b").read_bytes() == b"1"
    assert workspace.list("a") == ["b"]
    assert workspace.url("a") == f"file://{tmp_path}/{name}/a"


@pytest.mark.parametrize("name", PATTERNS)
def test_names_that_some_reader_takes_for_a_pattern_or_a_url_are_refused(tmp_path, name):
    for root in (f"{tmp_path}/{name}", f"{tmp_path}/{name}/w", f"s3://bucket/{name}"):
        with pytest.raises(UsageError, match="give another --workspace"):
            Workspace(root)


@pytest.mark.parametrize("form", ["file:{}", "file://{}", "file://localhost{}", "FILE:{}", "{}/"])
def test_every_form_of_a_local_uri_is_the_folder(tmp_path, form):
    workspace = Workspace(form.format(f"{tmp_path}/w"))
    assert workspace.local
    assert workspace.root == f"{tmp_path}/w"


@pytest.mark.parametrize(
    "root",
    ["", "file:w", "file://host/w", "file://w", "file:", "s3://", "s3:///", "~no-such-user/w"],
)
def test_roots_that_name_no_folder_are_refused(root):
    with pytest.raises(UsageError, match="workspace"):
        Workspace(root)


def test_a_link_shares_the_file_on_a_disk_and_copies_elsewhere(tmp_path):
    for root in (str(tmp_path), f"memory://{tmp_path}"):
        workspace = Workspace(root)
        workspace.write_bytes("a/b", b"1")
        workspace.link("a/b", "c/d")
        workspace.write_bytes("a/b", b"22")  # replaced: the link keeps what it had
        assert workspace.read_bytes("c/d") == b"1"
        assert (workspace.size("a/b"), workspace.size("c/d")) == (2, 1)
