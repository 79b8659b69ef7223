"""What the contracts in schemas/ say about tables: their groups, order and inputs. Standard library and PyYAML only."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from pathlib import Path

import yaml

LAYERS = ("silver", "gold")
NOT_BUILT = ("conf", "ops")  # configuration, and what the platform itself writes


class ContractError(ValueError):
    """A contract that cannot be planned with; the message names the file and the remedy."""


@dataclass(frozen=True)
class Table:
    """One silver or gold contract.

    name: layer and table, such as gold.metric
    group: silver, or the capability of a gold table
    inputs: tables that must be built before it, bronze included, in the contract's order
    """

    name: str
    group: str
    kind: str
    grain: str
    purpose: str
    inputs: tuple[str, ...]

    @property
    def layer(self) -> str:
        return self.name.partition(".")[0]


def tables(schemas: Path) -> list[Table]:
    """Every silver and gold table, each after its inputs; by layer and name where the order is free."""
    return in_order(_table(file) for layer in LAYERS for file in sorted((schemas / layer).glob("*.odcs.yaml")))


def in_order(unordered: Iterable[Table]) -> list[Table]:
    """The same tables, each after its inputs: the first whose inputs are done comes next."""
    waiting = list(unordered)
    done: dict[str, Table] = {}
    while waiting:
        ready = next((t for t in waiting if all(i in done for i in t.inputs if _is_built(i))), None)
        if ready is None:
            names = ", ".join(t.name for t in waiting)
            raise ContractError(
                f"the inputs go in a circle or name a table that is not there, among {names}. Correct the inputs."
            )
        waiting.remove(ready)
        done[ready.name] = ready
    return list(done.values())


def groups(ordered: Iterable[Table]) -> dict[str, list[Table]]:
    """The tables of each group, in the order in which the groups begin."""
    result: dict[str, list[Table]] = {}
    for table in ordered:
        result.setdefault(table.group, []).append(table)
    return result


def sources(ordered: Iterable[Table]) -> dict[str, list[str]]:
    """For each table the bronze tables it is made from, through all tables between."""
    result: dict[str, set[str]] = {}
    for table in ordered:
        result[table.name] = set().union(*(result.get(i, {i}) for i in table.inputs))
    return {name: sorted(bronze) for name, bronze in result.items()}


def _is_built(table: str) -> bool:
    return table.partition(".")[0] in LAYERS


def _table(file: Path) -> Table:
    contract = yaml.safe_load(file.read_text(encoding="utf-8"))
    name = _required(contract, "name", file)
    properties = {p["property"]: p["value"] for p in contract.get("customProperties", [])}
    layer = name.partition(".")[0]
    inputs = [i["table"] for i in _required(properties, "inputs", file)]
    return Table(
        name=name,
        group=layer if layer == "silver" else _required(properties, "capability", file),
        kind=_required(properties, "kind", file),
        grain=_required(contract["schema"][0], "dataGranularityDescription", file),
        purpose=_required(contract["description"], "purpose", file),
        inputs=tuple(dict.fromkeys(i for i in inputs if i != name and i.partition(".")[0] not in NOT_BUILT)),
    )


def _required(mapping: Mapping, key: str, file: Path):
    if key not in mapping:
        raise ContractError(f"{file.parent.name}/{file.name}: {key} is missing. Add it to the contract.")
    return mapping[key]
