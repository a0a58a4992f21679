"""The sections of reading and drawing: from the raw file to split and negatives."""

from typing import Annotated, Literal

from pydantic import Field, StringConstraints, model_validator

from steamrec.settings.section import Count, Fraction, ListLength, PositiveInt, Section, Seed, Text

ColumnName = Annotated[str, StringConstraints(strip_whitespace=True, min_length=1)]


class InputSettings(Section):
    """What the night reads."""

    path: Text = Field(
        "", description="The raw file: one path, a glob or a folder; local or a URI."
    )
    format: Literal["steam", "interactions"] = Field(
        "steam",
        description="'steam': one Python dict a line, as the Steam dump has them. "
        "'interactions': a table of user and item, as Parquet, CSV or JSON lines (docs/inputs.md).",
    )
    user_column: ColumnName = Field(
        "user",
        description="For 'interactions' and split.method = 'given': the column with the users, in "
        "all files; case does not matter.",
    )
    item_column: ColumnName = Field(
        "item", description="As user_column: the column with the items."
    )
    items_path: Text = Field(
        "",
        description="Facts about the items (steam_games.json.gz: genres, tags, prices), one Python "
        "dict a line, for the report, for recommend and for what [export] leaves out; a path as "
        "input.path. Empty: there are none.",
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
        description="The run fails when a larger part of the lines (of a table: the rows) cannot "
        "be read.",
    )
    max_line_bytes: Annotated[int, Field(ge=1, le=2**30)] = Field(
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
    seed: Seed = Field(1, description="The seed of the random holdout and of the validation items.")
    validation_users: Count = Field(
        5_000,
        description="For this many users (at most one in five) one more item is kept out of "
        "fitting, to choose the best epoch and the best model.",
    )
    holdout_path: Text = Field(
        "", description="For 'given': a table of user and item, in any format of 'interactions'."
    )
    negatives_path: Text = Field(
        "",
        description="For 'given': Parquet or JSON lines with user and a list of items. Empty: "
        "negatives are drawn.",
    )
    negatives_column: ColumnName = Field(
        "items", description="The column of negatives_path with the lists."
    )
    max_unmatched_fraction: Fraction = Field(
        0.01,
        description="For 'given': the run fails when a larger part of the held-out rows, or of the "
        "candidates, does not fit the training pairs (docs/inputs.md).",
    )
    max_unknown_items_fraction: Fraction = Field(
        0.8,
        description="For 'given': the run fails when a larger part of the held-out items, or of "
        "the candidate items, is in no training pair.",
    )


class SamplingSettings(Section):
    """Drawing negatives."""

    train_negatives: ListLength = Field(4, description="Negatives for each training positive.")
    eval_negatives: Annotated[int, Field(ge=1, le=1_000_000)] = Field(
        100, description="Distinct negatives for each holdout."
    )
    seed: Seed = Field(1, description="The seed of all draws.")
    distribution: Literal["uniform", "popularity"] = Field(
        "uniform",
        description="How training negatives are spread over the items that a user does not own: "
        "evenly, or as the item's owners to the power of popularity_power.",
    )
    popularity_power: Annotated[float, Field(ge=0, le=10, allow_inf_nan=False)] = Field(
        0.75, description="The power for distribution = 'popularity'."
    )
    rows_per_file: PositiveInt = Field(
        500_000, description="Training rows in a Parquet file, which is one row group."
    )
