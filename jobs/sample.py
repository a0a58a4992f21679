"""spark-submit entry point of `steamrec sample`: the same arguments, the same exit codes."""

import sys

from steamrec.cli.main import main

if __name__ == "__main__":
    main(["sample", *sys.argv[1:]])
