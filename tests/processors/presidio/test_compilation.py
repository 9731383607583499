"""Definitions come from a child process, once."""

from __future__ import annotations

import stat
import subprocess
import sys
from pathlib import Path

import pytest
from spanwright_processors.presidio import compilation
from spanwright_processors.presidio.definitions import Definitions
from spanwright_processors.presidio.selection import Selection


@pytest.fixture
def cache(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.setenv("XDG_CACHE_HOME", str(tmp_path))
    return compilation.cache_folder()


def test_compiled_once(cache: Path, monkeypatch: pytest.MonkeyPatch, definitions: Definitions) -> None:
    """The child's output is kept; a damaged file is made anew; only the user may read it."""
    assert compilation.definitions(Selection()) == definitions
    (file,) = cache.iterdir()
    assert stat.S_IMODE(file.stat().st_mode) == 0o600
    whole = file.read_text()
    monkeypatch.setattr(compilation, "_compiled", lambda _selection: pytest.fail("compiled twice"))
    assert compilation.definitions(Selection()) == definitions
    file.write_text(whole[:-100])
    monkeypatch.setattr(compilation, "_compiled", lambda _selection: definitions.to_json())
    assert compilation.definitions(Selection()) == definitions
    assert file.read_text() == whole


def test_without_a_cache(cache: Path, monkeypatch: pytest.MonkeyPatch, definitions: Definitions) -> None:
    """Where nothing can be written, the definitions come all the same."""
    cache.parent.mkdir(exist_ok=True)
    cache.write_text("a file where the folder should be")
    monkeypatch.setattr(compilation, "_compiled", lambda _selection: definitions.to_json())
    assert compilation.definitions(Selection()) == definitions


def test_refused_file(cache: Path, tmp_path: Path) -> None:
    """What Presidio refuses is an error with its reason, and nothing is kept."""
    file = tmp_path / "broken.yaml"
    file.write_text(
        "recognizers:\n  - {name: X, supported_entity: X, patterns: [{name: p, regex: '(', score: 0.5}]}\n"
    )
    with pytest.raises(
        compilation.CompilationError, match="Cannot read the recognizers of presidio-analyzer"
    ):
        compilation.definitions(Selection(recognizers_file=str(file)))
    assert not cache.exists()


def test_not_installed(monkeypatch: pytest.MonkeyPatch) -> None:
    """Without presidio-analyzer there are no definitions."""
    monkeypatch.setattr(compilation, "_version", lambda _package: "")
    assert compilation.definitions(Selection()) is None
    assert not compilation.is_installed()


def test_environment(monkeypatch: pytest.MonkeyPatch) -> None:
    """The child is not traced, and fetches no list of public suffixes."""
    monkeypatch.setenv("OTEL_EXPORTER_OTLP_ENDPOINT", "http://collector")
    monkeypatch.setenv("SPANWRIGHT_STEPS", "mask")
    monkeypatch.setenv("PYTHONPATH", "/sitecustomize")
    environment = compilation._environment()
    assert not {"OTEL_EXPORTER_OTLP_ENDPOINT", "SPANWRIGHT_STEPS", "PYTHONPATH"} & environment.keys()
    assert environment["OTEL_SDK_DISABLED"] == "true"
    assert environment["TLDEXTRACT_PUBLIC_SUFFIX_LIST_URLS"] == ""


def test_imports_no_presidio(cache: Path) -> None:
    """The engine runs without Presidio, spaCy or tldextract in the process."""
    code = (
        "import sys; from spanwright_processors.presidio import load_engine; "
        "found = load_engine().find('call 415-555-2671 or mail a@example.com, account 12345678'); "
        "foreign = {'presidio_analyzer', 'spacy', 'tldextract', 'numpy'}; "
        "loaded = {name.split('.')[0] for name in sys.modules} & foreign; "
        "print(len(found), loaded)"
    )
    run = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert run.stdout.strip() == "6 set()"
    assert len(list(cache.iterdir())) == 1
