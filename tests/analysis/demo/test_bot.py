"""The demo's bot, over the bundled server."""

from __future__ import annotations

from collections.abc import Iterator

import pytest
from openai import OpenAI
from spanwright_analysis.demo.bot import SupportBot, rewritten
from spanwright_analysis.demo.chat_window import ChatWindow
from spanwright_analysis.demo.conversation import CONVERSATIONS
from spanwright_analysis.demo.knowledge import HelpArticles
from spanwright_analysis.demo.orders import OrderSystem
from spanwright_analysis.demo.server import running_server


@pytest.fixture
def bot() -> Iterator[SupportBot]:
    with running_server(pace=0) as server, OpenAI(base_url=server.base_url, api_key="any") as client:
        articles = HelpArticles(client)
        articles.index()
        with OrderSystem() as orders:
            orders.connect()
            yield SupportBot(client, articles, orders, ChatWindow())
        articles.close()


def test_a_conversation_of_two_turns(bot: SupportBot, capsys: pytest.CaptureFixture[str]) -> None:
    """The first turn looks up the order, the second is streamed, and both answers are shown."""
    first, second = CONVERSATIONS[0].turns
    answers = [bot.answer(first.text, first.stream), bot.answer(second.text, second.stream)]
    assert answers[0].startswith("Hi Priya, hold the Filter key")
    assert answers[1].startswith("Unplug the purifier")
    shown = " ".join(capsys.readouterr().out.split())
    assert " ".join(answers) in shown.replace("warranty.Unplug", "warranty. Unplug")


def test_a_failing_tool_does_not_stop_the_bot(bot: SupportBot) -> None:
    """The model is told, and answers without the order."""
    (turn,) = CONVERSATIONS[1].turns
    assert "cannot reach the order system" in bot.answer(turn.text, turn.stream)


@pytest.mark.parametrize(
    ("question", "query"),
    [
        (CONVERSATIONS[0].turns[0].text, "How do I turn the filter light off?"),
        (CONVERSATIONS[0].turns[1].text, "how do I make it stop?"),
        ("One question?", "One question?"),
    ],
)
def test_the_rewriter_and_its_fault(question: str, query: str) -> None:
    """It leaves out greetings and personal data, and loses what stands before a comma."""
    assert rewritten(question) == query
