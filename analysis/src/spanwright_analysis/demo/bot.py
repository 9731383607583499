"""A small support bot: it searches help articles, looks up orders, and answers, streamed or whole.

Run it under ``opentelemetry-instrument``. The spans of models, embeddings, retrievals, and of the order
system, an MCP server in a process of its own, come without any code here. What the bot does say about itself
are three things nobody else can know: where a request begins and ends (``workflow``), whose it is
(``context``), and which of its functions are tools (``tool``, in orders.py).
"""

from __future__ import annotations

import json
import os
import re
from importlib import resources

from openai import OpenAI
from openai.types.chat import (
    ChatCompletionMessageFunctionToolCall,
    ChatCompletionMessageFunctionToolCallParam,
    ChatCompletionMessageParam,
    ChatCompletionToolMessageParam,
    ChatCompletionUserMessageParam,
)
from spanwright_instrumentation import context, workflow

from .chat_window import ChatWindow
from .conversation import CONVERSATIONS
from .knowledge import HelpArticles
from .orders import LAUNCHER_VARIABLE, LOOKUP_ORDER, OrderSystem, OrderSystemError

PIPELINE, PIPELINE_VERSION = "support-answers", "2026.11.2"
_MODEL = os.environ.get("SPANWRIGHT_DEMO_MODEL", "gpt-4.1-mini")
_TEMPERATURE, _TOP_P, _MAX_TOKENS = 0.2, 0.9, 400
_MOST_TOOL_ROUNDS = 3


class SupportBot:
    """One conversation with one customer."""

    def __init__(
        self, client: OpenAI, articles: HelpArticles, orders: OrderSystem, window: ChatWindow
    ) -> None:
        self._window = window
        self._client = client
        self._articles = articles
        self._orders = orders
        handbook = resources.files(__package__).joinpath("handbook.md").read_text(encoding="utf-8")
        self._history: list[ChatCompletionMessageParam] = [{"role": "system", "content": handbook}]

    @workflow("support_answer")
    def answer(self, question: str, stream: bool) -> str:
        """The bot's answer, shown in the window; with ``stream`` while it arrives."""
        found = self._articles.search(rewritten(question))
        asked: ChatCompletionUserMessageParam = {
            "role": "user",
            "content": [
                {"type": "text", "text": "Help articles:\n\n" + "\n\n".join(found)},
                {"type": "text", "text": question},
            ],
        }
        messages = [*self._history, asked]
        answer = self._streamed(messages) if stream else self._whole(messages)
        self._history += [{"role": "user", "content": question}, {"role": "assistant", "content": answer}]
        return answer

    def _whole(self, messages: list[ChatCompletionMessageParam]) -> str:
        for _ in range(_MOST_TOOL_ROUNDS):
            completion = self._client.chat.completions.create(
                model=_MODEL,
                messages=messages,
                tools=[LOOKUP_ORDER],
                temperature=_TEMPERATURE,
                top_p=_TOP_P,
                max_tokens=_MAX_TOKENS,
            )
            message = completion.choices[0].message
            calls = [call for call in message.tool_calls or () if call.type == "function"]
            if not calls:
                break
            messages = [
                *messages,
                {"role": "assistant", "tool_calls": [_as_sent(call) for call in calls]},
                *(self._tool_result(call) for call in calls),
            ]
        self._window.say(message.content or "")
        return message.content or ""

    def _tool_result(self, call: ChatCompletionMessageFunctionToolCall) -> ChatCompletionToolMessageParam:
        """The tool's answer to the model's call; the model is told of a failure and answers without it."""
        try:
            result = self._orders.lookup_order(**json.loads(call.function.arguments))
        except OrderSystemError:
            result = {"error": "the order system does not answer"}
        return {"role": "tool", "tool_call_id": call.id, "content": json.dumps(result)}

    def _streamed(self, messages: list[ChatCompletionMessageParam]) -> str:
        pieces: list[str] = []
        chunks = self._client.chat.completions.create(
            model=_MODEL,
            messages=messages,
            tools=[LOOKUP_ORDER],
            tool_choice="none",
            temperature=_TEMPERATURE,
            top_p=_TOP_P,
            max_tokens=_MAX_TOKENS,
            stream=True,
            stream_options={"include_usage": True},
        )
        for chunk in chunks:
            for choice in chunk.choices:
                pieces.append(choice.delta.content or "")
                self._window.say(pieces[-1])
        return "".join(pieces)


def rewritten(question: str) -> str:
    """The search query for a customer's message: its question, without the greeting and the personal data
    before it.

    This rewriter has a fault, kept for the demo: where the question follows a comma it takes what stands
    behind the comma alone, so that the product and the trouble are lost and articles about other products are
    found.
    """
    sentence = re.split(r"(?<=[.!?])\s+", question.strip())[-1]
    return sentence.rsplit(", ", 1)[-1].strip()


def main() -> None:
    client = OpenAI()
    articles = HelpArticles(client)
    with OrderSystem(os.environ.get(LAUNCHER_VARIABLE, "").split()) as orders:
        with context(pipeline=PIPELINE, pipeline_version=PIPELINE_VERSION):
            articles.index()
            orders.connect()
        _serve(client, articles, orders)
    articles.close()


def _serve(client: OpenAI, articles: HelpArticles, orders: OrderSystem) -> None:
    window = ChatWindow()
    for conversation in CONVERSATIONS:
        bot = SupportBot(client, articles, orders, window)
        with context(
            session_id=conversation.session_id,
            user_id=conversation.user_id,
            pipeline=PIPELINE,
            pipeline_version=PIPELINE_VERSION,
        ):
            for turn in conversation.turns:
                window.end()
                window.speaker("customer")
                window.say(turn.text)
                window.end()
                window.speaker("bot")
                bot.answer(turn.text, turn.stream)
                window.end()


def _as_sent(call: ChatCompletionMessageFunctionToolCall) -> ChatCompletionMessageFunctionToolCallParam:
    function = call.function
    return {
        "id": call.id,
        "type": "function",
        "function": {"name": function.name, "arguments": function.arguments},
    }


if __name__ == "__main__":
    main()
