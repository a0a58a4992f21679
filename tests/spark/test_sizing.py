from steamrec.spark.sizing import (
    ADAPTIVE,
    BYTES_A_TASK,
    PARTITIONS,
    broadcast,
    fit_session,
    has_one_task,
    partitions_of,
    query_options,
)


def test_partitions_grow_with_the_data():
    assert partitions_of(0, 2) == partitions_of(BYTES_A_TASK, 64) == 1
    assert partitions_of(BYTES_A_TASK + 1, 2) == 4  # all cores, twice
    assert partitions_of(1000 * BYTES_A_TASK, 2) == 1000


def test_what_the_user_set_stays(spark):
    assert query_options(100 * BYTES_A_TASK, 2, {})[PARTITIONS] == "100"
    options = query_options(1000, 2, {PARTITIONS: "5"})
    assert PARTITIONS not in options
    assert options[ADAPTIVE] == "true"
    assert ADAPTIVE not in query_options(1000, 2, {ADAPTIVE: "true"})
    fit_session(spark, 100 * BYTES_A_TASK)
    assert spark.conf.get(PARTITIONS) == "2"  # of tests/conftest.py


def test_small_data_goes_through_one_task_and_one_job(spark):
    session = spark.newSession()  # options of its own
    for key, value in query_options(1000, 2, {}).items():
        session.conf.set(key, value)
    assert has_one_task(session)
    frame = session.range(100)
    assert broadcast(frame) is frame
    session.sparkContext.setJobGroup("sorted and joined", "")
    assert frame.orderBy("id").join(frame, "id").groupBy("id").count().count() == 100
    tracker = session.sparkContext.statusTracker()
    assert len(tracker.getJobIdsForGroup("sorted and joined")) == 1
    session.sparkContext.setLocalProperty("spark.jobGroup.id", None)
