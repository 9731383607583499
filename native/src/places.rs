//! Where a detector of our own has to look at all: every place named here is one where it may find something,
//! and there are no others.

use crate::tables::{Tables, WANT_ADDRESS, WANT_CRYPTO, WANT_EMAIL, WANT_MAC, WANT_NUMBER, WANT_PERSON, WANT_SECRET};
use crate::view::{BEYOND, MAYBE_CAPITAL, OF_KEYWORD, is_space, is_word};

pub const EMAIL: u32 = 1;
pub const PRIVATE_KEY: u32 = 2;
pub const USER_INFO: u32 = 4;
pub const KEYWORD: u32 = 8;
pub const ANYWHERE: u32 = 16;
pub const ANY_CASE_NAME: u32 = 32;
pub const ADDRESS: u32 = 64;
pub const CRYPTO: u32 = 128;
pub const MAC: u32 = 256;

const RUN_LENGTH: usize = 16;
const RUN_WITHIN: usize = 64;
const INSIDE_LENGTH: usize = 36;
/// Characters before a name in which its cue stands.
const CUE_WINDOW: usize = 24;
/// Other characters between two digits of one number.
const NUMBER_GAP: usize = 6;
const LEAST_DIGITS: u32 = 7;
/// The fewest characters of an address of Bitcoin from its first digit on.
const PLAIN_CRYPTO: usize = 26;
const MARKED_CRYPTO: usize = 12;
/// More letters than any keyword goes on with.
const KEYWORD_REST: usize = 24;

#[derive(Default)]
pub struct Places {
    pub flags: u32,
    /// Where words begin with a capital after the words of a cue.
    pub names: Vec<usize>,
    /// From the first digit to behind the last, and how many.
    pub numbers: Vec<(usize, usize, u32)>,
    /// Where words begin as a token does, around a run of random characters.
    pub tokens: Vec<usize>,
    /// Long runs of random characters with a literal inside.
    pub inside: Vec<(usize, usize)>,
}

impl Places {
    pub fn is_empty(&self) -> bool {
        self.flags == 0
            && self.names.is_empty()
            && self.numbers.is_empty()
            && self.tokens.is_empty()
            && self.inside.is_empty()
    }
}

impl Tables {
    /// Every place in `text`, which is a view.
    pub fn places(&self, text: &[u8]) -> Places {
        let mut scan = Scan::new(self, text);
        for (index, &byte) in text.iter().enumerate() {
            if self.triggers[byte as usize] {
                scan.at(index, byte);
            }
        }
        scan.end_of_number();
        scan.decide_addresses();
        if self.wanted & WANT_SECRET != 0 {
            scan.token_runs();
            if self.anywhere.iter().any(|each| each.find(text).is_some()) {
                scan.places.flags |= ANYWHERE;
            }
        }
        scan.places
    }
}

struct Scan<'a> {
    tables: &'a Tables,
    text: &'a [u8],
    places: Places,
    /// The number that is being read: its first digit, its last one, how many.
    number: Option<(usize, usize, u32)>,
    digits: u32,
    colons: u32,
    double_colon: bool,
    scheme: bool,
    at_sign: bool,
    dotted_digits: bool,
    may_be_version_4: bool,
    may_be_version_6: bool,
    /// Runs of hexadecimal digits, colons and full stops have been looked at up to here.
    groups_until: usize,
}

