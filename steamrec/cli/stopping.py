"""Ctrl-C, SIGTERM and SIGHUP: the command says "Stopped." and ends within seconds."""

import contextlib
import logging
import os
import signal
import socket
import subprocess
import sys
import threading
from types import FrameType
from typing import NoReturn

SIGNALS = (signal.SIGINT, signal.SIGTERM, signal.SIGHUP)
GRACE = 5.0  # seconds for the main thread to come back from native code
PARENT_SECONDS = 0.5  # between two looks at the process that started this one
ARRIVAL = 0.3  # seconds for a signal to be seen
LEASE_GRACE = 3.0  # seconds for the store to take the lease back
JVM_GRACE = 3.0  # seconds for the JVM's shutdown hooks, which remove its temporary files

_asked = threading.Event()
_arrived = threading.Event()
_leaving = threading.Lock()


def stop_on_signals() -> None:
    """Let a signal raise KeyboardInterrupt here, and end the process when that takes too long.

    Does nothing outside of the main thread. A signal that is ignored (nohup) stays ignored.
    """
    if threading.current_thread() is not threading.main_thread():
        return
    reader, writer = socket.socketpair()
    writer.setblocking(False)
    signal.set_wakeup_fd(writer.fileno(), warn_on_full_buffer=False)
    watcher = threading.Thread(target=_watch, args=(reader, writer), daemon=True, name="signals")
    watcher.start()
    logging.getLogger().addFilter(_is_no_stop)  # Py4J reports there
    for number in SIGNALS:
        if signal.getsignal(number) is not signal.SIG_IGN:
            signal.signal(number, _interrupt)


def stop_with_parent() -> None:
    """End this process when the one that started it is gone: spark-submit, killed by a scheduler.

    Its end leaves a Python driver running, without a JVM and with the workspace's lock.
    """
    watcher = threading.Thread(
        target=_watch_parent, args=(os.getppid(),), daemon=True, name="parent"
    )
    watcher.start()


def asked_to_stop() -> bool:
    """Whether a signal asked this process to end; errors after that are not failures."""
    return _asked.is_set() or _arrived.is_set()


def leave() -> NoReturn:
    """Stop the JVM, say "Stopped." and end with exit code 1; the kernel frees all locks."""
    with _leaving:
        _stop_jvm()
        _give_back_leases()
        with contextlib.suppress(OSError, ValueError):
            sys.stdout.flush()
            sys.stderr.write("Stopped.\n")
            sys.stderr.flush()
        os._exit(1)


def _give_back_leases() -> None:
    """Give the workspace's lease back, unless the store takes too long to answer."""
    from steamrec.workspace.lock import give_back_leases

    giving = threading.Thread(target=give_back_leases, daemon=True, name="leases")
    giving.start()
    giving.join(LEASE_GRACE)


def _is_no_stop(record: logging.LogRecord) -> bool:
    """Whether Py4J reports an error of its own, and not the signal that broke its call off.

    The report may come before the thread that watches for signals had its turn.
    """
    broken_off = record.exc_info is not None and "py4j" in record.pathname
    return not broken_off or not (asked_to_stop() or _arrived.wait(ARRIVAL))


def _interrupt(number: int, frame: FrameType | None) -> None:
    if not _asked.is_set():
        _asked.set()
        logging.disable(logging.CRITICAL)  # whatever fails from here on is the stopping
        raise KeyboardInterrupt


def _watch(reader: socket.socket, writer: socket.socket) -> None:
    while True:
        if set(reader.recv(16)) & {int(number) for number in SIGNALS}:
            _arrived.set()  # PySpark's own handler, while a session starts, does not call ours
            logging.disable(logging.CRITICAL)
            threading.Event().wait(GRACE)
            leave()


def _watch_parent(parent: int) -> None:
    while os.getppid() == parent:
        threading.Event().wait(PARENT_SECONDS)
    _asked.set()
    logging.disable(logging.CRITICAL)
    leave()


def _stop_jvm() -> None:
    core = sys.modules.get("pyspark.core.context")
    gateway = getattr(getattr(core, "SparkContext", None), "_gateway", None)
    process = getattr(gateway, "proc", None)
    if not isinstance(process, subprocess.Popen):
        return
    process.terminate()
    try:
        process.wait(JVM_GRACE)
    except subprocess.TimeoutExpired:
        process.kill()
