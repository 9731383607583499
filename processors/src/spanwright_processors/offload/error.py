"""Why something cannot be done with stored texts, ready for the user. Never quotes a text."""


class ContentError(Exception):
    """Full texts cannot be stored or read."""


class PlaceError(ContentError):
    """The folder or object store cannot be reached, or refuses; trying again later may help."""


class MissingError(ContentError):
    """Nothing of that name is stored."""
