"""Finds planted values in exported bytes, however they are written there."""

from __future__ import annotations

import base64
import html
import re
import zlib
from collections import defaultdict
from collections.abc import Iterable, Iterator
from contextlib import suppress
from typing import Any, NamedTuple
from urllib.parse import unquote_to_bytes

import numpy
from support.planted import Planted

#: Bytes by which a needle is looked up, one machine word; each form of each needle has to be as long.
_ANCHOR = 8
_TABLE_BITS = 24
_SPREAD = numpy.uint64(0x9E3779B97F4A7C15)
_ESCAPE = re.compile(rb'\\+(?:u([0-9a-fA-F]{4})|x([0-9a-fA-F]{2})|([nrt"\'\\/]))')
_GZIP = b"\x1f\x8b\x08"


class Leak(NamedTuple):
    """A value that was found, the form it had, and what stood around it."""

    value: Planted
    form: str
    around: bytes


class Needles:
    """Looks for all values at once: however many there are, it takes one pass over the bytes."""

    def __init__(self, values: Iterable[Planted]) -> None:
        self._by_anchor: dict[bytes, list[tuple[bytes, str, Planted]]] = defaultdict(list)
        self._table = numpy.zeros(1 << _TABLE_BITS, dtype=bool)
        for value in values:
            for needle in value.needles:
                for name, form in _forms(needle.encode()):
                    middle = (len(form) - _ANCHOR) // 2
                    if middle < 0:
                        raise ValueError(
                            f"Cannot look for {needle!r}: it is too short to be told from chance."
                        )
                    self._by_anchor[form[middle : middle + _ANCHOR]].append((form, name, value))
        self._table[_slots(numpy.frombuffer(b"".join(self._by_anchor), dtype="<u8"))] = True

    def find(self, data: bytes) -> list[Leak]:
        """Every value in ``data``, once per form: as it is, unescaped, URL-decoded and decompressed."""
        leaks: dict[tuple[Planted, str], Leak] = {}
        for reading, text in _readings(data):
            for value, form, around in self._in(text):
                leaks.setdefault((value, f"{reading} {form}"), Leak(value, f"{reading} {form}", around))
        return list(leaks.values())

    def _in(self, text: bytes) -> Iterator[Leak]:
        for start in self._places(text):
            for form, name, value in self._by_anchor.get(text[start : start + _ANCHOR], ()):
                first = start - (len(form) - _ANCHOR) // 2
                if text[max(0, first) : first + len(form)] == form:
                    yield Leak(value, name, text[max(0, first - 60) : first + len(form) + 60])

    def _places(self, text: bytes) -> Iterator[int]:
        """Where an anchor may stand, and a few other places."""
        for shift in range(min(_ANCHOR, len(text) - _ANCHOR + 1)):
            words = numpy.frombuffer(text, dtype="<u8", offset=shift, count=(len(text) - shift) // _ANCHOR)
            for index in numpy.flatnonzero(self._table[_slots(words)]):
                yield int(index) * _ANCHOR + shift


def _slots(words: numpy.ndarray[Any, Any]) -> numpy.ndarray[Any, Any]:
    return numpy.asarray((words * _SPREAD) >> numpy.uint64(64 - _TABLE_BITS))


def _forms(needle: bytes) -> Iterator[tuple[str, bytes]]:
    """The needle itself, and as it would stand inside hexadecimal and base64 text at any offset."""
    yield "plain", needle
    yield "hex", needle.hex().encode()
    yield "HEX", needle.hex().upper().encode()
    for offset in range(3):
        # Characters whose bits are all the needle's: none of the neighbours' shows in them.
        encoded = base64.b64encode(bytes(offset) + needle)
        first, last = -(-offset * 8 // 6), (offset + len(needle)) * 8 // 6
        inside = encoded[first:last]
        if len(inside) >= _ANCHOR:
            yield f"base64+{offset}", inside
            if b"+" in inside or b"/" in inside:
                yield f"base64url+{offset}", inside.translate(bytes.maketrans(b"+/", b"-_"))


def _readings(data: bytes) -> Iterator[tuple[str, bytes]]:
    """``data`` and what it stands for where it is escaped, each only if that differs."""
    seen = {data}
    for name, reading in _all_readings(data):
        if reading not in seen:
            seen.add(reading)
            yield name, reading
    yield "as exported,", data


def _all_readings(data: bytes) -> Iterator[tuple[str, bytes]]:
    unescaped = data
    for _ in range(4):  # JSON in strings of JSON
        unescaped = _ESCAPE.sub(_unescaped, unescaped)
    yield "unescaped,", unescaped
    yield "URL-decoded,", unquote_to_bytes(unescaped.replace(b"+", b" "))
    yield "HTML-decoded,", html.unescape(data.decode("latin-1")).encode("latin-1", "replace")
    for number, inside in enumerate(_decompressed(data)):
        yield f"gzip member {number},", inside


def _unescaped(match: re.Match[bytes]) -> bytes:
    hexadecimal = match[1] or match[2]
    if hexadecimal is None:
        return {b"n": b"\n", b"r": b"\r", b"t": b"\t"}.get(match[3], match[3])
    return chr(int(hexadecimal, 16)).encode("utf-8", "surrogatepass")


def _decompressed(data: bytes) -> Iterator[bytes]:
    start = data.find(_GZIP)
    while start >= 0:
        decompress = zlib.decompressobj(16 + zlib.MAX_WBITS)
        with suppress(zlib.error):
            yield decompress.decompress(data[start:])
        start = data.find(_GZIP, start + 1)
