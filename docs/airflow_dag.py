"""An example Airflow DAG: one SparkSubmitOperator per stage, in the night's order.

Copy it into the DAG folder and set the Airflow variables steamrec_home (a checkout after
scripts/package.sh) and steamrec_workspace; the connection spark_default names the master.
A retried task continues where it stopped; max_active_runs keeps two nights apart.
"""

import pendulum
from airflow import DAG
from airflow.providers.apache.spark.operators.spark_submit import SparkSubmitOperator

HOME = "{{ var.value.steamrec_home }}"
STAGES = ("ingest", "prepare", "sample", "train", "evaluate", "export", "report")

with DAG(
    dag_id="steamrec_nightly",
    schedule="0 2 * * *",
    start_date=pendulum.datetime(2026, 1, 1, tz="UTC"),
    catchup=False,
    max_active_runs=1,
) as dag:
    before = None
    for stage in STAGES:
        dated = ["--date", "{{ ds }}"] if stage == "export" else []
        task = SparkSubmitOperator(
            task_id=stage,
            conn_id="spark_default",
            application=f"{HOME}/jobs/{stage}.py",
            py_files=f"{HOME}/build/steamrec.zip",
            archives=f"{HOME}/build/environment.tar.gz#environment",
            properties_file=f"{HOME}/conf/spark-defaults.conf",
            env_vars={"PYSPARK_PYTHON": "./environment/bin/python"},
            application_args=[
                "--config",
                f"{HOME}/conf/steam.toml",
                "--workspace",
                "{{ var.value.steamrec_workspace }}",
                *dated,
            ],
            retries=1,
        )
        if before is not None:
            before >> task
        before = task
