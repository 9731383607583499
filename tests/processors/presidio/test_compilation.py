"""Definitions come from a child process, once."""

from __future__ import annotations

import subprocess
import sys
import time
from pathlib import Path

import pytest
from spanwright_processors.presidio import cache as cache_files
from spanwright_processors.presidio import compilation, room
from spanwright_processors.presidio.definitions import Definitions
from spanwright_processors.presidio.selection import Selection


@pytest.fixture
def cache(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.setenv("XDG_CACHE_HOME", str(tmp_path))
    return cache_files.folder()


def test_compiled_once(cache: Path, monkeypatch: pytest.MonkeyPatch, definitions: Definitions) -> None:
    """The child keeps what it wrote; a damaged file is made anew."""
    assert compilation.definitions(Selection()) == definitions
    file = compilation.definitions_file(Selection())
    assert {each.name for each in cache.iterdir()} == {file.name, file.with_suffix(".lock").name}
    whole = file.read_text()
    with monkeypatch.context() as patch:
        patch.setattr(compilation, "_compiled", lambda *_: pytest.fail("compiled twice"))
        assert compilation.definitions(Selection()) == definitions
    for damaged in (whole[:-100], whole.replace('"format":', '"formed":')):
        cache_files.write(file, damaged.partition("\n")[2])
        assert compilation.definitions(Selection()) == definitions
        assert file.read_text() == whole


def test_without_a_cache(cache: Path, definitions: Definitions) -> None:
    """Where nothing can be written, the definitions come through the pipe."""
    cache.parent.mkdir(exist_ok=True)
    cache.write_text("a file where the folder should be")
    assert compilation.definitions(Selection()) == definitions


def test_several_at_once_compile_once(cache: Path, definitions: Definitions) -> None:
    """The workers of one server."""
    code = (
        "from spanwright_processors.presidio import Selection, compilation; "
        "made = compilation._compiled; "
        "compilation._compiled = lambda *parts: print('compiled') or made(*parts); "
        "compilation.definitions(Selection())"
    )
    workers = [subprocess.Popen([sys.executable, "-c", code], stdout=subprocess.PIPE) for _ in range(3)]
    outputs = [worker.communicate(timeout=60)[0] for worker in workers]
    assert sorted(outputs) == [b"", b"", b"compiled\n"]


def test_it_is_kept_although_the_asker_has_ended(cache: Path, definitions: Definitions) -> None:
    """A short job starts it, the next one finds it."""
    code = (
        "import subprocess, threading, time; "
        "from spanwright_processors.presidio import Selection, compilation; "
        "asked, ask = threading.Event(), subprocess.Popen.communicate; "
        "subprocess.Popen.communicate = lambda *a, **o: (asked.set(), ask(*a, **o))[1]; "
        "threading.Thread(target=compilation.definitions, args=[Selection()], daemon=True).start(); "
        "asked.wait(30); time.sleep(0.3)"
    )
    subprocess.run([sys.executable, "-c", code], check=True)
    file = compilation.definitions_file(Selection())
    until = time.monotonic() + 60
    while not file.exists() and time.monotonic() < until:
        time.sleep(0.1)
    assert file.exists()


def test_no_child_where_memory_is_short(cache: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """It would take the application with it."""
    monkeypatch.setattr(room, "free_bytes", lambda: 100_000_000)
    with pytest.raises(
        compilation.CompilationError, match="takes 300 MB of memory for a moment, and 100 are"
    ):
        compilation.definitions(Selection())


@pytest.mark.parametrize("child", ["raise SystemExit(3)", "print('{}')", "import os; os._exit(0)", "1 +"])
def test_a_broken_child_is_one_error(cache: Path, monkeypatch: pytest.MonkeyPatch, child: str) -> None:
    """Whatever becomes of it."""
    monkeypatch.setattr(compilation, "_CHILD", child)
    with pytest.raises(
        compilation.CompilationError, match="Cannot read the recognizers of presidio-analyzer"
    ):
        compilation.definitions(Selection())


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
    assert not list(cache.glob("*.json"))


def test_an_unknown_locale_is_refused(cache: Path) -> None:
    """With those that there are."""
    with pytest.raises(
        compilation.CompilationError, match=r"no recognizers for the locale 'xx', only for .*uk"
    ):
        compilation.definitions(Selection(("xx",)))


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
    assert len(list(cache.glob("*.json"))) == 1
