"""A published split beside the training pairs: one row for each thing that it says of a user.

Two groupings carry the work: all of a user in one row, and all spellings of an id in one group.
"""

from typing import TYPE_CHECKING

from steamrec.ingest.predefined_items import known_items

if TYPE_CHECKING:
    from pyspark.sql import Column, DataFrame

HELD, CANDIDATE, USER = "held", "candidate", "user"  # the roles of an entry

# What an entry says of itself, in SQL.
KEPT_HELD = f"role = '{HELD}' and owned > 0 and not only_pair and not other_form"
HELD_OUT = "held and owned > 0 and not only_pair and not spelled_otherwise"
OWNED = f"(trained and not ({HELD_OUT}))"
KEPT_CANDIDATE = f"role = '{CANDIDATE}' and item_id is not null and not {OWNED} and not other_form"


def split_entries(
    training: "DataFrame", holdout: "DataFrame", negatives: "DataFrame | None"
) -> "DataFrame":
    """The entries of a split whose rows can be read: each held-out pair, candidate and user once.

    `training` and `holdout` have user_id and item_id, `negatives` user_id and items. Columns:

    - user_id, item_id; role: HELD, CANDIDATE, or USER, which has no item
    - position and times: of a candidate in its user's lists; `lists`: their number
    - owned: the number of the user's training pairs; trained, held: whether this pair is one, or is
      a held-out one; only_pair: whether it is the user's only training pair
    - known_item: whether a training pair has the item; known: or a held-out pair that is kept
    - spelled_otherwise: whether training has only another form of the item; other_form: the same
      for a held-out item, and for a candidate whether any known item is another form of it
    - held_pairs: the user's that are kept; in_scope: there are any; has_candidates: of the user
    """
    from pyspark.sql import Window
    from pyspark.sql import functions as F

    users = _users(training, holdout, negatives).persist()
    entries = _held(users).unionByName(_candidates(users)).unionByName(_user_rows(users))
    held = F.col("role").eqNullSafe(HELD) & (F.col("owned") > 0)
    mentioned = entries.select("item_id", held.alias("held"))
    marked = (
        entries.join(known_items(training, mentioned), "item_id", "left")
        .fillna(False, ["known_item", "known", "spelled_otherwise", "like_known"])
        .withColumn("only_pair", F.expr("trained and owned = 1"))
        .withColumn(
            "other_form",
            F.expr(f"if(role = '{HELD}', spelled_otherwise, not known and like_known)"),
        )
    )
    user = Window.partitionBy("user_id")
    scoped = marked.withColumn("held_pairs", F.count_if(F.expr(KEPT_HELD)).over(user))
    scoped = scoped.withColumn("in_scope", F.col("held_pairs") > 0)
    offered = F.expr(f"{KEPT_CANDIDATE} and not ({HELD_OUT})")
    return scoped.withColumn("has_candidates", F.max(offered).over(user))


def _users(
    training: "DataFrame", holdout: "DataFrame", negatives: "DataFrame | None"
) -> "DataFrame":
    """One row per user of the split: owned_items, held_items (arrays), candidate_lists."""
    from pyspark.sql import functions as F

    text, texts = F.lit(None).cast("string"), F.lit(None).cast("array<string>")
    parts = [
        training.select("user_id", F.col("item_id").alias("o"), text.alias("h"), texts.alias("c")),
        holdout.select("user_id", text.alias("o"), F.col("item_id").alias("h"), texts.alias("c")),
    ]
    if negatives is not None:
        lists = F.col("items").alias("c")
        parts.append(negatives.select("user_id", text.alias("o"), text.alias("h"), lists))
    together = parts[0]
    for part in parts[1:]:
        together = together.unionByName(part)
    return (
        together.groupBy("user_id")
        .agg(
            F.collect_list("o").alias("owned_items"),
            F.collect_set("h").alias("held_items"),
            F.collect_list("c").alias("candidate_lists"),
        )
        .where("size(held_items) + size(candidate_lists) > 0")
        .withColumn("owned", F.size("owned_items"))
    )


def _held(users: "DataFrame") -> "DataFrame":
    from pyspark.sql import functions as F

    found = F.transform(
        "held_items",
        lambda item: F.struct(
            item.alias("item_id"), F.array_contains("owned_items", item).alias("trained")
        ),
    )
    return users.select("user_id", "owned", F.inline(found)).select(
        "user_id",
        "item_id",
        F.lit(HELD).alias("role"),
        F.lit(0).alias("position"),
        F.lit(1).cast("bigint").alias("times"),
        F.lit(0).alias("lists"),
        "owned",
        "trained",
        F.lit(True).alias("held"),
    )


def _candidates(users: "DataFrame") -> "DataFrame":
    from pyspark.sql import functions as F

    def has(column: str, item: "Column") -> "Column":
        return F.coalesce(F.array_contains(column, item), F.lit(False))

    found = F.flatten(
        F.transform(
            "candidate_lists",
            lambda items: F.transform(
                items,
                lambda item, position: F.struct(
                    item.alias("item_id"),
                    position.alias("position"),
                    has("owned_items", item).alias("trained"),
                    has("held_items", item).alias("held"),
                ),
            ),
        )
    )
    return (
        users.select("user_id", "owned", F.inline(found))
        .groupBy("user_id", "item_id", "owned", "trained", "held")
        .agg(F.min("position").alias("position"), F.count(F.lit(1)).alias("times"))
        .withColumn("role", F.lit(CANDIDATE))
        .withColumn("lists", F.lit(0))
    )


def _user_rows(users: "DataFrame") -> "DataFrame":
    from pyspark.sql import functions as F

    return users.select(
        "user_id",
        F.lit(None).cast("string").alias("item_id"),
        F.lit(USER).alias("role"),
        F.lit(0).alias("position"),
        F.lit(0).cast("bigint").alias("times"),
        F.size("candidate_lists").alias("lists"),
        "owned",
        F.lit(False).alias("trained"),
        F.lit(False).alias("held"),
    )
