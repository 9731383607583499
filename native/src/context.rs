//! Words near a finding that raise its score: `presidio.context`, as far as it can be told without cutting the
//! text into words.

use std::collections::HashSet;

/// Words before a finding that count, its own included.
const BEFORE: usize = 5;
const REACH: usize = 240;
const NEAR: usize = 64;

pub struct Surroundings<'a> {
    pub text: &'a [u8],
    pub lower: Vec<u8>,
    pub has_colon: bool,
    pub stop_words: &'a HashSet<Vec<u8>>,
}

pub enum Support {
    Yes,
    No,
    /// Python has to cut the words.
    Maybe,
}

impl<'a> Surroundings<'a> {
    pub fn new(text: &'a [u8], stop_words: &'a HashSet<Vec<u8>>) -> Surroundings<'a> {
        Surroundings { text, lower: text.to_ascii_lowercase(), has_colon: text.contains(&b':'), stop_words }
    }

    /// Of `words`, which are in lower case, those that stand anywhere in the text.
    pub fn possible<'w>(&self, words: &'w [memchr::memmem::Finder<'static>]) -> Vec<&'w [u8]> {
        words.iter().filter(|word| word.find(&self.lower).is_some()).map(|word| word.needle()).collect()
    }

    /// Whether one of `possible` counts for the finding at `start`; `is_uncut`: whether a word is one token.
    pub fn support<E>(
        &self,
        start: usize,
        possible: &[&[u8]],
        is_uncut: &mut impl FnMut(&[u8]) -> Result<bool, E>,
    ) -> Result<Support, E> {
        if possible.is_empty() {
            return Ok(Support::No);
        }
        if self.is_surely_near(start, possible, is_uncut)? {
            return Ok(Support::Yes);
        }
        let (low, high) = (self.before(start, is_uncut)?, self.after(start, is_uncut)?);
        let near = &self.lower[low..high];
        if !near.is_ascii() || possible.iter().any(|word| holds(near, word)) {
            return Ok(Support::Maybe);
        }
        Ok(Support::No)
    }

    fn is_surely_near<E>(
        &self,
        start: usize,
        possible: &[&[u8]],
        is_uncut: &mut impl FnMut(&[u8]) -> Result<bool, E>,
    ) -> Result<bool, E> {
        if start == 0 || self.text[start - 1] != b' ' || is_space(self.text[start]) {
            return Ok(false);
        }
        let low = start.saturating_sub(NEAR);
        let pieces: Vec<(usize, usize)> = pieces(self.text, low, start - 1).collect();
        let mut counted = 1;
        for &(from, to) in pieces[1..].iter().rev() {
            let piece = &self.text[from..to];
            if !is_word(piece) || !is_uncut(piece)? {
                return Ok(false);
            }
            let lower = &self.lower[from..to];
            let counts = !self.stop_words.contains(lower);
            if counts && possible.iter().any(|word| holds(lower, word)) {
                return Ok(true);
            }
            counted += usize::from(counts || self.has_colon);
            if counted > BEFORE {
                return Ok(false);
            }
        }
        Ok(false)
    }

    /// Where the words before `start` that may count begin.
    fn before<E>(&self, start: usize, is_uncut: &mut impl FnMut(&[u8]) -> Result<bool, E>) -> Result<usize, E> {
        let mut wanted = BEFORE + 1;
        let pieces: Vec<(usize, usize)> = pieces(self.text, start.saturating_sub(REACH), start).collect();
        for &(from, to) in pieces[1..pieces.len().max(2) - 1].iter().rev() {
            wanted -= usize::from(self.counts_alone(from, to, is_uncut)?);
            if wanted == 0 {
                return Ok(from);
            }
        }
        Ok(0)
    }

    /// Where a word behind that at `start` that surely counts ends.
    fn after<E>(&self, start: usize, is_uncut: &mut impl FnMut(&[u8]) -> Result<bool, E>) -> Result<usize, E> {
        let end = self.text.len().min(start + REACH);
        let pieces: Vec<(usize, usize)> = pieces(self.text, start, end).collect();
        for &(from, to) in pieces[1..pieces.len().max(2) - 1].iter() {
            if self.counts_alone(from, to, is_uncut)? {
                return Ok(to);
            }
        }
        Ok(self.text.len())
    }

    fn counts_alone<E>(
        &self,
        from: usize,
        to: usize,
        is_uncut: &mut impl FnMut(&[u8]) -> Result<bool, E>,
    ) -> Result<bool, E> {
        let piece = &self.text[from..to];
        Ok(is_word(piece) && is_uncut(piece)? && !self.stop_words.contains(&self.lower[from..to]))
    }
}

/// What blanks part in `text[low..high]`, with where it stands; empty pieces too.
fn pieces(text: &[u8], low: usize, high: usize) -> impl Iterator<Item = (usize, usize)> + '_ {
    let mut from = low;
    text[low..high].split(|byte| *byte == b' ').map(move |piece| {
        let found = (from, from + piece.len());
        from = found.1 + 1;
        found
    })
}

fn is_word(piece: &[u8]) -> bool {
    !piece.is_empty() && piece.iter().all(u8::is_ascii_alphabetic)
}

/// As `str.isspace`, of ASCII.
fn is_space(byte: u8) -> bool {
    matches!(byte, b'\t'..=b'\r' | 0x1c..=b' ')
}

fn holds(text: &[u8], word: &[u8]) -> bool {
    memchr::memmem::find(text, word).is_some()
}
