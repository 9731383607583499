"""Ceilings for what calls may cost, asked before they are made.

```python
from spanwright_processors.spending import CostCeilingExceeded, guard

with guard(max_usd=0.05, total_usd=0.50):
    answer = client.chat.completions.create(...)
```
"""

from spanwright_semconv.spending import CostCeilingExceeded

from .ceiling import guard
from .tokens import register_tokenizer

__all__ = ["CostCeilingExceeded", "guard", "register_tokenizer"]
