"""Drivers of the contract suite of rerankers, one a library."""
