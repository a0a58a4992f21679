"""Log lines: timestamped text for people, or JSON for machines, on standard error."""

import json
import logging
import os
import sys
import time

from steamrec.cli.terminal import clean


class JsonFormatter(logging.Formatter):
    """One JSON object per line: time, level, logger, message."""

    def format(self, record: logging.LogRecord) -> str:
        """The record as one line."""
        entry = {
            "time": self.formatTime(record, "%Y-%m-%dT%H:%M:%SZ"),
            "level": record.levelname.lower(),
            "logger": record.name,
            "message": clean(record.getMessage()),
        }
        return json.dumps(entry, ensure_ascii=False)


class TextFormatter(logging.Formatter):
    """One line: time, level, message."""

    def formatMessage(self, record: logging.LogRecord) -> str:  # noqa: N802 (logging's name)
        """The line, without what a terminal would obey."""
        return clean(super().formatMessage(record))


def set_up_logs(log_format: str) -> None:
    """Send steamrec's log to standard error; `log_format` is "text" or "json"."""
    handler = logging.StreamHandler(sys.stderr)
    formatter = (
        JsonFormatter()
        if log_format == "json"
        else TextFormatter("%(asctime)s %(levelname)s %(message)s", "%Y-%m-%dT%H:%M:%SZ")
    )
    formatter.converter = time.gmtime
    handler.setFormatter(formatter)
    logging.basicConfig(level=logging.WARNING, handlers=[handler], force=True)
    logging.getLogger("steamrec").setLevel(logging.INFO)
    if not os.environ.get("STEAMREC_DEBUG"):
        # Its tracebacks of a lost JVM would come before the sentence that explains it.
        logging.getLogger("py4j").setLevel(logging.CRITICAL)
