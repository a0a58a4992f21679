"""The sections of reading and drawing: from the raw file to split and negatives."""

from typing import Annotated, Literal

from pydantic import Field, StringConstraints, model_validator

from steamrec.settings.section import Count, Fraction, ListLength, PositiveInt, Section, Seed, Text

ColumnName = Annotated[str, StringConstraints(strip_whitespace=True, min_length=1)]


class InputSettings(Section):
    """What the night reads."""

    path: Text = Field(
        "", description="The raw file: one path, a glob or a folder, local or a URI."
    )
    format: Literal["steam", "interactions"] = Field(
        "steam",
        description="'steam': one Python dict per line, as in the Steam dump. 'interactions': a "
        "table of user and item, as Parquet, CSV or JSON lines (docs/inputs.md).",
    )
    user_column: ColumnName = Field(
        "user",
        description="The column with the users, in all files of 'interactions' and of "
        "split.method = 'given'; case does not matter.",
    )
    item_column: ColumnName = Field(
        "item", description="The column with the items; as user_column."
    )
    items_path: Text = Field(
        "",
        description="Item metadata (genres, tags, prices) in the format of steam_games.json.gz, "
        "one Python dict per line; a path as input.path. The report, recommend and the filters "
        "of [export] use it. Empty: none.",
    )

    @model_validator(mode="after")
    def _two_columns(self) -> "InputSettings":
        if self.user_column.casefold() == self.item_column.casefold():
            raise ValueError("user_column and item_column name the same column; name two")
        return self


class IngestSettings(Section):
    """Reading the raw lines."""

    max_quarantined_fraction: Fraction = Field(
        0.01,
        description="The run fails when a larger fraction of the lines (or of a table's rows) "
        "cannot be read.",
    )
    max_line_bytes: Annotated[int, Field(ge=1, le=2**30)] = Field(
        16_777_216, description="A longer line is quarantined and not read."
    )
    max_quarantined_characters: PositiveInt = Field(
        10_000, description="A quarantined line is stored up to this length."
    )


class PrepareSettings(Section):
    """Choosing users and building interactions."""

    min_items: PositiveInt = Field(
        5,
        description="Users with fewer distinct items are cold: no model is fitted on them "
        "(docs/concepts.md).",
    )


class SplitSettings(Section):
    """What is held out, and for what."""

    method: Literal["random", "first", "given"] = Field(
        "random",
        description="'random': one random item of each user. 'first': each user's lowest item "
        "number, as the notebook does. 'given': a published split, read from holdout_path.",
    )
    seed: Seed = Field(1, description="The seed of the random holdout and of the validation items.")
    validation_users: Count = Field(
        5_000,
        description="For this many users (at most one in five) one more item is kept out of "
        "fitting. It chooses the best epoch and the best model.",
    )
    holdout_path: Text = Field(
        "", description="For 'given': a table of user and item, in any format of 'interactions'."
    )
    negatives_path: Text = Field(
        "",
        description="For 'given': Parquet or JSON lines with a user and a list of items per row. "
        "Empty: negatives are drawn.",
    )
    negatives_column: ColumnName = Field(
        "items", description="The column of negatives_path with the lists."
    )
    max_unmatched_fraction: Fraction = Field(
        0.01,
        description="For 'given': the run fails when a larger fraction of the held-out rows, or "
        "of the candidates, does not match the training pairs (docs/inputs.md).",
    )
    max_unknown_items_fraction: Fraction = Field(
        0.8,
        description="For 'given': the run fails when a larger fraction of the held-out items, or "
        "of the candidate items, is in no training pair.",
    )


class SamplingSettings(Section):
    """Drawing negatives."""

    train_negatives: ListLength = Field(4, description="Negatives per training positive.")
    eval_negatives: Annotated[int, Field(ge=1, le=1_000_000)] = Field(
        100, description="Distinct negatives per held-out item."
    )
    seed: Seed = Field(1, description="The seed of all draws.")
    distribution: Literal["uniform", "popularity"] = Field(
        "uniform",
        description="How training negatives are drawn from the items that a user does not own: "
        "all with the same probability ('uniform'), or in proportion to owners ** "
        "popularity_power ('popularity').",
    )
    popularity_power: Annotated[float, Field(ge=0, le=10, allow_inf_nan=False)] = Field(
        0.75, description="The exponent for distribution = 'popularity'."
    )
    rows_per_file: PositiveInt = Field(
        500_000, description="Training rows per Parquet file; each file is one row group."
    )
