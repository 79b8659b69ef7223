"""Writes the executives' value report of last month.

Its numbers are provisional on the 8th and settle 20 to 80 days after the month; write it again then. Numbers are
published by the daily runs, each once it is mature.
"""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

from airflow.sdk import DAG, CronDataIntervalTimetable, Param

from launcher_operator import LauncherOperator

with DAG(
    dag_id="supportlake_monthly_report",
    # The data interval starts on the 8th before, so its month is the one to report.
    schedule=CronDataIntervalTimetable("0 9 8 * *", timezone="UTC"),
    start_date=datetime(2025, 1, 1, tzinfo=UTC),
    catchup=False,
    max_active_runs=1,
    tags=["supportlake", "monthly"],
    doc_md=__doc__,
    params={
        "month": Param(
            None, type=["null", "string"], pattern=r"^\d{4}-\d{2}$", description="yyyy-mm; empty = the month before"
        )
    },
    default_args={"retries": 3, "retry_delay": timedelta(hours=1)},
) as dag:
    LauncherOperator(
        task_id="report",
        arguments=["report", "--month", "{{ params.month or (data_interval_start | ds)[:7] }}"],
    )
