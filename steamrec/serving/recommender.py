"""The recommender: lists for known users, for new ones, and for an item, without Spark."""

from collections.abc import Iterable, Sequence
from dataclasses import replace
from functools import cached_property
from typing import TYPE_CHECKING

from steamrec.errors import UsageError
from steamrec.publish.published_run import PublishedRun, published_run_of
from steamrec.serving.arguments import checked_k, id_text, id_texts
from steamrec.serving.catalogue import Catalogue, load_catalogue
from steamrec.serving.item_metadata import known_facts
from steamrec.serving.recommendations import Recommendation, Recommendations
from steamrec.serving.serving_set import ServingSet, open_serving_set
from steamrec.serving.users import owned_items, published_list

if TYPE_CHECKING:
    from steamrec.scoring.scorer import FloatArray

REASONS = 3  # owned items that are named beside a recommendation


class Recommender:
    """Answers from one published run, whatever is published after it was opened.

    It never mixes two runs, and keeps answering while a night runs and after a rollback; its files
    stay for `export.keep` nights. Every method raises RunError, naming the file, when what was
    published is damaged or no longer kept.
    """

    def __init__(self, served: ServingSet) -> None:
        self._served = served

    def __repr__(self) -> str:
        run = self.run
        return f"Recommender(run {run.run_id} of {run.date}, model {run.model})"

    @property
    def run(self) -> PublishedRun:
        """The published run that it answers from."""
        return published_run_of(self._served.workspace, self._served.run)

    @property
    def item_model(self) -> str | None:
        """The model that scores from owned items and names the reasons; None where none does."""
        return self._served.model["name"] if self._served.model else None

    @cached_property
    def _catalogue(self) -> Catalogue:
        return load_catalogue(self._served)

    def recommend(self, user_id: str | int, k: int = 10) -> Recommendations:
        """The first `k` of the published list of a user of the raw file.

        A list has at most `export.k` items. Raises UsageError for k below 1 and for a user without
        a list.
        """
        k, user_id = checked_k(k), id_text(user_id, "user_id")
        self._served.refuse_removed()
        rows = published_list(self._served, user_id)
        owned = owned_items(self._served, user_id)
        items = [
            Recommendation(row["rank"], row["item_id"], row["item_name"], row["score"])
            for row in rows[:k]
        ]
        if self._served.model and owned:
            from steamrec.serving.item_item import weight_rows

            items = self._with_reasons(items, owned, weight_rows(self._served, owned))
        return self._answer(items, owned, rows[0]["source"])

    def recommend_items(self, item_ids: Iterable[str | int], k: int = 10) -> Recommendations:
        """The `k` best items for a new user who owns `item_ids`.

        Owned items and those that no published list may hold are left out; only items with a score
        above 0 are listed. Raises UsageError for k below 1, for no or unknown item ids, and when
        no model of the run scores from owned items alone (EASE does).
        """
        k, ids = checked_k(k), id_texts(item_ids, "item_ids")
        self._served.refuse_removed()
        return self._from_owned(self._catalogue.of_ids(ids), k)

    def similar(self, item: str | int, k: int = 10) -> Recommendations:
        """The `k` items most like `item`: a whole name, an item id, or a part of one name.

        Case does not matter; of several items with the same name the most owned one is taken.
        Raises UsageError for k below 1, for a name that is unknown (with the closest names) or
        ambiguous (with the candidates), and as recommend_items.
        """
        k, text = checked_k(k), id_text(item, "item")
        self._served.refuse_removed()
        return self._from_owned([self._catalogue.of_name_or_id(text)], k)

    def _from_owned(self, owned: list[int], k: int) -> Recommendations:
        from steamrec.serving.item_item import best_items, weight_rows

        served, catalogue = self._served, self._catalogue
        if served.model is None:
            raise UsageError(
                f"No model of the published run scores from owned items alone; add 'ease' to "
                f"train.models and run `steamrec nightly` ({served.workspace.root})."
            )
        barred = served.excluded
        excluded = [item for item, item_id in enumerate(catalogue.ids) if item_id in barred]
        weights = weight_rows(served, owned)
        best = best_items(weights, owned, k, excluded)
        items = [
            Recommendation(rank, catalogue.ids[item], catalogue.names[item], score)
            for rank, (item, score) in enumerate(best, 1)
        ]
        if len(owned) > 1:
            items = self._with_reasons(items, owned, weights)
        return self._answer(items, owned, served.model["name"])

    def _with_reasons(
        self, items: Sequence[Recommendation], owned: list[int], weights: "FloatArray"
    ) -> list[Recommendation]:
        from steamrec.serving.item_item import leaning

        catalogue = self._catalogue
        explained = []
        for item in items:
            number = catalogue.numbers.get(item.item_id)
            reasons = [] if number is None else leaning(weights, owned, number, REASONS)
            names = tuple(catalogue.names[reason] for reason in reasons)
            explained.append(replace(item, because=names))
        return explained

    def _answer(
        self, items: Sequence[Recommendation], owned: list[int], source: str
    ) -> Recommendations:
        facts = known_facts(self._served, [item.item_id for item in items])
        described = tuple(
            replace(item, price=about["price"], genres=tuple(about["genres"] or ()))
            if (about := facts.get(item.item_id))
            else item
            for item in items
        )
        names = tuple(self._catalogue.names[item] for item in owned)
        return Recommendations(described, names, source, self._served.run["date"])


def open_recommender(root: str) -> Recommender:
    """The recommender over the run that readers see now; raises as open_serving_set."""
    return Recommender(open_serving_set(root))
