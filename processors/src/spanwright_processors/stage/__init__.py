"""The steps as an OTLP service, to stand in front of a Collector or between two.

One process takes requests in and hands them on; as many workers as there are cores run the steps. A sender is
told that a request is accepted only after the next hop has accepted it. Needs the extra ``stage``.
"""
