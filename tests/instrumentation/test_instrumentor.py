"""Patching and unpatching a library by its table of methods."""

from __future__ import annotations

import inspect
import logging
import sys
from collections.abc import Iterator
from importlib.metadata import PackageNotFoundError
from types import ModuleType
from typing import Any

import pytest
import wrapt
from spanwright_instrumentation import instrumentor as instrumentor_module
from spanwright_instrumentation.instrumentor import LibraryInstrumentor, Method, is_supported


def observer(telemetry: Any, wrapped: Any, owner: Any, args: Any, kwargs: Any) -> Any:
    return ("observed", wrapped(*args, **kwargs))


class PetInstrumentor(LibraryInstrumentor):
    """Instruments a module made for the test."""

    library = "pytest"
    methods = (
        Method("pet_library", "Pet.speak", observer),
        Method("pet_library.alias", "Pet.speak", observer),
        Method("pet_library", "Pet.fly", observer),
        Method("pet_library", "Ghost.speak", observer),
    )


@pytest.fixture
def pet(monkeypatch: pytest.MonkeyPatch) -> Any:
    """A fresh library of one class, which stands in two modules."""

    class Pet:
        def speak(self, loud: bool = False) -> str:
            """Make a sound."""
            return "MIAU" if loud else "miau"

    for name in ("pet_library", "pet_library.alias"):
        module = ModuleType(name)
        module.Pet = Pet  # type: ignore[attr-defined]
        monkeypatch.setitem(sys.modules, name, module)
    return Pet


@pytest.fixture
def instrumentor() -> Iterator[PetInstrumentor]:
    made = PetInstrumentor()
    yield made
    if made.is_instrumented_by_opentelemetry:
        made.uninstrument()


def test_patched_and_put_back(pet: Any, instrumentor: PetInstrumentor) -> None:
    """Instrumenting observes, once even where a class stands in two modules; uninstrumenting leaves no
    trace."""
    original = vars(pet)["speak"]
    instrumentor.instrument()
    assert pet().speak(loud=True) == ("observed", "MIAU")
    assert inspect.signature(pet.speak) == inspect.signature(original)
    assert pet.speak.__doc__ == original.__doc__
    instrumentor.uninstrument()
    assert vars(pet)["speak"] is original


def test_again_and_again(pet: Any, instrumentor: PetInstrumentor) -> None:
    """Both may be repeated."""
    for _ in range(3):
        instrumentor.instrument()
        assert pet().speak() == ("observed", "miau")
        instrumentor.uninstrument()
        assert pet().speak() == "miau"


def test_bound_method_kept_by_the_application(pet: Any, instrumentor: PetInstrumentor) -> None:
    """A method taken while instrumented is the bare one afterwards."""
    instrumentor.instrument()
    speak = pet().speak
    instrumentor.uninstrument()
    assert speak() == "miau"


def test_wrapped_by_somebody_else(pet: Any, instrumentor: PetInstrumentor) -> None:
    """A wrapper around ours stays, and only we stop observing."""
    instrumentor.instrument()
    theirs = wrapt.FunctionWrapper(vars(pet)["speak"], lambda f, _self, args, kwargs: ("theirs", f()))
    pet.speak = theirs
    assert pet().speak() == ("theirs", ("observed", "miau"))
    instrumentor.uninstrument()
    assert vars(pet)["speak"] is theirs
    assert pet().speak() == ("theirs", "miau")


def test_nothing_is_imported_for_it(instrumentor: PetInstrumentor, tmp_path: Any, monkeypatch: Any) -> None:
    """A library is patched when the application imports it, and not at all if that is after
    uninstrumenting."""
    source = "class Pet:\n    def speak(self):\n        return 'miau'\n"
    monkeypatch.syspath_prepend(str(tmp_path))
    for name, observed in (("pet_one", True), ("pet_two", False)):
        (tmp_path / f"{name}.py").write_text(source)
        monkeypatch.setattr(PetInstrumentor, "methods", (Method(name, "Pet.speak", observer),))
        instrumentor.instrument()
        assert name not in sys.modules
        if not observed:
            instrumentor.uninstrument()
        sound = __import__(name).Pet().speak()
        assert sound == (("observed", "miau") if observed else "miau")
        if observed:
            instrumentor.uninstrument()
        monkeypatch.delitem(sys.modules, name)


def test_absent_or_old_library_is_left_alone(
    pet: Any, instrumentor: PetInstrumentor, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    """A debug message, no patch, no error; uninstrumenting works all the same."""
    for library, said in (("no-such-library", "not installed"), ("openai", "too old")):
        monkeypatch.setattr(PetInstrumentor, "library", library)
        monkeypatch.setattr(instrumentor_module, "version", version_of)
        caplog.clear()
        with caplog.at_level(logging.DEBUG):
            instrumentor.instrument()
        assert pet().speak() == "miau"
        instrumentor.uninstrument()
        assert [(record.levelname, said in record.getMessage()) for record in caplog.records] == [
            ("DEBUG", True)
        ]


def version_of(name: str) -> str:
    if name == "no-such-library":
        raise PackageNotFoundError(name)
    return "0.1"


def test_floor_comes_from_the_extra() -> None:
    """The oldest supported version is what our extra of that name requires; a pre-release counts."""
    assert is_supported("openai")
    assert instrumentor_module._requirement("openai") is not None
    assert instrumentor_module._requirement("no-such-library") is None


def test_opentelemetry_is_told_of_no_dependency(instrumentor: PetInstrumentor) -> None:
    """OpenTelemetry would log an error for each library that is not there."""
    assert instrumentor.instrumentation_dependencies() == ()
