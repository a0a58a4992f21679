import pytest

from steamrec.errors import UsageError
from steamrec.models.registry import MODELS
from steamrec.models.settings import load_settings
from steamrec.tuning.search import search_space, with_values
from steamrec.tuning.write import to_toml


@pytest.mark.parametrize("model", [name for name in MODELS if name != "popularity"])
def test_what_is_searched_are_settings_of_the_model(model):
    fields = type(getattr(load_settings(None).train, model)).model_fields
    assert set(search_space(model)) <= set(fields)
    assert search_space(model)


@pytest.mark.parametrize("model", ["popularity", "no_model"])
def test_what_has_no_settings_is_not_tuned(model):
    with pytest.raises(UsageError, match="no settings to tune"):
        search_space(model)


def test_the_written_settings_read_back_equal(tmp_path):
    overrides = ['input.path=a "quoted" \\ name', "train.models=['ease', 'ranker']", "split.seed=3"]
    settings = with_values(load_settings(None, overrides), "ranker", {"learning_rate": 0.00123})
    (tmp_path / "best.toml").write_text(to_toml(settings))
    assert load_settings(str(tmp_path / "best.toml")) == settings
    assert settings.train.ranker.learning_rate == 0.00123
