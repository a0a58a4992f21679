"""A nightly batch recommender for Steam libraries: Spark, Petastorm and TensorFlow.

    import steamrec

    steamrec.generate("raw.json.gz", users=3000, seed=1)
    workspace = steamrec.Workspace("workspace")
    result = workspace.run(steamrec.load_settings("sample", input={"path": "raw.json.gz"}))
    result.metrics
    workspace.recommender().similar("Portal 2", k=5).to_pandas()

docs/python-api.md describes all of it. A name is imported when it is first used, so that
`import steamrec` takes no time.
"""

from steamrec.errors import GateRefusedError, RunError, SteamrecError, UsageError

# Nothing of Python's own is imported here: `python -m steamrec` has yet to take the current folder
# off the import path, and a typing.py there would be found first.
TYPE_CHECKING = False
if TYPE_CHECKING:
    from steamrec.api.run import RunResult, run
    from steamrec.api.status import Status
    from steamrec.api.workspace import Workspace
    from steamrec.models.settings import load_settings
    from steamrec.publish.published_run import PublishedRun
    from steamrec.serving.recommendations import Recommendation, Recommendations
    from steamrec.serving.recommender import Recommender
    from steamrec.settings import Settings
    from steamrec.synthetic.generate import Generated, generate

__version__ = "0.4.0"

__all__ = [
    "GateRefusedError",
    "Generated",
    "PublishedRun",
    "Recommendation",
    "Recommendations",
    "Recommender",
    "RunError",
    "RunResult",
    "Settings",
    "Status",
    "SteamrecError",
    "UsageError",
    "Workspace",
    "generate",
    "load_settings",
    "run",
]

_MODULES = {
    "Generated": "steamrec.synthetic.generate",
    "PublishedRun": "steamrec.publish.published_run",
    "Recommendation": "steamrec.serving.recommendations",
    "Recommendations": "steamrec.serving.recommendations",
    "Recommender": "steamrec.serving.recommender",
    "RunResult": "steamrec.api.run",
    "Settings": "steamrec.settings",
    "Status": "steamrec.api.status",
    "Workspace": "steamrec.api.workspace",
    "generate": "steamrec.synthetic.generate",
    "load_settings": "steamrec.models.settings",
    "run": "steamrec.api.run",
}


if not TYPE_CHECKING:  # to a type checker these names alone exist

    def __getattr__(name: str) -> object:
        from importlib import import_module

        if name not in _MODULES:
            raise AttributeError(f"module 'steamrec' has no attribute {name!r}")
        value = getattr(import_module(_MODULES[name]), name)
        globals()[name] = value
        return value


def __dir__() -> list[str]:
    return sorted({*globals(), *__all__})
