"""The example notebook and the page about the Python API, run as a reader would."""

from tests.support.documents import code_blocks, code_cells, run_in_order


def test_the_notebook_and_the_page_run(tmp_path, monkeypatch, spark, capsys):
    """One night for both: the page's night has nothing to do after the notebook's."""
    monkeypatch.chdir(tmp_path)
    monkeypatch.setenv("MPLBACKEND", "Agg")
    notebook = run_in_order("example.ipynb", code_cells("example.ipynb"))
    result = notebook["result"]
    assert result.path.startswith(str(tmp_path / "workspace/exports/dt="))
    assert set(notebook["metrics"].model) == {"popularity", "ease"}
    assert len(notebook["axes"].containers) == 2
    assert [line.get_text() for line in notebook["axes"].get_legend().texts] == [
        "ease",
        "popularity",
    ]
    notebook["plt"].close("all")
    page = run_in_order("python-api.md", code_blocks("python-api.md"))  # docs/python-api.md
    assert page["result"].receipts == result.receipts
    assert page["result"].run_id == result.run_id
    assert page["lists"].equals(notebook["lists"])
    assert page["status"].next_stages == ()
    assert "has no list for user 'nobody'" in capsys.readouterr().out
