"""What a small night costs is the number of its Spark jobs: each takes longer than its data."""

from tests.support.nights import spark_jobs

MOST = 60


def test_a_small_night_is_few_spark_jobs(published_night):
    raw, _ = published_night
    jobs = spark_jobs(raw.parent / "events")
    assert set(jobs) >= {"ingest", "prepare", "split", "sample", "rank/gmf", "export", "report"}
    assert "none" not in jobs
    assert jobs.total() <= MOST, jobs
