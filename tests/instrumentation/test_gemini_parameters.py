"""What requests to Google's models have in common."""

from __future__ import annotations

from typing import Any

import pytest
from google.genai import types
from spanwright_instrumentation.gemini_parameters import model_id, output_type, text_of


@pytest.mark.parametrize(
    ("config", "expected"),
    [
        ({"response_modalities": ["TEXT", "IMAGE"]}, "image"),
        ({"responseModalities": ["audio"]}, "speech"),
        ({"response_modalities": ["TEXT"]}, "text"),
        (types.GenerateContentConfig(response_mime_type="text/x.enum"), "text"),
        ({"responseMimeType": "application/json"}, "json"),
        ({"temperature": 0}, None),
    ],
)
def test_output_type(config: Any, expected: str | None) -> None:
    """The medium asked for beside text, else the format of the text."""
    assert output_type(config) == expected


def test_text_of() -> None:
    """An enumeration's member is its value."""
    assert (text_of(types.FinishReason.STOP), text_of("low")) == ("STOP", "low")


@pytest.mark.parametrize(
    ("name", "model"),
    [
        ("gemini-2.5-flash", "gemini-2.5-flash"),
        ("models/gemini-2.5-flash", "gemini-2.5-flash"),
        ("projects/p/locations/l/publishers/google/models/gemini-2.5-flash", "gemini-2.5-flash"),
        ("google/gemini-2.5-flash", "google/gemini-2.5-flash"),
        ("tunedModels/123", "tunedModels/123"),
        ("projects/p/locations/l/endpoints/456", "projects/p/locations/l/endpoints/456"),
    ],
)
def test_model_id(name: str, model: str) -> None:
    """A path that only leads to a model is left out; what is part of a name stays."""
    assert model_id(name) == model
