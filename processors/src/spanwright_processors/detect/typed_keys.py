"""Keys that say what their value is: a person's name, a secret, a telephone or card number."""

from __future__ import annotations

import re
from collections.abc import Collection
from functools import lru_cache
from typing import NamedTuple

from .card import luhn
from .finding import Entity
from .person import is_everyday_name, is_no_name
from .secrets import looks_secret

_SEPARATORS = re.compile(r"(?<=[a-z0-9])(?=[A-Z])|[^A-Za-z0-9]+")


def _words(text: str) -> frozenset[str]:
    return frozenset(text.split())


_PERSON = _words(
    """
    first_name firstname given_name givenname last_name lastname surname family_name familyname middle_name
    maiden_name full_name fullname display_name legal_name customer_name client_name user_full_name
    contact_name patient_name employee_name person_name recipient_name sender_name author_name
    cardholder_name cardholder card_holder account_holder billing_name shipping_name guest_name
    passenger_name student_name caller_name agent_full_name nickname preferred_name holder_name owner_name
    assignee_name reporter_name beneficiary_name payee payee_name vorname nachname prenom nombre apellido
    apellidos nom_de_famille cognome sobrenome voornaam achternaam imie nazwisko manager_name doctor_name
    physician_name guardian_name spouse_name signatory submitted_by_name
    """
)
#: A bare ``name`` under one of these is a person's.
_PEOPLE = _words(
    """
    customer client user contact patient employee person people recipient sender author buyer seller guest
    passenger student caller owner assignee reporter holder cardholder member participant attendee
    beneficiary payee enduser candidate applicant tenant_user customers clients users contacts patients
    employees persons recipients authors guests passengers students members participants attendees
    candidates applicants traveler travelers traveller
    """
)
#: Their values may be people, or things: only what is written as a whole name counts.
_MAYBE_PERSON = _words(
    """
    author owner manager assignee reporter creator requester submitter reviewer approver caller
    recipient sender customer client user contact patient employee doctor physician therapist attendee
    participant organizer organiser host guest nom nome naam candidate applicant created_by updated_by
    assigned_to requested_by submitted_by approved_by signed_by reported_by written_by
    """
)
#: A bare ``name`` under one of these is a thing's.
_THINGS = _words(
    """
    company organization organisation vendor supplier brand product item model tool tools function functions
    project city country region state team department category store shop hotel restaurant plan service app
    """
)
#: A bare ``name`` beside one of these is a person's, beside one of the others a thing's.
_BESIDE_PERSON = _words(
    "email e_mail phone mobile birthday birthdate date_of_birth dob gender ssn passport first_name last_name"
)
_BESIDE_THING = _words(
    """
    arguments parameters input_schema schema price sku quantity unit version path url uri size mime_type
    model category product stock color currency isbn license repository command function tool_call_id strict
    default enum required
    """
)
_SECRET = _words(
    """
    password passwd pwd passphrase secret client_secret api_key apikey api_secret secret_key private_key
    access_token refresh_token auth_token bearer_token api_token id_token authorization x_api_key access_key
    secret_access_key aws_secret_access_key connection_string conn_str credentials session_token signing_key
    encryption_key account_key subscription_key webhook_secret app_secret cookie set_cookie passcode
    pin_code
    """
)
_PHONE = _words(
    """
    phone phone_number phonenumber mobile mobile_number mobile_phone cell cell_phone cellphone telephone
    telephone_number tel fax fax_number whatsapp contact_number home_phone work_phone
    """
)
_CARD = _words(
    "card_number cardnumber card_no credit_card creditcard credit_card_number pan card_pan cc_number"
)
_SSN = _words("ssn social_security_number social_security us_ssn")

_NAME_VALUE = re.compile(r"[^\W\d_](?:[^\W\d_]|['’.-])*(?:,? [^\W\d_](?:[^\W\d_]|['’.-])*){0,4}")
# What must be in the first word is looked for ahead: inside the pattern it would be tried at each letter.
_CAPITALISED_WORDS = re.compile(
    r"[^\W\d_a-z](?=[^\W\d_]*[^\W\d_A-Z])(?:[^\W\d_]|['’.-])*(?: [^\W\d_a-z](?:[^\W\d_]|['’.-])*){0,3}"
)
#: Nobody's name has more characters.
_LONGEST_NAME = 200


@lru_cache(maxsize=4096)
def normal_key(key: str) -> str:
    """``customerName``, ``Customer-Name`` and ``customer name`` as ``customer_name``."""
    return _SEPARATORS.sub("_", key[-80:]).strip("_").lower()


