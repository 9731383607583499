"""How settings are described, read from their three sources, converted and documented."""
