"""How the DAGs are built, and how they end when the launcher ends in each of its ways."""

from __future__ import annotations

import subprocess
import sys
from datetime import UTC, date, datetime, timedelta
from pathlib import Path

import pytest
from packaging.requirements import Requirement

import plan
from installation import Settings, finished_set

DAGS = Path(__file__).resolve().parents[1]
TABLES = plan.tables(DAGS.parent / "schemas")
MORNING = datetime(2026, 2, 2, 4, tzinfo=UTC)  # when the day before, a Sunday, is taken
DAY = date(2026, 2, 1)
COMPLETE = {t.name: DAY for t in TABLES}


def states(dag_run) -> dict[str, str]:
    return {ti.task_id: str(ti.state) for ti in dag_run.get_task_instances()}


def announcements(dag_run) -> dict[str, dict]:
    """What the run told other DAGs, by table."""
    from airflow.models.asset import AssetEvent
    from airflow.utils.session import create_session

    with create_session() as session:
        return {e.asset.name: e.extra for e in session.query(AssetEvent).filter_by(source_run_id=dag_run.run_id)}


def test_all_dags_are_imported(bag):
    assert bag.import_errors == {}
    assert set(bag.dags) == {
        "supportlake_daily",
        "supportlake_weekly_training",
        "supportlake_monthly_report",
        "supportlake_maintenance",
    }


def test_no_dag_overlaps_itself_or_catches_up(bag):
    assert [d for d, dag in bag.dags.items() if dag.catchup or dag.max_active_runs != 1] == []


def test_every_dag_is_tagged_and_explained(bag):
    assert [d for d, dag in bag.dags.items() if "supportlake" not in dag.tags or not dag.doc_md] == []


def test_ruff_finds_nothing_that_airflow_3_has_dropped():
    ruff = subprocess.run(
        [sys.executable, "-m", "ruff", "check", "--select", "AIR", str(DAGS)], capture_output=True, text=True
    )
    assert ruff.returncode == 0, ruff.stdout


def test_the_lock_pins_every_requirement_with_hashes_and_names_no_index():
    lock = (DAGS / "requirements.lock").read_text()
    wanted = [Requirement(r) for r in (DAGS / "requirements.in").read_text().splitlines() if r and r[0] != "#"]
    pinned = {Requirement(line.rstrip(" \\")).name for line in lock.splitlines() if line[:1].isalnum()}
    assert {r.name for r in wanted} <= pinned
    assert lock.count("--hash=sha256:") >= len(pinned)
    assert "://" not in lock


def test_every_silver_and_gold_table_is_an_asset_of_exactly_one_task(bag):
    outlets = [asset.name for t in bag.dags["supportlake_daily"].tasks for asset in t.outlets]
    assert sorted(outlets) == sorted(t.name for t in TABLES)


def test_the_verdict_is_last_and_nothing_waits_for_it(bag):
    dag = bag.dags["supportlake_daily"]
    assert [t.task_id for t in dag.tasks if not t.downstream_task_ids] == ["verdict"]
    assert dag.get_task("outreach_lists").upstream_task_ids == {"announce_outreach"}


def test_a_complete_day_announces_every_table_and_writes_the_lists(bag, stand_in):
    stand_in.has_finished(COMPLETE)
    run = bag.dags["supportlake_daily"].test(logical_date=MORNING)
    assert set(states(run).values()) == {"success"}
    assert stand_in.calls == ["run --date 2026-02-01", "outreach --date 2026-02-01"]
    announced = announcements(run)
    assert sorted(announced) == sorted(COMPLETE)
    assert announced["gold.metric"] == {"delta_version": 4, "complete_until": "2026-02-01", "rows_built": 7}


def test_refused_data_holds_back_what_is_incomplete_and_fails_the_verdict_at_once(bag, stand_in):
    stand_in.ends_with(3).has_finished(COMPLETE | {"gold.outreach_list": date(2026, 1, 31)})
    run = bag.dags["supportlake_daily"].test(logical_date=MORNING + timedelta(hours=1))
    found = states(run)
    assert run.state == "failed"
    assert (found["verdict"], found["announce_outreach"], found["outreach_lists"]) == ("failed", "skipped", "skipped")
    assert {s for t, s in found.items() if t not in {"verdict", "announce_outreach", "outreach_lists"}} == {"success"}
    assert [ti.try_number for ti in run.get_task_instances() if ti.task_id == "verdict"] == [1]


