"""The manifests for Kubernetes: valid by its own schemas, and fitting what they configure."""

from __future__ import annotations

import json
import re
import shutil
import subprocess
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
import yaml
from jsonschema import Draft202012Validator  # type: ignore[import-untyped]
from spanwright_processors.settings import load_settings

kubernetes_validate: Any = pytest.importorskip("kubernetes_validate")

FOLDER = Path(__file__).parents[3] / "collector-config"
MANIFESTS = ("agent.yaml", "gateway.yaml")
#: The oldest that is still maintained, and the newest that the schemas know.
VERSIONS = ("1.34", "1.37")
#: Where the operator's own definitions are read: its Go module.
OPERATOR = "github.com/open-telemetry/opentelemetry-operator@v0.142.0"


def documents(name: str) -> list[dict[str, Any]]:
    return list(yaml.safe_load_all((FOLDER / "kubernetes" / name).read_text()))


def containers() -> Iterator[tuple[dict[str, Any], dict[str, Any]]]:
    """Each container with its pod's specification."""
    for name in MANIFESTS:
        for document in documents(name):
            pod = document.get("spec", {}).get("template", {}).get("spec")
            for container in pod["containers"] if pod else ():
                yield container, pod


def variables(container: dict[str, Any]) -> dict[str, str]:
    return {one["name"]: one.get("value", "") for one in container["env"]}


@pytest.mark.parametrize("version", VERSIONS)
@pytest.mark.parametrize("name", MANIFESTS)
def test_manifests_are_valid(name: str, version: str) -> None:
    """By Kubernetes' own schemas, unknown fields refused."""
    for document in documents(name):
        kubernetes_validate.validate(document, version, strict=True)


def test_kustomize_builds_them() -> None:
    """One command makes everything that is applied, configurations included."""
    if shutil.which("kubectl") is None:
        pytest.skip("kubectl is not on PATH")
    built = subprocess.run(["kubectl", "kustomize", FOLDER], capture_output=True, text=True, check=False)
    assert built.returncode == 0, built.stderr
    made = list(yaml.safe_load_all(built.stdout))
    maps = {
        one["metadata"]["name"].rpartition("-")[0]: one["data"] for one in made if one["kind"] == "ConfigMap"
    }
    assert set(maps) == {"spanwright-collector", "spanwright-gateway"}
    assert maps["spanwright-collector"]["gateway.yaml"] == (FOLDER / "gateway.yaml").read_text()
    mounted = {
        volume["configMap"]["name"]
        for one in made
        for volume in one.get("spec", {}).get("template", {}).get("spec", {}).get("volumes", ())
        if "configMap" in volume
    }
    assert mounted == {one["metadata"]["name"] for one in made if one["kind"] == "ConfigMap"}


def test_config_maps_have_every_file() -> None:
    """What gateway.yaml reads beside itself, whoever adds to it."""
    kustomization = yaml.safe_load((FOLDER / "kustomization.yaml").read_text())
    maps = {one["name"]: set(one["files"]) for one in kustomization["configMapGenerator"]}
    assert maps["spanwright-gateway"] == {f"gateway/{path.name}" for path in (FOLDER / "gateway").iterdir()}


def test_variables_are_those_of_the_configurations() -> None:
    """A misspelt one would be ignored without a word."""
    known = set(re.findall(r"COLLECTOR_[A-Z_]+", (FOLDER / "agent.yaml").read_text()))
    known |= set(re.findall(r"COLLECTOR_[A-Z_]+", (FOLDER / "gateway.yaml").read_text()))
    used = {name for container, _ in containers() for name in variables(container)}
    assert {name for name in used if name.startswith("COLLECTOR_")} <= known


def test_the_stage_understands_its_settings() -> None:
    """Its variables and its file together."""
    (stage,) = [container for container, _ in containers() if container["name"] == "stage"]
    environment = variables(stage) | {"SPANWRIGHT_CONFIG_FILE": str(FOLDER / "gateway" / "stage.yaml")}
    del environment["SPANWRIGHT_HASH_KEY"]
    settings = load_settings(environment)
    assert settings.stage.admin == "0.0.0.0:13134"
    assert settings.stage.next.endpoint == "http://127.0.0.1:4319"


def test_agents_know_every_gateway() -> None:
    """Stable names of the stateful set, one for each replica."""
    agent = next(container for container, _ in containers() if "COLLECTOR_GATEWAYS" in variables(container))
    (gateways,) = [one for one in documents("gateway.yaml") if one["kind"] == "StatefulSet"]
    name, service = gateways["metadata"]["name"], gateways["spec"]["serviceName"]
    expected = [f"{name}-{number}.{service}:4317" for number in range(gateways["spec"]["replicas"])]
    assert yaml.safe_load(variables(agent)["COLLECTOR_GATEWAYS"]) == expected


def test_nothing_runs_with_privileges() -> None:
    """No escalation or capabilities, nothing written but to volumes; memory is limited above its own."""
    for container, pod in containers():
        security = container["securityContext"]
        assert security["allowPrivilegeEscalation"] is False
        assert security["readOnlyRootFilesystem"] is True
        assert security["capabilities"] == {"drop": ["ALL"]}
        assert pod["automountServiceAccountToken"] is False
        limit = container["resources"]["limits"]["memory"]
        mebibytes = int(limit[:-2]) * (1024 if limit.endswith("Gi") else 1)
        assert mebibytes > int(variables(container).get("COLLECTOR_MEMORY_MIB", "0"))


def test_queues_can_be_written() -> None:
    """A volume belongs to the group of the pod; a folder of the node, to root alone."""
    for container, pod in containers():
        mounted = {one["name"] for one in container["volumeMounts"]}
        of_the_node = {one["name"] for one in pod["volumes"] if "hostPath" in one}
        if mounted & of_the_node:
            assert container["securityContext"]["runAsUser"] == 0
        elif "queue" in mounted:
            assert pod["securityContext"]["fsGroup"] == pod["securityContext"]["runAsUser"] == 65532


def test_the_operators_resource_is_valid() -> None:
    """By the operator's own definition of it."""
    if shutil.which("go") is None:
        pytest.skip("the operator's definitions are in its Go module and 'go' is not on PATH")
    asked = subprocess.run(
        ["go", "mod", "download", "-json", OPERATOR], capture_output=True, text=True, check=False, cwd=FOLDER
    )
    if asked.returncode:
        pytest.skip("the operator's Go module cannot be downloaded")
    bases = Path(json.loads(asked.stdout)["Dir"]) / "config" / "crd" / "bases"
    definition = yaml.safe_load((bases / "opentelemetry.io_instrumentations.yaml").read_text())
    schemas = {one["name"]: one["schema"]["openAPIV3Schema"] for one in definition["spec"]["versions"]}
    for document in documents("instrumentation.yaml"):
        schema = _closed(schemas[document["apiVersion"].partition("/")[2]])
        assert [error.message for error in Draft202012Validator(schema).iter_errors(document)] == []


def _closed(schema: Any) -> Any:
    """The schema with unknown fields refused, as the API server prunes them."""
    if isinstance(schema, list):
        return [_closed(one) for one in schema]
    if not isinstance(schema, dict):
        return schema
    closed = {key: _closed(value) for key, value in schema.items()}
    if "properties" in schema and "additionalProperties" not in schema and schema.get("type") == "object":
        closed["additionalProperties"] = schema["properties"].get("metadata") is not None and len(schema) < 3
    return closed
