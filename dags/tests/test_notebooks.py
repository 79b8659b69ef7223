"""The notebooks on a lake whose tables are all empty: plain words instead of charts, and no error."""

from __future__ import annotations

from datetime import date
from pathlib import Path

import nbformat
import pyarrow as pa
import pytest
import yaml
from deltalake import write_deltalake
from nbclient import NotebookClient

import plan

HOME = Path(__file__).resolve().parents[2]
NOTEBOOKS = sorted((HOME / "notebooks").glob("*.ipynb"))
TYPES = {
    "string": pa.string(),
    "date": pa.date32(),
    "timestamp": pa.timestamp("us", tz="UTC"),
    "boolean": pa.bool_(),
    "int": pa.int32(),
    "long": pa.int64(),
    "double": pa.float64(),
    "array<string>": pa.list_(pa.string()),
}


def arrow_type(physical: str) -> pa.DataType:
    return TYPES.get(physical, pa.decimal128(28, 6) if physical.startswith("decimal") else pa.string())


@pytest.fixture
def empty_lake(tmp_path):
    rows = []
    for table in plan.tables(HOME / "schemas"):
        layer, name = table.name.split(".")
        contract = yaml.safe_load((HOME / "schemas" / layer / f"{name}.odcs.yaml").read_text())
        columns = [(c["name"], arrow_type(c["physicalType"])) for c in contract["schema"][0]["properties"]]
        write_deltalake(str(tmp_path / layer / name), pa.schema(columns).empty_table())
        rows.append({"run_sequence": 1, "table_name": table.name, "delta_version": 0, "rows_built": 0})
    days = {"complete_until": date(2026, 2, 1), "to_date": date(2026, 2, 1)}
    write_deltalake(str(tmp_path / "ops" / "run"), pa.Table.from_pylist([row | days for row in rows]))
    return tmp_path


@pytest.mark.parametrize("file", NOTEBOOKS, ids=lambda f: f.stem)
def test_an_empty_lake_gives_words_and_no_error(file, empty_lake, monkeypatch):
    monkeypatch.setenv("SUPPORTLAKE_LAKE", str(empty_lake))
    notebook = nbformat.read(file, as_version=4)
    NotebookClient(notebook, timeout=120, resources={"metadata": {"path": str(file.parent)}}).execute()
    outputs = [o for cell in notebook.cells if cell.cell_type == "code" for o in cell.outputs]
    words = "".join(o.text for o in outputs if o.output_type == "stream" and o.name == "stdout")
    assert "yet" in words
    assert not [o for o in outputs if "image/svg+xml" in o.get("data", {})]


@pytest.mark.parametrize("file", NOTEBOOKS, ids=lambda f: f.stem)
def test_a_notebook_is_committed_without_outputs(file):
    code = [cell for cell in nbformat.read(file, as_version=4).cells if cell.cell_type == "code"]
    assert [cell.id for cell in code if cell.outputs or cell.execution_count] == []
