"""The store's settings."""

from __future__ import annotations

from pathlib import Path

import pytest
from spanwright_analysis.store.error import StoreError
from spanwright_analysis.store.settings import StoreSettings, as_stores, load_settings
from spanwright_processors import settings as of_steps
from spanwright_processors.config.keys import keys_of


def test_variables_and_over_them_options() -> None:
    """Each by its name."""
    environ = {
        "SPANWRIGHT_STORE_URL": "a", "SPANWRIGHT_STORE_GRPC": "none", "SPANWRIGHT_STORE_COMMIT_MS": "50",
        "SPANWRIGHT_STORE_EMBEDDING_MODEL": "m", "SPANWRIGHT_STORE_TLS_CERTIFICATE_FILE": "c.pem",
        "SPANWRIGHT_STORE_TLS_KEY_FILE": "k.pem",
    }  # fmt: skip
    settings = load_settings(environ, url="b", schema=None, http="127.0.0.1:1")
    assert (settings.url, settings.grpc, settings.http, settings.commit_ms) == ("b", None, "127.0.0.1:1", 50)
    assert settings.embedding.model == "m"
    assert settings.listening().tls.certificate_file == Path("c.pem")
    assert load_settings({}).url == ""


@pytest.mark.parametrize(
    ("variable", "value", "says"),
    [
        ("COMMIT_MS", "soon", 'SPANWRIGHT_STORE_COMMIT_MS="soon": it is not a whole number'),
        ("COMMIT_MS", "-1", "less than 0"),
        ("HTTP", "nowhere", "store.http=nowhere: it is no address"),
        ("TLS_KEY_FILE", "k.pem", "store.tls: certificate_file is missing"),
    ],
)
def test_what_cannot_be_used_is_told(variable: str, value: str, says: str) -> None:
    """In the store's words, also where the stage's servers check."""
    with pytest.raises(StoreError, match=says):
        load_settings({f"SPANWRIGHT_STORE_{variable}": value})


def test_the_steps_do_not_take_them_for_slips() -> None:
    """Stage and store may be started in one environment."""
    of_steps.load_settings({"SPANWRIGHT_STORE_URL": "x"})


def test_messages_of_the_stage_name_the_store() -> None:
    """Their keys are ours here."""
    assert as_stores("Cannot use stage.grpc: …") == "Cannot use store.grpc: …"


def test_the_guide_names_every_setting() -> None:
    """By the end of its variable."""
    guide = (Path(__file__).parents[3] / "docs/guides/store.md").read_text()
    ends = [key.variable.removeprefix("SPANWRIGHT_STORE_") for key in keys_of(StoreSettings, ("store",))]
    assert [end for end in ends if f"`{end}`" not in guide] == []
