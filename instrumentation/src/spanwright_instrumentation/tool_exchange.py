"""What a request says of tools: those it offers the model, and the results of those the model asked for.

All formats are read here, told by the shape of what is sent: chat completions (Mistral's, Cohere's second and
LiteLLM's are that), Responses, Anthropic's messages, Gemini's contents and interactions, Converse, Cohere's
first. Nothing is copied.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from typing import Any, NamedTuple

from .argument_check import FREE_TEXT
from .generate_content import field, listed_parts, plain
from .translation import get, listed

_ASSISTANT = ("assistant", "model", "ASSISTANT", "CHATBOT")
#: Items of Responses looked at, from the last one on: calls and results may be in any order.
_MAX_ITEMS = 512


class ToolResult(NamedTuple):
    """What the application tells the model that a tool answered.

    :param call_id: None in formats without one; then ``name`` is the tool's.
    :param answer: text, parts or JSON, as it is sent; see :func:`plain_answer`.
    """

    call_id: str | None
    name: str | None
    answer: Any
    is_error: bool = False


def read_results(arguments: Mapping[str, Any]) -> list[ToolResult]:
    """The results that this request brings, without those of earlier ones where the format shows which."""
    body = arguments.get("body")
    if isinstance(body, Mapping):  # of a model invoked by Bedrock
        arguments = body
    found: list[ToolResult] = []
    for message in _latest(listed(arguments.get("messages"))):
        found += _of_message(message)
    for item in listed(arguments.get("input"))[-_MAX_ITEMS:]:
        found += _of_item(item)
    if arguments.get("contents") is not None:
        found += _of_contents(arguments["contents"])
    for result in listed(arguments.get("tool_results")):
        found.append(ToolResult(None, get(get(result, "call"), "name"), get(result, "outputs")))
    return found


def _latest(messages: Sequence[Any]) -> Sequence[Any]:
    """Those since the model spoke last; the beginning of its answer may be put in its mouth at the end."""
    for at in range(len(messages) - 2, -1, -1):
        if get(messages[at], "role") in _ASSISTANT:
            return messages[at + 1 :]
    return messages


def _of_message(message: Any) -> Iterator[ToolResult]:
    role, content = get(message, "role"), get(message, "content")
    if role == "tool" and not _has_results(content):
        yield ToolResult(get(message, "tool_call_id"), get(message, "name"), content)
    elif role == "function":
        yield ToolResult(None, get(message, "name"), content)
    elif not isinstance(content, str):
        for block in listed(content):
            result = get(block, "toolResult")
            if result is not None:
                failed = get(result, "status") == "error"
                yield ToolResult(get(result, "toolUseId"), None, get(result, "content"), failed)
            elif get(block, "type") == "tool_result":
                failed = get(block, "is_error") is True
                yield ToolResult(get(block, "tool_use_id"), None, get(block, "content"), failed)


def _has_results(content: Any) -> bool:
    return any(get(block, "type") == "tool_result" for block in listed(content))


def _of_item(item: Any) -> Iterator[ToolResult]:
    kind = get(item, "type")
    if not isinstance(kind, str):
        return
    if kind.endswith("_call_output"):
        yield ToolResult(get(item, "call_id"), None, get(item, "output"))
    elif kind == "function_result":
        failed = get(item, "is_error") is True
        yield ToolResult(get(item, "call_id"), get(item, "name"), get(item, "result"), failed)


def _of_contents(contents: Any) -> Iterator[ToolResult]:
    messages = [] if isinstance(contents, str) else [*listed_parts(contents)]
    said = [at for at, (role, _) in enumerate(messages[:-1]) if role in _ASSISTANT]
    for _, parts in messages[said[-1] + 1 if said else 0 :]:
        for part in parts:
            result = None if isinstance(part, str) else field(part, "function_response")
            if result is not None:
                answer = field(result, "response")
                failed = (
                    isinstance(answer, dict)
                    and "error" in answer
                    and not {"output", "result"} & answer.keys()
                )
                yield ToolResult(field(result, "id"), field(result, "name"), answer, failed)


def plain_answer(answer: Any) -> Any:
    """An answer as a span has it: the text of texts in one piece, JSON as it is, of media the kind only."""
    if not isinstance(answer, (list, tuple)):
        return plain(answer)
    parts = [_plain_part(part) for part in answer]
    if parts and all(isinstance(part, str) for part in parts):
        return "\n".join(parts)
    return parts[0] if len(parts) == 1 else parts


def _plain_part(part: Any) -> Any:
    if isinstance(part, str):
        return part
    text = get(part, "text")
    if isinstance(text, str):
        return text
    if isinstance(part, dict) and "json" in part:
        return part["json"]
    kind = get(part, "type")
    if isinstance(kind, str):
        return {"type": kind}
    if isinstance(part, dict) and not _MEDIA & part.keys():
        return part
    return {"type": next(iter(part)) if isinstance(part, dict) else type(part).__name__}


_MEDIA = {"image", "video", "document", "audio"}


def read_schemas(arguments: Mapping[str, Any]) -> dict[str, object]:
    """Name -> schema of the parameters of each tool offered, as it was given: a mapping or an SDK's model."""
    body = arguments.get("body")
    if isinstance(body, Mapping):
        arguments = body
    tools = [
        *listed(arguments.get("tools")),
        *listed(arguments.get("functions")),
        *listed(get(arguments.get("toolConfig"), "tools")),
    ]
    config = arguments.get("config")
    if config is not None:
        tools += listed(field(config, "tools"))
    return {name: schema for tool in tools for name, schema in _described(tool) if schema is not None}


def _described(tool: Any) -> Iterator[tuple[str, object]]:
    declared = listed(field(tool, "function_declarations")) if not callable(tool) else ()
    for each in declared:
        parameters = field(each, "parameters")
        yield str(field(each, "name")), parameters or field(each, "parameters_json_schema")
    specified = get(tool, "toolSpec")
    if specified is not None:
        yield str(get(specified, "name")), get(get(specified, "inputSchema"), "json")
        return
    kind = get(tool, "type")
    if kind == "custom" and get(tool, "input_schema") is None:
        yield str(get(get(tool, "custom") or tool, "name")), FREE_TEXT
        return
    function = get(tool, "function")
    described = tool if function is None else function
    schema = get(described, "parameters")
    yield str(get(described, "name")), get(tool, "input_schema") if schema is None else schema
