"""What the tables of secrets are made of, and all of them together."""

from __future__ import annotations

import re
from collections.abc import Callable
from enum import Enum
from typing import NamedTuple

#: Characters that tokens consist of; some of them stand without another between in every token.
RUN_CHARACTERS = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789_-+/%"
#: How many of them stand together in every token, a digit or a capital letter among them.
RUN_LENGTH = 16
#: Such a run begins at most so many characters behind the beginning of its token.
RUN_WITHIN = 64

WORD = "[A-Za-z0-9]"
TOKEN = "[A-Za-z0-9_-]"
HEX = "[0-9a-f]"
BASE64 = "[A-Za-z0-9+/]"
#: After a secret of fixed length: not in the middle of a longer word.
END = "(?![A-Za-z0-9])"


class Place(Enum):
    """Where a literal stands."""

    WORD = 1  #: at the beginning of a word
    INSIDE = 2  #: in a run of 36 characters and more (``INSIDE_LENGTH``)
    ANYWHERE = 3


#: The shortest run that a literal is looked for inside of.
INSIDE_LENGTH = 36


class Rule(NamedTuple):
    """A secret that begins with one of ``literals``, followed by what the pattern ``body`` matches.

    Group 1 of ``body``, where there is one, is the secret, otherwise all of it. ``left`` is the pattern of
    what must stand before the literal and belongs to the secret, 80 characters at most. ``mixed``: the secret
    must hold a digit and a letter, as random text of its length does and a word does not. ``check`` gives the
    score by a checksum or by what the token says itself, 0 for no secret; otherwise it is ``score``.
    """

    name: str
    literals: tuple[str, ...]
    body: str
    mixed: bool = True
    left: str = ""
    score: float = 0.95
    check: Callable[[str], float] | None = None
    place: Place = Place.WORD

    def pattern(self) -> str:
        literals = "|".join(map(re.escape, sorted(self.literals, key=len, reverse=True)))
        return f"(?:{literals}){self.body}"


class Keyword(NamedTuple):
    """A word before a secret in settings, code and speech, in lower case.

    ``rest`` may follow ``literal`` in the word; ``before`` must stand before it, where it is given, and
    ``unless`` must not (16 characters are looked at). The value has at least ``length`` characters, a digit
    and a letter among them unless it is in quotation marks.
    """

    literal: str
    rest: str = ""
    before: str = ""
    unless: str = ""
    length: int = 6


KEYWORDS: tuple[Keyword, ...] = (
    Keyword("pass", r"(?:word|phrase|code|wort|wd|e)?"),
    Keyword("pwd"),
    Keyword("secret", r"(?:[_-]?access)?(?:[_-]?key)?", length=8),
    Keyword(
        "key",
        before=r"(?:api|access|private|secret|signing|encryption|master|account|auth|subscription|primary"
        r"|secondary|license|storage)[_ -]?",
        length=12,
    ),
    Keyword(
        "token",
        # Where to go on in a list, and which request it was.
        unless=r"(?:next|page|paging|pagination|continuation|starting|change|publickey|clientrequest)[_ -]?",
        length=16,
    ),
    Keyword("contraseña"),
    Keyword("пароль"),
    Keyword("密码"),
)
