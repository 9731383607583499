"""The values for OpenTelemetry's Helm charts: valid by their schemas, and what they make is what we mean."""

from __future__ import annotations

import json
import os
import re
import shutil
import subprocess
from pathlib import Path
from typing import Any

import pytest
import yaml
from jsonschema import Draft202012Validator  # type: ignore[import-untyped]
from spanwright_processors.settings import load_settings

kubernetes_validate: Any = pytest.importorskip("kubernetes_validate")

ROOT = Path(__file__).parents[3]
FOLDER = ROOT / "collector-config"
HELM = "helm.sh/helm/v3/cmd/helm@v3.22.0"
#: Where OpenTelemetry's Helm charts are, in a folder ``charts`` as in their repository: no registry has them.
CHARTS = Path(os.environ.get("SPANWRIGHT_HELM_CHARTS", ROOT.parent / "shared" / "helm-charts"))
KUBERNETES = "1.37"
#: Each file of values with its chart, and the configuration that its Collector runs.
VALUES = {
    "agent": ("opentelemetry-collector", "agent.yaml"),
    "gateway": ("opentelemetry-collector", "gateway.yaml"),
    "export": ("opentelemetry-collector", "kafka.yaml"),
    "operator": ("opentelemetry-operator", ""),
}
COLLECTORS = [name for name, (_, configuration) in VALUES.items() if configuration]
STAGES = ["gateway", "export"]


def values(name: str) -> dict[str, Any]:
    loaded: dict[str, Any] = yaml.safe_load((FOLDER / "helm" / f"{name}.yaml").read_text())
    return loaded


def variables(container: dict[str, Any], key: str = "env") -> dict[str, str]:
    return {one["name"]: one.get("value", "") for one in container[key]}


@pytest.fixture(scope="session")
def helm() -> Path:
    """Helm, built from its Go module once, where there are charts for it."""
    chart("operator")
    built = ROOT / ".build" / "helm-3.22.0" / "helm"
    if not built.exists():
        if shutil.which("go") is None:
            pytest.skip("Helm is built from its Go module and 'go' is not on PATH")
        environment = os.environ | {"GOBIN": str(built.parent), "GOFLAGS": ""}
        made = subprocess.run(
            ["go", "install", HELM], env=environment, capture_output=True, text=True, check=False
        )
        if made.returncode:
            pytest.skip(f"Helm cannot be built from its Go module: {made.stderr[-300:]}")
    return built


def chart(name: str) -> Path:
    folder = CHARTS / "charts" / VALUES[name][0]
    if not folder.is_dir():
        pytest.skip(f"SPANWRIGHT_HELM_CHARTS names no folder with charts/{folder.name}")
    return folder


def rendered(helm: Path, name: str) -> list[dict[str, Any]]:
    command = [str(helm), "template", f"spanwright-{name}", str(chart(name)), "--kube-version", KUBERNETES]
    command += ["--api-versions", "policy/v1", "-f", str(FOLDER / "helm" / f"{name}.yaml")]
    made = subprocess.run(command, capture_output=True, text=True, check=False)
    assert made.returncode == 0, made.stderr
    return [one for one in yaml.safe_load_all(made.stdout) if one]


@pytest.mark.parametrize("name", VALUES)
def test_values_are_valid_by_the_charts_schema(name: str) -> None:
    """Over the chart's defaults, as Helm puts them together; unknown keys are refused by the schema."""
    schema = json.loads((chart(name) / "values.schema.json").read_text())
    defaults = yaml.safe_load((chart(name) / "values.yaml").read_text())
    errors = Draft202012Validator(schema).iter_errors(merged(defaults, values(name)))
    assert [f"{list(error.path)}: {error.message}" for error in errors] == []


def merged(defaults: Any, given: Any) -> Any:
    if isinstance(defaults, dict) and isinstance(given, dict):
        return defaults | {key: merged(defaults.get(key), value) for key, value in given.items()}
    return given


