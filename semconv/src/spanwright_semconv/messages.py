"""Messages and their parts as the conventions shape them, and small functions that build them.

The functions leave out what is not known (None), since the schemas tell "absent" from null. Shapes are those
of `gen-ai-input-messages.json` and its neighbours in the official GenAI conventions; extra keys are allowed
everywhere.
"""

from __future__ import annotations

from typing import Any, Literal, NotRequired, TypeAlias, TypedDict

#: Role of a message; providers may use others.
Role: TypeAlias = Literal["system", "user", "assistant", "tool"] | str
#: Kind of media; others are allowed.
Modality: TypeAlias = Literal["image", "video", "audio", "document"] | str


class TextPart(TypedDict):
    type: Literal["text"]
    content: str


class ReasoningPart(TypedDict):
    type: Literal["reasoning"]
    content: str


class ToolCallPart(TypedDict):
    """``arguments`` is an object, or the text as the model wrote it where that is not JSON."""

    type: Literal["tool_call"]
    name: str
    id: NotRequired[str]
    arguments: NotRequired[Any]


class ToolCallResponsePart(TypedDict):
    type: Literal["tool_call_response"]
    response: Any
    id: NotRequired[str]


class ServerToolCallPart(TypedDict):
    """A tool the provider runs; ``server_tool_call`` is an object with its own ``type``."""

    type: Literal["server_tool_call"]
    name: str
    server_tool_call: dict[str, Any]
    id: NotRequired[str]


class ServerToolCallResponsePart(TypedDict):
    type: Literal["server_tool_call_response"]
    server_tool_call_response: dict[str, Any]
    id: NotRequired[str]


class BlobPart(TypedDict):
    """Media given inline; ``content`` is base64."""

    type: Literal["blob"]
    modality: Modality
    content: str
    mime_type: NotRequired[str]


class FilePart(TypedDict):
    """Media given by the id of a file the provider holds."""

    type: Literal["file"]
    modality: Modality
    file_id: str
    mime_type: NotRequired[str]


class UriPart(TypedDict):
    """Media given by its address."""

    type: Literal["uri"]
    modality: Modality
    uri: str
    mime_type: NotRequired[str]


class CompactionPart(TypedDict):
    """A stretch of the conversation that the provider has compacted."""

    type: Literal["compaction"]
    id: NotRequired[str]
    content: NotRequired[str]


#: Any other part: a mapping with at least ``type``.
GenericPart: TypeAlias = dict[str, Any]
Part: TypeAlias = (
    TextPart
    | ReasoningPart
    | ToolCallPart
    | ToolCallResponsePart
    | ServerToolCallPart
    | ServerToolCallResponsePart
    | BlobPart
    | FilePart
    | UriPart
    | CompactionPart
    | GenericPart
)


class Message(TypedDict):
    """One message. ``finish_reason`` is for output messages: deprecated, but still read by backends."""

    role: Role
    parts: list[Part]
    name: NotRequired[str]
    finish_reason: NotRequired[str]


class ToolDefinition(TypedDict):
    """A tool offered to the model; ``parameters`` is a JSON Schema."""

    type: str
    name: str
    description: NotRequired[str]
    parameters: NotRequired[Any]


class Document(TypedDict):
    """A retrieved chunk: id and score are official, the rest are extra keys the schema allows.

    ``source_doc_id`` is the document it was cut from, ``text_length`` its length in characters, ``content``
    its text (only while content is captured).
    """

    id: str | None
    score: float | None
    source_doc_id: NotRequired[str]
    text_length: NotRequired[int]
    content: NotRequired[str]


class MemoryRecord(TypedDict):
    content: Any
    id: NotRequired[str]
    score: NotRequired[float]
    metadata: NotRequired[dict[str, Any]]


def text(content: str) -> TextPart:
    return {"type": "text", "content": content}


def reasoning(content: str) -> ReasoningPart:
    return {"type": "reasoning", "content": content}


def tool_call(name: str, arguments: Any = None, call_id: str | None = None) -> ToolCallPart:
    part: ToolCallPart = {"type": "tool_call", "name": name}
    if call_id is not None:
        part["id"] = call_id
    if arguments is not None:
        part["arguments"] = arguments
    return part


def tool_call_response(response: Any, call_id: str | None = None) -> ToolCallResponsePart:
    part: ToolCallResponsePart = {"type": "tool_call_response", "response": response}
    if call_id is not None:
        part["id"] = call_id
    return part


def server_tool_call(name: str, call: dict[str, Any], call_id: str | None = None) -> ServerToolCallPart:
    part: ServerToolCallPart = {"type": "server_tool_call", "name": name, "server_tool_call": call}
    if call_id is not None:
        part["id"] = call_id
    return part


def server_tool_call_response(
    response: dict[str, Any], call_id: str | None = None
) -> ServerToolCallResponsePart:
    part: ServerToolCallResponsePart = {
        "type": "server_tool_call_response",
        "server_tool_call_response": response,
    }
    if call_id is not None:
        part["id"] = call_id
    return part


def blob(modality: Modality, content: str, mime_type: str | None = None) -> BlobPart:
    """``content`` is base64 already."""
    part: BlobPart = {"type": "blob", "modality": modality, "content": content}
    if mime_type is not None:
        part["mime_type"] = mime_type
    return part


def file(modality: Modality, file_id: str, mime_type: str | None = None) -> FilePart:
    part: FilePart = {"type": "file", "modality": modality, "file_id": file_id}
    if mime_type is not None:
        part["mime_type"] = mime_type
    return part


def uri(modality: Modality, address: str, mime_type: str | None = None) -> UriPart:
    part: UriPart = {"type": "uri", "modality": modality, "uri": address}
    if mime_type is not None:
        part["mime_type"] = mime_type
    return part


def generic(kind: str, **values: Any) -> GenericPart:
    """A part of a type the conventions do not know."""
    return {"type": kind, **values}


def message(
    role: Role, parts: list[Part], name: str | None = None, finish_reason: str | None = None
) -> Message:
    built: Message = {"role": role, "parts": parts}
    if name is not None:
        built["name"] = name
    if finish_reason is not None:
        built["finish_reason"] = finish_reason
    return built


def system_instructions(*texts: str) -> list[TextPart]:
    """The parts of system instructions given apart from the conversation."""
    return [text(content) for content in texts]


def tool_definition(
    name: str, kind: str = "function", description: str | None = None, parameters: Any = None
) -> ToolDefinition:
    """Description and parameters are left out by default: they are long and the same in every call."""
    built: ToolDefinition = {"type": kind, "name": name}
    if description is not None:
        built["description"] = description
    if parameters is not None:
        built["parameters"] = parameters
    return built


def document(
    document_id: str | None,
    score: float | None,
    source_doc_id: str | None = None,
    text_length: int | None = None,
    content: str | None = None,
) -> Document:
    built: Document = {"id": document_id, "score": score}
    if source_doc_id is not None:
        built["source_doc_id"] = source_doc_id
    if text_length is not None:
        built["text_length"] = text_length
    if content is not None:
        built["content"] = content
    return built
