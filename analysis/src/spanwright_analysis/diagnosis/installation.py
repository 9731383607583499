"""What is installed here: our distributions, OpenTelemetry's, and the libraries we have instrumentors for."""

from __future__ import annotations

import platform
import re
from collections.abc import Iterator, Mapping
from importlib import metadata
from typing import Any

from packaging.requirements import Requirement

from .finding import Finding, Level, Section

_OURS = ("spanwright-semconv", "spanwright-processors", "spanwright-instrumentation", "spanwright-analysis")
_NEEDED = ("opentelemetry-sdk", "opentelemetry-distro", "opentelemetry-instrumentation")
_INSTRUMENTATION = "spanwright-instrumentation"


def versions() -> Section:
    """Python, our distributions, and the OpenTelemetry ones that the way without code needs."""
    ours = {_version(name) for name in _OURS} - {None}
    findings = [Finding(Level.GOOD, "python", platform.python_version())]
    if len(ours) > 1:
        differ = ", ".join(sorted(filter(None, ours)))
        text = f"the versions differ: {differ}. Install the same one of all of them."
        findings.append(Finding(Level.WRONG, "spanwright", text))
    for name in _OURS + _NEEDED:
        version = _version(name)
        findings.append(Finding(Level.GOOD if version else Level.ABSENT, name, version or "not installed"))
    return Section("Installed", tuple(findings))


def instrumentors(probed: Mapping[str, Mapping[str, Any]] | None) -> Section:
    """Our instrumentors: is the library there, in a version we support, and was it patched?

    ``probed`` is what the probe found by library; None where it could not run.
    """
    findings = [_instrumentor(name, needs, (probed or {}).get(needs.name)) for name, needs in _supported()]
    findings += [
        Finding(
            Level.NOTE,
            point.name,
            f"{point.value.partition('.')[0]} traces model calls too: one call, two spans?",
        )
        for point in metadata.entry_points(group="opentelemetry_instrumentor")
        if not point.value.startswith("spanwright") and point.name in {name for name, _ in _supported()}
    ]
    return Section("Instrumentors", tuple(findings))


def _instrumentor(name: str, needs: Requirement, probed: Mapping[str, Any] | None) -> Finding:
    version = _version(needs.name)
    if version is None:
        return Finding(Level.ABSENT, name, f"{needs.name} is not installed")
    library = f"{needs.name} {version}"
    if not needs.specifier.contains(version, prereleases=True):
        text = f"{library} is not supported. Install a version that is {needs.specifier}."
        return Finding(Level.WRONG, name, text)
    if probed is None:
        return Finding(Level.NOTE, name, f"{library}; not seen at work")
    if "error" in probed:
        return Finding(Level.WRONG, name, f"{library}; cannot be loaded: {probed['error']}")
    if not probed["active"]:
        return Finding(
            Level.NOTE, name, f"{library}; not patched. Is it in OTEL_PYTHON_DISABLED_INSTRUMENTATIONS?"
        )
    return Finding(Level.GOOD, name, f"{library}, supported {needs.specifier}")


def _supported() -> Iterator[tuple[str, Requirement]]:
    """Each library we have an instrumentor for: the extra's name is the instrumentor's, its requirement the
    range.
    """
    if _version(_INSTRUMENTATION) is None:
        return
    for text in metadata.requires(_INSTRUMENTATION) or ():
        extra = re.search(r"""extra == ['"]([\w.-]+)['"]""", text)
        if extra:
            yield extra.group(1), Requirement(text)


def _version(name: str) -> str | None:
    try:
        return metadata.version(name)
    except metadata.PackageNotFoundError:
        return None
