"""What the shell that starts a command may not change."""

import os
import warnings

from steamrec.spark.account import complete_own_account


def settle_shell() -> None:
    """Complete the account of this process, and undo a PYTHONWARNINGS that makes errors."""
    if os.environ.get("PYTHONWARNINGS"):
        # A deprecation warning from a library must not fail a night.
        warnings.resetwarnings()
        warnings.simplefilter("ignore")
    complete_own_account()
