import pytest

from steamrec.errors import UsageError
from steamrec.settings import Settings, load_settings
from steamrec.settings.models import MODEL_NAMES
from steamrec.tuning.search import with_values
from steamrec.tuning.spaces import SPACES, space_of
from steamrec.tuning.write import to_toml


def test_every_space_names_settings_of_its_model():
    assert set(SPACES) == set(MODEL_NAMES) - {"popularity"}
    for model, space in SPACES.items():
        fields = type(getattr(Settings().train, model)).model_fields
        assert set(space) <= set(fields)


def test_popularity_has_nothing_to_tune():
    with pytest.raises(UsageError, match="no settings to tune"):
        space_of("popularity")


def test_the_written_settings_read_back_equal(tmp_path):
    overrides = ['input.path=a "quoted" \\ name', "train.models=['ease', 'ranker']", "split.seed=3"]
    settings = with_values(load_settings(None, overrides), "ranker", {"learning_rate": 0.00123})
    (tmp_path / "best.toml").write_text(to_toml(settings))
    assert load_settings(str(tmp_path / "best.toml")) == settings
    assert settings.train.ranker.learning_rate == 0.00123
