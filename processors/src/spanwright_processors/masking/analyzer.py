"""Presidio's own analyzer beside the patterns: custom recognizers, and models for names and places."""

from __future__ import annotations

import sys
import threading
from collections.abc import Collection, Iterator
from concurrent.futures import Future
from concurrent.futures import TimeoutError as FutureTimeoutError
from importlib import import_module
from importlib.util import find_spec
from pathlib import Path
from queue import SimpleQueue
from typing import Any

from ..detect.finding import Finding
from ..detect.found import BudgetExceededError, NotReadyError
from .loading import Loading, State


class Analyzer:
    """Finds ``entities`` with an ``AnalyzerEngine``, on a thread of its own.

    Until ``engine`` is loaded, and where it cannot be, ``NotReadyError`` is raised. Where a text takes longer
    than ``seconds`` (None: as long as it likes) ``BudgetExceededError`` is raised; the thread goes on with
    it, and the texts behind it wait. Safe from several threads.
    """

    def __init__(
        self,
        engine: Loading[Any],
        entities: Collection[str],
        language: str = "en",
        seconds: float | None = None,
    ) -> None:
        self.loading = engine
        self._entities = sorted(entities)
        self._language = language
        self._seconds = seconds
        self._renew()

    def fork(self) -> None:
        """The threads stayed in the parent."""
        self.loading.fork()
        self._renew()

    def _renew(self) -> None:
        """Begin a new thread at the next text."""
        self._lock = threading.Lock()
        self._waiting: SimpleQueue[tuple[str, Future[list[Finding]]]] = SimpleQueue()
        self._thread: threading.Thread | None = None

    def find(self, text: str) -> list[Finding]:
        """What the engine finds; raises whatever it raises."""
        if self.loading.value is None:
            raise NotReadyError(failed=self.loading.state is State.FAILED)
        future: Future[list[Finding]] = Future()
        self._waiting.put((text, future))
        self._start()
        try:
            return future.result(self._seconds)
        except FutureTimeoutError as error:
            future.cancel()
            raise BudgetExceededError from error

    def _start(self) -> None:
        with self._lock:
            if self._thread is None:
                # A daemon: an engine that hangs must not hold up the end of the process.
                self._thread = threading.Thread(
                    target=self._run, args=(self._waiting,), name="SpanwrightAnalyzer", daemon=True
                )
                self._thread.start()

    def _run(self, waiting: SimpleQueue[tuple[str, Future[list[Finding]]]]) -> None:
        while True:
            text, future = waiting.get()
            if not future.set_running_or_notify_cancel():
                continue
            try:
                future.set_result(self._analyze(text))
            except BaseException as error:  # of the engine's; the thread is needed for the next text
                future.set_exception(error if isinstance(error, Exception) else RuntimeError())

    def _analyze(self, text: str) -> list[Finding]:
        engine: Any = self.loading.value
        results = engine.analyze(text=text, language=self._language, entities=self._entities)
        return [Finding(str(one.entity_type), one.start, one.end, float(one.score)) for one in results]


def check_analyzer(reference: str) -> None:
    """Raises ``ValueError`` for what can be told of a reference at once: a file, model or package missing."""
    if reference.endswith((".yaml", ".yml")):
        _check_models(Path(reference))
        return
    package, colon, _ = reference.partition(":")
    if not colon:
        raise _wrong(f"{reference} is neither a YAML file nor package.module:name")
    top = package.partition(".")[0]
    if top not in sys.modules and find_spec(top) is None:
        raise _wrong(f"there is no package {top}")


def load_analyzer(reference: str) -> Any:
    """The ``AnalyzerEngine`` that ``reference`` names; raises ``ValueError``, and never downloads a model.

    Either ``package.module:name`` of an engine or of a function that returns one, or a YAML file in the form
    of Presidio's ``AnalyzerEngineProvider``.
    """
    try:
        engine = (
            _from_file(Path(reference)) if reference.endswith((".yaml", ".yml")) else _imported(reference)
        )
    except ValueError:
        raise
    except (Exception, SystemExit) as error:  # a missing model ends the process in some of Presidio's ways
        raise _wrong(f"{reference} cannot be loaded ({type(error).__name__}: {error})") from error
    if not callable(getattr(engine, "analyze", None)):
        raise _wrong(f"{reference} is no AnalyzerEngine")
    return engine


def _imported(reference: str) -> Any:
    module, colon, name = reference.partition(":")
    if not colon:
        raise _wrong(f"{reference} is neither a YAML file nor package.module:name")
    found = getattr(import_module(module), name)
    return found() if not hasattr(found, "analyze") or isinstance(found, type) else found


def _from_file(path: Path) -> Any:
    _check_models(path)
    from presidio_analyzer import AnalyzerEngineProvider

    return AnalyzerEngineProvider(analyzer_engine_conf_file=str(path)).create_engine()


def _check_models(path: Path) -> None:
    import yaml

    if not path.is_file():
        raise _wrong(f"there is no file {path}")
    try:
        loaded = yaml.safe_load(path.read_text(encoding="utf-8"))
    except (yaml.YAMLError, UnicodeDecodeError, OSError) as error:
        raise _wrong(f"{path} cannot be read as YAML ({type(error).__name__})") from error
    for model in _models(loaded):
        if find_spec(model.partition("/")[0]) is None and not Path(model).exists():
            raise ValueError(
                f"Cannot use mask.analyzer: the model {model} that {path} names is not installed. "
                f"Install it where the application runs, or name one that is."
            )


def _models(tree: object) -> Iterator[str]:
    """The spaCy packages that a configuration names, at any depth."""
    if isinstance(tree, dict):
        for key, value in tree.items():
            if key == "model_name":
                name = value.get("spacy") if isinstance(value, dict) else value
                if isinstance(name, str):
                    yield name
            else:
                yield from _models(value)
    elif isinstance(tree, list):
        for item in tree:
            yield from _models(item)


def _wrong(why: str) -> ValueError:
    return ValueError(
        f"Cannot use mask.analyzer: {why}. "
        "Set package.module:name of an AnalyzerEngine, or a YAML file in Presidio's form, instead."
    )
