"""The settings: one documented model, read from TOML."""

from steamrec.settings.load import load_settings
from steamrec.settings.model import Settings

__all__ = ["Settings", "load_settings"]
