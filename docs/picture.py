"""Draws docs/images/demo.svg: one trace and the answered question, as ``make demo`` prints them.

python docs/picture.py
"""

from __future__ import annotations

import io
import os
import re
import subprocess
import sys
import tempfile
from pathlib import Path

from rich.console import Console
from rich.terminal_theme import TerminalTheme
from rich.text import Text

WIDTH = 108
TARGET = Path(__file__).parent / "images" / "demo.svg"
_COLOURS = [(17, 20, 26), (240, 113, 120), (127, 201, 127), (229, 192, 123), (97, 175, 239), (198, 120, 221)]
_COLOURS += [(86, 182, 194), (171, 178, 191)]
THEME = TerminalTheme((17, 20, 26), (214, 218, 226), _COLOURS, [(110, 118, 132), *_COLOURS[1:]])
#: The trace shown: the one with the failing tool, inside the model call that asked for it.
SHOWN = re.compile(
    r"━━ trace(?:(?!━━ trace).)*execute_tool(?:(?!━━ trace).)*error.*?(?=\n\S*3\. A question)", re.DOTALL
)
ANSWER = re.compile(r"trace id +top.*?told\.", re.DOTALL)


def demo_output() -> str:
    command = Path(sys.executable).parent / "spanwright"
    with tempfile.TemporaryDirectory() as folder:
        ran = subprocess.run(
            [command, "demo", "--local", "--width", str(WIDTH), "--folder", folder],
            env=os.environ | {"FORCE_COLOR": "1", "TERM": "xterm-256color"},
            capture_output=True,
            text=True,
            check=True,
        )
    return ran.stdout


def main() -> None:
    text = Text.from_ansi(demo_output())
    trace, answer = SHOWN.search(text.plain), ANSWER.search(text.plain)
    assert trace is not None, text.plain
    assert answer is not None, text.plain
    console = Console(width=WIDTH, record=True, file=io.StringIO(), force_terminal=True)
    console.print(text[trace.start() : trace.end()], soft_wrap=True)
    console.print(Text("$ spanwright query weak-retrieval demo-output/traces.jsonl", style="bold"))
    console.print(text[answer.start() : answer.end()], soft_wrap=True)
    TARGET.parent.mkdir(exist_ok=True)
    svg = console.export_svg(title="make demo", theme=THEME)
    # No font is fetched by whoever looks at it.
    TARGET.write_text(re.sub(r"@font-face \{.*?\}\s*", "", svg, flags=re.DOTALL))


if __name__ == "__main__":
    main()
