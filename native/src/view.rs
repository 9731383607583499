//! A text as one byte for each of its characters, so that every offset found is one of Python's.

use std::borrow::Cow;

/// Stands for every character beyond ASCII; the bits below tell more of it.
pub const BEYOND: u8 = 0x80;
/// One that may be a digit or another anchor of a pattern.
pub const WILD_ANCHOR: u8 = 0x01;
/// One below U+0530, where the upper-case letters are that names begin with.
pub const MAYBE_CAPITAL: u8 = 0x02;
/// One that some keyword is written with.
pub const OF_KEYWORD: u8 = 0x04;
/// White space, in Python's sense as in Unicode's: beyond ASCII they agree.
pub const SPACE: u8 = 0x08;

const LAST_CAPITAL: u32 = 0x530;

/// What is to be told of characters beyond ASCII.
#[derive(Default)]
pub struct Characters {
    /// Ascending ranges of code points, both ends included.
    pub wild: Vec<(u32, u32)>,
    pub of_keywords: Vec<char>,
}

impl Characters {
    /// The byte for a character; None for the two whose lower case is, or holds, an ASCII letter.
    pub fn byte(&self, character: char) -> Option<u8> {
        let code = character as u32;
        if code < 0x80 {
            return Some(code as u8);
        }
        if code == 0x130 || code == 0x212a {
            return None;
        }
        let mut byte = BEYOND;
        if self.is_wild(code) {
            byte |= WILD_ANCHOR;
        }
        if code < LAST_CAPITAL {
            byte |= MAYBE_CAPITAL;
        }
        if character.is_whitespace() {
            byte |= SPACE;
        }
        if self.of_keywords.contains(&character) {
            byte |= OF_KEYWORD;
        }
        Some(byte)
    }

    fn is_wild(&self, code: u32) -> bool {
        let after = self.wild.partition_point(|&(low, _)| low <= code);
        after > 0 && code <= self.wild[after - 1].1
    }

    /// The text itself where it is ASCII, a copy otherwise; None where a character has no byte.
    pub fn view<'a>(&self, text: &'a str) -> Option<Cow<'a, [u8]>> {
        if text.is_ascii() {
            return Some(Cow::Borrowed(text.as_bytes()));
        }
        let mut bytes = Vec::with_capacity(text.len());
        for character in text.chars() {
            bytes.push(self.byte(character)?);
        }
        Some(Cow::Owned(bytes))
    }
}

pub fn is_word(byte: u8) -> bool {
    byte.is_ascii_alphanumeric() || byte == b'_'
}

/// White space as Python has it.
pub fn is_space(byte: u8) -> bool {
    matches!(byte, b' ' | b'\t'..=b'\r' | 0x1c..=0x1f) || (byte >= BEYOND && byte & SPACE != 0)
}
