"""Erases who asked for it, then removes what is past its retention, joins small files and removes old versions."""

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
    erase = LauncherOperator(task_id="erase", arguments=["erase", "--pending"])
    maintain = LauncherOperator(task_id="maintain", arguments=["maintain"])
    erase >> maintain