impl<'a> Scan<'a> {
    fn new(tables: &'a Tables, text: &'a [u8]) -> Scan<'a> {
        Scan {
            tables,
            text,
            places: Places::default(),
            number: None,
            digits: 0,
            colons: 0,
            double_colon: false,
            scheme: false,
            at_sign: false,
            dotted_digits: false,
            may_be_version_4: false,
            may_be_version_6: false,
            groups_until: 0,
        }
    }

    fn wants(&self, what: u32) -> bool {
        self.tables.wanted & what != 0
    }

    fn at(&mut self, index: usize, byte: u8) {
        match byte {
            b'0'..=b'9' => self.digit(index),
            b'@' => {
                self.at_sign = true;
                if self.wants(WANT_EMAIL) {
                    self.places.flags |= EMAIL;
                }
            }
            b'%' => {
                if self.wants(WANT_EMAIL) && self.text[index..].starts_with(b"%40") {
                    self.places.flags |= EMAIL;
                }
            }
            b':' => {
                self.mac(index, 2);
                self.colon(index);
            }
            b'.' => self.mac(index, 4),
            b'-' => {
                self.mac(index, 2);
                let unseen = self.places.flags & PRIVATE_KEY == 0;
                if unseen
                    && self.text[index..].starts_with(b"----")
                    && self.tables.private_key.find(self.text).is_some()
                {
                    self.places.flags |= PRIVATE_KEY;
                }
            }
            BEYOND.. => {
                if byte & OF_KEYWORD != 0 {
                    self.places.flags |= KEYWORD;
                }
                if byte & MAYBE_CAPITAL != 0 && self.wants(WANT_PERSON) {
                    self.capital(index);
                }
            }
            _ => self.letter(index, byte),
        }
    }

    fn letter(&mut self, index: usize, byte: u8) {
        if byte.is_ascii_uppercase() && self.wants(WANT_PERSON) {
            self.capital(index);
        }
        let lower = byte.to_ascii_lowercase();
        if lower == b'm' && self.wants(WANT_PERSON) && self.is_around(index, b" name is ", 3) {
            self.places.flags |= ANY_CASE_NAME;
        }
        if self.places.flags & KEYWORD == 0 && self.wants(WANT_SECRET) {
            for (keyword, position) in &self.tables.keywords[lower as usize] {
                if self.is_around(index, keyword, *position) && self.is_assigned(index - position + keyword.len()) {
                    self.places.flags |= KEYWORD;
                }
            }
        }
    }

    /// `word`, in any case, with the byte at `position` of it at `index`.
    fn is_around(&self, index: usize, word: &[u8], position: usize) -> bool {
        index >= position
            && self.text[index - position..].len() >= word.len()
            && self.text[index - position..index - position + word.len()].eq_ignore_ascii_case(word)
    }

    /// Behind a keyword: letters it goes on with, quotation marks, blanks, then a sign, "is" or "was".
    fn is_assigned(&self, after: usize) -> bool {
        let rest = &self.text[after..];
        let letters = rest.iter().take_while(|byte| byte.is_ascii_alphabetic() || matches!(byte, b'_' | b'-')).count();
        if letters > KEYWORD_REST {
            return false;
        }
        if ends_with_is(&rest[..letters]) && rest.get(letters).is_some_and(|byte| matches!(byte, b':' | b' ' | b'\t')) {
            return true;
        }
        let mut position = letters;
        if rest.get(position) == Some(&b'\\') {
            position += 1;
        }
        if rest.get(position).is_some_and(|byte| matches!(byte, b'"' | b'\'')) {
            position += 1;
        }
        let blanks = rest[position..].iter().take_while(|byte| matches!(byte, b' ' | b'\t')).count();
        let Some(&sign) = rest.get(position + blanks) else { return false };
        let word = &rest[position + blanks..];
        matches!(sign, b':' | b'=') || sign >= BEYOND || starts_with(word, b"is") || starts_with(word, b"was")
    }

    /// A word that begins with a capital counts if the words of a cue stand before it.
    fn capital(&mut self, index: usize) {
        if index > 0 && is_word(self.text[index - 1]) {
            return;
        }
        let window = &self.text[index.saturating_sub(CUE_WINDOW)..index];
        let blanks = window.iter().rev().take_while(|byte| is_space(**byte)).count();
        let before = &window[..window.len() - blanks];
        let Some(&last) = before.last() else { return };
        let found = if last >= BEYOND {
            self.tables.cues.iter().flatten().any(|cue| ends_with(before, cue))
        } else {
            self.tables.cues[last.to_ascii_lowercase() as usize].iter().any(|cue| ends_with(before, cue))
        };
        if found {
            self.places.names.push(index);
        }
    }

    /// The sign between groups of so many hexadecimal digits: one of them before it, one behind it and a sign.
    fn mac(&mut self, index: usize, digits: usize) {
        if self.wants(WANT_MAC) && index >= digits {
            let is_group = |group: &[u8]| group.iter().all(u8::is_ascii_hexdigit);
            let rest = &self.text[index + 1..];
            let goes_on = rest.len() > digits && rest[digits] == self.text[index] && is_group(&rest[..digits]);
            if goes_on && is_group(&self.text[index - digits..index]) {
                self.places.flags |= MAC;
            }
        }
    }

    /// A digit that an address of Bitcoin has at its beginning, or near it.
    fn crypto(&mut self, index: usize) {
        let letters = |from: usize| self.text[from..].iter().take_while(|byte| byte.is_ascii_alphanumeric()).count();
        let begins = |at: usize| at == 0 || !is_word(self.text[at - 1]) || self.text[at - 1] == b'_';
        let is_plain = matches!(self.text[index], b'1' | b'3') && begins(index) && letters(index) >= PLAIN_CRYPTO;
        let is_marked = index >= 2
            && self.text[index - 2..=index].eq_ignore_ascii_case(b"bc1")
            && begins(index - 2)
            && letters(index) >= MARKED_CRYPTO;
        if is_plain || is_marked {
            self.places.flags |= CRYPTO;
        }
    }

    fn digit(&mut self, index: usize) {
        if self.wants(WANT_CRYPTO) {
            self.crypto(index);
        }
        self.digits += 1;
        self.number = match self.number {
            Some((first, last, count)) if index - last <= NUMBER_GAP + 1 => Some((first, index, count + 1)),
            _ => {
                self.end_of_number();
                Some((index, index, 1))
            }
        };
        if index >= 2 && self.text[index - 1] == b'.' && self.text[index - 2].is_ascii_digit() {
            self.dotted_digits = true;
            if !self.may_be_version_4 {
                let dots = self.text[index..].iter().take_while(|byte| byte.is_ascii_digit() || **byte == b'.');
                self.may_be_version_4 = dots.filter(|byte| **byte == b'.').take(2).count() == 2;
            }
        }
    }

    fn end_of_number(&mut self) {
        if let Some((first, last, count)) = self.number.take()
            && count >= LEAST_DIGITS
            && self.wants(WANT_NUMBER)
            && !is_time(&self.text[first..=last])
        {
            self.places.numbers.push((first, last + 1, count));
        }
    }

    fn colon(&mut self, index: usize) {
        self.colons += 1;
        self.double_colon |= self.text.get(index + 1) == Some(&b':');
        self.scheme |= self.text[index..].starts_with(b"://");
        if index >= self.groups_until && self.wants(WANT_ADDRESS) {
            let before = self.text[..index].iter().rev().take(5).take_while(|byte| is_of_address(**byte)).count();
            let after = self.text[index..].iter().take_while(|byte| is_of_address(**byte)).count();
            let run = &self.text[index - before..index + after];
            self.groups_until = index + after;
            self.may_be_version_6 |= may_be_version_6(run);
        }
    }

    /// Only where the detector itself would look (`Detector.candidates`), and something may be found.
    fn decide_addresses(&mut self) {
        if self.at_sign && self.scheme && self.wants(WANT_SECRET) {
            self.places.flags |= USER_INFO;
        }
        let looks = (self.digits > 0 || self.double_colon)
            && (self.dotted_digits || self.colons >= 2)
            && (self.double_colon || self.digits >= 4);
        if self.wants(WANT_ADDRESS) && looks && (self.may_be_version_4 || self.may_be_version_6) {
            self.places.flags |= ADDRESS;
        }
    }

    /// Runs of sixteen token characters and more: such a run holds every sixteenth character's place.
    fn token_runs(&mut self) {
        let (text, runs) = (self.text, &self.tables.runs);
        let (mut position, mut ended, mut done) = (RUN_LENGTH - 1, 0, 0);
        while position < text.len() {
            if !runs[text[position] as usize] {
                position += RUN_LENGTH;
                continue;
            }
            let before = text[ended..position].iter().rev().take_while(|byte| runs[**byte as usize]).count();
            let after = text[position..].iter().take_while(|byte| runs[**byte as usize]).count();
            let (start, end) = (position - before, position + after);
            if end - start >= RUN_LENGTH
                && text[start..end].iter().any(|byte| byte.is_ascii_digit() || byte.is_ascii_uppercase())
            {
                self.around(done.max(start.saturating_sub(RUN_WITHIN)), end);
                done = end;
                if end - start >= INSIDE_LENGTH
                    && self.tables.inside.iter().any(|each| each.find(&text[start..end]).is_some())
                {
                    self.places.inside.push((start, end));
                }
            }
            ended = end;
            position = end + RUN_LENGTH;
        }
    }

    fn around(&mut self, begin: usize, end: usize) {
        for position in begin..end.min(self.text.len() - 1) {
            let text = &self.text[position..];
            if !self.tables.begins[text[0] as usize]
                || (position > 0 && self.text[position - 1].is_ascii_alphanumeric())
            {
                continue;
            }
            let beginnings = self.tables.beginnings.get(&[text[0], text[1]]);
            if beginnings.is_some_and(|found| found.iter().any(|each| text.starts_with(each))) {
                self.places.tokens.push(position);
            }
        }
    }
}

