"""settings.json: the settings of the last command that ran in a workspace."""

from steamrec.errors import RunError, UsageError
from steamrec.models.settings import night_settings, settings_from
from steamrec.settings import Settings
from steamrec.workspace.storage import Workspace

FILE = "settings.json"


def save_settings(workspace: Workspace, settings: Settings) -> None:
    """Keep the settings, so that `steamrec status` can say what the next night would do."""
    workspace.write_json(FILE, settings.model_dump(mode="json"))


def last_settings(workspace: Workspace) -> Settings:
    """The settings of the last command; the defaults where there are none or no longer fit."""
    try:
        return settings_from(workspace.read_json(FILE), workspace.path(FILE))
    except (FileNotFoundError, RunError, UsageError):
        return night_settings()()
