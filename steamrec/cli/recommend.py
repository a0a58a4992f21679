"""`steamrec recommend`: one user's published list, for a person to read."""

import click

from steamrec.errors import UsageError
from steamrec.stages.export import latest
from steamrec.workspace import Workspace


def print_list(user: str, root: str) -> None:
    """Print the published list of user_id `user`; raises UsageError when there is none."""
    import pyarrow.parquet as pq

    workspace = Workspace(root)
    published = latest(workspace)
    table = pq.read_table(published["path"], filters=[("user_id", "=", user)]).to_pandas()
    if table.empty:
        raise UsageError(
            f"The run {published['run_id']} of {published['date']} has no list for user {user!r}."
        )
    table = table.sort_values("rank")
    click.echo(f"{user}: {len(table)} items by {table['source'].iloc[0]}, {published['date']}")
    for row in table.itertuples():
        click.echo(f"{row.rank:>4}  {row.item_name}  (item {row.item_id}, score {row.score:.4g})")