def is_identifier(key: str) -> bool:
    """True for ``id``, ``*_id`` and their like: their values are random and look like numbers of all
    kinds."""
    normal = normal_key(key)
    return normal in (
        "id",
        "ids",
        "uuid",
        "guid",
        "etag",
        "sha",
        "hash",
        "digest",
        "checksum",
        "fingerprint",
    ) or (normal.endswith(("_id", "_ids", "_uuid", "_hash", "_sha256", "_sha")))


def key_entity(key: str) -> Entity | None:
    """What the values of ``key`` are, as far as the key alone tells; ``name`` alone tells nothing."""
    parts = [normal_key(part) for part in key.split(".")]
    last = parts[-1]
    if last in _PERSON or (last == "name" and len(parts) > 1 and parts[-2] in _PEOPLE):
        return Entity.PERSON
    for entity, keys in (
        (Entity.SECRET, _SECRET),
        (Entity.PHONE_NUMBER, _PHONE),
        (Entity.CREDIT_CARD, _CARD),
        (Entity.US_SSN, _SSN),
    ):
        if last in keys:
            return entity
    return None


class KeyTraits(NamedTuple):
    """What a key tells of its values.

    ``is_name``: a bare ``name``, of which its surroundings decide. ``may_be_person``: only a whole name
    counts.
    """

    entity: Entity | None = None
    is_identifier: bool = False
    is_name: bool = False
    may_be_person: bool = False


#: What most keys tell.
ORDINARY = KeyTraits()


@lru_cache(maxsize=4096)
def key_traits(key: str) -> KeyTraits:
    """All that ``key`` tells; ``ORDINARY`` itself where that is nothing."""
    normal = normal_key(key)
    traits = KeyTraits(key_entity(key), is_identifier(key), normal == "name", normal in _MAYBE_PERSON)
    return ORDINARY if traits == ORDINARY else traits


def keyed_score(entity: Entity, value: str) -> float:
    """How sure it is that ``value``, standing under a key of ``entity``, is one; 0 where it cannot be."""
    digits = sum(character.isdigit() for character in value)
    match entity:
        case Entity.PERSON:
            return 0.85 if _can_be_name(value) else 0.0
        case Entity.SECRET:
            return 0.8 if len(value) <= 16_384 and looks_secret(value, named=True) else 0.0
        case Entity.PHONE_NUMBER:
            return 0.75 if 6 <= digits <= 17 and len(value) <= 40 else 0.0
        case Entity.CREDIT_CARD:
            plausible = 12 <= digits <= 19 and len(value) <= 40
            return (
                (0.9 if luhn("".join(filter(str.isdigit, value))) else 0.6)
                if plausible and value.isascii()
                else 0.0
            )
        case Entity.US_SSN:
            return 0.8 if digits == 9 and len(value) <= 20 else 0.0
    return 0.0


def _can_be_name(value: str) -> bool:
    return (
        len(value) <= _LONGEST_NAME
        and not (value.islower() and "-" in value)
        and _NAME_VALUE.fullmatch(value) is not None
        and not all(is_no_name(word) and not is_everyday_name(word) for word in value.split())
    )


def whole_name_score(value: str) -> float:
    """How sure it is that a value which may be a person's name is one; 0 where it does not look like one."""
    words = value.split()
    if not 2 <= len(words) <= 4 or not _CAPITALISED_WORDS.fullmatch(value):
        return 0.0
    return 0.0 if any(is_no_name(word) and not is_everyday_name(word) for word in words) else 0.6


def name_score(value: str, parent: str, siblings: Collection[str]) -> float:
    """How sure it is that the value of a bare ``name`` is a person's, by the object around it.

    ``parent`` is the key of that object ('' for none), ``siblings`` its other keys.
    """
    if not _can_be_name(value):
        return 0.0
    if normal_key(parent) in _THINGS:
        return 0.0
    beside = {normal_key(key) for key in siblings}
    if normal_key(parent) in _PEOPLE or beside & _BESIDE_PERSON:
        return 0.85
    if beside & _BESIDE_THING or not _CAPITALISED_WORDS.fullmatch(value):
        return 0.0
    if " " in value:
        return min(whole_name_score(value), 0.5)
    return 0.5 if "role" in beside else 0.0


def person_names(tree: object) -> dict[str, float]:
    """The values of the bare ``name`` keys in decoded JSON that are people's, with their scores."""
    names: dict[str, float] = {}
    pending: list[tuple[object, str]] = [(tree, "")]
    while pending:
        node, parent = pending.pop()
        if isinstance(node, dict):
            for key, value in node.items():
                if isinstance(value, dict | list | tuple):
                    pending.append((value, str(key)))
                elif isinstance(value, str) and normal_key(str(key)) == "name":
                    score = name_score(value, parent, node.keys())
                    if score:
                        names[value] = max(score, names.get(value, 0.0))
        elif isinstance(node, list | tuple):
            pending += [(item, parent) for item in node]
    return names
