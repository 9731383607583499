"""How many names masking finds, and how much else: a labelled corpus, rules and a model, one table."""
