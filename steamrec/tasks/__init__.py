"""What runs in Spark's Python workers, on executors: batches in, batches out."""

from steamrec.spark.worker import keep_archives

keep_archives()
