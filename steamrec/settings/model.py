"""Every setting with its type, its default and what it means.

An unknown key is an error, so a misspelt setting never passes silently.
"""

from typing import Annotated, Any, TypeVar, cast

from pydantic import Field, field_validator, model_validator

from steamrec.settings.networks import (
    LossName,
    NetworkSettings,
    ScheduleName,
    TrainingSettings,
)
from steamrec.settings.publishing import (
    EvaluateSettings,
    ExportSettings,
    GatesSettings,
    ReportSettings,
)
from steamrec.settings.reading import (
    IngestSettings,
    InputSettings,
    PrepareSettings,
    SamplingSettings,
    SplitSettings,
)
from steamrec.settings.section import BatchSize, Epochs, LearningRate, Section, Seed

ModelSection = TypeVar("ModelSection", bound=Section)


class TrainSettings(Section):
    """Which models are fitted, and how; a subclass adds the section of each model."""

    models: tuple[str, ...] = Field(
        ("gmf", "mlp", "neumf"),
        description="The models of the night: popularity, which is always added, and those with a "
        "section below.",
    )
    epochs: Epochs = Field(8, description="Passes over the training rows.")
    batch_size: BatchSize = Field(
        32_768, description="Training rows (positives and negatives) in a global batch."
    )
    learning_rate: LearningRate = Field(
        0.006, description="Adam's learning rate at the first step."
    )
    loss: LossName = Field(
        "log",
        description="'log': the log loss of positives and sampled negatives. 'softmax': a "
        "softmax over 2,048 negatives that a batch shares, corrected for how often each is "
        "drawn; only for gmf, and batch_size then counts positives.",
    )
    schedule: ScheduleName = Field(
        "cosine",
        description="'cosine': the learning rate falls to 0 over the epochs, along half a cosine.",
    )
    patience: Annotated[int, Field(ge=0, le=10_000)] = Field(
        3,
        description="Training of a network stops after this many epochs in a row without a "
        "better validation NDCG@10; the best epoch is kept. 0 trains all epochs.",
    )
    replicas: Annotated[int, Field(ge=0, le=1_024)] = Field(
        0,
        description="Replicas under MirroredStrategy. 0: every GPU, or one CPU without a GPU. On "
        "a CPU, n makes n logical devices.",
    )
    seed: Seed = Field(1, description="The seed of the initial weights.")
    warm_start: bool = Field(
        False,
        description="Networks start from the model of the night before, for the users and items "
        "that are in both. A night's result then depends on earlier nights.",
    )

    @field_validator("models")
    @classmethod
    def _some_models_each_once(cls, models: tuple[str, ...]) -> tuple[str, ...]:
        if len(set(models)) != len(models):
            raise ValueError("names a model twice")
        return models


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
            dot_product = getattr(self.train, name).dot_product
            if self.training(name).loss == "softmax" and not dot_product:
                raise ValueError(
                    f"train.loss = 'softmax' needs a dot product, and {name} has none; set "
                    "train.gmf.loss instead."
                )
        if self.split.method == "given" and not self.split.holdout_path:
            raise ValueError(
                "split.method = 'given' needs split.holdout_path; set it to the published holdout."
            )
        for name in ("holdout_path", "negatives_path"):
            if getattr(self.split, name) and self.split.method != "given":
                raise ValueError(
                    f"split.{name} is read only with split.method = 'given'; set that, or leave "
                    "the path out."
                )
        self._check_filters()
        return self

    def _check_filters(self) -> None:
        filters = self.export.filters
        if filters and not self.input.items_path:
            raise ValueError(
                f"export.{next(iter(filters))} needs item metadata; set input.items_path to "
                "steam_games.json.gz or a file like it."
            )
        if filters.get("min_price", 0) > filters.get("max_price", float("inf")):
            raise ValueError(
                "export.min_price is above export.max_price, so no price is allowed; lower it."
            )

    def training(self, name: str) -> TrainingSettings:
        """How network `name` is trained: its own section's values, then those of [train]."""
        own: NetworkSettings = getattr(self.train, name)
        values = own.model_dump(exclude_none=True, include=set(TrainingSettings.model_fields))
        values["epochs"], values["negatives"] = self.epochs(name), self.negatives(name)
        # Only what is used is read: a recorder notes it, and a change trains the network again.
        for shared in TrainingSettings.model_fields:
            if shared not in values:
                values[shared] = getattr(self.train, shared)
        return TrainingSettings.model_validate(values)

    def network(self, name: str) -> dict[str, Any]:
        """All settings of one network as a plain dict, for receipts: training and own sizes."""
        own: NetworkSettings = getattr(self.train, name)
        return self.training(name).model_dump() | own.model_dump(exclude_none=True)

    def epochs(self, name: str) -> int:
        """How many epochs the network `name` is trained for."""
        own: NetworkSettings = getattr(self.train, name)
        return self.train.epochs if own.epochs is None else own.epochs

    def negatives(self, name: str) -> int:
        """How many sampled negatives the network `name` gets per positive."""
        own: NetworkSettings = getattr(self.train, name)
        return self.sampling.train_negatives if own.negatives is None else own.negatives

    def networks(self) -> list[str]:
        """The networks among the models of the night, in order."""
        train = self.train.section_class.model_fields
        return [
            name
            for name in self.train.models
            if name in train and isinstance(train[name].default, NetworkSettings)
        ]

    def section(self, model: str, kind: type[ModelSection]) -> ModelSection:
        """The section [train.<model>], which is a `kind`."""
        return cast(ModelSection, getattr(self.train, model))
