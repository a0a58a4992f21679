"""spark-submit entry point of `steamrec report`: the same arguments, the same exit codes."""

import sys

from steamrec.cli.main import main

if __name__ == "__main__":
    main(["report", *sys.argv[1:]])
