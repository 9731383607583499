"""The one definition of metrics, dashboard, monitors and question: data, and the types they are read into."""

from .error import DefinitionError
from .loading import Definition, load
from .metric import Metric, Population
from .monitor import Budget, Monitor
from .panel import Panel, Question, Row

__all__ = [
    "Budget",
    "Definition",
    "DefinitionError",
    "Metric",
    "Monitor",
    "Panel",
    "Population",
    "Question",
    "Row",
    "load",
]
