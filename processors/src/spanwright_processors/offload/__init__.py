"""The full text of what spans carry, in cold storage: each message once, found again by trace and span.

``steps.offload`` hands a span's text to an ``Offloader``, which writes it to a local spool and from there, in
a thread of its own, to a folder or object store. ``reading``, ``erasure``, ``retention`` and ``prompts`` are
what the commands ``spanwright content`` and ``spanwright prompts`` do with it.
"""
