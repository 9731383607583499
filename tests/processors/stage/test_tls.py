"""The certificate of the HTTP listener: read at start, renewed on reload, refused where it cannot be used."""

from __future__ import annotations

import ssl
from pathlib import Path

import pytest
from spanwright_processors.stage.settings import StageSettings, TlsSettings
from spanwright_processors.stage.tls import ServerTls
from support.certificates import Authority, Pair


def settings(pair: Pair, authorities: Path | None = None) -> StageSettings:
    return StageSettings(tls=TlsSettings(pair.certificate, pair.key, authorities))


def test_without_a_certificate_there_is_no_tls() -> None:
    """The stage listens in plain text on loopback by default."""
    assert ServerTls(StageSettings()).context is None


def test_senders_certificates_are_asked_for_only_where_an_authority_is_named(tmp_path: Path) -> None:
    """TLS alone, and mTLS."""
    authority = Authority(tmp_path)
    pair = authority.sign("ours")
    alone = ServerTls(settings(pair)).context
    mutual = ServerTls(settings(pair, authority.file)).context
    assert alone is not None
    assert mutual is not None
    assert (alone.verify_mode, mutual.verify_mode) == (ssl.CERT_NONE, ssl.CERT_REQUIRED)


def test_a_file_that_cannot_be_used_is_one_clear_error(tmp_path: Path) -> None:
    """At start and at a reload; the certificate before it goes on being shown."""
    pair = Authority(tmp_path).sign("ours")
    tls = ServerTls(settings(pair))
    pair.certificate.write_text("no certificate")
    with pytest.raises(ValueError, match=r"Cannot use stage.tls: .*Name PEM files"):
        tls.reload()
    with pytest.raises(ValueError, match=r"Cannot use stage.tls: .*Name PEM files"):
        ServerTls(settings(Pair(tmp_path / "none", pair.key)))
