"""Every attribute name of the registry: ``gen_ai.request.model`` is ``GEN_AI_REQUEST_MODEL``."""

from ._generated.attributes import *  # noqa: F403
