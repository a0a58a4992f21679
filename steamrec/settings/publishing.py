"""The sections of measuring and publishing: evaluation, export, gates, report."""

from typing import Annotated, Any, Literal

from pydantic import Field

from steamrec.settings.section import (
    EachOnce,
    Fraction,
    ListLength,
    NonEmptyText,
    PositiveFloat,
    Price,
    Section,
    Seed,
)

# The settings of [export] that leave items out.
FILTERS = ("exclude_tags", "max_price", "min_price")


class EvaluateSettings(Section):
    """Measuring the rankings."""

    k: Annotated[tuple[ListLength, ...], EachOnce, Field(min_length=1)] = Field(
        (1, 5, 10, 20), description="The cut-offs k of the metrics."
    )
    bootstrap: Annotated[int, Field(ge=1, le=1_000_000)] = Field(
        1_000, description="Resamples per confidence interval."
    )
    seed: Seed = Field(1, description="The seed of the resamples.")


class ExportSettings(Section):
    """Publishing the lists."""

    k: ListLength = Field(10, description="Items in a list, at most.")
    model: Literal["best", "popularity", "ease", "als", "gmf", "mlp", "neumf", "ranker"] = Field(
        "best",
        description="The exported model. 'best' is the one with the highest full-catalogue "
        "NDCG@10 on the validation items; it needs split.validation_users.",
    )
    best_margin: Fraction = Field(
        0.01,
        description="With 'best', the published model is kept unless another model's validation "
        "NDCG@10 is higher by more than this fraction of its own. 0 always takes the best.",
    )
    refit: bool = Field(
        True,
        description="Fit the exported model again on all pairs, held-out ones too, after it was "
        "measured. Only models whose refit takes less than a tenth of a night do so: "
        "popularity, ease and ranker (the ranker's networks stay as measured).",
    )
    keep: ListLength = Field(14, description="The runs of this many nights are kept.")
    formats: Annotated[tuple[Literal["json", "csv"], ...], EachOnce] = Field(
        (),
        description="Formats beside Parquet: 'json' (JSON lines, in exports/json) and 'csv' (in "
        "exports/csv).",
    )
    csv_neutralize_formulas: bool = Field(
        False,
        description="In CSV, put an apostrophe before each id and name that a spreadsheet would "
        "run as a formula (it starts with =, +, -, @, a tab or a line end). Such values do not "
        "read back unchanged.",
    )
    exclude_tags: Annotated[tuple[NonEmptyText, ...], EachOnce] = Field(
        (),
        description="Items with any of these tags or genres are never listed (case-insensitive). "
        "Items without metadata are kept. Needs input.items_path, as do the prices below.",
    )
    max_price: Price | None = Field(None, description="Items with a higher price are never listed.")
    min_price: Price | None = Field(
        None,
        description="Items with a lower price are never listed; free items cost 0.",
    )

    @property
    def filters(self) -> dict[str, Any]:
        """Those of FILTERS that are set."""
        found = {name: getattr(self, name) for name in FILTERS}
        return {name: value for name, value in found.items() if value not in (None, ())}


class GatesSettings(Section):
    """What an export must satisfy before readers see it; a refusal exits with 3."""

    users: bool = Field(
        True,
        description="Every user_id of the raw file has a list, unless the user owns all items "
        "that may be listed; no one else has a list.",
    )
    nulls: bool = Field(True, description="No column of any row is null.")
    ranks: bool = Field(
        True, description="Ranks are 1..n with n <= export.k, and no item is listed twice."
    )
    scores: bool = Field(True, description="Scores are finite and never rise down a list.")
    owned: bool = Field(True, description="No listed item is owned by the user.")
    excluded: bool = Field(
        True, description="No listed item is one that the filters of [export] exclude."
    )
    rolled_back: bool = Field(
        True,
        description="The lists are not those of a run that `steamrec rollback` took readers back "
        "from, unless another run was published since.",
    )
    max_row_change: PositiveFloat = Field(
        0.2,
        description="The number of rows may differ by this fraction from the last published run.",
    )
    min_overlap: Fraction = Field(
        0.05, description="At least this fraction of the last published lists is listed again."
    )
    max_ndcg_drop: Fraction = Field(
        0.1,
        description="Full-catalogue NDCG@10 may be this fraction lower than in the last "
        "published run.",
    )
    max_ndcg_below_popularity: Fraction = Field(
        0.0, description="Full-catalogue NDCG@10 may be this fraction lower than popularity's."
    )


class ReportSettings(Section):
    """The night's report."""

    users: Annotated[int, Field(ge=0, le=100)] = Field(
        4, description="Users whose lists the report shows, from small libraries to large."
    )
