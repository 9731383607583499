"""The guide to tools and workflows runs as it is written."""

from __future__ import annotations

import re
from pathlib import Path
from typing import Any

from support.recording import Recording

GUIDE = Path(__file__).parents[2] / "docs" / "guides" / "tools-and-workflows.md"


def test_the_guide_runs(recording: Recording) -> None:
    """Its code blocks, in order, make the spans it speaks of."""
    code = "\n".join(re.findall(r"```python\n(.*?)```", GUIDE.read_text(), re.DOTALL))
    names: dict[str, Any] = {}
    exec(compile(code, str(GUIDE), "exec"), names)

    assert names["handle"]("s-1", "ada", "When?") == "I cannot look that up right now."
    with_id = names["run_tool"]("c1", "lookup_order", '{"order_id": "A1"}')
    failed = names["run_tool"]("c2", "lookup_order", '{"number": 1}')

    assert (with_id, "error" in failed) == ('{"order": "A1", "state": "sent"}', True)
    assert recording.tree() == (
        "invoke_workflow support_chat\n"
        "  invoke_workflow support_answer\n"
        "execute_tool lookup_order\n"
        "execute_tool lookup_order"
    )
    root, _, _, tool = (dict(span.attributes or {}) for span in recording.spans)
    assert (root["spanwright.outcome"], root["session.id"]) == ("fallback", "s-1")
    assert tool["error.type"] == "TypeError"
