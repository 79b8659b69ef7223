"""Joins small files and removes files of old versions that no reader can need."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

from airflow.sdk import DAG, CronTriggerTimetable

from launcher_operator import LauncherOperator

with DAG(
    dag_id="supportlake_maintenance",
    schedule=CronTriggerTimetable("0 12 * * 6", timezone="UTC"),
    start_date=datetime(2025, 1, 1, tzinfo=UTC),
    catchup=False,
    max_active_runs=1,
    tags=["supportlake", "maintenance"],
    doc_md=__doc__,
    default_args={"retries": 3, "retry_delay": timedelta(hours=1)},
) as dag:
    LauncherOperator(task_id="maintain", arguments=["maintain"])
