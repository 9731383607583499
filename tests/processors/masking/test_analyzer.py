"""An AnalyzerEngine on a thread of its own."""

from __future__ import annotations

import threading
import time
from pathlib import Path
from typing import Any, NamedTuple

import pytest
from spanwright_processors.counters import Counters
from spanwright_processors.detect.finding import Finding
from spanwright_processors.detect.found import BudgetExceededError, NotReadyError
from spanwright_processors.masking.analyzer import Analyzer, check_analyzer, load_analyzer
from support.loading import LoadedAtOnce


class Result(NamedTuple):
    entity_type: str
    start: int
    end: int
    score: float


class Engine:
    """Finds "Oslo"; fails, hangs or takes its time over others."""

    def __init__(self) -> None:
        self.threads: set[str] = set()

    def analyze(self, *, text: str, language: str, entities: list[str]) -> list[Result]:
        self.threads.add(threading.current_thread().name)
        assert (language, entities) == ("en", ["LOCATION"])
        if "slow" in text:
            time.sleep(0.4)
        if "exit" in text:
            raise SystemExit
        at = text.find("Oslo")
        return [Result("LOCATION", at, at + 4, 0.85)] if at >= 0 else []


ENGINE = Engine()


def loaded(engine: Engine) -> LoadedAtOnce:
    return LoadedAtOnce("it", lambda: engine, "", Counters())


def made() -> Any:
    return ENGINE


def test_findings_come_from_another_thread() -> None:
    """Never the caller's."""
    engine = Engine()
    analyzer = Analyzer(loaded(engine), ["LOCATION"])
    assert analyzer.find("to Oslo") == [Finding("LOCATION", 3, 7, 0.85)]
    assert analyzer.find("nowhere") == []
    assert engine.threads == {"SpanwrightAnalyzer"}


def test_a_slow_text_is_given_up() -> None:
    """Within the budget, and the next text is found when the thread is through with it."""
    analyzer = Analyzer(loaded(Engine()), ["LOCATION"], seconds=0.05)
    began = time.perf_counter()
    with pytest.raises(BudgetExceededError):
        analyzer.find("slow Oslo")
    assert time.perf_counter() - began < 0.3
    time.sleep(0.5)
    assert analyzer.find("Oslo") == [Finding("LOCATION", 0, 4, 0.85)]


def test_what_an_engine_raises_comes_through_and_its_exit_ends_nothing() -> None:
    """The thread is there for the next text."""
    analyzer = Analyzer(loaded(Engine()), ["LOCATION"])
    with pytest.raises(RuntimeError):
        analyzer.find("exit")
    assert analyzer.find("Oslo") != []
    analyzer.fork()
    assert analyzer.find("Oslo") != []


def test_until_it_is_loaded_nothing_is_let_through() -> None:
    """And never, where it cannot be."""

    def refused() -> Engine:
        raise ValueError("no such engine")

    loading = LoadedAtOnce("it", refused, "", Counters())
    with pytest.raises(NotReadyError):
        Analyzer(loading, ["LOCATION"]).find("Oslo")


def test_an_engine_is_found_by_import_path(monkeypatch: pytest.MonkeyPatch) -> None:
    """The object itself, or what a function returns."""
    module = type(threading)("my_engines")
    vars(module).update(engine=ENGINE, make=made, nothing=object())
    monkeypatch.setitem(__import__("sys").modules, "my_engines", module)
    assert load_analyzer("my_engines:engine") is ENGINE
    assert load_analyzer("my_engines:make") is ENGINE


def test_what_is_missing_is_said_at_once(tmp_path: Path) -> None:
    """Without importing or loading anything."""
    check_analyzer("threading:whatever")
    file = tmp_path / "analyzer.yaml"
    file.write_text("models: [")
    for reference in ("nowhere.yaml", "word", "no_such_package.module:engine", str(file)):
        with pytest.raises(ValueError, match=r"^Cannot use mask\.analyzer: .* instead\.$"):
            check_analyzer(reference)


@pytest.mark.parametrize(
    "reference", ["nowhere.yaml", "no_such_module:engine", "threading:no_such_name", "word", "json:loads"]
)
def test_a_wrong_reference_is_one_clear_error(reference: str) -> None:
    """It quotes the key and says what to do."""
    with pytest.raises(ValueError, match=r"^Cannot use mask\.analyzer: .* instead\.$"):
        load_analyzer(reference)


def test_a_missing_model_is_said_and_not_downloaded(tmp_path: Path) -> None:
    """Presidio would fetch it."""
    file = tmp_path / "analyzer.yaml"
    file.write_text(
        "nlp_configuration:\n  nlp_engine_name: spacy\n"
        "  models: [{lang_code: en, model_name: en_core_web_missing}]\n"
    )
    with pytest.raises(ValueError, match=r"the model en_core_web_missing .* is not installed"):
        load_analyzer(str(file))
