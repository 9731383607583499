"""What tokens say about themselves."""

from __future__ import annotations

import base64
import zlib

import pytest
from hypothesis import given
from hypothesis import strategies as st
from spanwright_processors.detect import secret_checks as checks


@given(st.text(alphabet="abcXYZ019", min_size=30, max_size=30))
def test_the_checksum_has_six_digits_of_base_62(random: str) -> None:
    """Read back as a number it is the CRC-32 of the random part."""
    digits = "0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz"
    checksum = checks.crc32_base62(random)
    assert len(checksum) == 6
    number = 0
    for digit in checksum:
        number = number * 62 + digits.index(digit)
    assert number == zlib.crc32(random.encode())


def test_a_trailing_checksum_is_that_of_what_stands_before_it() -> None:
    """With and without an equals sign between."""
    text = "AT" + "BB" + "a1B2c3D4e5F6g7H8i9J0k1L2"
    checksum = f"{zlib.crc32(text.encode()):08X}"
    assert checks.trailing_crc32(text + checksum) == checks.trailing_crc32(f"{text}={checksum}") == 1.0
    assert checks.trailing_crc32(text + "00000000") == checks.DOUBTFUL


@given(st.binary(max_size=40))
def test_decodes_base64_of_both_alphabets_without_padding(content: bytes) -> None:
    """And gives nothing for what is none."""
    for encode in (base64.b64encode, base64.urlsafe_b64encode):
        assert checks.decoded(encode(content).decode().rstrip("=")) == content
    assert checks.decoded("ä") == checks.decoded("a b") == b""


def part(content: bytes) -> str:
    return base64.urlsafe_b64encode(content).decode().rstrip("=")


def test_a_web_token_is_sure_when_its_parts_are_objects() -> None:
    """One that was cut or altered is only doubtful; five parts without a header are nothing."""
    header, claims = part(b'{"alg":"none"}'), part(b'{"sub":"1"}')
    assert checks.json_web_token(f"{header}.{claims}.abc") == 0.95
    assert checks.json_web_token(f"{header}.{claims[:-2]}.abc") == checks.DOUBTFUL
    assert checks.encrypted_web_token(f"{header}.a.b.c.d") == 0.95
    assert checks.encrypted_web_token(f"{part(b'[1]')}.a.b.c.d") == 0.0


@pytest.mark.parametrize(("content", "score"), [(b"123456789012345678", 0.95), (b"12345678901234567x", 0.0)])
def test_the_first_part_of_a_bot_token_is_a_number(content: bytes, score: float) -> None:
    """Otherwise it is some dotted name."""
    assert checks.discord_bot(f"{part(content)}.a.b") == score


def test_a_token_of_the_package_index_names_its_host() -> None:
    """The production index and the one for tests."""
    for host in (b"\x02\x01\x08main.org", b"\x02\x01\x0dtest.main.org"):
        assert checks.package_index("pypi-" + part(host + b"\x02" * 60)) == 1.0
    assert checks.package_index("pypi-" + part(b"\x00" * 60)) == checks.DOUBTFUL


def test_an_encoded_pem_file_is_secret_if_it_is_a_private_key() -> None:
    """Certificates are public."""
    for kind, score in ((b"RSA PRIVATE " + b"KEY", 1.0), (b"CERTIFICATE", 0.0)):
        content = base64.b64encode(b"-----BEGIN " + kind + b"-----\n" + b"a" * 90).decode()
        assert checks.encoded_private_key(content) == score


def test_words_with_hyphens_are_no_token() -> None:
    """Words, numbers and capitalised words; random text is mixed in some part."""
    assert checks.no_words("pa-the-long-name-of-2024") == 0.0
    assert checks.no_words("pa-a1B2c3D4-e5F6g7H8-i9J0") > 0
