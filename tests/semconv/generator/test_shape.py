"""Files of the registry have the shape of Weaver's definition/2."""

from __future__ import annotations

from typing import Any

import pytest
from generator.shape import manifest_errors, shape_errors

ATTRIBUTE = {"key": "a.b", "type": "string", "brief": "B.", "stability": "development"}


def file(**sections: Any) -> dict[str, Any]:
    return {"file_format": "definition/2", **sections}


def test_a_correct_file_has_no_errors() -> None:
    """Attributes, groups, spans, metrics and events with their required keys are accepted."""
    signal = {
        "brief": "B.",
        "stability": "stable",
        "attributes": [{"ref": "a.b", "requirement_level": "required"}],
    }
    document = file(
        attributes=[ATTRIBUTE],
        attribute_groups=[{"id": "g", "visibility": "internal", "attributes": [{"ref": "a.b"}]}],
        spans=[{"type": "s", "kind": "client", "name": {"note": "{a.b}"}, **signal}],
        metrics=[{"name": "m", "unit": "s", "instrument": "histogram", **signal}],
        events=[{"name": "e", **signal}],
    )
    assert shape_errors(document) == []


@pytest.mark.parametrize(
    ("document", "error"),
    [
        ({}, "file_format"),
        (file(groups=[]), "unknown section 'groups'"),
        (file(attributes=[{**ATTRIBUTE, "type": "float"}]), "type 'float' does not exist"),
        (file(attributes=[{**ATTRIBUTE, "type": {"members": []}}]), "needs members"),
        (file(attributes=[{**ATTRIBUTE, "type": {"members": [{"id": "x"}]}}]), "'value' is missing"),
        (file(attributes=[{**ATTRIBUTE, "stability": "old"}]), "stability 'old'"),
        (file(attributes=[{**ATTRIBUTE, "unit": "s"}]), "unknown key 'unit'"),
        (file(attributes=[{**ATTRIBUTE, "deprecated": {"reason": "renamed"}}]), "'renamed_to' is missing"),
        (file(attributes=[{**ATTRIBUTE, "deprecated": {"reason": "obsoleted"}}]), "'note' is missing"),
        (file(attributes=[{**ATTRIBUTE, "deprecated": {"reason": "gone"}}]), "deprecated.reason 'gone'"),
        (file(attribute_groups=[{"id": "g", "visibility": "public"}]), "'brief' is missing"),
        (file(events=[{"name": "e", "brief": "B."}]), "'stability' is missing"),
        (
            file(
                events=[
                    {"name": "e", "brief": "B.", "stability": "stable", "attributes": [{"ref": "a", "x": 1}]}
                ]
            ),
            "unknown key 'x'",
        ),
        (
            file(
                events=[
                    {
                        "name": "e",
                        "brief": "B.",
                        "stability": "stable",
                        "attributes": [{"ref": "a", "requirement_level": "must"}],
                    }
                ]
            ),
            "requirement_level 'must'",
        ),
    ],
)
def test_a_wrong_file_is_refused(document: dict[str, Any], error: str) -> None:
    """Each defect is named."""
    assert any(error in found for found in shape_errors(document)), shape_errors(document)


@pytest.mark.parametrize("url", ["https://example.com/schemas/1.0.0", "http://example.com/s/0.1.0-dev"])
def test_a_schema_url_ends_with_its_version(url: str) -> None:
    """The manifest names itself and its dependencies by versioned URLs."""
    assert (
        manifest_errors({"schema_url": url, "dependencies": [{"schema_url": url, "registry_path": "../x"}]})
        == []
    )
    assert manifest_errors({"schema_url": "https://example.com/schemas"}) != []
    assert manifest_errors({"schema_url": url, "dependencies": [{"schema_url": "latest"}]}) != []
