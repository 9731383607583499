"""Reads recognizer definitions out of the installed Presidio. Runs in a child process, which imports it.

``main`` reads a selection and the name of a file as JSON on standard input and writes the definitions as JSON
to that file, if it can, and to standard output.
"""

from __future__ import annotations

import ast
import hashlib
import inspect
import json
import logging
import os
import sys
import textwrap
from collections.abc import Iterable, Iterator
from contextlib import suppress
from dataclasses import replace
from importlib.metadata import version
from pathlib import Path
from typing import Any

import idna
import presidio_analyzer
import spacy
import tldextract
import yaml
from presidio_analyzer.recognizer_registry import RecognizerRegistry, RecognizerRegistryProvider
from spacy.symbols import ORTH  # type: ignore[import-not-found] # compiled, without stubs

from . import cache
from .compilation import PACKAGES
from .definitions import Affixes, Definitions, Kind, Pattern, Recognizer
from .gate import gates
from .selection import Selection
from .tokens import Tokenizer
from .validators import VALIDATORS

LANGUAGE = "en"


#: Attributes of a recognizer that its validation reads.
_PARAMETERS = (
    "replacement_pairs",
    "strict_checksum",
    "state_rto_district_map",
    "two_factor_registration_prefix",
    "in_vehicle_diplomatic_codes",
    "in_vehicle_foreign_mission_codes",
)
#: Recognizers that run a procedure of their own, by the class that has it, and what the procedure reads.
_PROCEDURES = {
    "IbanRecognizer": (Kind.IBAN, ("replacement_pairs", "BOSEOS")),
    "PhoneRecognizer": (Kind.PHONE, ("supported_regions", "leniency", "SCORE")),
    "ZaPhoneNumberRecognizer": (Kind.LINE_TYPE, ("REGION", "leniency", "SCORE", "target_classification")),
}


def registry(selection: Selection) -> RecognizerRegistry:
    """Presidio's own registry for a selection, as its ``AnalyzerEngine`` takes it."""
    added = _contents(selection.recognizers_file)
    is_registry = "supported_languages" in added or any(
        "type" in each for each in added.get("recognizers", ())
    )
    conf = Path(presidio_analyzer.__file__).parent / "conf" / "default_recognizers.yaml"
    configuration = added if is_registry else yaml.safe_load(conf.read_text(encoding="utf-8"))
    _check_locales(configuration["recognizers"], selection.locales)
    configuration = {**configuration, "supported_languages": [LANGUAGE]}
    configuration["recognizers"] = [
        _enabled(each, selection.locales) for each in configuration["recognizers"]
    ]
    found = RecognizerRegistryProvider(registry_configuration=configuration).create_recognizer_registry()
    if added and not is_registry and selection.recognizers_file:
        found.add_recognizers_from_yaml(selection.recognizers_file)
    return found


def _contents(file: str | None) -> dict[str, Any]:
    loaded = yaml.safe_load(Path(file).read_text(encoding="utf-8")) if file else {}
    loaded = loaded.get("recognizer_registry", loaded) if isinstance(loaded, dict) else {}
    return dict(loaded)


def _check_locales(entries: Iterable[Any], locales: tuple[str, ...]) -> None:
    known = {
        str(entry["country_code"])
        for entry in entries
        if isinstance(entry, dict) and entry.get("country_code")
    }
    for locale in locales:
        if locale not in known:
            raise ValueError(
                f"it has no recognizers for the locale {locale!r}, only for {', '.join(sorted(known))}"
            )


def _enabled(entry: Any, locales: tuple[str, ...]) -> Any:
    if not isinstance(entry, dict) or entry.get("country_code") not in locales:
        return entry
    return {**entry, "enabled": True, "supported_languages": [LANGUAGE]}


def read(selection: Selection) -> Definitions:
    """The definitions of all recognizers of the selection."""
    suffixes = frozenset(tldextract.TLDExtract(suffix_list_urls=(), cache_dir=None).tlds)
    nlp_entities = presidio_analyzer.predefined_recognizers.SpacyRecognizer
    left_out: dict[str, str] = {}
    changed: list[str] = []
    found: list[Recognizer] = []
    recognizers: Iterable[Any] = registry(selection).recognizers
    for recognizer in recognizers:
        if recognizer.supported_language != LANGUAGE or isinstance(recognizer, nlp_entities):
            continue
        reason = _cannot_be_data(recognizer)
        if reason:
            left_out[recognizer.name] = reason
            continue
        found.append(_recognizer(recognizer))
        if _has_changed(recognizer):
            changed.append(recognizer.name)
    return Definitions(
        versions={package: version(package) for package in PACKAGES},
        recognizers=tuple(_gated(found)),
        affixes=_affixes(),
        suffixes=suffixes,
        punycode={idna.encode(label).decode(): label for label in _beyond_ascii(suffixes)},
        left_out=left_out,
        changed=tuple(changed),
    )


def _beyond_ascii(suffixes: frozenset[str]) -> Iterator[str]:
    for suffix in sorted(suffixes):
        yield from (label for label in suffix.lstrip("!").split(".") if not label.isascii())


def _recognizer(recognizer: Any) -> Recognizer:
    kind, read_by_procedure = _procedure(recognizer)
    patterns = () if kind in (Kind.PHONE, Kind.LINE_TYPE) else recognizer.patterns
    parameters = {
        name: _plain(getattr(recognizer, name))
        for name in (*_PARAMETERS, *read_by_procedure)
        if hasattr(recognizer, name)
    }
    if kind is Kind.IBAN:
        parameters["formats"] = _iban_formats(recognizer)
    return Recognizer(
        name=recognizer.name,
        entity=recognizer.supported_entities[0],
        kind=kind,
        patterns=tuple(
            Pattern(each.name, each.regex, int(recognizer.global_regex_flags), each.score, None)
            for each in patterns
        ),
        context=tuple(recognizer.context or ()),
        validator=_validator(recognizer),
        parameters=parameters,
        thresholds=dict(recognizer.score_thresholds),
    )


