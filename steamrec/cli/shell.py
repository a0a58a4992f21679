"""What the shell that starts a command may not change."""

import os
import warnings

from steamrec.spark.account import complete_own_account


def settle_shell() -> None:
    """Complete the account of this process, and undo a PYTHONWARNINGS that makes errors."""
    if os.environ.get("PYTHONWARNINGS"):
        # A deprecation in a library of ours is no reason for a night to fail.
        warnings.resetwarnings()
        warnings.simplefilter("ignore")
    complete_own_account()
