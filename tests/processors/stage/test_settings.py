"""What the stage can be told, and what it says of what it cannot use."""

from __future__ import annotations

from pathlib import Path

import pytest
from spanwright_processors.settings import SettingsError, load_settings
from spanwright_processors.stage.settings import NextHopSettings, StageSettings, TlsSettings, split_address


def test_keys_come_from_the_environment_as_those_of_steps_do() -> None:
    """One schema for all settings: the stage's section has variables too."""
    stage = load_settings(
        {
            "SPANWRIGHT_STAGE_GRPC": "0.0.0.0:4317",
            "SPANWRIGHT_STAGE_HTTP": "none",
            "SPANWRIGHT_STAGE_NEXT_ENDPOINT": "https://gateway:4317",
            "SPANWRIGHT_STAGE_NEXT_HEADERS": "x-team=a,x-key=b",
            "SPANWRIGHT_STAGE_WORKERS": "3",
        }
    ).stage
    assert stage == StageSettings(
        grpc="0.0.0.0:4317",
        http=None,
        workers=3,
        next=NextHopSettings("https://gateway:4317", headers={"x-team": "a", "x-key": "b"}),
    )
    assert stage.next.is_tls


def test_keys_come_from_a_file(tmp_path: Path) -> None:
    """The same names, nested."""
    file = tmp_path / "spanwright.yaml"
    file.write_text(
        "stage:\n  next: {endpoint: http://gateway:4318, protocol: http/protobuf}\n"
        "  drain_ms: 5\n  http: none\n"
    )
    stage = load_settings({"SPANWRIGHT_CONFIG_FILE": str(file)}).stage
    assert (stage.next.protocol, stage.drain_ms, stage.http) == ("http/protobuf", 5, None)


@pytest.mark.parametrize(
    ("variable", "value", "said"),
    [
        ("GRPC", "4317", 'Cannot use SPANWRIGHT_STAGE_GRPC="4317": it is no address.'),
        ("NEXT_ENDPOINT", "gateway:4317", "it is no address with a scheme. Write it as http://host:4317"),
        ("NEXT_TIMEOUT_MS", "0", 'Cannot use SPANWRIGHT_STAGE_NEXT_TIMEOUT_MS="0": it is less than 1.'),
        ("WORKERS", "-1", 'Cannot use SPANWRIGHT_STAGE_WORKERS="-1": it is less than 0. Set 0 or more.'),
        ("TLS_KEY_FILE", "k.pem", "certificate_file is missing"),
        ("TLS_CLIENT_CA_FILE", "ca.pem", "there is no certificate of the stage's own"),
        ("NEXT_PROTOCOL", "json", "there is no such choice"),
        ("ENDPOINT", "x", "SPANWRIGHT_STAGE_ENDPOINT"),
    ],
)
def test_a_wrong_value_is_one_clear_error(variable: str, value: str, said: str) -> None:
    """It quotes the key as it was typed and says what to do."""
    with pytest.raises(SettingsError) as caught:
        load_settings({f"SPANWRIGHT_STAGE_{variable}": value})
    (problem,) = caught.value.problems
    assert said in problem


@pytest.mark.parametrize("cls", [TlsSettings, NextHopSettings])
def test_a_key_needs_its_certificate(cls: type[TlsSettings | NextHopSettings]) -> None:
    """Half a pair would be noticed only at the first connection."""
    with pytest.raises(ValueError, match="key_file is missing"):
        cls(certificate_file=Path("c.pem"))


@pytest.mark.parametrize(
    ("address", "parts"),
    [
        ("127.0.0.1:4317", ("127.0.0.1", 4317)),
        ("[::1]:4317", ("::1", 4317)),
        ("localhost:0", ("localhost", 0)),
        ("localhost", None),
        (":4317", None),
        ("a:99999", None),
        ("a:²", None),
    ],
)
def test_addresses(address: str, parts: tuple[str, int] | None) -> None:
    """host:port, with brackets for IPv6."""
    assert split_address(address) == parts


def test_a_worker_for_each_core_unless_told() -> None:
    """0 means the cores this process may use."""
    assert StageSettings().worker_count >= 1
    assert StageSettings(workers=7).worker_count == 7
