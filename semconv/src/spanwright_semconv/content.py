"""Which attributes hold what people and models wrote, and which never do.

An attribute in neither set (a tool's description, a resource's URI, any attribute of another namespace) is
text that may hold anything: masking looks at it, and a failing step drops it.
"""

from ._generated.content import CONTENT_KEYS, CONTENT_PREFIXES, NEVER_CONTENT_KEYS

__all__ = ["CONTENT_KEYS", "CONTENT_PREFIXES", "NEVER_CONTENT_KEYS", "is_content", "is_never_content"]


def is_content(key: str) -> bool:
    """True for an attribute that holds user or model content, `gen_ai.prompt.variable.<key>` included."""
    return key in CONTENT_KEYS or key.startswith(CONTENT_PREFIXES)


def is_never_content(key: str) -> bool:
    """True for an attribute that masking skips and a failing step keeps: ids, models, versions, figures."""
    return key in NEVER_CONTENT_KEYS
