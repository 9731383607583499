"""LiteLLM over OpenAI's SDK, driven through the contract suite."""

from __future__ import annotations

import json
import os
from importlib import import_module
from importlib.metadata import version
from importlib.util import find_spec
from types import SimpleNamespace
from typing import Any

# Read at import: the list of models' prices would be fetched from afar.
os.environ["LITELLM_LOCAL_MODEL_COST_MAP"] = "True"

import litellm as _litellm
from spanwright_instrumentation.providers.litellm import LiteLLMInstrumentor
from support.drivers import openai
from support.wire import Answer, Wire

SDK: Any = _litellm
VERSION = tuple(int(number) for number in version("litellm").split(".")[:2])
SDK.suppress_debug_info = True
# Its log of calls is written by a task that the end of a test's event loop would cut off.
_WORKER = "litellm.litellm_core_utils.logging_worker"
if find_spec(_WORKER):
    vars(import_module(_WORKER))["GLOBAL_LOGGING_WORKER"] = SimpleNamespace(
        ensure_initialized_and_enqueue=lambda async_coroutine: async_coroutine.close()
    )

instrumentor = LiteLLMInstrumentor
REQUEST: dict[str, Any] = {"model": "gpt-4o", "messages": [{"role": "user", "content": "Say hello"}]}

_NO_MANAGER = "its streams are no context managers"
_NO_RAW = "it has no raw and no streaming responses"
#: Of its objects and its exceptions' texts, what differs from call to call.
CHANGING = {"created", "time taken"}
#: Warnings of its own, by their beginning, that are no matter of ours.
WARNINGS = ("Pydantic serializer warnings", "Accessing the 'model_", "Items 'device_code'")
#: Cases that this SDK cannot have.
NOT_APPLICABLE = {
    "stream: several choices": "it makes one choice of them",
    "with": _NO_MANAGER,
    "with, left early": _NO_MANAGER,
    "exception in with": _NO_MANAGER,
    "raw response": _NO_RAW,
    "raw response, tool calls": _NO_RAW,
    "raw response by lines": _NO_RAW,
    "streaming response by lines": _NO_RAW,
    "streaming response parsed": _NO_RAW,
    "streaming response read": _NO_RAW,
    "streaming response unread": _NO_RAW,
    "raw response refused": _NO_RAW,
    "raw response reset": _NO_RAW,
}
if VERSION >= (1, 100):
    NOT_APPLICABLE["stream cut short"] = "this version takes it for a failure, and raises"


class Client:
    """What takes the place of a client: the provider's own, and how the function is called."""

    def __init__(self, made: Any, is_async: bool, max_retries: int) -> None:
        self.options: dict[str, Any] = {"client": made, "max_retries": max_retries}
        self.name = "acompletion" if is_async else "completion"


def client(wire: Wire, *, is_async: bool = False, max_retries: int = 0) -> Client:
    """A client whose requests go over this wire."""
    return Client(openai.client(wire, is_async=is_async, max_retries=max_retries), is_async, max_retries)


def create(client: Client, *, stream: bool, kind: str, way: str = "plain") -> Any:
    """Make the call."""
    extra: dict[str, Any] = {"stream": True} if stream else {}
    if kind == "choices" and not stream:
        extra["n"] = 2
    return getattr(SDK, client.name)(**{**REQUEST, "model": "openai/gpt-4o"}, **client.options, **extra)


def answer(kind: str, *, stream: bool) -> Answer:
    """The provider's answer; of a stream the last chunk with a choice has the usage."""
    sent = openai.answer(kind, stream=stream)
    if not stream:
        return sent
    *chunks, last, usage, done = sent.parts
    assert isinstance(last, bytes)
    assert isinstance(usage, bytes)
    both = {**json.loads(last[6:]), "usage": json.loads(usage[6:])["usage"]}
    return Answer((*chunks, b"data: " + json.dumps(both).encode() + b"\n\n", done), headers=sent.headers)


def refusal(status: int, *, retry_after_ms: int | None = None) -> Answer:
    """An error answer."""
    return openai.refusal(status, retry_after_ms=retry_after_ms)


ERROR_EVENT = openai.ERROR_EVENT


def expected_finish_reasons(kind: str) -> tuple[str, ...]:
    """``gen_ai.response.finish_reasons`` of a whole answer."""
    return openai.expected_finish_reasons(kind)