fn starts_with(text: &[u8], word: &[u8]) -> bool {
    text.len() >= word.len() && text[..word.len()].eq_ignore_ascii_case(word)
}

fn ends_with_is(letters: &[u8]) -> bool {
    let ends =
        |word: &[u8]| letters.len() >= word.len() && letters[letters.len() - word.len()..].eq_ignore_ascii_case(word);
    ends(b"is") || ends(b"was")
}

/// A character beyond ASCII may be any other: a typographic apostrophe, an accent, a blank.
fn ends_with(before: &[u8], cue: &[u8]) -> bool {
    before.len() >= cue.len()
        && before[before.len() - cue.len()..]
            .iter()
            .zip(cue)
            .all(|(&byte, &wanted)| byte >= BEYOND || byte.to_ascii_lowercase() == wanted)
}

fn is_of_address(byte: u8) -> bool {
    byte.is_ascii_hexdigit() || byte == b':' || byte == b'.'
}

/// Three groups, and two colons in a row or seven groups between colons (six before an address of version 4).
fn may_be_version_6(run: &[u8]) -> bool {
    let colons = run.iter().filter(|byte| **byte == b':').count();
    let groups = run.split(|byte| matches!(byte, b':' | b'.')).filter(|group| !group.is_empty()).count();
    groups >= 3 && (colons >= 6 || run.windows(2).any(|pair| pair == b"::"))
}

/// `2026-11-23`, perhaps with `T12:03`, `:59` and a fraction of up to nine digits.
fn is_time(text: &[u8]) -> bool {
    const SHAPE: &[u8] = b"0000-00-00T00:00:00.";
    let fits = |(byte, shape): (&u8, &u8)| match shape {
        b'0' => byte.is_ascii_digit(),
        b'T' => matches!(byte, b'T' | b' '),
        b'.' => matches!(byte, b'.' | b','),
        _ => byte == shape,
    };
    match text.len() {
        10 | 16 | 19 => text.iter().zip(SHAPE).all(fits),
        21..=29 => text.iter().zip(SHAPE).all(fits) && text[20..].iter().all(u8::is_ascii_digit),
        _ => false,
    }
}
