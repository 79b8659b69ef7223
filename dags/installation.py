"""Where Supportlake lies and what its last finished set holds, as the DAGs see them."""

from __future__ import annotations

import os
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from pathlib import Path

REFUSED = 3  # exit code of the launcher: data refused, running again does not help until somebody mends them

HERE = Path(__file__).resolve().parent


@dataclass(frozen=True)
class Settings:
    """Places, from SUPPORTLAKE_HOME, _CONF, _LAKE, _LANDING and _OUT.

    home: the project's folder; default: the one that holds this folder
    conf, lake, landing, out: handed on to the launcher where they are set, relative ones as seen from home;
    None = as conf/local.yaml has it

    A lake that a conf file moves must be named in SUPPORTLAKE_LAKE too: the markers read it.
    """

    home: Path
    conf: str | None = None
    lake: str | None = None
    landing: str | None = None
    out: str | None = None

    @classmethod
    def of(cls, environment: Mapping[str, str] = os.environ) -> Settings:
        values = {k: environment.get(f"SUPPORTLAKE_{k.upper()}") or None for k in ("conf", "lake", "landing", "out")}
        return cls(home=Path(environment.get("SUPPORTLAKE_HOME") or HERE.parent), **values)

    @property
    def schemas(self) -> Path:
        return self.home / "schemas"

    @property
    def lake_folder(self) -> Path:
        return self.home / (self.lake or "lake")

    def command(self, arguments: list[str]) -> list[str]:
        """The launcher's command line, with the places that are set."""
        places = [(k, getattr(self, k)) for k in ("conf", "lake", "landing", "out")]
        options = [part for k, v in places if v for part in (f"--{k}", v)]
        return [str(self.home / "supportlake"), *arguments, *options]


@dataclass(frozen=True)
class TableState:
    """A table in the last finished set. complete_until: None = some source of it was never complete."""

    version: int | None
    complete_until: date | None
    rows_built: int

    def covers(self, day: date) -> bool:
        return self.complete_until is not None and self.complete_until >= day


def finished_set(lake: Path) -> dict[str, TableState]:
    """The last finished set of table versions, by table; empty before the first run has finished."""
    # The scheduler parses the DAG files often; only tasks need delta-rs.
    import pyarrow.compute as pc
    from deltalake import DeltaTable

    folder = lake / "ops" / "run"
    if not DeltaTable.is_deltatable(str(folder)):
        return {}
    runs = DeltaTable(str(folder)).to_pyarrow_dataset()
    newest = pc.max(runs.to_table(columns=["run_sequence"])["run_sequence"]).as_py()
    columns = ["table_name", "delta_version", "complete_until", "rows_built"]
    rows = runs.to_table(columns=columns, filter=pc.field("run_sequence") == newest).to_pylist()
    return {r["table_name"]: TableState(r["delta_version"], r["complete_until"], r["rows_built"]) for r in rows}
