from steamrec.spark.s3a import s3a_options


def test_other_workspaces_need_nothing():
    assert s3a_options("/x", {"AWS_REGION": "eu"}) == {}
    assert s3a_options("hdfs://h/x", {"AWS_REGION": "eu"}) == {}


def test_spark_and_its_workers_get_the_drivers_store():
    variables = {"AWS_ENDPOINT_URL": "http://127.0.0.1:9000", "AWS_REGION": "eu", "OTHER": "1"}
    options = s3a_options("s3://bucket/x", variables)
    assert options["spark.hadoop.fs.s3a.endpoint"] == "http://127.0.0.1:9000"
    assert options["spark.hadoop.fs.s3a.connection.ssl.enabled"] == "false"
    assert options["spark.executorEnv.AWS_ENDPOINT_URL"] == "http://127.0.0.1:9000"
    assert options["spark.hadoop.fs.s3a.committer.name"] == "magic"
    assert not any("OTHER" in name for name in options)
