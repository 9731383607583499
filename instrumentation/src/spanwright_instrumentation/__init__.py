"""OpenTelemetry ``gen_ai`` spans for model, embedding, retrieval and tool calls, without a code change.

What an application may say about itself, because nobody else can know it: where a request begins and ends,
whose it is, which functions are tools, and how it ended.
"""

from .context import context
from .tool import tool
from .workflow import agent, set_outcome, workflow

__all__ = ["agent", "context", "set_outcome", "tool", "workflow"]
