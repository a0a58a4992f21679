"""Reading the raw file: finding it, its lines, the JVM's path and Python's."""
