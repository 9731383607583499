"""Requests of the Model Context Protocol as spans have them: what was asked, what came back."""

from __future__ import annotations

import logging
from collections.abc import Mapping, Sequence
from typing import Any

from opentelemetry.context import get_current
from spanwright_semconv import attributes
from spanwright_semconv.enums import McpMethod, Operation

from .invocation import Invocation
from .native import keeps_native
from .suppression import is_silenced
from .withheld import withheld

logger = logging.getLogger(__name__)

#: The extra of our distribution, and the library's name in settings.
LIBRARY = "mcp"
#: Where a request carries what is not for the method: the trace context among it.
META = "_meta"
#: There, from protocol revision 2026-07-28 on, which has no handshake.
_VERSION_KEY = "io.modelcontextprotocol/protocolVersion"

#: ``Invocation.operation`` of the two sides: what decides on the metric. Not ``gen_ai.operation.name``.
CLIENT, SERVER = "mcp.client", "mcp.server"

#: ``error.type`` of a result that says itself that it is an error (MCP conventions).
TOOL_ERROR = "tool_error"
#: Codes that the SDK gives its own errors, which no peer sent: the request timed out, the connection is gone.
_OWN_CODES = {408: "timeout", -32001: "timeout", -32000: "connection_closed"}

_CALL, _GET_PROMPT = McpMethod.TOOLS_CALL.value, McpMethod.PROMPTS_GET.value


def is_unobserved() -> bool:
    """Whether no span of ours is to be made here."""
    return is_silenced(get_current()) or keeps_native(LIBRARY)


def params_of(message: Any) -> Mapping[str, Any]:
    """The parameters of a request of version 1 as they go over the wire; their name alone where the whole
    cannot be had. May raise, as any reading of the application's objects."""
    params = message.params
    if params is None:
        return {}
    try:
        dumped: Mapping[str, Any] = params.model_dump(by_alias=True, exclude_none=True)
    except Exception:
        logger.debug("Cannot read the parameters of an MCP request.", exc_info=withheld())
        return {"name": getattr(params, "name", None)}
    return dumped


def end(method: str, result: Any, invocation: Invocation) -> None:
    """The request was answered with ``result``."""
    try:
        read_result(method, result, invocation)
    except Exception:
        logger.debug("Cannot read an MCP result.", exc_info=withheld())
    invocation.stop()


def fail(error: BaseException, invocation: Invocation, *, is_own: bool) -> None:
    """The request failed; with a code where the peer, or the SDK for it, gave one."""
    code = getattr(getattr(error, "error", None), "code", None)
    if code is not None:
        read_error(code, invocation, is_own=is_own)
    invocation.fail(error)


def span_name(method: str, params: Mapping[str, Any]) -> str:
    """``method`` and the tool or prompt; never a URI, of which there are too many."""
    target = _target(method, params)
    return f"{method} {target}" if target else method


def read_message(method: str, params: Mapping[str, Any]) -> dict[str, Any]:
    """The attributes that a request tells before it is answered."""
    found: dict[str, Any] = {attributes.MCP_METHOD_NAME: method}
    target = _target(method, params)
    if method == _CALL:
        found[attributes.GEN_AI_OPERATION_NAME] = Operation.EXECUTE_TOOL.value
        found[attributes.GEN_AI_TOOL_NAME] = target
    elif method == _GET_PROMPT:
        found[attributes.GEN_AI_PROMPT_NAME] = target
    meta = params.get(META)
    if isinstance(meta, Mapping) and _VERSION_KEY in meta:
        found[attributes.MCP_PROTOCOL_VERSION] = str(meta[_VERSION_KEY])
    uri = params.get("uri")
    if uri is not None and method.startswith("resources/"):
        found[attributes.MCP_RESOURCE_URI] = str(uri)
    return found


def read_arguments(method: str, params: Mapping[str, Any], invocation: Invocation) -> None:
    """The arguments of a tool, under the content policy."""
    if method == _CALL and invocation.records_content and params.get("arguments") is not None:
        invocation.content[attributes.GEN_AI_TOOL_CALL_ARGUMENTS] = params["arguments"]


def read_result(method: str, result: Any, invocation: Invocation) -> None:
    """Whether a tool failed, and, under the content policy, what it answered.

    ``result``: the SDK's model of a result, or the mapping that goes over the wire.
    """
    if method != _CALL:
        return
    if _of(result, "isError", "is_error") is True:
        invocation.attributes[attributes.ERROR_TYPE] = TOOL_ERROR
    if invocation.records_content:
        invocation.content[attributes.GEN_AI_TOOL_CALL_RESULT] = _answer(result)


def read_error(code: object, invocation: Invocation, *, is_own: bool) -> None:
    """``code`` of a JSON-RPC error; ``is_own``: this side may have given it itself, as for a time-out."""
    told = _OWN_CODES.get(code) if is_own and isinstance(code, int) else None
    invocation.attributes[attributes.ERROR_TYPE] = told or str(code)
    if told is None:
        invocation.attributes[attributes.RPC_RESPONSE_STATUS_CODE] = str(code)


def _target(method: str, params: Mapping[str, Any]) -> str | None:
    name = params.get("name") if method in (_CALL, _GET_PROMPT) else None
    return name if isinstance(name, str) else None


def _of(result: Any, *names: str) -> Any:
    for name in names:
        found = result.get(name) if isinstance(result, Mapping) else getattr(result, name, None)
        if found is not None:
            return found
    return None


def _answer(result: Any) -> Any:
    """Text as text, other content as its parts; what a structured answer holds stands in its text as well."""
    content = _of(result, "content")
    if not isinstance(content, Sequence):
        return _plain(_of(result, "structuredContent", "structured_content"))
    texts = [_of(part, "text") for part in content]
    if texts and all(isinstance(text, str) for text in texts):
        return "\n".join(texts)
    return [_part(part) for part in content] or _plain(_of(result, "structuredContent", "structured_content"))


def _part(part: Any) -> dict[str, Any]:
    """One part without its bytes, which never go on a span."""
    plain = _plain(part)
    if not isinstance(plain, dict):
        return {}
    for holder in (plain, plain.get("resource")):
        if isinstance(holder, dict):
            for key in ("data", "blob"):
                if isinstance(holder.get(key), str):
                    holder[key] = f"{len(holder[key])} characters of base64"
    return plain


def _plain(value: Any) -> Any:
    dump = getattr(value, "model_dump", None)
    return dump(mode="json", by_alias=True, exclude_none=True) if dump else _copied(value)


def _copied(value: Any) -> Any:
    if isinstance(value, Mapping):
        return {key: _copied(item) for key, item in value.items()}
    return value
