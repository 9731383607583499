//! Whether a text is JSON as Python's `json.loads` takes it, and where its strings and numbers stand.

use memchr::memchr2;

use crate::view::Characters;

/// Deeper nesting and longer numbers are left to Python, whose limits depend on where it is called.
const DEPTH: usize = 200;
const LONG_NUMBER: usize = 1_000;
const FEWEST_DIGITS: usize = 6;
const MOST_DIGITS: usize = 19;

#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum Kind {
    String = 1,
    Key = 2,
    Number = 3,
}

/// A string's inside, or a number, at `start..end`, under the key that is written at `key` (None: under none).
#[derive(Clone, Copy)]
pub struct Leaf {
    pub start: usize,
    pub end: usize,
    pub key: Option<(usize, usize)>,
    pub kind: Kind,
    /// Whether its inside holds a backslash.
    pub escaped: bool,
}

pub enum Stop {
    Invalid,
    /// Python has to tell.
    Unknown,
}

enum Next {
    Value,
    ValueOrEnd,
    Key,
    KeyOrEnd,
    After,
}

/// Walks over a view of a JSON text; keys are those of `detect.json_text.leaves`.
pub struct Walk<'a> {
    text: &'a [u8],
    position: usize,
    key: Option<(usize, usize)>,
    after_key: bool,
    closed: bool,
}

