"""The demo: a small support bot, its help articles, and a local server that speaks the model provider's wire
format.
"""
