"""An example Airflow DAG: one SparkSubmitOperator a stage, in the night's order.

Copy it into the DAG folder and set the Airflow variables steamrec_home (a checkout after
scripts/package.sh) and steamrec_workspace; the connection spark_default names the master. The
driver runs here, in client mode, with the checkout's .venv; the executors run the archive.
A retried task goes on where it stopped; max_active_runs keeps two nights apart. The report also
runs when a gate refused to publish: it tells of the refusal.
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
            deploy_mode="client",
            conf={
                "spark.pyspark.python": "./environment/bin/python",
                "spark.pyspark.driver.python": f"{HOME}/.venv/bin/python",
            },
            application_args=[
                "--config",
                f"{HOME}/conf/steam.toml",
                "--workspace",
                "{{ var.value.steamrec_workspace }}",
                *dated,
            ],
            retries=1,
            trigger_rule="all_done" if stage == "report" else "all_success",
        )
        if before is not None:
            before >> task
        before = task
