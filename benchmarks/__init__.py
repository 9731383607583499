"""Benchmarks beside the bare SDK; see __main__."""
