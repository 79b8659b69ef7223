"""The daily DAG for real: a tiny landing zone, the engine itself, and its tables read by another engine (delta-rs)."""

from __future__ import annotations

import json
import subprocess
from datetime import UTC, date, datetime, timedelta
from pathlib import Path
from types import SimpleNamespace

import pytest
import yaml
from deltalake import DeltaTable

import plan
from installation import finished_set

HOME = Path(__file__).resolve().parents[2]
TABLES = plan.tables(HOME / "schemas")
FIRST, DAYS = date(2026, 1, 5), 20
LAST = FIRST + timedelta(days=DAYS - 1)


def supportlake(*arguments: str) -> str:
    """What a command of the launcher prints; its error output when it fails."""
    done = subprocess.run([str(HOME / "supportlake"), *arguments], capture_output=True, text=True, check=False)
    assert done.returncode == 0, f"supportlake {arguments[0]}: exit code {done.returncode}\n{done.stderr[-4000:]}"
    return done.stdout


@pytest.fixture(scope="module")
def ran(bag, tmp_path_factory):
    """The DAG's run of the last day of a landing zone, with the places it wrote to."""
    folder = tmp_path_factory.mktemp("daily")
    places = {name: folder / name for name in ("lake", "landing", "out")}
    size = ["--accounts", "12", "--days", str(DAYS), "--start", str(FIRST), "--seed", "11"]
    supportlake("generate", *size, "--landing", str(places["landing"]), "--truth", str(folder / "truth"))
    with pytest.MonkeyPatch.context() as patch:
        for name, place in places.items():
            patch.setenv(f"SUPPORTLAKE_{name.upper()}", str(place))
        morning = datetime.combine(LAST + timedelta(days=1), datetime.min.time(), UTC).replace(hour=4)
        run = bag.dags["supportlake_daily"].test(logical_date=morning)
    return SimpleNamespace(run=run, **places)


def table(ran, name: str) -> DeltaTable:
    layer, _, short = name.partition(".")
    return DeltaTable(ran.lake / layer / short)


def rows(ran, name: str) -> int:
    return table(ran, name).to_pyarrow_dataset().count_rows()


def test_every_task_ends_well(ran):
    assert {ti.task_id: str(ti.state) for ti in ran.run.get_task_instances() if ti.state != "success"} == {}


def test_the_finished_set_holds_every_table_complete_until_the_day(ran):
    finished = finished_set(ran.lake)
    assert [t.name for t in TABLES if t.name not in finished or finished[t.name].complete_until != LAST] == []


def test_the_finished_versions_are_those_that_lie_in_the_lake(ran):
    finished = finished_set(ran.lake)
    assert {n.name: table(ran, n.name).version() for n in TABLES} == {n.name: finished[n.name].version for n in TABLES}


@pytest.mark.parametrize(
    "name", ["silver.support_case", "silver.usage_day", "gold.contact_outcome", "gold.episode_outcome", "gold.metric"]
)
def test_tables_have_rows(ran, name):
    assert rows(ran, name) > 0


def test_every_record_that_was_read_is_accounted_for(ran):
    checks = table(ran, "ops.check").to_pyarrow_table().to_pylist()
    counted = [c for c in checks if c["read_count"] is not None]
    assert sum(c["read_count"] for c in counted) > 0
    parts = ("accepted_count", "duplicate_count", "quarantined_count")
    assert [c["table_name"] for c in counted if c["read_count"] != sum(c[p] for p in parts)] == []


def test_another_engine_reads_the_columns_of_every_contract(ran):
    expected, found = {}, {}
    for contract in TABLES:
        layer, short = contract.name.split(".")
        schema = yaml.safe_load((HOME / "schemas" / layer / f"{short}.odcs.yaml").read_text())["schema"][0]
        expected[contract.name] = [c["name"] for c in schema["properties"]]
        found[contract.name] = [f.name for f in table(ran, contract.name).schema().fields]
    assert found == expected


def test_gold_is_readable_by_every_reader(ran):
    gold = {t.name: table(ran, t.name).protocol().min_reader_version for t in TABLES if t.layer == "gold"}
    assert {name: version for name, version in gold.items() if version != 1} == {}


def test_the_engine_builds_in_the_same_order(ran):
    places = ["--lake", str(ran.lake), "--landing", str(ran.landing)]
    lines = supportlake("plan", "--date", str(LAST + timedelta(days=1)), *places).splitlines()
    names = [line.split(maxsplit=1)[0] for line in lines if line.startswith(("silver.", "gold."))]
    assert names == [t.name for t in TABLES]


def test_a_query_reads_the_finished_set(ran):
    query = "SELECT count(*) AS n FROM gold.contact_outcome"
    lines = supportlake("sql", query, "--format", "json", "--lake", str(ran.lake)).splitlines()
    assert [json.loads(line) for line in lines] == [{"n": rows(ran, "gold.contact_outcome")}]
