"""What a failure of Java, Spark or a Python worker means, in words: one table of patterns.

`explain` gives the sentence of the first pattern that matches; `first_cause` the innermost cause
of a failure that no pattern knows.
"""

import re

# (pattern, sentence), the specific ones first; \1 is the pattern's first group.
PATTERNS: tuple[tuple[str, str], ...] = (
    (
        r"Invalid host name.*destination host is: \"?([^\":;\s]+)|"
        r"UnknownHostException: (?!Invalid host name)([^\s:]+)",
        r"The host name \1\2 cannot be resolved; add it to /etc/hosts, or correct the address.",
    ),
    (
        r"Unable to find py4j|spark-submit'?(?:: not found|$)|No such file.*bin/spark-submit",
        "Spark is not where SPARK_HOME says; unset SPARK_HOME.",
    ),
    (
        r"Unrecognized option: (\S+)|Missing application resource",
        r"Spark does not take its start options \1; check PYSPARK_SUBMIT_ARGS, or unset it.",
    ),
    (
        r"(Unrecognized VM option \S+|Invalid maximum heap size: \S+|Could not reserve .+ heap|"
        r"Too small maximum heap)",
        r"Java does not start (\1); check spark.driver.memory and JAVA_TOOL_OPTIONS.",
    ),
    (
        r"UnsupportedClassVersionError",
        "This Java is too old for Spark; install Java 17 or 21 and set JAVA_HOME.",
    ),
    (
        r"invalid null input: name",
        "The user id of this process has no entry in /etc/passwd; add one.",
    ),
    (
        r"Wstx\w*Exception(?:.|\n){0,400}?file:/*(/[^\s\"',\]]+)",
        r"The Hadoop settings file \1 is not valid XML; correct it, or unset HADOOP_CONF_DIR.",
    ),
    (
        r"Too many open files",
        "Too many files are open at once; raise the limit (ulimit -n 4096) and run again.",
    ),
    (
        r"Error loading java\.security file",
        "Java cannot read its own java.security file; install Java 17 or 21 again, or raise the "
        "limit of open files (ulimit -n 4096).",
    ),
    (
        r"unable to create (?:new )?native thread|can't start new thread|pthread_create failed|"
        r"[Cc]annot fork|fork\S* .*Resource temporarily unavailable|error=11\b",
        "This user may not start more processes or threads; raise the limit (ulimit -u).",
    ),
    (
        r"\bMemoryError\b|Cannot allocate memory|ArrayMemoryError",
        "There is not enough memory; give the machine more, or use fewer cores "
        "(--master 'local[1]').",
    ),
    (
        r"No space left on device(?:: '([^']+)')?|Disk quota exceeded(?:: '([^']+)')?",
        r"A disk (or its quota) is full \1\2; make room and run the same command again.",
    ),
    (
        r"File too large(?:: '([^']+)')?",
        r"A file may not grow further \1; raise the limit of file sizes (ulimit -f).",
    ),
    (
        r"Cannot run program \"([^\"]*(?:python|pypy|conda)[^\"]*)\"",
        r"Spark cannot start the workers' Python \1; set PYSPARK_PYTHON to the Python that runs "
        r"steamrec, or unset it.",
    ),
    (
        r"Cannot run program \"([^\"]+)\"",
        r"Spark cannot start the program \1; check that it is there and that PATH names its "
        r"folder.",
    ),
    (
        r"PYTHON_VERSION_MISMATCH|Python in worker has different version",
        "The workers run another Python version than steamrec; set PYSPARK_PYTHON to the same "
        "version, or unset it.",
    ),
    (
        r"cannot import name '[^']+' from (?:partially initialized module )?'([\w.]+)' "
        r"\((?:most likely due to a circular import\) )?\(?(?!\S*(?:site|dist)-packages|\S*/lib/"
        r"python)(\S+?\.py)\)",
        r"The file \2 hides Python's own module \1; rename it, or work in another folder.",
    ),
    (
        r"No module named '[^']+'; '([^']+)' is not a package|"
        r"partially initialized module '([\w]+)' has no attribute",
        r"A file \1\2.py hides the module \1\2; rename it, or take its folder out of PYTHONPATH.",
    ),
    (
        r"pyspark[\\/](?:\S*[\\/])?worker\.py(?:.|\n)*ModuleNotFoundError: No module named "
        r"'([^']+)'",
        r"The workers' Python finds no module '\1'; install steamrec's packages for the Python "
        r"that PYSPARK_PYTHON names, or unset PYSPARK_PYTHON.",
    ),
    (
        r"ModuleNotFoundError: No module named '([^']+)'",
        r"Python finds no module '\1'; install steamrec's packages again (scripts/setup.sh).",
    ),
    (
        r"reading the port number from \S+daemon|Python worker failed to connect back",
        "The workers' Python does not start; set PYSPARK_PYTHON to the Python that runs steamrec, "
        "or unset it, and look for files that hide modules of Python.",
    ),
    (
        r"failed to map segment from shared object(?!: Cannot allocate)",
        "Java may not load libraries from its temporary folder (it is mounted noexec); set TMPDIR "
        "to a folder where programs may run.",
    ),
    (
        r"java\.lang\.OutOfMemoryError",
        "Java's memory is too small; raise spark.driver.memory (and spark.executor.memory) in "
        "spark-defaults.conf.",
    ),
    (
        r"Python worker exited unexpectedly|exit code 137|ExecutorLostFailure",
        "A Spark worker process died, most likely because memory ran out; use fewer cores "
        "(--master 'local[1]') or more memory, and run the same command again.",
    ),
    (
        r"Permission denied: '([^']+)'|(/\S+) \(Permission denied\)|Permission denied: user=\S+, "
        r"access=\w+, inode=\"([^\"]+)\"|AccessControlException: (\S+)|Permission denied",
        r"A file may not be read or written \1\2\3\4 (permission denied); check its owner and "
        r"mode.",
    ),
    (
        r"Read-only file system(?:: '([^']+)')?",
        r"The disk is mounted read-only \1; give another --workspace or SPARK_LOCAL_DIRS.",
    ),
    (
        r"FetchFailed|failed to read shuffle|Stream is corrupted|is corrupt(?:ed)?.*shuffle",
        "Spark's temporary (shuffle) files are damaged or gone; check the disk of "
        "spark.local.dir, and run the same command again.",
    ),
    (
        r"Failed to create local dir|Cannot create a temp dir|Failed to create a temp directory",
        "Spark cannot create its temporary folder; set SPARK_LOCAL_DIRS to a folder that can be "
        "written.",
    ),
    (
        r"Address already in use",
        "Spark finds no free port; end other Spark processes, or raise spark.port.maxRetries.",
    ),
    (
        r"Cannot assign requested address|BindException",
        "Spark cannot listen on its address; unset SPARK_LOCAL_IP and check spark.driver.host.",
    ),
    (
        r"Could not parse Master URL|All masters are unresponsive|Failed to connect to master|"
        r"Connection refused.*:7077",
        "Spark's master cannot be reached; check --master and that the cluster runs.",
    ),
    (
        r"Call From \S+ to (\S+) failed on|Connect to ([^\s\[]+).* failed: Connection refused",
        r"The server \1\2 does not answer; check the address in the path or in Hadoop's settings.",
    ),
    (
        r"PARQUET_COLUMN_DATA_TYPE_MISMATCH|Parquet column cannot be converted|"
        r"CANNOT_MERGE_SCHEMAS",
        "The Parquet files of a table have different types for one column; write them again "
        "with the same types.",
    ),
    (
        r"File (\S+) does not exist\.? It is possible the underlying files have been updated|"
        r"FAILED_READ_FILE\.FILE_NOT_EXIST",
        r"A file \1 was removed while it was read; run again.",
    ),
    (
        r"Answer from Java side is empty|Error while sending or receiving|Py4JNetworkError|"
        r"ConnectionRefusedError|ConnectionResetError",
        "Spark's Java process ended unexpectedly, most likely because memory ran out or it was "
        "killed.",
    ),
)
_COMPILED = tuple((re.compile(pattern, re.MULTILINE), words) for pattern, words in PATTERNS)
_PYTHON = re.compile(r"^(?:\w+\.)*\w*(?:Error|Exception|Exit|Interrupt)\b(?:: .*)?$", re.MULTILINE)
_CAUSED = re.compile(r"^\s*(?:Caused by|Exception in thread \"[^\"]*\"):? (.+)$", re.MULTILINE)
_JAVA = re.compile(r"^:? ?((?:[a-z]\w*\.)+[A-Z]\w*(?:Exception|Error)\b.*)$", re.MULTILINE)
_CLASS = re.compile(r"^(?:[a-z]\w*\.)+(\w+)(?::|$)")
_STARTING = re.compile(
    r"^(?:Exception in thread \"[^\"]*\"|Error(?: occurred)?(?: during \w+)?:?|Caused by:|"
    r"(?=\S+: line \d+:)) ?(.+)$",
    re.MULTILINE,
)
LENGTH = 300  # characters of a cause


