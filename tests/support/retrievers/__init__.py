"""Drivers of the retrievers' contract suite, one a store."""
