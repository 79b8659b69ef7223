"""Trains challengers on all matured churn labels; one that beats the champion on the held-out block replaces it."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

from airflow.sdk import DAG, CronDataIntervalTimetable, Param

from launcher_operator import LauncherOperator

with DAG(
    dag_id="supportlake_weekly_training",
    # Sundays, well after the daily run; if that still holds the lake, a retry comes later.
    schedule=CronDataIntervalTimetable("0 8 * * 0", timezone="UTC"),
    start_date=datetime(2025, 1, 1, tzinfo=UTC),
    catchup=False,
    max_active_runs=1,
    tags=["supportlake", "weekly"],
    doc_md=__doc__,
    params={"date": Param(None, type=["null", "string"], format="date", description="day; empty = the last whole one")},
    default_args={"retries": 3, "retry_delay": timedelta(hours=1)},
) as dag:
    LauncherOperator(
        task_id="train",
        # The last day that the daily run has finished when this one starts.
        arguments=["train", "--date", "{{ params.date or macros.ds_add(data_interval_end | ds, -1) }}"],
    )
