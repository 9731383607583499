"""What the demo's customers write: two turns of one customer, one of another, with invented personal data in
them.

The card number passes the Luhn check and the key has the provider's form, so that detectors which check them
find them; neither was ever issued. The key is put together here so that no scanner of source code reports it.
"""

from __future__ import annotations

from dataclasses import dataclass

NAME = "Priya Raman"
EMAIL = "priya.raman@example.com"
CARD = "4242 4242 4242 4242"
API_KEY = "sk-proj-" + "Zq8vN3tRwYb1KfLx6HdP" + "T3Blbk" + "FJ" + "u5CmWj2sGaE9oXhVnQ4B"
OTHER_NAME = "Daniel Okafor"
OTHER_PHONE = "+44 20 7946 0958"
OTHER_EMAIL = "d.okafor@example.org"

#: Every raw value that must not be found in anything the demo exports, by the kind of value.
PLANTED: dict[str, str] = {
    "name": NAME,
    "e-mail": EMAIL,
    "card": CARD,
    "key": API_KEY,
    "other name": OTHER_NAME,
    "other phone": OTHER_PHONE,
    "other e-mail": OTHER_EMAIL,
}


@dataclass(frozen=True, slots=True)
class Turn:
    """One message of a customer. ``stream``: whether the bot shows the answer while it arrives."""

    text: str
    stream: bool = False


@dataclass(frozen=True, slots=True)
class Conversation:
    session_id: str
    user_id: str
    turns: tuple[Turn, ...]


CONVERSATIONS = (
    Conversation(
        session_id="chat-20417",
        user_id="customer-8812",
        turns=(
            Turn(
                f"Hi, I'm {NAME} ({EMAIL}). I changed the filter of my Aero 300 purifier, order LK-10482,"
                f" and the"
                " light is still red. How do I turn the filter light off?"
            ),
            Turn(
                f"That worked, thanks! Please send me a spare filter and charge my card {CARD}. My script"
                f" uses"
                f" OPENAI_API_KEY={API_KEY} if that matters. Now another light blinks, how do I make it"
                f" stop?",
                stream=True,
            ),
        ),
    ),
    Conversation(
        session_id="chat-20418",
        user_id="customer-3307",
        turns=(
            Turn(
                f"Hello, my name is {OTHER_NAME}, {OTHER_EMAIL}, call me on {OTHER_PHONE}. Where is my order"
                " LK-20977 and what is its tracking number?"
            ),
        ),
    ),
)
