import pytest

from steamrec.data import tables
from steamrec.data.context import Context
from steamrec.data.tables import Table
from steamrec.errors import GateRefusedError
from steamrec.models.settings import load_settings
from steamrec.publish.gates import check_gates
from steamrec.workspace import Workspace
from tests.support.libraries import library, write_libraries

OWNED = {"a": ["1", "2"], "b": ["3"], "c": []}


def lists(**changes):
    """Two good rows a user, some of them changed: {user: [(rank, item_id, score), ...]}."""
    good = {user: [(1, "8", 2.0), (2, "9", 1.0)] for user in OWNED}
    return good | changes


@pytest.fixture(scope="module")
def check(spark, tmp_path_factory):
    """A function that puts lists before the gates, under other settings each time."""
    workspace = Workspace(str(tmp_path_factory.mktemp("gates")))

    def context(*overrides):
        settings = load_settings(None, ["export.k=2", *overrides])
        return Context(settings, workspace, master="local[2]", date="2026-01-31")

    first = context()
    libraries = [library(user, [(i, 1) for i in items], n) for n, (user, items) in
                 enumerate(OWNED.items())]  # fmt: skip
    write_libraries(first, libraries)
    items = [(n, str(n), f"Game {n}", 1) for n in range(10)]
    facts = [
        (str(item), ["RPG"] if item > 4 else [], [tag], price, None, None, None)
        for item, tag, price in ((0, "x", 1.0), (7, "Nudity", 0.0), (8, "y", 9.0), (9, "y", None))
    ]
    for table, rows in (
        (tables.ITEMS, items),
        (tables.USERS, [(0, "a", 2)]),
        (tables.COLD_USERS, [("b", [3])]),
        (tables.INTERACTIONS, [(0, 1, 1, 0), (0, 2, 1, 1)]),
        (tables.ITEM_METADATA, facts),
    ):
        first.write(spark.createDataFrame(rows, table.ddl), table)

    def check_lists(rows, *overrides):
        table = Table("exports/dt=2026-01-31/run=1", tables.EXPORT.columns)
        flat = [
            (user, rank, item, f"Game {item}", score, "gmf")
            for user, entries in rows.items()
            for rank, item, score in entries
        ]
        first.write(spark.createDataFrame(flat, tables.EXPORT.ddl).coalesce(1), table)
        return check_gates(context(*overrides), table)

    return check_lists


def test_good_lists_pass(check):
    assert check(lists()) == {"users": 3, "rows": 6, "short_lists": 0, "users_without_list": 0}


def test_shorter_lists_pass_and_are_counted(check):
    assert check(lists(a=[(1, "8", 2.0)]))["short_lists"] == 1


@pytest.mark.parametrize(
    ("changes", "gate"),
    [
        ({"a": []}, "users"),
        ({"stranger": [(1, "8", 1.0)]}, "users"),
        ({"stranger": [(1, "8", 1.0)], "a": []}, "users"),  # they do not make up for each other
        ({None: [(1, "8", 1.0)]}, "nulls"),
        ({"a": [(1, None, 2.0)]}, "nulls"),
        ({"a": [(1, "8", None)]}, "nulls"),
        ({"a": [(None, "8", 2.0)]}, "nulls"),
        ({user: [] for user in OWNED}, "users"),
        ({"a": [(1, "8", 2.0), (3, "9", 1.0)]}, "ranks"),
        ({"a": [(0, "8", 2.0), (1, "9", 1.0)]}, "ranks"),
        ({"a": [(1, "8", 2.0), (1, "9", 1.0)]}, "ranks"),
        ({"a": [(1, "7", 3.0), (2, "8", 2.0), (3, "9", 1.0)]}, "ranks"),
        ({"a": [(1, "8", 2.0), (2, "8", 1.0)]}, "items"),
        ({"a": [(1, "8", float("nan")), (2, "9", 1.0)]}, "scores"),
        ({"a": [(1, "8", float("inf")), (2, "9", 1.0)]}, "scores"),
        ({"a": [(1, "8", 1.0), (2, "9", 2.0)]}, "scores"),
        ({"a": [(1, "2", 2.0), (2, "9", 1.0)]}, "owned"),
    ],
)
def test_bad_lists_are_refused_by_name(check, changes, gate):
    with pytest.raises(GateRefusedError, match=f"The gate '{gate}' refused"):
        check(lists() | changes)


LISTED = ("input.items_path=x",)


@pytest.mark.parametrize(
    ("setting", "count"),
    [
        ('export.exclude_tags=["nudity"]', 0),
        ('export.exclude_tags=["none","Y "]', 6),
        ('export.exclude_tags=["rpg"]', 6),
        ("export.max_price=8.99", 3),
        ("export.max_price=9", 0),
        ("export.min_price=0.5", 0),
        ("export.min_price=9.01", 3),
    ],
)
def test_what_the_settings_leave_out_is_refused(check, setting, count):
    """The lists hold item 8 (y, RPG, 9.0) and item 9 (y, RPG, no price) for three users."""
    if not count:
        assert check(lists(), *LISTED, setting)["rows"] == 6
        return
    with pytest.raises(GateRefusedError, match=f"gate 'excluded' refused.*: {count} listed"):
        check(lists(), *LISTED, setting)
    open_gate = "gates.excluded=false"
    assert check(lists(), *LISTED, setting, open_gate)["rows"] == 6


def test_an_empty_list_is_refused_where_an_item_is_left(check):
    """User a owns items 1 and 2 of those six that neither are RPGs nor x."""
    with pytest.raises(GateRefusedError, match="'users' refused"):
        check(lists(a=[]), *LISTED, 'export.exclude_tags=["rpg","x"]')
