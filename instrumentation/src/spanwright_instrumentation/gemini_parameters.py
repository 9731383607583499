"""What requests to Google's models have in common, whichever of its APIs takes them."""

from __future__ import annotations

from functools import lru_cache
from typing import Any

from spanwright_semconv import attributes
from spanwright_semconv.enums import OutputType

from .generate_content import camel, field, plain
from .translation import Parameter, listed


def _texts(value: Any) -> list[str]:
    return [str(each) for each in value]


def text_of(value: Any) -> str:
    """A value or a member of an enumeration as text."""
    return str(plain(value))


#: Field of the configuration -> attribute and its type.
PARAMETERS: dict[str, Parameter] = {
    "temperature": (attributes.GEN_AI_REQUEST_TEMPERATURE, float),
    "top_p": (attributes.GEN_AI_REQUEST_TOP_P, float),
    "top_k": (attributes.GEN_AI_REQUEST_TOP_K, int),
    "max_output_tokens": (attributes.GEN_AI_REQUEST_MAX_TOKENS, int),
    "stop_sequences": (attributes.GEN_AI_REQUEST_STOP_SEQUENCES, _texts),
    "seed": (attributes.GEN_AI_REQUEST_SEED, int),
    "frequency_penalty": (attributes.GEN_AI_REQUEST_FREQUENCY_PENALTY, float),
    "presence_penalty": (attributes.GEN_AI_REQUEST_PRESENCE_PENALTY, float),
    "service_tier": (attributes.SPANWRIGHT_REQUEST_SERVICE_TIER, text_of),
    "output_dimensionality": (attributes.GEN_AI_EMBEDDINGS_DIMENSION_COUNT, int),
}
#: Dicts may have their keys as JSON has them.
PARAMETERS |= {camel(name): parameter for name, parameter in PARAMETERS.items()}


@lru_cache(maxsize=1024)
def model_id(name: str) -> str:
    """The model's id, to which ``models/…`` and ``projects/…/publishers/google/models/…`` are paths."""
    *path, last = name.split("/")
    return last if path and path[-1] == "models" else name


_OUTPUT_TYPES = {"TEXT": OutputType.TEXT, "IMAGE": OutputType.IMAGE, "AUDIO": OutputType.SPEECH}


def output_type(config: Any) -> str | None:
    """What was asked for: the medium beside text where there is one, else the text's format."""
    wanted = [text_of(each).upper() for each in listed(field(config, "response_modalities"))]
    media = [_OUTPUT_TYPES[each].value for each in wanted if each in _OUTPUT_TYPES]
    other = [each for each in media if each != OutputType.TEXT.value]
    mime_type = field(config, "response_mime_type")
    if other:
        return other[0]
    if mime_type is not None:
        return OutputType.JSON.value if mime_type == "application/json" else OutputType.TEXT.value
    return media[0] if media else None
