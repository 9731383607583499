"""The identifiers that Presidio's documentation of its recognizers shows, in sentences of our own."""

from __future__ import annotations

from collections.abc import Iterator

#: By the word that stands before them.
IDENTIFIERS: dict[str, tuple[str, ...]] = {
    "credit card": ("4095-2609-9393-4932",),
    "phone": (
        "425 8829090", "034453334", "202-342-1234", "212-121-1424", "212-555-1111", "212-555-1234",
        "212-555-5555", "555-123-4567", "8382043839", "978-428-7111", "(555) 123-4567", "(555) 234-5678",
        "(555) 987-6543", "(555) 654-3210", "0.0.0.0:5001", "06.16.1976", "1704089632",
    ),
    "email": (
        "email1@contoso.com", "email@email.com", "john.doe@example.com", "jane.smith@example.com",
        "git@github.com:example/repository.git", "mailto:someone@example.org",
    ),
    "driver's license": ("AC432223", "L4", "V1", "e501"),
    "social security number": (
        "123-45-6789", "987-65-4321", "456-78-9012", "321-54-9876", "789-01-2345", "234-56-7890",
        "876-54-3210", "345-67-8901", "654-32-1098", "890-12-3456", "078-05-1120",
    ),
    "ip": ("0.0.0.0", "1.0.0.0", "4.154.250.110", "192.168.0.1", "2001:db8::1"),
    "id": (
        "123e4567-e89b-12d3-a456-426614174000", "00000000-0000-0000-0000-000000000000",
        "426614174000", "fa9f4209", "97201",
    ),
    "wallet": ("16Yeky6GMjeNkAiNcBY7ZhrLoMSgg1BoyZ", "1A1zP1eP5QGefi2DMPTfTL5SLmv7DivfNa"),
    "iban": ("GB29 NWBK 6016 1331 9268 19", "IL150120690000003111111"),
    "nhs number": ("401-023-2137",),
    "bank account": ("945456787654", "021000021"),
    "passport": ("912803456", "Z12345678"),
    "itin": ("911-701234", "91170-1234", "911701234"),
    "DEA": ("BB1388568", "AP9999999"),
    "born": ("January 1, 1990", "01/02/2024", "2024-03-01T12:33:01Z", "5-MAY-2024"),
    "website": ("https://www.microsoft.com/", "http://localhost:5002/analyze", "contoso.com"),
    "mac address": ("00:1A:2B:3C:4D:5E", "00-1A-2B-3C-4D-5E", "001A.2B3C.4D5E"),
    "Steuer-IdNr.": ("86095742719",),
    "USt-IdNr.": ("DE136695976",),
    "Reisepassnummer": ("C01234565",),
    "Krankenversicherungsnummer (KVNR)": ("A123456780",),
    "Rentenversicherungsnummer": ("65070803A019", "15070649C103"),
    "Arztnummer (LANR)": ("123456601",),
    "Betriebsstättennummer (BSNR)": ("021234568",),
    "Führerscheinnummer": ("BO12345678A", "B072RRE2I55"),
    "Handelsregister": ("HRB 12345", "HRA 6789 B"),
    "Kennzeichen": ("B-AB 1234", "M-XY 12E"),
    "PLZ": ("10115", "80331"),
    "aadhaar": ("3675 9834 6015", "2340 9876 5432"),
    "PAN": ("AAHPM1234C", "ABCPD1234Z"),
    "ABN": ("51 824 753 556",), "ACN": ("000 000 019",), "TFN": ("123 456 782",),
    "medicare": ("2123 45670 1",),
    "NRIC": ("S1234567D", "G1122144L"), "UEN": ("53125226D",),
    "NIF": ("12345678Z", "X1234567L"), "NIE": ("Z8078221M",),
    "PESEL": ("44051401458",), "codice fiscale": ("RSSMRA85T10A562S",), "partita iva": ("07643520567",),
    "henkilötunnus": ("131052-308T",), "personnummer": ("19900101-0017",),
    "RRN": ("960121-3456781", "900101-1234567"), "TNIN": ("1101700230705",), "kimlik": ("10000000146",),
    "NINO": ("AB123456C",), "postcode": ("SW1A 1AA",), "SIN": ("046 454 286",), "NIN": ("12345678901",),
}  # fmt: skip


def examples() -> Iterator[str]:
    """Each identifier alone, after its word, in a sentence, in JSON and among others."""
    for word, identifiers in IDENTIFIERS.items():
        for identifier in identifiers:
            yield identifier
            yield f"{word}: {identifier}"
            yield f"As she wrote yesterday, her {word} is {identifier}, and nothing has changed since."
            yield f'{{"note": "{word} {identifier}", "other": "{identifier}"}}'
        yield f"{word} {' or '.join(identifiers)}."
