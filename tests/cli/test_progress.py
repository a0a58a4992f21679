"""On a terminal Spark's stages have a bar with the time left; in a log there is none."""

import fcntl
import os
import pty
import struct
import subprocess
import sys
import termios
import threading

from steamrec.spark.progress import show_progress

SLOW = """
from steamrec.spark import progress, session
import time
progress.PATIENCE = 0.0
session.LOCAL["spark.driver.memory"] = "1g"
spark = session.open_session("local[1]")
spark.sparkContext.parallelize(range(4), 4).map(lambda n: time.sleep(1)).count()
spark.stop()
"""


def test_a_terminal_sees_a_bar():
    ours, theirs = pty.openpty()
    fcntl.ioctl(ours, termios.TIOCSWINSZ, struct.pack("HHHH", 24, 100, 0, 0))
    run = subprocess.Popen([sys.executable, "-c", SLOW], stderr=theirs, stdout=subprocess.PIPE)
    os.close(theirs)
    seen = b""
    while True:
        try:
            piece = os.read(ours, 4096)
        except OSError:  # the terminal is closed
            break
        if not piece:
            break
        seen += piece
    assert run.wait() == 0
    assert b"/4 tasks" in seen
    assert b" left" in seen


def test_a_log_sees_none(spark):
    show_progress(spark.sparkContext)  # pytest's standard error is no terminal
    assert "progress" not in [thread.name for thread in threading.enumerate()]
