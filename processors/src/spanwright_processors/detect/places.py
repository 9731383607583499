"""What the native scanner says of a text: where each of our own detectors has to look."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

if TYPE_CHECKING:
    from spanwright_native import Places


class Flag:
    """What has to be looked for in the whole text, as bits; plain numbers: ``IntFlag`` takes its time."""

    EMAIL: Final = 1
    PRIVATE_KEY: Final = 2
    USER_INFO: Final = 4
    KEYWORD: Final = 8
    ANYWHERE: Final = 16
    ANY_CASE_NAME: Final = 32
    ADDRESS: Final = 64
    CRYPTO: Final = 128
    MAC: Final = 256


_SECRETS: Final = Flag.PRIVATE_KEY | Flag.USER_INFO | Flag.KEYWORD | Flag.ANYWHERE


def has_secrets(places: Places) -> bool:
    """True if secrets have to be looked for."""
    return bool(places[0] & _SECRETS or places[3] or places[4])
