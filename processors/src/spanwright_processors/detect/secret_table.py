"""All rules for secrets that a literal announces."""

from __future__ import annotations

from . import secret_cloud_rules, secret_forge_rules, secret_model_rules, secret_service_rules
from .secret_rules import Rule

RULES: tuple[Rule, ...] = (
    *secret_model_rules.RULES,
    *secret_cloud_rules.RULES,
    *secret_forge_rules.RULES,
    *secret_service_rules.RULES,
)
