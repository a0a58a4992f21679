from steamrec.models.settings import load_settings
from steamrec.settings.recorder import recorded


def test_recorded_settings_answer_as_the_settings_themselves():
    settings = load_settings(None, ["train.gmf.negatives=6", 'train.models=["ease","gmf"]'])
    read = {}
    seen = recorded(settings, read)
    assert seen.networks() == settings.networks() == ["gmf"]
    assert seen.negatives("gmf") == settings.negatives("gmf") == 6
    assert seen.network("gmf") == settings.network("gmf")
    assert seen.train.section_class is settings.train.section_class
    assert read["train.models"] == ["ease", "gmf"]
    assert read["train.gmf.negatives"] == 6
    assert "sampling.train_negatives" not in read
