"""Who the user is, replaced by a keyed hash, on spans of any instrumentor."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import ClassVar

from spanwright_semconv.attributes import ENDUSER_ID, USER_HASH, USER_ID
from spanwright_semconv.pseudonym import user_hash

from ..span import Attributes, AttributeValue, EditableLogRecord, EditableSpan
from ..step import Phase, Place

#: Attributes that identify a user, the steadiest first: the first present one gives the hash, all are
#: removed.
USER_KEYS: tuple[str, ...] = (
    USER_ID,
    ENDUSER_ID,
    "langfuse.user.id",  # Langfuse SDK and OpenTelemetry mapping
    "langfuse.trace.user.id",
    "traceloop.association.properties.user_id",  # OpenLLMetry
    "ai.telemetry.metadata.userId",  # Vercel AI SDK
    "langsmith.metadata.user_id",
    "gen_ai.openai.request.user",
    "gen_ai.request.user",  # OpenLIT, older OpenLLMetry
    "llm.user",
    "usr.id",  # Datadog
    "enduser.email",
    "user.email",
    "usr.email",
    "user.name",
    "user.full_name",
    "usr.name",
    "enduser.name",
)


@dataclass(frozen=True)
class PseudonymiseSettings:
    """Which attributes identify the user. The hash is keyed by SPANWRIGHT_HASH_KEY."""

    #: Further attributes that identify the user, removed as well; the first that is present gives the hash
    #: where no known one does.
    keys: tuple[str, ...] = ()

    def __post_init__(self) -> None:
        if USER_HASH in self.keys:
            raise ValueError(
                f"Cannot use pseudonymise.keys: {USER_HASH} is what the hash is written to. Leave it out."
            )


class Pseudonymise:
    """Replaces what identifies a user by ``user.hash``, which is left as it is where it is set already.

    An e-mail address or name gives another hash than the user's id: where a trace has both, send the id on
    every span. Runs first of all, so that the roll-up can copy the hash to the root and no later step sees
    an id.
    """

    Settings: ClassVar[type[PseudonymiseSettings]] = PseudonymiseSettings
    phase: ClassVar[Phase] = Phase.NORMALISE
    masks_content: ClassVar[bool] = False

    def __init__(self, settings: PseudonymiseSettings | None = None) -> None:
        settings = settings or PseudonymiseSettings()
        self._keys = (*USER_KEYS, *settings.keys)
        self._key_set = frozenset(self._keys)

    def __call__(self, span: EditableSpan) -> None:
        self._replace(span.attributes)
        for event in span.events:
            self._replace(event.attributes)
        for link in span.links:
            self._replace(link.attributes)

    def log(self, record: EditableLogRecord) -> None:
        self._replace(record.attributes)

    def edit_attributes(
        self,
        attributes: Attributes,
        place: Place,
        resource: Mapping[str, AttributeValue],  # noqa: ARG002 - of the protocol
    ) -> None:
        """A resource may name the user of a device; baggage is what the application sends on purpose."""
        if place is not Place.BAGGAGE:
            self._replace(attributes)

    def _replace(self, attributes: Attributes) -> None:
        if self._key_set.isdisjoint(attributes):
            return
        values = [attributes.pop(key) for key in self._keys if key in attributes]
        texts = [str(value) for value in values if isinstance(value, str | int) and str(value)]
        if texts and not attributes.get(USER_HASH):
            attributes[USER_HASH] = user_hash(texts[0])