@pytest.mark.parametrize("name", COLLECTORS)
def test_what_helm_makes_of_them_is_valid(helm: Path, name: str) -> None:
    """By Kubernetes' own schemas; it runs our configuration from the config map, and our stage beside it."""
    made = rendered(helm, name)
    for document in made:
        kubernetes_validate.validate(document, KUBERNETES, strict=True)
    (workload,) = [one for one in made if one["kind"] in ("StatefulSet", "DaemonSet")]
    pod = workload["spec"]["template"]["spec"]
    given = values(name)
    suffix = "-agent" if given["mode"] == "daemonset" else ""
    assert workload["metadata"]["name"] == given["fullnameOverride"] + suffix
    names = [one["name"] for one in pod["containers"]]
    assert names == ["opentelemetry-collector", "stage"][: 1 + (name in STAGES)]
    collector = pod["containers"][0]
    assert collector["args"] == ["--config=/conf/relay.yaml"]
    assert collector["image"] == "spanwright-collector:0.1.0"
    volumes = {one["name"] for one in pod["volumes"]}
    volumes |= {one["metadata"]["name"] for one in workload["spec"].get("volumeClaimTemplates", ())}
    for container in pod["containers"]:
        assert {one["name"] for one in container["volumeMounts"]} <= volumes
        assert container["securityContext"]["readOnlyRootFilesystem"] is True
        assert container["securityContext"]["capabilities"] == {"drop": ["ALL"]}


def test_the_operator_injects_our_image(helm: Path) -> None:
    """Into pods that ask for Python's auto-instrumentation, and our Collector where one is asked for."""
    (operator,) = [one for one in rendered(helm, "operator") if one["kind"] == "Deployment"]
    arguments = operator["spec"]["template"]["spec"]["containers"][0]["args"]
    assert "--auto-instrumentation-python-image=spanwright-autoinstrumentation:0.1.0" in arguments
    assert "--collector-image=spanwright-collector:0.1.0" in arguments
    resource = yaml.safe_load((FOLDER / "kubernetes" / "instrumentation.yaml").read_text())
    assert resource["spec"]["python"]["image"] == "spanwright-autoinstrumentation:0.1.0"


@pytest.mark.parametrize("name", COLLECTORS)
def test_variables_are_those_of_the_configuration(name: str) -> None:
    """A misspelt one would be ignored without a word."""
    known = re.findall(r"COLLECTOR_[A-Z_]+", (FOLDER / VALUES[name][1]).read_text())
    assert {one for one in variables(values(name), "extraEnvs") if one.startswith("COLLECTOR_")} <= set(known)


@pytest.mark.parametrize("name", STAGES)
def test_the_stage_understands_its_settings(name: str) -> None:
    """Its variables and its file together, where the config map is mounted."""
    (stage,) = values(name)["extraContainers"]
    environment = variables(stage)
    file = Path(environment["SPANWRIGHT_CONFIG_FILE"])
    mounted = {one["mountPath"]: one["name"] for one in stage["volumeMounts"]}
    maps = {one["name"]: one.get("configMap", {}).get("name") for one in values(name)["extraVolumes"]}
    assert maps[mounted[str(file.parent)]] == values(name)["configMap"]["existingName"]
    folder = {"gateway": "gateway", "export": "kafka"}[name]
    given = {key: value for key, value in environment.items() if value}
    settings = load_settings(given | {"SPANWRIGHT_CONFIG_FILE": str(FOLDER / folder / file.name)})
    assert settings.stage.admin == "0.0.0.0:13134"
    assert settings.stage.next.endpoint


def test_agents_know_every_gateway() -> None:
    """Stable names of the stateful set, one for each replica, by a service without an address of its own."""
    gateway = values("gateway")
    name = gateway["fullnameOverride"]
    expected = [f"{name}-{number}.{name}:4317" for number in range(gateway["replicaCount"])]
    assert yaml.safe_load(variables(values("agent"), "extraEnvs")["COLLECTOR_GATEWAYS"]) == expected
    assert gateway["service"]["clusterIP"] == "None"


@pytest.mark.parametrize("name", ["agent", "gateway"])
def test_they_say_what_the_manifests_say(name: str) -> None:
    """One way of installing is not set otherwise than the other."""
    documents = yaml.safe_load_all((FOLDER / "kubernetes" / f"{name}.yaml").read_text())
    (workload,) = [one for one in documents if one["kind"] in ("StatefulSet", "DaemonSet")]
    containers = {one["name"]: one for one in workload["spec"]["template"]["spec"]["containers"]}
    given = values(name)
    assert variables(given, "extraEnvs") == variables(containers["collector"])
    assert given["resources"] == containers["collector"]["resources"]
    pod = workload["spec"]["template"]["spec"]
    assert given["securityContext"] == containers["collector"]["securityContext"]
    assert given.get("podSecurityContext") == pod.get("securityContext")
    for stage in given.get("extraContainers", ()):
        assert variables(stage) == variables(containers["stage"])
        assert stage["resources"] == containers["stage"]["resources"]
