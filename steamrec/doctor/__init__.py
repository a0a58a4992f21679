"""Checks of the machine, before a night and for `steamrec doctor`."""
