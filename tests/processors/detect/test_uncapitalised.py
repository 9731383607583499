"""Names in scripts that have no capitals."""

from __future__ import annotations

import pytest
from spanwright_processors.detect.uncapitalised import LITERALS, find


@pytest.mark.parametrize(
    ("text", "name"),
    [
        ("你好,我叫王小明,我的订单还没有到。", "王小明"),
        ("您好,我的名字是赵丽华。", "赵丽华"),
        ("我是陈美玲,请取消我的账户。", "陈美玲"),
        ("李先生,您的预约已确认。", "李"),
        ("張女士,您好", "張"),
        ("こんにちは、田中花子と申します。", "田中花子"),
        ("私の名前は鈴木一郎です。", "鈴木一郎"),
        ("佐藤様、お問い合わせありがとうございます。", "佐藤"),
        ("山田さん、こんにちは", "山田"),
        ("スミスと申します。", "スミス"),
        ("제 이름은 김민준입니다.", "김민준"),
        ("اسمي أحمد علي", "أحمد علي"),
        ("שמי דנה לוי", "דנה לוי"),
        ("मेरा नाम राहुल शर्मा है।", "राहुल शर्मा"),
        ("ผมชื่อสมชาย ครับ", "สมชาย"),
    ],
)
def test_introductions_and_forms_of_address(text: str, name: str) -> None:
    """The name alone, without what is said around it."""
    assert [text[each.start : each.end] for each in find(text)] == [name]
    assert any(literal in text for literal in LITERALS)


@pytest.mark.parametrize(
    "text",
    [
        "我是北京人,喜欢喝茶。",
        "我是学生。",
        "お客様は仕様を確認されました。",
        "同様の様子でした。皆様へ。",
        "저는 학생입니다.",
        "先生,您好",
        "お母さん",
    ],
)
def test_nobody_is_named(text: str) -> None:
    """Customers, specifications, students."""
    assert list(find(text)) == []
