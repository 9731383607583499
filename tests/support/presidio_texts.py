"""Texts made of pieces that Presidio finds, nearly finds, or weighs, for comparing two detectors."""

from __future__ import annotations

from hypothesis import strategies as st

IDENTIFIERS = (
    "4242 4242 4242 4242", "4111-1111-1111-1111", "378282246310005", "1234567890123", "123-45-6789",
    "536-22-8191", "078-05-1120", "2024-03-01", "01/02/2024", "2024-03-01T12:33:01.123Z", "5-MAY-2024",
    "MAY-24", "3/4", "1.1.24", "john.doe@example.com", "a@b.co.uk", "x@localhost.foo", "x@y.ck",
    "a/b@c.com", "http://www.foo.co.uk/x?y=1", "'foo.com'", '"http://a.io/b"', "x.y", "10.1.2.3",
    "10.1.2.3/24", "::1", "::", "fe80::1%eth0/64", "2001:db8::8a2e:370:7334", "aa:bb:cc:dd:ee:ff",
    "AABB.CCDD.EEFF", "ff-ff-ff-ff-ff-ff", "GB82 WEST 1234 5698 7654 32", "DE89370400440532013000",
    "de89370400440532013000", "DE89 3704 0044 0532 0130 00 2 days", "1A1zP1eP5QGefi2DMPTfTL5SLmv7DivfNa",
    "bc1qar0srrr7xfkvy5l643lydnw9re59gtzzwf5mdq", "A1234567", "12345678", "912-70-1234", "912701234",
    "ab1234563", "BB1388568", "550e8400-e29b-41d4-a716-446655440000", "943 476 5919", "(415) 555-2671",
    "+1 415-555-2671", "+44 20 7946 0958", "020 7946 0958", "030 901820", "+49 30 901820",
    "415.555.2671 ext 12", "9876543210", "+91 98765 43210", "011 44 20 7946 0958", "1-800-356-9377",
    "11 96123-4567", "٣٤٥٦٧٨٩٠١٢٣٤", "ſk12345", "\u212a1234567", "12:30:00Z", "7.62", "v1.2.3", "GB",
    "A1",
    # Of countries that are off by default
    "HRB 12345", "B-AB 123", "RX 1234567", "claim number: 12345678", "51 824 753 556", "2123 45670 1",
    "130 692 544", "S1234567D", "AB12 3CD", "AB123456C", "SW1A 1AA", "EG4-TE5-MK73", "1EG4-TE5-MK73",
    "ABCPD1234Z", "2340 9876 5432", "29ABCDE1234F1Z5", "KA01AB1234", "8001015009087", "CK1999/012345/23",
    "ABC 123 GP", "131052-308T", "19900101-0017", "12345678Z", "X1234567L", "RSSMRA85T10A562S",
    "07643520567", "44051401458", "900101-1234567", "120-81-47521", "1101700230705", "10000000146",
    "34 ABC 123", "T22000129", "C01X00T47", "86095742719", "DE136695976", "15070649C103", "A123456780",
    "046 454 286", "K1A 0B1", "12345678901", "123-456-789", "CRN-1234567-8",
)  # fmt: skip
WORDS = (
    "my phone is", "phone", "call:", "account", "account#", "bank", "license", "driver", "iban", "card",
    "cc", "ssn", "date", "birthday", "email:", "ip", "be", "is", "Be", "account:number", "the:account",
    "x:the", "don't", "I'll", "(phone)", "phone-number", "cell/mobile", "tax", "passport", "wallet",
    "url", "mac", "uuid", "medical", "nhs", "e.g.", "the", "quick", "é", "日本", "_", "İstanbul", "\n",
    "   ", "😀", "one two three four five six seven", "and of the but or", "aadhaar", "steuer",
    "abn", "npi", "provider", "licence", "codice", "nif", "pesel", "id", "=",
)  # fmt: skip
SEPARATORS = (
    "", " ", "\n", ", ", ".", "-", "/", ":", '"', "'", "(", ")", "_", "=", "#", "\t", "  ", "\u00a0", "x",
    "+",
)  # fmt: skip
ODD = (
    "", "0", "9", "a", "Z", "-", " ", ".", "ſ", "٣", "é", "\n", ":", "/", "(", "+", "@", "\x1f", "\x7f",
    "\u200b",
)  # fmt: skip


@st.composite
def texts(draw: st.DrawFn) -> str:
    """Identifiers and words in a row, a few of their characters changed or left out."""
    pieces = draw(
        st.lists(st.tuples(st.sampled_from(IDENTIFIERS + WORDS), st.sampled_from(SEPARATORS)), max_size=9)
    )
    text = list("".join(piece + separator for piece, separator in pieces))
    if text:
        places = st.integers(0, len(text) - 1)
        for place, odd in draw(st.lists(st.tuples(places, st.sampled_from(ODD)), max_size=3)):
            text[place] = odd
    return "".join(text)
