"""`python -m steamrec`: the same as the `steamrec` command."""

import sys

if __name__ == "__main__" and not sys.flags.safe_path:
    # `python -m` looks in the current folder first: a random.py there would hide Python's own.
    sys.path.pop(0)

from steamrec.cli.main import main

if __name__ == "__main__":
    main()
