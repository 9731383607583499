"""Run-time copy of the registry.

Generated from semconv/registry by `make generate`; edit the registry instead.
"""
