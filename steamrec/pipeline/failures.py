"""The last line of a failed command: one sentence, what is wrong and what to do."""

import sys
import traceback

from steamrec.spark.failures import explain, first_cause, start_cause
from steamrec.workspace import run_log


def failure_sentence(error: BaseException) -> str:
    """The sentence for an error that is not steamrec's own; the traceback goes to the run's log.

    It goes to the standard error for a run in a workspace behind a URI.
    """
    text = _text_with_causes(error)
    known = start_cause(run_log.text()) if "JAVA_GATEWAY_EXITED" in text else explain(text)
    cause = first_cause(text) or type(error).__name__
    if known is None:
        known = f"The run failed: {_named(error, cause)}"
    file = run_log.add_traceback(error)
    where = f"the details are in {file}" if file else "STEAMREC_DEBUG=1 shows the details"
    if run_log.on_standard_error():
        sys.stderr.write("".join(traceback.format_exception(error)))
        where = "the details are above"
    return f"{known.rstrip('.')} ({where})."


def _named(error: BaseException, cause: str) -> str:
    name = type(error).__name__
    if name.startswith("Py4J") or name in cause:
        return cause
    return f"{name}: {cause}"


def _text_with_causes(error: BaseException) -> str:
    texts: list[str] = []
    seen: BaseException | None = error
    while seen is not None and len(texts) < 10:
        texts.append(f"{type(seen).__name__}: {seen}" if not _from_java(seen) else str(seen))
        seen = seen.__cause__
    return "\n".join(texts)


def _from_java(error: BaseException) -> bool:
    return type(error).__name__.startswith("Py4J")
