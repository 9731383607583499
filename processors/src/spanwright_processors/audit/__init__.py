"""The originals of what was masked: encrypted, apart from the traces, for 30 days at most, every read noted.

``recorder`` takes them from the mask step and writes them in a thread of its own; ``reading``, ``erasure``,
``retention`` and ``verification`` are what the command ``spanwright audit`` does with them.
"""
