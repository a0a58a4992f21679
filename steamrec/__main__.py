"""`python -m steamrec`: the same as the `steamrec` command."""

from steamrec.cli.main import main

if __name__ == "__main__":
    main()
