"""What Spark needs for a workspace on S3 or a store like it: S3A, its committer, the variables.

The jars are those of conf/hadoop/s3a.xml; `scripts/hadoop.sh jars s3a` fetches them.
"""

import os
from collections.abc import Mapping

from steamrec.workspace.file_systems import S3
from steamrec.workspace.s3_variables import VARIABLES

# A task's output is uploaded and becomes visible when the job commits: S3 has no renames.
COMMITTER = {
    "spark.hadoop.fs.s3a.committer.name": "magic",
    "spark.hadoop.mapreduce.outputcommitter.factory.scheme.s3a": (
        "org.apache.hadoop.fs.s3a.commit.S3ACommitterFactory"
    ),
    "spark.sql.sources.commitProtocolClass": (
        "org.apache.spark.internal.io.cloud.PathOutputCommitProtocol"
    ),
    "spark.sql.parquet.output.committer.class": (
        "org.apache.spark.internal.io.cloud.BindingParquetOutputCommitter"
    ),
}


def s3a_options(root: str, variables: Mapping[str, str] = os.environ) -> dict[str, str]:
    """Spark's properties for a workspace with this root; none where it is not on S3."""
    if root.partition("://")[0] not in S3:
        return {}
    options = COMMITTER | {
        f"spark.executorEnv.{name}": variables[name] for name in VARIABLES if variables.get(name)
    }
    if region := variables.get("AWS_REGION"):
        options["spark.hadoop.fs.s3a.endpoint.region"] = region
    if endpoint := variables.get("AWS_ENDPOINT_URL"):
        options["spark.hadoop.fs.s3a.endpoint"] = endpoint
        options["spark.hadoop.fs.s3a.path.style.access"] = "true"
        options["spark.hadoop.fs.s3a.connection.ssl.enabled"] = str(
            endpoint.startswith("https://")
        ).lower()
    return options
