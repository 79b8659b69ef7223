"""The daily run: take what has landed, announce what is complete, write the lists, then judge.

One JVM builds all tables, so that a small day is not spent on starting JVMs. What the scheduler
adds is in the contracts already: one marker for silver and one for each capability of gold
announces its tables as Assets, which other DAGs can be scheduled on. A group that a refused
source holds back is skipped, and the rest goes on; the verdict at the end fails the run.
"""

from __future__ import annotations

from datetime import UTC, date, datetime, timedelta

from airflow.sdk import DAG, Asset, CronDataIntervalTimetable, Param, TriggerRule, get_current_context, task
from airflow.sdk.exceptions import AirflowFailException, AirflowSkipException

import plan
from installation import REFUSED, Settings, finished_set
from launcher_operator import LauncherOperator, refusal

DAY = "{{ params.date or (data_interval_start | ds) }}"

settings = Settings.of()


def asset(table: plan.Table) -> Asset:
    """What other DAGs hang on: Asset("gold.metric") and so on."""
    layer, _, name = table.name.partition(".")
    return Asset(
        name=table.name,
        uri=f"x-supportlake://{layer}/{name}",
        group="supportlake",
        extra={"grain": table.grain, "purpose": table.purpose},
    )


def marker(group: str, tables: list[plan.Table]):
    """Announces a group's tables, or skips while one of them is not complete."""
    names = [t.name for t in tables]

    @task(task_id=f"announce_{group}", outlets=[asset(t) for t in tables], doc_md=_doc(tables))
    def announce(day: str) -> None:
        finished = finished_set(Settings.of().lake_folder)
        behind = [n for n in names if n not in finished or not finished[n].covers(date.fromisoformat(day))]
        if behind:
            raise AirflowSkipException(f"not complete until {day}: {', '.join(behind)}. See the log of the run.")
        context = get_current_context()
        for outlet in context["task"].outlets:
            state = finished[outlet.name]
            context["outlet_events"][outlet].extra = {
                "delta_version": state.version,
                "complete_until": str(state.complete_until),
                "rows_built": state.rows_built,
            }

    return announce(DAY)


def _doc(tables: list[plan.Table]) -> str:
    return "\n".join(f"- `{t.name}`: {t.grain}" for t in tables)


with DAG(
    dag_id="supportlake_daily",
    # A day is taken the next morning. Started by hand, it is the last whole day, never the one under way.
    schedule=CronDataIntervalTimetable("0 4 * * *", timezone="UTC"),
    start_date=datetime(2025, 1, 1, tzinfo=UTC),
    catchup=False,
    max_active_runs=1,
    tags=["supportlake", "daily"],
    doc_md=__doc__,
    params={"date": Param(None, type=["null", "string"], format="date", description="day; empty = the last whole one")},
    default_args={"retries": 2, "retry_delay": timedelta(minutes=15)},
) as dag:
    run = LauncherOperator(
        task_id="run",
        arguments=["run", "--date", DAY],
        defer_refusal=True,
        doc_md="Brings every table to the end of the day.",
    )
    markers = {group: marker(group, tables) for group, tables in plan.groups(plan.tables(settings.schemas)).items()}
    lists = LauncherOperator(
        task_id="outreach_lists",
        arguments=["outreach", "--date", DAY],
        doc_md="Writes the outreach lists, unless what they are made from is not complete.",
    )

    @task(trigger_rule=TriggerRule.NONE_FAILED)
    def verdict(day: str, exit_code: int) -> None:
        """Fails, without another try, when the run refused data."""
        if exit_code == REFUSED:
            raise AirflowFailException(refusal(["run", "--date", day]))

    judged = verdict(DAY, run.output)
    run >> list(markers.values()) >> judged
    markers["outreach"] >> lists >> judged
