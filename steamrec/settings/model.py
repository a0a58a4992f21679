"""Every setting with its type, its default and what it means.

An unknown key is an error, so a misspelt setting never passes silently.
"""

from typing import Annotated, Any, Literal

from pydantic import Field, field_validator, model_validator

from steamrec.settings.models import (
    NETWORK_NAMES,
    AlsSettings,
    EaseSettings,
    GmfSettings,
    MlpSettings,
    ModelName,
    NetworkSettings,
    NeumfSettings,
    RankerSettings,
)
from steamrec.settings.section import Fraction, PositiveFloat, PositiveInt, Section

# The settings of [export] that leave items out.
FILTERS = ("exclude_tags", "max_price", "min_price")


class InputSettings(Section):
    """What the night reads."""

    path: str = Field("", description="The raw file: one path, a glob or a folder; local or a URI.")
    format: Literal["steam", "interactions"] = Field(
        "steam",
        description="'steam': one Python dict a line, as the Steam dump has them. "
        "'interactions': Parquet or CSV with the columns user and item.",
    )
    items_path: str = Field(
        "",
        description="Facts about the items (steam_games.json.gz: genres, tags, prices), one Python "
        "dict a line, for the report, for recommend and for what [export] leaves out; a path as "
        "input.path. Empty: there are none.",
    )


class IngestSettings(Section):
    """Reading the raw lines."""

    max_quarantined_fraction: Fraction = Field(
        0.01, description="The run fails when a larger part of the lines cannot be read."
    )
    max_line_bytes: PositiveInt = Field(
        16_777_216, description="A longer line is quarantined unread."
    )
    max_quarantined_characters: PositiveInt = Field(
        10_000, description="A quarantined line is kept up to this length."
    )


class PrepareSettings(Section):
    """Choosing users and building interactions."""

    min_items: PositiveInt = Field(
        5, description="Users with fewer distinct items are left to the popularity list."
    )


class SplitSettings(Section):
    """What is held out, and for what."""

    method: Literal["random", "first", "given"] = Field(
        "random",
        description="'random': one random item of each user. 'first': each user's lowest item "
        "number, as the notebook does. 'given': a published split, read from holdout_path.",
    )
    seed: int = Field(1, description="The seed of the random holdout and of the validation items.")
    validation_users: Annotated[int, Field(ge=0)] = Field(
        5_000,
        description="For so many users (at most one in five) one more item is kept out of fitting, "
        "to choose the best epoch and the best model.",
    )
    holdout_path: str = Field("", description="For 'given': Parquet or CSV with user and item.")
    negatives_path: str = Field(
        "", description="For 'given': Parquet or JSON lines with user and items (a list)."
    )


class SamplingSettings(Section):
    """Drawing negatives."""

    train_negatives: PositiveInt = Field(4, description="Negatives for each training positive.")
    eval_negatives: PositiveInt = Field(100, description="Distinct negatives for each holdout.")
    seed: int = Field(1, description="The seed of all draws.")
    distribution: Literal["uniform", "popularity"] = Field(
        "uniform",
        description="How training negatives are spread over the items that a user does not own: "
        "evenly, or as the item's owners to the power of popularity_power.",
    )
    popularity_power: Annotated[float, Field(ge=0)] = Field(
        0.75, description="The power for distribution = 'popularity'."
    )
    rows_per_file: PositiveInt = Field(
        500_000, description="Training rows in a Parquet file, which is one row group."
    )


class TrainSettings(Section):
    """Which models are fitted, and how."""

    models: tuple[ModelName, ...] = Field(
        ("gmf", "mlp", "neumf"),
        description="The models of the night; popularity always stands beside them.",
    )
    epochs: PositiveInt = Field(8, description="Passes over the training rows.")
    batch_size: PositiveInt = Field(
        32_768, description="Training rows (positives and negatives) in a global batch."
    )
    learning_rate: PositiveFloat = Field(
        0.006, description="Adam's learning rate in the first step."
    )
    loss: Literal["log", "softmax"] = Field(
        "log",
        description="'log': the log loss of positives and sampled negatives. 'softmax': a softmax "
        "over 2,048 negatives that a batch shares, corrected for how often each is drawn; for "
        "gmf only, and batch_size then counts positives.",
    )
    schedule: Literal["cosine", "constant"] = Field(
        "cosine",
        description="'cosine': the learning rate falls to 0 over the epochs, along half a cosine.",
    )
    patience: Annotated[int, Field(ge=0)] = Field(
        3,
        description="A network stops when so many epochs in a row did not better its validation "
        "NDCG@10; the best epoch is kept. 0 trains all epochs.",
    )
    replicas: Annotated[int, Field(ge=0)] = Field(
        0,
        description="Replicas under MirroredStrategy: 0 takes every GPU, or one CPU where there "
        "is none; on a CPU, n makes n logical devices.",
    )
    seed: int = Field(1, description="The seed of the initial weights.")
    warm_start: bool = Field(
        False,
        description="Networks start from the workspace's model of the night before, for the users "
        "and items that both know. A night's result then hangs on the nights before it.",
    )
    gmf: GmfSettings = GmfSettings()
    mlp: MlpSettings = MlpSettings()
    neumf: NeumfSettings = NeumfSettings()
    ease: EaseSettings = EaseSettings()
    als: AlsSettings = AlsSettings()
    ranker: RankerSettings = RankerSettings()

    @field_validator("models")
    @classmethod
    def _some_models_each_once(cls, models: tuple[str, ...]) -> tuple[str, ...]:
        if len(set(models)) != len(models):
            raise ValueError("names a model twice")
        return models


