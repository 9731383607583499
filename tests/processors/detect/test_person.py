"""Names without a language model."""

from __future__ import annotations

import pytest
from support.findings import values


@pytest.mark.parametrize(
    ("text", "name"),
    [
        ("My name is Priya Raman.", "Priya Raman"),
        ("my name is priya raman and I need help", "priya raman"),
        ("my name is Bob", "Bob"),
        ("Her name is Olga Petrova and she called", "Olga Petrova"),
        ("ask Ms. Petrova", "Petrova"),
        ("My name's Ana María López", "Ana María López"),
        ("Hi, I'm Priya.", "Priya"),
        ("Hi, I’m Priya!", "Priya"),
        ("I am Ludwig van Beethoven, hello", "Ludwig van Beethoven"),
        ("this is Anna Schmidt speaking", "Anna Schmidt"),
        ("This is Tom from accounting", "Tom"),
        ("call me Ishmael", "Ishmael"),
        ("Hi Priya,\nthanks", "Priya"),
        ("Hello Priya Raman!", "Priya Raman"),
        ("Dear Dr. Müller,", "Müller"),
        ("Dear Jean-Luc,", "Jean-Luc"),
        ("Thanks, Priya", "Priya"),
        ("Best regards,\n\nJohn O'Neil\n", "John O'Neil"),
        ("Sincerely,\nJ. Doe", "J. Doe"),
        ("please ask Mr. Tanaka about it", "Tanaka"),
        ("Name: Priya Raman", "Priya Raman"),
        ("Customer: Priya Raman, order 5", "Priya Raman"),
        ("Je m'appelle Élodie Dupont", "Élodie Dupont"),
        ("Ich heiße Jürgen Groß", "Jürgen Groß"),
        ("Me llamo José", "José"),
        ("My name is Дмитрий Иванов", "Дмитрий Иванов"),
        ("My name is İpek Yılmaz", "İpek Yılmaz"),
        ("Hi Will, thanks for waiting", "Will"),
        ("My name is Will Andersen", "Will Andersen"),
        ("It's Gwen again", "Gwen"),
        ("Best regards\nIngrid Solberg", "Ingrid Solberg"),
        ("Mit freundlichen Grüßen\nUwe Vogel", "Uwe Vogel"),
        ("Sehr geehrter Herr Yılmaz,", "Yılmaz"),
        ("Estimada Sra. Gutiérrez:", "Gutiérrez"),
        ("M. Rousseau attend", "Rousseau"),
        ("Nom : Paul Mercier", "Paul Mercier"),
        ("nazywam się Agnieszka Wiśniewska", "Agnieszka Wiśniewska"),
        ("С уважением,\nИван Соколов", "Иван Соколов"),
        ("From: Ethan Caldwell <e@x.org>", "Ethan Caldwell"),
        ("我叫王小明,你好", "王小明"),
    ],
)
def test_finds_names_after_their_cues(text: str, name: str) -> None:
    """Self-introductions, salutations, sign-offs, titles and labels, in several languages."""
    assert values(text, "PERSON") == [name]


@pytest.mark.parametrize(
    "text",
    [
        "I'm Sorry about that",
        "Best regards from Lisbon",
        "Mit freundlichen Grüßen\nIhr Kundendienst",
        "From: San Francisco\nTo: New York",
        "Customer: Northwind Traders GmbH",
        "at 9 a.m. Then it stopped",
        "Hola a todos,",
        "I AM TIRED",
        "I am German",
        "I'm OK",
        "I'm ChatGPT",
        "this is Great",
        "This is Python from 2023",
        "Hi there,",
        "Hello World!",
        "Hello Team,",
        "Dear Customer,",
        "Dear Sir or Madam,",
        "Thanks, everyone",
        "Thanks, Will do",
        "name: String",
        "my name is not important",
        "the file name is required",
        "what is your name? I am looking for shoes",
        "Regards,\nThe Team",
        "I'm going to Paris",
        "Delhi, Paris",
        "hi Fidelity sound",
        "it took 10 ms. Requires a restart",
        "the operation name is provided by the library",
        "The class name is Foo",
    ],
)
def test_leaves_what_only_follows_a_cue(text: str) -> None:
    """States, groups, products and ordinary words after a cue are no names."""
    assert values(text, "PERSON") == []
