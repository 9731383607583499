"""Names after self-introductions and before forms of address in scripts that have no capitals.

Chinese, Japanese, Korean, Arabic, Hebrew, Hindi and Thai. Where the script writes no blanks, only what cannot
go on as another word counts: a particle, a form of address or punctuation has to follow.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from functools import cache

from .finding import Entity, Finding

_HAN = r"[\u3400-\u9fff々]"
_HAN_OR_KANA = r"[\u3400-\u9fff\u3041-\u30ff々ー]"
_END = r"(?=[\s,，、。．.!！?？;；:：)）」』]|\Z)"
#: Two hundred million people have one of the first three.
_SURNAME = (
    "[王李张刘陈杨黄赵吴周徐孙马朱胡郭何高林罗郑梁谢宋唐许韩冯邓曹彭曾肖田董袁潘于蒋蔡余杜叶程苏魏吕丁任沈姚卢姜崔"
    "钟谭陆汪范金石廖贾夏韦付方白邹孟熊秦邱江尹薛闫段雷侯龙史陶黎贺顾毛郝龚邵万钱严覃武戴莫孔向汤張劉陳楊黃趙吳孫馬"
    "鄭謝許韓馮鄧蕭蔣葉蘇呂盧鍾譚陸賈韋鄒龍賀顧龔萬錢嚴湯]"
)
#: 様 and さん end other words too: the customer, everybody, a specification …
_NOBODY_IN_JAPANESE = r"(?:お?客|皆|神|仏|仕|模|同|多|異|各|貴|奥|旦那|お嬢|王|殿|担当者|御一行)"

#: What has to stand in a text, the score, and the pattern, whose group is the name.
_PATTERNS: tuple[tuple[str, float, str], ...] = (
    # Chinese
    ("我叫", 0.85, rf"我叫(?:做)?({_HAN}{{2,4}}){_END}"),
    ("名字是", 0.85, rf"名字是({_HAN}{{2,4}}){_END}"),
    ("名字叫", 0.85, rf"名字叫({_HAN}{{2,4}}){_END}"),
    ("我是", 0.6, rf"我是({_SURNAME}{_HAN}{{1,2}}){_END}"),
    ("先生", 0.6, rf"(?<!{_HAN})({_SURNAME}{_HAN}{{0,2}})先生"),
    ("女士", 0.6, rf"(?<!{_HAN})({_SURNAME}{_HAN}{{0,2}})女士"),
    ("小姐", 0.6, rf"(?<!{_HAN})({_SURNAME}{_HAN}{{0,2}})小姐"),
    # Japanese
    ("名前は", 0.85, rf"名前は({_HAN_OR_KANA}{{2,8}}?)(?:です|と|でございます)"),
    ("と申します", 0.85, rf"(?<!{_HAN_OR_KANA})({_HAN}{{2,5}}|[\u30a1-\u30ffー]{{2,10}})と申します"),
    ("といいます", 0.7, rf"(?<!{_HAN_OR_KANA})({_HAN}{{2,5}}|[\u30a1-\u30ffー]{{2,10}})といいます"),
    ("様", 0.6, rf"(?<!{_HAN_OR_KANA})(?!{_NOBODY_IN_JAPANESE}様)({_HAN}{{2,4}})様(?!々|式|子|相)"),
    ("さん", 0.6, rf"(?<!{_HAN_OR_KANA})(?!{_NOBODY_IN_JAPANESE}さん)({_HAN}{{2,4}})さん"),
    # Korean
    ("이름은", 0.85, r"이름은 ?([\uac00-\ud7a3]{2,4}?)(?:입니다|이에요|예요|이고|이라고)"),
    ("라고 합니다", 0.85, r"(?<![\uac00-\ud7a3])([\uac00-\ud7a3]{2,4}?)이?라고 합니다"),
    # Arabic, Hebrew
    ("اسمي", 0.85, r"اسمي (?:هو )?([\u0621-\u064a]{2,}(?: [\u0621-\u064a]{2,})?)"),
    ("שמי", 0.85, r"שמי (?:הוא )?([\u05d0-\u05ea]{2,}(?: [\u05d0-\u05ea]{2,})?)"),
    ("קוראים לי", 0.85, r"קוראים לי ([\u05d0-\u05ea]{2,}(?: [\u05d0-\u05ea]{2,})?)"),
    # Hindi, Thai
    ("मेरा नाम", 0.85, r"मेरा नाम ([\u0900-\u0963]{2,}(?: [\u0900-\u0963]{2,})?) है"),
    ("ชื่อ", 0.7, r"(?:ผม|ดิฉัน|ฉัน)ชื่อ ?([\u0e01-\u0e4e]{2,20}?)(?: [\u0e01-\u0e4e]+)?(?=[ ,.]|ค่ะ|ครับ|\Z)"),
)
#: A text without any of them holds none of these names.
LITERALS: tuple[str, ...] = tuple(literal for literal, _, _ in _PATTERNS)


def find(text: str) -> Iterator[Finding]:
    """The names in ``text``; cheap where it holds no cue."""
    for literal, score, pattern in _PATTERNS:
        if literal in text:
            for match in _compiled(pattern).finditer(text):
                yield Finding(Entity.PERSON, *match.span(1), score)


@cache
def _compiled(pattern: str) -> re.Pattern[str]:
    """When a text has its cue: all of them would be a third of what the step takes to import."""
    return re.compile(pattern)
