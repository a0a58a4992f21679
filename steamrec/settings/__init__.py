"""The settings: documented sections, read from TOML; models add their own (steamrec.models)."""

from steamrec.settings.model import Settings

__all__ = ["Settings"]
