"""Every metric of the registry as a definition: ``gen_ai.client.inference.duration`` -> ``GEN_AI_CLIENT_INFERENCE_DURATION``."""

from ._generated.metrics import *  # noqa: F403
