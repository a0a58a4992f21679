"""Every setting with its type, its default and what it means.

An unknown key is an error, so a misspelt setting never passes silently.
"""

from typing import Annotated, Any, Literal

from pydantic import BaseModel, ConfigDict, Field, field_validator, model_validator

MODEL_NAMES = ("popularity", "ease", "als", "gmf", "mlp", "neumf", "ranker")
NETWORK_NAMES = ("gmf", "mlp", "neumf")

ModelName = Literal["popularity", "ease", "als", "gmf", "mlp", "neumf", "ranker"]
PositiveInt = Annotated[int, Field(ge=1)]
PositiveFloat = Annotated[float, Field(gt=0)]
Fraction = Annotated[float, Field(ge=0, le=1)]


class Section(BaseModel):
    """The base of all sections: strict types, no unknown keys, never changed after reading."""

    model_config = ConfigDict(extra="forbid", frozen=True, strict=True)


class InputSettings(Section):
    """What the night reads."""

    path: str = Field("", description="The raw file: one path, a glob or a folder; local or a URI.")
    format: Literal["steam", "interactions"] = Field(
        "steam",
        description="'steam': one Python dict a line, as the Steam dump has them. "
        "'interactions': Parquet or CSV with the columns user and item.",
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


class NetworkSettings(Section):
    """What every network may set for itself; what it leaves out comes from [train]."""

    epochs: PositiveInt | None = Field(None, description="Overrides train.epochs.")
    batch_size: PositiveInt | None = Field(None, description="Overrides train.batch_size.")
    learning_rate: PositiveFloat | None = Field(None, description="Overrides train.learning_rate.")
    negatives: PositiveInt | None = Field(None, description="Overrides sampling.train_negatives.")


class GmfSettings(NetworkSettings):
    """Generalised matrix factorisation."""

    factors: PositiveInt = Field(8, description="Width of the embeddings.")


class MlpSettings(NetworkSettings):
    """The multi-layer perceptron."""

    factors: PositiveInt = Field(32, description="Width of each of the two embeddings.")
    hidden: tuple[PositiveInt, ...] = Field(
        (64, 32, 16, 8), description="Widths of the hidden layers."
    )


class NeumfSettings(NetworkSettings):
    """Both networks joined."""

    gmf_factors: PositiveInt = Field(8, description="Width of the GMF embeddings.")
    mlp_factors: PositiveInt = Field(32, description="Width of each of the MLP embeddings.")
    hidden: tuple[PositiveInt, ...] = Field(
        (64, 32, 16, 8), description="Widths of the hidden layers."
    )


class EaseSettings(Section):
    """The item-item baseline (Steck, 2019)."""

    regularization: PositiveFloat = Field(100.0, description="Lambda on the Gram matrix.")


class AlsSettings(Section):
    """Spark MLlib's ALS with implicit preferences (Hu, Koren, Volinsky, 2008)."""

    factors: PositiveInt = Field(64, description="Width of the factors.")
    iterations: PositiveInt = Field(10, description="Alternations.")
    regularization: PositiveFloat = Field(0.01, description="Lambda.")
    alpha: PositiveFloat = Field(10.0, description="Weight of an observed pair.")


class RankerSettings(Section):
    """The two-stage model: EASE proposes candidates, a small network orders them."""

    regularization: PositiveFloat = Field(100.0, description="EASE's lambda.")
    candidates: PositiveInt = Field(100, description="Items that EASE proposes for each user.")
    train_users: PositiveInt = Field(
        30_000,
        description="Users with one training item held out, on which the network learns to rank.",
    )
    hidden: tuple[PositiveInt, ...] = Field((64, 32), description="Widths of the hidden layers.")
    epochs: PositiveInt = Field(8, description="Passes over the training users.")
    batch_users: PositiveInt = Field(64, description="Users in a global batch.")
    learning_rate: PositiveFloat = Field(0.003, description="Adam's rate in the first step.")


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


class GatesSettings(Section):
    """What an export must satisfy before readers see it; a refusal exits with 3."""

    users: bool = Field(True, description="Every user_id of the raw file has a list, nobody else.")
    ranks: bool = Field(True, description="Ranks are 1..n, n <= export.k, no item twice.")
    scores: bool = Field(True, description="Scores are finite and never rise down a list.")
    owned: bool = Field(True, description="No listed item is owned by the user.")
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
        if self.split.method == "given" and not self.split.holdout_path:
            raise ValueError("split.method = 'given' needs split.holdout_path.")
        return self

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
        }
        return shared | own.model_dump(exclude_none=True)

    def networks(self) -> list[str]:
        """The networks among the models of the night, in order."""
        return [name for name in self.train.models if name in NETWORK_NAMES]
