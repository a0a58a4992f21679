"""Every table of the workspace: its name, its columns and their Spark SQL types.

The name is also the table's folder in the workspace.
"""

from dataclasses import dataclass, field


@dataclass(frozen=True)
class Table:
    """One Parquet table.

    `columns` maps a column to its Spark SQL type. `unhashed` are columns that say where a row comes
    from (not what is in it); the content hash leaves them out. `writing` holds options of Spark's
    Parquet writer that were measured to be better than its defaults.
    """

    name: str
    columns: dict[str, str]
    unhashed: tuple[str, ...] = ()
    writing: dict[str, str] = field(default_factory=dict)

    @property
    def ddl(self) -> str:
        """The schema as Spark's DDL string."""
        return ", ".join(f"`{name}` {kind}" for name, kind in self.columns.items())

    @property
    def hashed(self) -> list[str]:
        """The columns that make up the content hash."""
        return [name for name in self.columns if name not in self.unhashed]


ITEMS_TYPE = (
    "array<struct<item_id:string,item_name:string,playtime_forever:bigint,playtime_2weeks:bigint>>"
)

# Where a line is: the file, and the byte of its text, unpacked, at which the line starts. Of
# your own interactions, which are no lines, `offset` numbers the users.
LINE_LOCATION = {"file": "string", "offset": "bigint"}

# One row for each readable line of the raw file.
LIBRARIES = Table(
    "libraries",
    {
        "user_id": "string",
        "items_count": "int",
        "steam_id": "string",
        "user_url": "string",
        "items": ITEMS_TYPE,
        **LINE_LOCATION,
    },
    unhashed=tuple(LINE_LOCATION),
    # Looking each of five million names up in a dictionary takes a tenth of the stage.
    writing={
        "parquet.enable.dictionary": "false",
        "compression": "zstd",
        "parquet.compression.codec.zstd.level": "1",
    },
)

# One row for each line that could not be read.
QUARANTINE = Table(
    "quarantine",
    {"file": "string", "reason": "string", "line": "string"},
)

# Users with enough items, numbered 0..n-1 in order of first appearance.
USERS = Table("users", {"user": "int", "user_id": "string", "items": "int"})

# The catalogue: items that those users own, numbered 0..n-1 in order of first appearance.
ITEMS = Table(
    "items",
    {"item": "int", "item_id": "string", "item_name": "string", "owners": "bigint"},
)

# The metadata of each item of the items' file (input.items_path), in the catalogue or not.
# `price` is 0 for a free item and null for an unknown price; dates are as in the file.
ITEM_METADATA = Table(
    "item_metadata",
    {
        "item_id": "string",
        "genres": "array<string>",
        "tags": "array<string>",
        "price": "double",
        "release_date": "string",
        "publisher": "string",
        "developer": "string",
    },
)

# One row for each line of the items' file that could not be read.
ITEM_METADATA_QUARANTINE = Table("item_metadata_quarantine", QUARANTINE.columns)

# Who owns what: each pair once, with its largest playtime in minutes. `position` is the
# item's position in the user's library (it grows along the library and along the file).
INTERACTIONS = Table(
    "interactions",
    {"user": "int", "item": "int", "playtime_forever": "bigint", "position": "bigint"},
)

# Cold users: too few items for a model to be fitted on them. `items` are those of their items that
# are in the catalogue, in the order of the library.
COLD_USERS = Table("cold_users", {"user_id": "string", "items": "array<int>"})

# The held-out pairs and candidates of a published split (split.method = 'given') that fit the
# training pairs.
PREDEFINED_HOLDOUT = Table("predefined/holdout", {"user": "int", "item": "int"})
PREDEFINED_NEGATIVES = Table("predefined/negatives", {"user": "int", "items": "array<int>"})

# The rows of a published split that cannot be read or do not fit the training pairs. `line` is the
# row as it is in `file`; of a table, user and item as JSON, and `file` the setting's path.
PREDEFINED_QUARANTINE = Table("predefined/quarantine", QUARANTINE.columns)

# Training pairs. `validation` marks the pairs that are kept out of fitting and choose the best
# epoch and the best model; no user has more than one.
TRAIN = Table(
    "train", {"user": "int", "item": "int", "position": "bigint", "validation": "boolean"}
)

# The one item of each user that no model sees.
HOLDOUT = Table("holdout", {"user": "int", "item": "int"})

# The sampled negatives against which each held-out item is ranked.
EVAL_NEGATIVES = Table("negatives/eval", {"user": "int", "items": "array<int>"})


def train_negatives(epoch: int, negatives: int) -> Table:
    """One epoch's training rows: a positive and its negatives side by side, rows shuffled.

    A negative that could not be drawn (the user owns everything) is -1.
    """
    columns = {"user": "int", "item": "int"}
    columns |= {f"negative_{i}": "int" for i in range(negatives)}
    return Table(f"negatives/train/epoch={epoch}", columns)


def ranks(model: str) -> Table:
    """Where a model ranks each held-out item (from 1) among `candidates`.

    `protocol` is "sampled", "full" or "validation"; under "full", `items` is the head of the
    user's list, best first.
    """
    columns = {"protocol": "string", "user": "int", "rank": "int", "candidates": "int"}
    return Table(f"ranks/{model}", columns | {"items": "array<int>"})


def cold_ranks(model: str) -> Table:
    """Where a model ranks one held-out item of each cold user, among all items that the user
    does not own.

    `user` numbers the cold users with two items or more in the catalogue; it is not the number of
    the users table.
    """
    columns = {"user": "int", "rank": "int", "candidates": "int"}
    return Table(f"cold_ranks/{model}", columns)


# The published lists; a run's folder is exports/dt=<date>/run=<run id>.
EXPORT = Table(
    "exports",
    {
        "user_id": "string",
        "rank": "int",
        "item_id": "string",
        "item_name": "string",
        "score": "float",
        "source": "string",
    },
)
