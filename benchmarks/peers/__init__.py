"""Spanwright beside its peers: what a call costs, and which cases each gets right."""