def test_a_failed_run_announces_nothing_and_is_tried_again(bag, stand_in):
    stand_in.ends_with(1)
    task = bag.dags["supportlake_daily"].get_task("run")
    with pytest.raises(Exception, match=r"ended with exit code 1\. Its last line: said on the way out") as failure:
        task.execute({})
    assert type(failure.value).__name__ == "AirflowException"
    assert task.retries > 0


@pytest.mark.parametrize(("dag", "task"), [("weekly_training", "train"), ("maintenance", "maintain")])
def test_refused_data_is_not_tried_again(bag, stand_in, dag, task):
    from airflow.sdk.exceptions import AirflowFailException

    stand_in.ends_with(3)
    with pytest.raises(AirflowFailException, match=r"refused data.*ops\.quarantine"):
        bag.dags[f"supportlake_{dag}"].get_task(task).execute({})


@pytest.mark.parametrize(
    ("dag", "logical_date", "commands"),
    [
        ("weekly_training", datetime(2026, 2, 8, 8, tzinfo=UTC), ["train --date 2026-02-07"]),
        ("monthly_report", datetime(2026, 2, 8, 9, tzinfo=UTC), ["report --month 2026-01"]),
        ("maintenance", datetime(2026, 2, 7, 12, tzinfo=UTC), ["erase --pending", "maintain"]),
    ],
)
def test_the_other_dags_give_their_commands(bag, stand_in, dag, logical_date, commands):
    assert bag.dags[f"supportlake_{dag}"].test(logical_date=logical_date).state == "success"
    assert stand_in.calls == commands


def test_a_day_can_be_named_when_a_run_is_started_by_hand(bag, stand_in):
    stand_in.has_finished(COMPLETE)
    run = bag.dags["supportlake_daily"].test(
        logical_date=datetime(2026, 3, 9, tzinfo=UTC), run_conf={"date": "2026-01-15"}
    )
    assert run.state == "success"
    assert stand_in.calls == ["run --date 2026-01-15", "outreach --date 2026-01-15"]


def test_the_finished_set_is_that_of_the_newest_run(stand_in):
    stand_in.has_finished({"gold.a": date(2026, 1, 1), "gold.b": None}, sequence=1)
    stand_in.has_finished({"gold.a": date(2026, 1, 2)}, sequence=2)
    found = finished_set(stand_in.lake)
    assert list(found) == ["gold.a"]
    assert found["gold.a"].covers(date(2026, 1, 2))
    assert not found["gold.a"].covers(date(2026, 1, 3))


def test_before_the_first_run_nothing_is_finished(tmp_path):
    assert finished_set(tmp_path) == {}


def test_places_are_handed_to_the_launcher_only_when_they_are_set():
    settings = Settings.of({"SUPPORTLAKE_HOME": "/srv/x", "SUPPORTLAKE_CONF": "prod.yaml", "SUPPORTLAKE_OUT": ""})
    assert settings.command(["maintain"]) == ["/srv/x/supportlake", "maintain", "--conf", "prod.yaml"]
    assert str(settings.lake_folder) == "/srv/x/lake"
    assert Settings.of({}).home == DAGS.parent


def test_a_relative_lake_is_the_same_to_the_launcher_and_the_markers(stand_in, monkeypatch):
    from launcher_operator import LauncherOperator

    launcher = stand_in.folder / "supportlake"
    launcher.write_text("#!/bin/sh\npwd -P > where\n")
    monkeypatch.setenv("SUPPORTLAKE_LAKE", "lake")
    LauncherOperator(task_id="maintain", arguments=["maintain"]).execute({})
    assert (stand_in.folder / "where").read_text().strip() == str(stand_in.folder.resolve())
    assert Settings.of().lake_folder == stand_in.folder / "lake"
