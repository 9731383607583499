"""Every attribute name of the registry as a constant: ``gen_ai.usage.input_tokens`` -> ``GEN_AI_USAGE_INPUT_TOKENS``."""

from ._generated.attributes import *  # noqa: F403
