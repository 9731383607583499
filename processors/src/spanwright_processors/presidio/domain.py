"""Whether a host name lies under a public suffix (publicsuffix.org, the list's ICANN part)."""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping
from functools import cached_property
from urllib.parse import scheme_chars

_SCHEME = frozenset(scheme_chars)
#: What parts a host name from the rest of a URL.
_HAS_PARTS = re.compile("[/?#:]")
#: Full stops that IDNA (RFC 3490, section 3.1) reads as label separators.
_DOTS = str.maketrans("\u3002\uff0e\uff61", "...")


class Domains:
    """``suffixes``: rules of the list (``co.uk``, ``*.ck``, ``!www.ck``).

    ``punycode``: labels of theirs, by their ASCII form.
    """

    def __init__(self, suffixes: Iterable[str], punycode: Mapping[str, str]) -> None:
        self._rules = frozenset(suffixes)
        self._punycode = punycode

    @cached_property
    def _tails(self) -> frozenset[str]:
        """Every rule, and all that follows a full stop in one."""
        return frozenset(
            rule.split(".", cut)[-1] for rule in self._rules for cut in range(rule.count(".") + 1)
        )

    def tables(self) -> tuple[list[str], list[str]]:
        """The rules and the labels in ASCII form, for the native scanner."""
        return sorted(self._rules), sorted(self._punycode)

    def is_registrable(self, address: str) -> bool:
        """True if the host of an e-mail address or URL has a public suffix and a label before it."""
        host = _host(address)
        if host.isascii():
            labels = host.lower().split(".")
        else:  # how a letter becomes lower may depend on those next to it, those of its label only
            labels = [label.lower() for label in host.translate(_DOTS).split(".")]
        start = self._suffix_start(labels)
        return start is not None and start > 0 and labels[start - 1] != "" and any(labels[start:])

    def _suffix_start(self, labels: list[str]) -> int | None:
        """Index of the first label of the longest public suffix; None if there is none."""
        found, tail = None, ""
        for index in range(len(labels) - 1, -1, -1):
            label = labels[index]
            label = self._punycode.get(label, label)
            longer = f"{label}.{tail}" if tail else label
            if longer in self._tails:
                tail = longer
                if longer in self._rules:
                    found = index
                continue
            if tail and f"*.{tail}" in self._tails:
                return index + 1 if f"!{longer}" in self._tails else index
            break
        return found


def _host(address: str) -> str:
    if _HAS_PARTS.search(address) is None:
        return address.rpartition("@")[2].strip().rstrip(".\u3002\uff0e\uff61")
    start = address.find("//")
    if start == 0 or (start > 1 and address[start - 1] == ":" and _SCHEME.issuperset(address[: start - 1])):
        address = address[start + 2 :]
    for end in "/?#":
        address = address.partition(end)[0]
    host = address.rpartition("@")[2]
    return host.partition(":")[0].strip().rstrip(".\u3002\uff0e\uff61")