class EvaluateSettings(Section):
    """Measuring the rankings."""

    k: tuple[PositiveInt, ...] = Field((1, 5, 10, 20), description="The cut-offs.")
    bootstrap: PositiveInt = Field(1_000, description="Resamples behind each interval.")
    seed: int = Field(1, description="The seed of the resamples.")


class ExportSettings(Section):
    """Publishing the lists."""

    k: PositiveInt = Field(10, description="Items in a list, at most.")
    model: Literal["best", "popularity", "ease", "als", "gmf", "mlp", "neumf", "ranker"] = Field(
        "best",
        description="The exported model; 'best' has the best full-catalogue NDCG@10 on the "
        "validation items.",
    )
    keep: PositiveInt = Field(14, description="Runs of so many nights are kept.")
    formats: tuple[Literal["json", "csv"], ...] = Field(
        (),
        description="Beside Parquet also 'json' (JSON lines, under exports/json) or 'csv' (under "
        "exports/csv).",
    )
    exclude_tags: tuple[str, ...] = Field(
        (),
        description="Items with one of these tags or genres stand in no list; upper and lower case "
        "are equal. Needs input.items_path, as do the prices below. Items of which it says nothing "
        "are kept.",
    )
    max_price: float | None = Field(
        None, ge=0, allow_inf_nan=False, description="Dearer items stand in no list."
    )
    min_price: float | None = Field(
        None,
        ge=0,
        allow_inf_nan=False,
        description="Cheaper items stand in no list; free ones cost 0.",
    )

    @property
    def filters(self) -> dict[str, Any]:
        """Those of FILTERS that are set."""
        found = {name: getattr(self, name) for name in FILTERS}
        return {name: value for name, value in found.items() if value not in (None, ())}


class GatesSettings(Section):
    """What an export must satisfy before readers see it; a refusal exits with 3."""

    users: bool = Field(True, description="Every user_id of the raw file has a list, nobody else.")
    ranks: bool = Field(True, description="Ranks are 1..n, n <= export.k, no item twice.")
    scores: bool = Field(True, description="Scores are finite and never rise down a list.")
    owned: bool = Field(True, description="No listed item is owned by the user.")
    excluded: bool = Field(True, description="No listed item is one that [export] leaves out.")
    max_row_change: PositiveFloat = Field(
        0.2, description="Rows may differ by this fraction from the last published run's."
    )
    min_overlap: Fraction = Field(
        0.05, description="At least this part of the last published lists is listed again."
    )
    max_ndcg_drop: Fraction = Field(
        0.1,
        description="Full-catalogue NDCG@10 may be this fraction below the last published run's.",
    )
    max_ndcg_below_popularity: Fraction = Field(
        0.0, description="Full-catalogue NDCG@10 may be this fraction below popularity's."
    )


class ReportSettings(Section):
    """The night's report."""

    users: Annotated[int, Field(ge=0, le=100)] = Field(
        4, description="Users whose lists the report shows, small libraries to large."
    )


class Settings(Section):
    """All settings of a night."""

    input: InputSettings = InputSettings()
    ingest: IngestSettings = IngestSettings()
    prepare: PrepareSettings = PrepareSettings()
    split: SplitSettings = SplitSettings()
    sampling: SamplingSettings = SamplingSettings()
    train: TrainSettings = TrainSettings()
    evaluate: EvaluateSettings = EvaluateSettings()
    export: ExportSettings = ExportSettings()
    report: ReportSettings = ReportSettings()
    gates: GatesSettings = GatesSettings()

    @model_validator(mode="after")
    def _fits_together(self) -> "Settings":
        known = ("best", "popularity", *self.train.models)
        if self.export.model not in known:
            raise ValueError(
                f"export.model = {self.export.model!r} is not among train.models "
                f"({', '.join(self.train.models)}); add it there or export another."
            )
        for name in self.networks():
            if name != "gmf" and self.network(name)["loss"] == "softmax":
                raise ValueError(
                    f"train.loss = 'softmax' needs a dot product, and {name} has none; set "
                    "train.gmf.loss instead."
                )
        if self.split.method == "given" and not self.split.holdout_path:
            raise ValueError("split.method = 'given' needs split.holdout_path.")
        self._check_filters()
        return self

    def _check_filters(self) -> None:
        filters = self.export.filters
        if filters and not self.input.items_path:
            raise ValueError(
                f"export.{next(iter(filters))} needs facts about the items; set input.items_path "
                "to steam_games.json.gz or a file like it."
            )
        if filters.get("min_price", 0) > filters.get("max_price", float("inf")):
            raise ValueError("export.min_price is above export.max_price; no price is between.")

    def network(self, name: str) -> dict[str, Any]:
        """The settings of one network, with what it leaves out filled in from [train].

        Returns a plain dict: epochs, batch_size, learning_rate, negatives, seed and the
        network's own sizes.
        """
        own: NetworkSettings = getattr(self.train, name)
        shared = {
            "epochs": self.train.epochs,
            "batch_size": self.train.batch_size,
            "learning_rate": self.train.learning_rate,
            "negatives": self.sampling.train_negatives,
            "seed": self.train.seed,
            "patience": self.train.patience,
            "schedule": self.train.schedule,
            "loss": self.train.loss,
            "warm_start": self.train.warm_start,
        }
        return shared | own.model_dump(exclude_none=True)

    def networks(self) -> list[str]:
        """The networks among the models of the night, in order."""
        return [name for name in self.train.models if name in NETWORK_NAMES]
