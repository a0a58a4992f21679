import pytest

from steamrec.errors import UsageError
from steamrec.models.settings import load_settings


def test_toml_then_overrides(tmp_path):
    config = tmp_path / "night.toml"
    config.write_text('[train]\nmodels = ["gmf"]\nepochs = 3\n[train.gmf]\nfactors = 16\n')
    settings = load_settings(str(config), ["train.epochs=5", "input.path=/data/a b.json.gz"])
    assert settings.train.models == ("gmf",)
    assert settings.network("gmf")["epochs"] == 5
    assert settings.network("gmf")["factors"] == 16
    assert settings.input.path == "/data/a b.json.gz"


def test_a_network_overrides_what_all_share():
    settings = load_settings(None, ["train.neumf.negatives=6", "train.neumf.learning_rate=0.01"])
    assert settings.network("neumf")["negatives"] == 6
    assert settings.network("gmf")["negatives"] == settings.sampling.train_negatives


@pytest.mark.parametrize(
    ("override", "words"),
    [
        ("train.epoch=3", "Unknown setting train.epoch"),
        ("trian.epochs=3", "Unknown setting trian"),
        ("train.epochs=many", "train.epochs"),
        ("train.epochs=0", "train.epochs"),
        ("train.epochs=true", "train.epochs"),
        ('train.models=["gmf","gmf"]', "twice"),
        ("split.method=last", "split.method"),
        ("ingest.max_quarantined_fraction=1.5", "max_quarantined_fraction"),
        ("nonsense", "section.key=value"),
        ("train.epochs.deep=1", "train.epochs"),
        ('export.exclude_tags=["Nudity"]', "export.exclude_tags needs item metadata"),
        (
            "export.max_price=0",
            "export.max_price needs item metadata; set input.items_path",
        ),
        ("export.min_price=nan", "export.min_price"),
        ("train.learning_rate=inf", "train.learning_rate"),
        ("sampling.popularity_power=nan", "sampling.popularity_power"),
        ("export.exclude_tags=Nudity", "export.exclude_tags"),
    ],
)
def test_bad_settings_are_one_sentence(override, words):
    with pytest.raises(UsageError, match=words.replace(".", r"\.")) as caught:
        load_settings(None, [override])
    assert "\n" not in str(caught.value)


def test_prices_with_nothing_between_are_refused():
    given = ["input.items_path=games.json", "export.max_price=5", "export.min_price=5"]
    assert load_settings(None, given).export.filters == {"max_price": 5.0, "min_price": 5.0}
    with pytest.raises(UsageError, match="no price is allowed"):
        load_settings(None, [*given, "export.min_price=5.01"])


@pytest.mark.parametrize(
    ("content", "words"), [(b"[train\n", "not valid TOML"), (b"\xff\xfe", "cannot be read")]
)
def test_bad_files_are_one_sentence(tmp_path, content, words):
    config = tmp_path / "night.toml"
    config.write_bytes(content)
    with pytest.raises(UsageError, match=words):
        load_settings(str(config))
    with pytest.raises(UsageError, match="does not exist"):
        load_settings(str(tmp_path / "missing.toml"))


def test_sections_as_python_values(tmp_path):
    settings = load_settings(
        "sample",
        ["train.epochs=4"],
        input={"path": tmp_path / "raw.json.gz"},
        train={"models": ["gmf"], "epochs": 3, "gmf": {"factors": 16}},
        **{"export.k": 5, "train.gmf.negatives": 2},
    )
    assert settings.input.path == str(tmp_path / "raw.json.gz")
    assert settings.train.models == ("gmf",)
    assert (settings.train.epochs, settings.train.batch_size, settings.export.k) == (4, 8192, 5)
    assert settings.network("gmf")["factors"] == 16
    assert settings.network("gmf")["negatives"] == 2


@pytest.mark.parametrize(
    ("sections", "words"),
    [
        ({"train": {"epoch": 3}}, r"Unknown setting train\.epoch"),
        ({"trian": {"epochs": 3}}, "Unknown setting trian"),
        ({"train": 3}, "Setting train: is a section"),
        ({"train": {"epochs": "many"}}, r"Setting train\.epochs"),
        ({"train": {"epochs": 3, "epochs.deep": 1}}, r"train\.epochs is a setting, not a section"),
        ({"config": 3}, "config takes a file or a name, not 3"),
        ({"config": "smple"}, "come with steamrec: notebook, notebook-large-batch, sample, steam"),
    ],
)
def test_what_is_wrong_with_python_values(sections, words):
    with pytest.raises(UsageError, match=words):
        load_settings(**sections)


def test_a_file_wins_over_a_name(tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    assert load_settings("sample").train.epochs == 12
    (tmp_path / "sample").write_text("[train]\nepochs = 1\n")
    assert load_settings("sample").train.epochs == 1
