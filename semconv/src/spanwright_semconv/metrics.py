"""Every metric of the registry: ``gen_ai.execute_tool.duration`` is ``GEN_AI_EXECUTE_TOOL_DURATION``."""

from ._generated.metrics import *  # noqa: F403
