"""What Python programs do with a workspace; the command line prints what this returns."""
