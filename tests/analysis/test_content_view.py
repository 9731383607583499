from __future__ import annotations

import json

from spanwright_analysis.content_view import json_lines, printable, span_view
from spanwright_processors.offload.full_text import FullText, Value
from spanwright_processors.offload.reading import Missing, Rebuilt
from support.full_texts import START_NS

MESSAGES = [
    {"role": "system", "parts": [{"type": "text", "content": "Be brief.\nBe kind."}]},
    {"role": "user", "content": "hi"},
    {"role": "assistant", "parts": [{"type": "tool_call", "name": "look_up", "arguments": {"id": 7}}]},
]
SPAN = FullText(
    1,
    2,
    "chat gpt-4o",
    START_NS,
    (
        Value("attributes", "gen_ai.input.messages", json.dumps(MESSAGES)),
        Value("attributes", "gen_ai.tool.call.arguments", '{"id":7}'),
        Value("events[0]", "exception.message", "no\x1b[2J way"),
        Value("status", "", "12"),
    ),
)


def test_a_span_for_a_reader() -> None:
    """Messages by role with all of their lines, other JSON indented, text as it is, and where each stood."""
    assert span_view(Rebuilt(SPAN)) == "\n".join(
        [
            "2026-09-21 14:13:20Z  chat gpt-4o  span 0000000000000002",
            f"  gen_ai.input.messages  ({len(json.dumps(MESSAGES))} bytes)",
            "    system     Be brief.",
            "               Be kind.",
            "    user       hi",
            '    assistant  {"type": "tool_call", "name": "look_up", "arguments": {"id": 7}}',
            "  gen_ai.tool.call.arguments  (8 bytes)",
            "    {",
            '      "id": 7',
            "    }",
            "  events[0] exception.message  (10 bytes)",
            r"    no\x1b[2J way",
            "  status  (2 bytes)",
            "    12",
            "",
        ]
    )


def test_what_is_missing_and_what_waits() -> None:
    """Both are told beside what is there."""
    view = span_view(Rebuilt(SPAN, (Missing("attributes", "gen_ai.output.messages", "x is missing"),), True))
    assert view.startswith("2026-09-21 14:13:20Z  chat gpt-4o  span 0000000000000002  (not stored yet)\n")
    assert "\n  gen_ai.output.messages  CANNOT BE REBUILT: x is missing\n" in view


def test_json_lines_are_exact() -> None:
    """One for each value, which gives its text back whatever is in it."""
    broken = FullText(1, 2, "n", 3, (Value("body", "", "\ud800\n", is_json=True),))
    lines = [json.loads(line) for line in json_lines(Rebuilt(broken, (Missing("status", "", "gone"),)))]
    head = {"trace_id": f"{1:032x}", "span_id": f"{2:016x}", "name": "n", "time_unix_nano": 3}
    assert lines == [
        {**head, "place": "body", "key": "", "is_json": True, "text": "\ud800\n"},
        {**head, "place": "status", "key": "", "missing": "gone"},
    ]


def test_the_terminal_is_not_steered() -> None:
    """What is shown cannot hide itself or the lines around it."""
    assert printable("Jürgen 山田") == "Jürgen 山田"
    assert printable("a\x1b[2Jb\r\n\u202ec\x9b") == r"a\x1b[2Jb\r\n\u202ec\x9b"
