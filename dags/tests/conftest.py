"""A scratch Airflow, the DAGs loaded once, and a stand-in for the launcher that ends as it is told."""

from __future__ import annotations

import os
import shutil
import stat
import subprocess
import sys
import tempfile
from datetime import date
from pathlib import Path

import pyarrow as pa
import pytest
from deltalake import write_deltalake

HOME = Path(__file__).resolve().parents[2]
DAGS = HOME / "dags"
SCRATCH = Path(tempfile.mkdtemp(prefix="supportlake-airflow-"))

# Airflow reads these when it is first imported, so they cannot wait for a fixture.
os.environ["AIRFLOW_HOME"] = str(SCRATCH)
os.environ["AIRFLOW__CORE__DAGS_FOLDER"] = str(DAGS)
os.environ["AIRFLOW__CORE__LOAD_EXAMPLES"] = "False"
os.environ["AIRFLOW__LOGGING__LOGGING_LEVEL"] = "WARNING"
os.environ.setdefault("SUPPORTLAKE_KEY", "00112233445566778899aabbccddeeff" * 2)
for name in ("HOME", "CONF", "LAKE", "LANDING", "OUT"):
    os.environ.pop(f"SUPPORTLAKE_{name}", None)


@pytest.fixture(scope="session")
def airflow():
    """A scratch Airflow with a migrated database."""
    subprocess.run([sys.executable, "-m", "airflow", "db", "migrate"], check=True, capture_output=True)
    yield
    shutil.rmtree(SCRATCH, ignore_errors=True)


@pytest.fixture(scope="module")
def bag(airflow):
    """All DAGs, parsed anew for each module: a test run with parameters leaves them on the DAG."""
    from airflow.dag_processing.dagbag import DagBag

    return DagBag(str(DAGS))


@pytest.fixture
def stand_in(tmp_path, monkeypatch):
    """Points the DAGs at a launcher that notes its arguments and ends with a code, and at a lake of its own."""
    return StandIn(tmp_path, monkeypatch)


class StandIn:
    def __init__(self, folder: Path, monkeypatch: pytest.MonkeyPatch) -> None:
        self.folder = folder
        self.lake = folder / "lake"
        (folder / "schemas").symlink_to(HOME / "schemas")
        monkeypatch.setenv("SUPPORTLAKE_HOME", str(folder))
        monkeypatch.setenv("SUPPORTLAKE_LAKE", str(self.lake))
        self.ends_with(0)

    def ends_with(self, code: int) -> StandIn:
        launcher = self.folder / "supportlake"
        launcher.write_text(f'#!/bin/sh\necho "$*" >> "{self.folder}/calls"\necho "said on the way out"\nexit {code}\n')
        launcher.chmod(launcher.stat().st_mode | stat.S_IXUSR)
        return self

    def has_finished(self, complete_until: dict[str, date | None], sequence: int = 1) -> StandIn:
        """Appends the rows that a run leaves in ops.run."""
        rows = [
            {"run_sequence": sequence, "table_name": t, "delta_version": 4, "complete_until": d, "rows_built": 7}
            for t, d in complete_until.items()
        ]
        schema = pa.schema(
            [
                ("run_sequence", pa.int64()),
                ("table_name", pa.string()),
                ("delta_version", pa.int64()),
                ("complete_until", pa.date32()),
                ("rows_built", pa.int64()),
            ]
        )
        write_deltalake(str(self.lake / "ops" / "run"), pa.Table.from_pylist(rows, schema=schema), mode="append")
        return self

    @property
    def calls(self) -> list[str]:
        """The commands the launcher was given, without the places."""
        file = self.folder / "calls"
        return [line.partition(" --lake ")[0] for line in file.read_text().splitlines()] if file.exists() else []