def explain(text: str) -> str | None:
    """The sentence for a failure's full text; None when the table has no pattern for it."""
    for pattern, sentence in _COMPILED:
        if found := pattern.search(text):
            words = re.sub(r"\\(\d)", lambda group: found.group(int(group[1])) or "", sentence)
            return re.sub(r"\s+(?=[ ;,)])", "", words)
    return None


def start_cause(log: str) -> str:
    """Why Java ended before it answered, by its log: a known sentence, or its first error."""
    known = explain(log)
    if known is not None:
        return known
    found = _STARTING.search(log)
    why = f" ({_short(found[1])})" if found else ", and said nothing"
    return (
        f"Spark's Java process ended before it answered{why}; check PYSPARK_SUBMIT_ARGS, "
        "spark-defaults.conf and the variables that `steamrec doctor` lists."
    )


def first_cause(text: str) -> str:
    """The innermost cause in the text of a failure, on one line.

    The last line of a Python worker's traceback; or else Java's last "Caused by"; or else the
    first line.
    """
    worker = _PYTHON.findall(text) if "Traceback (most recent call last)" in text else []
    java = _CAUSED.findall(text) or _JAVA.findall(text)
    lines = [line.strip() for line in text.splitlines() if line.strip()]
    cause = worker[-1] if worker else java[-1] if java else lines[0] if lines else ""
    return _short(cause)


def _short(cause: str) -> str:
    cause = _CLASS.sub(lambda found: f"{found.group(1)}:", cause.strip())
    return cause if len(cause) <= LENGTH else f"{cause[:LENGTH]}…"