def _gated(recognizers: list[Recognizer]) -> Iterator[Recognizer]:
    patterns = [pattern for recognizer in recognizers for pattern in recognizer.patterns]
    gated = iter(gates([(pattern.regex, pattern.flags) for pattern in patterns]))
    for recognizer in recognizers:
        yield replace(
            recognizer,
            patterns=tuple(replace(pattern, gate=next(gated)) for pattern in recognizer.patterns),
        )


def _plain(value: Any) -> Any:
    """A value as JSON has it: sets as sorted lists."""
    if isinstance(value, dict):
        return {str(key): _plain(each) for key, each in value.items()}
    if isinstance(value, (set, frozenset)):
        return sorted(value)
    return [_plain(each) for each in value] if isinstance(value, (list, tuple)) else value


def _own_class(recognizer: Any) -> type:
    """The class of Presidio's own that the recognizer is of, or derives from."""
    return next(
        each for each in type(recognizer).__mro__ if each.__module__.split(".")[0] == "presidio_analyzer"
    )


def _definer(recognizer: Any, method: str) -> str:
    """The class that a method comes from; PatternRecognizer, which validates nothing, where there is none."""
    return next(
        (each.__name__ for each in type(recognizer).__mro__ if method in vars(each)), "PatternRecognizer"
    )


def _procedure(recognizer: Any) -> tuple[Kind, tuple[str, ...]]:
    return _PROCEDURES.get(_definer(recognizer, "analyze"), (Kind.PATTERN, ()))


def _validator(recognizer: Any) -> str | None:
    defined = {_definer(recognizer, method) for method in ("validate_result", "invalidate_result")}
    return None if defined == {"PatternRecognizer"} else _own_class(recognizer).__name__


def _cannot_be_data(recognizer: Any) -> str | None:
    """Why a recognizer cannot be written down as data; None if it can."""
    derived = type(recognizer).__mro__[: type(recognizer).__mro__.index(_own_class(recognizer))]
    own = sorted(name for each in derived for name, value in vars(each).items() if inspect.isroutine(value))
    if set(own) - {"__init__"}:
        return f"its class {type(recognizer).__name__} has code of its own"
    if _definer(recognizer, "analyze") not in {"PatternRecognizer", *_PROCEDURES}:
        return "it does not find by patterns"
    if _definer(recognizer, "enhance_using_context") != "EntityRecognizer":
        return "it has a rule of its own for context words"
    if _procedure(recognizer)[0] in (Kind.PATTERN, Kind.IBAN):
        name = _validator(recognizer)
        if name and name not in VALIDATORS:
            return f"its validation ({name}) is not known here"
    return None


def _has_changed(recognizer: Any) -> bool:
    name = _validator(recognizer)
    return name is not None and fingerprint(_own_class(recognizer)) not in VALIDATORS[name].fingerprints


def fingerprint(recognizer: type) -> str:
    """Changes with the code of a recognizer's methods, but its constructor; not with its documentation."""
    methods = [
        method
        for each in recognizer.__mro__
        if each.__module__.startswith("presidio_analyzer.predefined_recognizers")
        for node in ast.parse(textwrap.dedent(inspect.getsource(each))).body
        if isinstance(node, ast.ClassDef)
        for method in node.body
        if isinstance(method, ast.FunctionDef) and method.name != "__init__"
    ]
    for method in methods:
        if ast.get_docstring(method) is not None:
            del method.body[0]
    return hashlib.sha256("\n".join(map(ast.unparse, methods)).encode()).hexdigest()[:12]


def _iban_formats(recognizer: Any) -> dict[str, str]:
    module = sys.modules[
        next(e for e in type(recognizer).__mro__ if e.__name__ == "IbanRecognizer").__module__
    ]
    return dict(module.regex_per_country)


def _affixes() -> Affixes:
    tokenizer: Any = spacy.blank(LANGUAGE).tokenizer
    exceptions = {text: [token[ORTH] for token in tokens] for text, tokens in tokenizer.rules.items()}
    affixes = Affixes(
        prefix=tokenizer.prefix_search.__self__.pattern,
        suffix=tokenizer.suffix_search.__self__.pattern,
        infix=tokenizer.infix_finditer.__self__.pattern,
        url=tokenizer.url_match.__self__.pattern,
        exceptions=exceptions,
        rejoined={},
        stop_words=frozenset(spacy.blank(LANGUAGE).Defaults.stop_words),
    )
    split = Tokenizer(affixes).split
    may_come_apart = (tokenizer.find_prefix, tokenizer.find_infix, tokenizer.find_suffix)
    apart = {
        text: split(text, {})
        for text in exceptions
        if " " in text or any(find(text) for find in may_come_apart)
    }
    # One that comes apart into its own tokens counts too: it keeps a shorter one within it from being found.
    return replace(affixes, rejoined={text: pieces for text, pieces in apart.items() if len(pieces) > 1})


def main() -> None:
    logging.disable(logging.CRITICAL)
    _give_way()
    request = json.load(sys.stdin)
    definitions = read(Selection(tuple(request["locales"]), request["recognizers_file"])).to_json()
    # First, so that it is there although the process that asks may have ended.
    cache.write(Path(request["file"]), definitions)
    sys.stdout.write(definitions)


def _give_way() -> None:
    """Processor time to the application first, and where memory runs out this process goes, not that one."""
    with suppress(OSError, AttributeError):
        os.nice(10)
    with suppress(OSError):
        Path("/proc/self/oom_score_adj").write_text("1000")
