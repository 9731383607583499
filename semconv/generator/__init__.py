"""Reads registry/ and writes the run-time names and the reference page. Development only; needs PyYAML."""
