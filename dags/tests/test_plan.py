"""The plan: every contract once, after its inputs."""

from __future__ import annotations

from pathlib import Path

import pytest

import plan

SCHEMAS = Path(__file__).resolve().parents[2] / "schemas"


@pytest.fixture(scope="module")
def tables():
    return plan.tables(SCHEMAS)


def table(name: str, *inputs: str) -> plan.Table:
    return plan.Table(name, group="silver", kind="event", grain="a row", purpose="", inputs=inputs)


def test_every_silver_and_gold_contract_appears_once(tables):
    files = [f for layer in ("silver", "gold") for f in (SCHEMAS / layer).glob("*.odcs.yaml")]
    expected = sorted(f"{f.parent.name}.{f.name.removesuffix('.odcs.yaml')}" for f in files)
    assert sorted(t.name for t in tables) == expected


def test_every_table_comes_after_its_inputs(tables):
    place = {t.name: i for i, t in enumerate(tables)}
    early = [(t.name, i) for t in tables for i in t.inputs if place.get(i, -1) > place[t.name]]
    assert early == []


def test_inputs_are_built_tables_only(tables):
    assert {i.partition(".")[0] for t in tables for i in t.inputs} == {"bronze", "silver", "gold"}


def test_every_bronze_input_has_a_raw_contract(tables):
    raw = {f.name.removesuffix(".odcs.yaml") for f in (SCHEMAS / "raw").glob("*.odcs.yaml")}
    assert {s.removeprefix("bronze.") for found in plan.sources(tables).values() for s in found} <= raw


def test_gold_never_reads_bronze(tables):
    assert [t.name for t in tables if t.layer == "gold" and any(i.startswith("bronze.") for i in t.inputs)] == []


def test_groups_hold_every_table_once_and_silver_begins(tables):
    groups = plan.groups(tables)
    assert next(iter(groups)) == "silver"
    assert sorted(t.name for group in groups.values() for t in group) == sorted(t.name for t in tables)
    assert {t.layer for t in groups["silver"]} == {"silver"}
    assert {t.layer for name, group in groups.items() for t in group if name != "silver"} == {"gold"}


def test_a_table_that_is_ready_comes_first_by_its_place():
    order = plan.in_order([table("silver.a", "silver.c"), table("silver.b"), table("silver.c", "bronze.x")])
    assert [t.name for t in order] == ["silver.b", "silver.c", "silver.a"]


def test_sources_are_followed_through_the_tables_between():
    order = [table("silver.a", "bronze.x"), table("silver.b", "bronze.y", "silver.a"), table("silver.c", "silver.b")]
    assert plan.sources(order)["silver.c"] == ["bronze.x", "bronze.y"]


def test_a_circle_is_refused_with_its_tables():
    circle = [table("silver.a", "silver.b"), table("silver.b", "silver.a"), table("silver.c")]
    with pytest.raises(plan.ContractError, match=r"go in a circle .* among silver\.a, silver\.b\. Correct"):
        plan.in_order(circle)


def test_an_input_that_is_not_there_is_refused():
    with pytest.raises(plan.ContractError, match=r"not there, among silver\.a\."):
        plan.in_order([table("silver.a", "silver.gone")])


def test_a_gold_contract_without_capability_is_refused_by_file(tmp_path):
    (tmp_path / "gold").mkdir()
    (tmp_path / "gold" / "thing.odcs.yaml").write_text(
        "name: gold.thing\ncustomProperties: [{property: inputs, value: []}, {property: kind, value: daily}]\n"
    )
    with pytest.raises(plan.ContractError, match=r"gold/thing\.odcs\.yaml: capability is missing"):
        plan.tables(tmp_path)
