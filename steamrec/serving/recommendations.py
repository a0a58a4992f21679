"""What a recommender answers: a list of recommended items."""

from collections.abc import Iterator, Sequence
from dataclasses import asdict, dataclass
from typing import TYPE_CHECKING, overload

if TYPE_CHECKING:
    import pandas as pd


@dataclass(frozen=True)
class Recommendation:
    """One recommended item.

    rank: its place in the list, from 1. score: of the model; lists are sorted by it. because: the
    names of the owned items with the largest weights for it, largest first; empty where no such
    model is served. price (US dollars, 0 for what is free) and genres: as the item metadata has
    them; None and empty where nothing is known.
    """

    rank: int
    item_id: str
    item_name: str
    score: float
    because: tuple[str, ...] = ()
    price: float | None = None
    genres: tuple[str, ...] = ()


@dataclass(frozen=True)
class Recommendations(Sequence[Recommendation]):
    """A list of recommendations, best first.

    items: the recommendations. owned: the names of the owned items that it was made from. source:
    the model behind it. date: the date of the published run.
    """

    items: tuple[Recommendation, ...]
    owned: tuple[str, ...]
    source: str
    date: str

    @overload
    def __getitem__(self, index: int) -> Recommendation: ...

    @overload
    def __getitem__(self, index: slice) -> tuple[Recommendation, ...]: ...

    def __getitem__(self, index: int | slice) -> Recommendation | tuple[Recommendation, ...]:
        return self.items[index]

    def __len__(self) -> int:
        return len(self.items)

    def __iter__(self) -> Iterator[Recommendation]:
        return iter(self.items)

    def to_pandas(self) -> "pd.DataFrame":
        """One row per recommendation; its columns are the fields of Recommendation."""
        import pandas as pd

        columns = list(Recommendation.__dataclass_fields__)
        return pd.DataFrame([asdict(item) for item in self.items], columns=columns)

    def _repr_html_(self) -> str:
        """How a notebook shows it."""
        return str(self.to_pandas().to_html(index=False))
