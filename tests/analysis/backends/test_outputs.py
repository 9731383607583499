"""All files together."""

from __future__ import annotations

import importlib.util
import json
import re
from pathlib import Path
from typing import Any

from spanwright_analysis.backends import BACKENDS, outputs
from spanwright_analysis.backends.definition import Definition
from spanwright_semconv.checker import definition_of

ROOT = Path(__file__).resolve().parents[3]
_NAME = re.compile(r"(?<![\w./])((?:spanwright|gen_ai)(?:\.[a-z0-9_]+)+)(?![\w.]*(?:json|tf|yaml)\b)")


def test_every_backend_has_files_that_can_be_read(definition: Definition) -> None:
    """JSON is JSON, and every file lies in its backend's folder."""
    made = outputs(definition)
    assert {name.partition("/")[0] for name in made} == set(BACKENDS)
    for name, text in made.items():
        if name.endswith(".json"):
            json.loads(text)


def test_every_attribute_named_is_registered(definition: Definition) -> None:
    """Whatever a query filters, groups or measures by is in the registry, or a metric here."""
    from spanwright_analysis.backends.datadog_query import metric_name

    metrics = {name for metric in definition.metrics.values() for name in (metric.name, metric_name(metric))}
    metrics |= {f"sli.spanwright.{budget.type}.p99" for budget in definition.budgets}
    events = {population.event for population in definition.populations.values()}
    namespaces = {"spanwright.spans", "spanwright.trace"}
    wrong = set()
    for name, text in outputs(definition).items():
        if name.endswith(".tf"):
            continue
        for key in _NAME.findall(text):
            if definition_of(key) is None and key not in metrics | events | namespaces:
                wrong.add((name, key))
    wrong = {(name, key) for name, key in wrong if f"sli.{key}" not in metrics}
    assert wrong == set()


def test_the_repository_has_them_as_they_are_made() -> None:
    """`make check` compares; a surplus file is told too."""
    specification = importlib.util.spec_from_file_location(
        "backends_generate", ROOT / "backends" / "generate.py"
    )
    assert specification is not None
    assert specification.loader is not None
    generate: Any = importlib.util.module_from_spec(specification)
    specification.loader.exec_module(generate)
    assert generate.main(["--check"]) == 0
    files = generate.wanted()
    [first, *_] = files
    assert generate.stale(files | {first: "other"}) == [first]
