"""What other instrumentations write, read as the conventions name it: a table per dialect, and readers of
shapes.

A table (``<dialect>.toml``) says which attribute means what. What is inside an attribute (messages, parts,
tools, documents, usage) is read by its shape, whichever dialect it comes from: the shapes are those of the
providers' own formats, and every dialect passes some of them on.
"""