impl<'a> Walk<'a> {
    pub fn new(text: &'a [u8]) -> Walk<'a> {
        Walk { text, position: 0, key: None, after_key: false, closed: false }
    }

    /// Calls `each` for every leaf, in order.
    pub fn run(mut self, mut each: impl FnMut(Leaf)) -> Result<(), Stop> {
        let mut objects: Vec<bool> = Vec::with_capacity(16);
        let mut next = Next::Value;
        loop {
            self.skip_blanks();
            let Some(&byte) = self.text.get(self.position) else {
                return if matches!(next, Next::After) && objects.is_empty() { Ok(()) } else { Err(Stop::Invalid) };
            };
            next = match (next, byte) {
                (Next::After, b',') if !objects.is_empty() => {
                    self.position += 1;
                    if objects[objects.len() - 1] { Next::Key } else { Next::Value }
                }
                (Next::After | Next::ValueOrEnd, b']') if objects.last() == Some(&false) => self.close(&mut objects),
                (Next::After | Next::KeyOrEnd, b'}') if objects.last() == Some(&true) => {
                    self.closed = true;
                    self.close(&mut objects)
                }
                (Next::Key | Next::KeyOrEnd, b'"') => {
                    self.key_leaf(&mut each)?;
                    Next::Value
                }
                (Next::Value | Next::ValueOrEnd, b'{' | b'[') => {
                    if objects.len() >= DEPTH {
                        return Err(Stop::Unknown);
                    }
                    objects.push(byte == b'{');
                    self.position += 1;
                    if byte == b'{' { Next::KeyOrEnd } else { Next::ValueOrEnd }
                }
                (Next::Value | Next::ValueOrEnd, b'"') => {
                    let leaf = self.string(Kind::String)?;
                    self.give(leaf, &mut each);
                    Next::After
                }
                (Next::Value | Next::ValueOrEnd, _) => {
                    self.scalar(byte, &mut each)?;
                    Next::After
                }
                _ => return Err(Stop::Invalid),
            };
        }
    }

    fn close(&mut self, objects: &mut Vec<bool>) -> Next {
        objects.pop();
        self.position += 1;
        Next::After
    }

    fn skip_blanks(&mut self) {
        while self.text.get(self.position).is_some_and(|byte| is_blank(*byte)) {
            self.position += 1;
        }
    }

    fn key_leaf(&mut self, each: &mut impl FnMut(Leaf)) -> Result<(), Stop> {
        let leaf = self.string(Kind::Key)?;
        self.skip_blanks();
        if self.text.get(self.position) != Some(&b':') {
            return Err(Stop::Invalid);
        }
        self.position += 1;
        self.key = Some((leaf.start, leaf.end));
        (self.after_key, self.closed) = (true, false);
        each(leaf);
        Ok(())
    }

    /// A leaf that is no key: the key before it holds until the object that it is in has ended.
    fn give(&mut self, leaf: Leaf, each: &mut impl FnMut(Leaf)) {
        if !self.after_key && self.closed {
            self.key = None;
        }
        each(Leaf { key: self.key, ..leaf });
        (self.after_key, self.closed) = (false, false);
    }

    /// The string whose quotation mark is at the position; behind it afterwards.
    fn string(&mut self, kind: Kind) -> Result<Leaf, Stop> {
        let start = self.position + 1;
        let (mut position, mut escaped) = (start, false);
        loop {
            let Some(length) = self.text.get(position..).and_then(|rest| memchr2(b'"', b'\\', rest)) else {
                return Err(Stop::Invalid);
            };
            let plain = &self.text[position..position + length];
            if plain.iter().fold(false, |found, byte| found | (*byte < 0x20)) {
                return Err(Stop::Invalid);
            }
            position += length;
            if self.text[position] == b'"' {
                self.position = position + 1;
                return Ok(Leaf { start, end: position, key: None, kind, escaped });
            }
            escaped = true;
            position += self.escape(position)?;
        }
    }

    /// How long the escape at `position` is.
    fn escape(&self, position: usize) -> Result<usize, Stop> {
        match self.text.get(position + 1) {
            Some(b'"' | b'\\' | b'/' | b'b' | b'f' | b'n' | b'r' | b't') => Ok(2),
            Some(b'u') => {
                let digits = self.text.get(position + 2..position + 6).ok_or(Stop::Invalid)?;
                if digits.iter().all(u8::is_ascii_hexdigit) { Ok(6) } else { Err(Stop::Invalid) }
            }
            _ => Err(Stop::Invalid),
        }
    }

    fn scalar(&mut self, byte: u8, each: &mut impl FnMut(Leaf)) -> Result<(), Stop> {
        let rest = &self.text[self.position..];
        for word in [&b"true"[..], b"false", b"null", b"NaN", b"Infinity", b"-Infinity"] {
            if rest.starts_with(word) {
                self.position += word.len();
                return Ok(());
            }
        }
        if byte != b'-' && !byte.is_ascii_digit() {
            return Err(Stop::Invalid);
        }
        self.number(each)
    }

    fn number(&mut self, each: &mut impl FnMut(Leaf)) -> Result<(), Stop> {
        let start = self.position;
        let sign = usize::from(self.text[start] == b'-');
        let whole = self.digits(start + sign);
        if whole == 0 || (whole > 1 && self.text[start + sign] == b'0') {
            return Err(Stop::Invalid);
        }
        if whole > LONG_NUMBER {
            return Err(Stop::Unknown);
        }
        let mut end = start + sign + whole;
        if self.text.get(end) == Some(&b'.') {
            let fraction = self.digits(end + 1);
            if fraction == 0 {
                return Err(Stop::Invalid);
            }
            end += 1 + fraction;
        }
        let exponent = self.exponent(end)?;
        self.position = end + exponent;
        let ends_well = self.text.get(end).is_some_and(|byte| is_blank(*byte) || matches!(byte, b',' | b'}' | b']'));
        if exponent == 0 && ends_well && (FEWEST_DIGITS..=MOST_DIGITS).contains(&whole) {
            self.give(Leaf { start, end, key: None, kind: Kind::Number, escaped: false }, each);
        }
        Ok(())
    }

    fn exponent(&self, position: usize) -> Result<usize, Stop> {
        if !matches!(self.text.get(position), Some(b'e' | b'E')) {
            return Ok(0);
        }
        let sign = usize::from(matches!(self.text.get(position + 1), Some(b'+' | b'-')));
        match self.digits(position + 1 + sign) {
            0 => Err(Stop::Invalid),
            count => Ok(1 + sign + count),
        }
    }

    fn digits(&self, position: usize) -> usize {
        self.text.get(position..).map_or(0, |rest| rest.iter().take_while(|byte| byte.is_ascii_digit()).count())
    }
}

fn is_blank(byte: u8) -> bool {
    matches!(byte, b' ' | b'\t' | b'\r' | b'\n')
}

/// The view of what a string's inside, valid and given as a view, stands for; false where Python has to tell.
pub fn decode(raw: &[u8], characters: &Characters, decoded: &mut Vec<u8>) -> bool {
    decoded.clear();
    let mut position = 0;
    while position < raw.len() {
        let byte = raw[position];
        if byte != b'\\' {
            decoded.push(byte);
            position += 1;
            continue;
        }
        let Some(&sign) = raw.get(position + 1) else { return false };
        position += 2;
        if sign != b'u' {
            decoded.push(simple(sign));
            continue;
        }
        let Some((code, length)) = code_point(&raw[position..]) else { return false };
        match char::from_u32(code).and_then(|character| characters.byte(character)) {
            Some(byte) => decoded.push(byte),
            None => return false,
        }
        position += length;
    }
    true
}

fn simple(sign: u8) -> u8 {
    match sign {
        b'n' => b'\n',
        b't' => b'\t',
        b'r' => b'\r',
        b'b' => 0x08,
        b'f' => 0x0c,
        other => other,
    }
}

/// The character behind `\u`, with how many bytes it takes: two escapes of a pair are one.
fn code_point(raw: &[u8]) -> Option<(u32, usize)> {
    let high = hexadecimal(raw.get(..4)?)?;
    if !(0xd800..0xdc00).contains(&high) {
        return Some((high, 4));
    }
    let low = raw.get(4..10).filter(|pair| pair.starts_with(b"\\u")).and_then(|pair| hexadecimal(&pair[2..]))?;
    (0xdc00..0xe000).contains(&low).then(|| (0x10000 + ((high - 0xd800) << 10) + (low - 0xdc00), 10))
}

fn hexadecimal(digits: &[u8]) -> Option<u32> {
    digits.iter().try_fold(0, |value, digit| Some(value * 16 + (*digit as char).to_digit(16)?))
}

/// Whether a string's decoded inside may hold JSON itself: its first character other than a blank opens some.
pub fn may_be_json(decoded: &[u8]) -> bool {
    decoded.iter().find(|byte| !crate::view::is_space(**byte)).is_some_and(|byte| matches!(byte, b'[' | b'{'))
}
