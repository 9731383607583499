"""Terraform's modules: parsed by Terraform, and no argument that the providers' documents do not name."""

from __future__ import annotations

import re
import shutil
import subprocess
from pathlib import Path

import pytest
from spanwright_analysis.backends.definition import Definition
from spanwright_analysis.backends.honeycomb import files as honeycomb_files
from spanwright_analysis.backends.terraform import module

#: Resource -> what the documents of the providers (Datadog 3.x, Honeycomb 0.37 and newer) let it have.
ARGUMENTS = {
    "datadog_spans_metric": {"name", "compute", "filter", "group_by"},
    "datadog_logs_metric": {"name", "compute", "filter", "group_by"},
    "datadog_apm_retention_filter": {"name", "rate", "filter_type", "enabled", "filter"},
    "datadog_dashboard_json": {"dashboard", "url", "dashboard_lists"},
    "datadog_monitor_json": {"monitor", "url"},
    "honeycombio_query": {"dataset", "query_json"},
    "honeycombio_query_annotation": {"dataset", "query_id", "name", "description"},
    "honeycombio_derived_column": {"dataset", "alias", "description", "expression"},
    "honeycombio_slo": {"dataset", "name", "description", "sli", "target_percentage", "time_period", "tags"},
    "honeycombio_email_recipient": {"address"},
    "honeycombio_trigger": {
        "dataset",
        "name",
        "description",
        "query_json",
        "frequency",
        "alert_type",
        "tags",
        "threshold",
        "baseline_details",
        "recipient",
    },
    "honeycombio_flexible_board": {"name", "description", "tags", "preset_filter", "panel"},
}
_RESOURCE = re.compile(r'^resource "(\w+)" "\w+" \{\n(.*?)^\}', re.MULTILINE | re.DOTALL)
_ARGUMENT = re.compile(r'^  (?:dynamic "(\w+)"|(\w+)) (?:=|\{)|^  (\w+) +=', re.MULTILINE)
_META = {"for_each", "depends_on", "count", "lifecycle"}


@pytest.mark.parametrize("name", ["datadog", "honeycomb"])
def test_terraform_reads_it(name: str, tmp_path: Path) -> None:
    """Its own parser, by way of its formatter, which leaves the file as it is."""
    terraform = shutil.which("terraform") or shutil.which("tofu")
    if terraform is None:
        pytest.skip("terraform is not on PATH")
    (tmp_path / "main.tf").write_text(module(name)["main.tf"])
    ran = subprocess.run(
        [terraform, "fmt", "-check", "-diff"], cwd=tmp_path, capture_output=True, text=True, check=False
    )
    assert ran.returncode == 0, ran.stdout + ran.stderr


@pytest.mark.parametrize("name", ["datadog", "honeycomb"])
def test_arguments_are_the_providers(name: str) -> None:
    """Every resource is known, with no argument but its own."""
    found = _RESOURCE.findall(module(name)["main.tf"])
    assert {resource for resource, _ in found} == {key for key in ARGUMENTS if key.startswith(name)}
    for resource, body in found:
        given = {one for match in _ARGUMENT.findall(body) for one in match if one}
        assert given - _META <= ARGUMENTS[resource], resource


def test_every_kind_of_file_is_sent(definition: Definition) -> None:
    """The modules read the folders that the generators write, and no others."""
    folders = {name.partition("/")[0] for name in honeycomb_files(definition) if "/" in name}
    assert set(re.findall(r'path\.module\}/(\w+)"', module("honeycomb")["main.tf"])) == folders
    assert set(re.findall(r'fileset\(path\.module, "(\w+)/', module("datadog")["main.tf"])) == {
        "monitors",
        "spans_metrics",
        "logs_metrics",
    }
