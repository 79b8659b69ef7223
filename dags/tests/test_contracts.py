"""Every contract is valid under the Open Data Contract Standard, by its JSON Schema and by its typed model."""

from __future__ import annotations

import json
from pathlib import Path

import jsonschema
import pytest
import yaml
from open_data_contract_standard.model import OpenDataContractStandard

SCHEMAS = Path(__file__).resolve().parents[2] / "schemas"
CONTRACTS = sorted(SCHEMAS.rglob("*.odcs.yaml"))
STANDARD = json.loads(OpenDataContractStandard.json_schema())


def test_there_are_contracts_in_every_layer():
    assert {f.parent.name for f in CONTRACTS} == {"raw", "silver", "gold", "ops"}


@pytest.mark.parametrize("file", CONTRACTS, ids=lambda f: f"{f.parent.name}.{f.name.removesuffix('.odcs.yaml')}")
def test_contract_follows_the_standard(file):
    contract = yaml.safe_load(file.read_text(encoding="utf-8"))
    validator = jsonschema.validators.validator_for(STANDARD)(STANDARD)
    assert [f"{e.json_path}: {e.message}" for e in validator.iter_errors(contract)] == []
    assert OpenDataContractStandard.from_file(str(file)).apiVersion == "v3.1.0"


def test_the_standard_refuses_a_key_it_does_not_know():
    contract = yaml.safe_load(CONTRACTS[0].read_text(encoding="utf-8")) | {"colour": "blue"}
    with pytest.raises(ValueError, match="colour"):
        OpenDataContractStandard(**contract)
