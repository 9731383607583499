//! Patterns that Python hands over, written for ASCII alone: what each set of characters holds is spelled out, so
//! that no two dialects can read it differently.

use regex::bytes::{Regex, RegexBuilder};

/// Bytes that a compiled pattern may take.
const SIZE: usize = 4_000_000;

pub enum Expression {
    Plain(Regex),
    /// With looks ahead or behind.
    Looking(Box<fancy_regex::Regex>),
}

/// Python has to look: the pattern takes too long, or what stands around it is not ASCII.
pub struct TooHard;

impl Expression {
    /// None for what is not understood.
    pub fn new(pattern: &str, looks: bool) -> Option<Expression> {
        if looks {
            return Some(Expression::Looking(Box::new(fancy_regex::Regex::new(pattern).ok()?)));
        }
        let made = RegexBuilder::new(pattern).unicode(false).size_limit(SIZE).build().ok()?;
        Some(Expression::Plain(made))
    }

    /// For `is_match` with the whole of a string of digits.
    pub fn whole(pattern: &str) -> Option<Expression> {
        Expression::new(&format!(r"\A(?:{pattern})\z"), false)
    }

    /// For `is_match` with its beginning.
    pub fn beginning(pattern: &str) -> Option<Expression> {
        Expression::new(&format!(r"\A(?:{pattern})"), false)
    }

    pub fn is_match(&self, text: &[u8]) -> bool {
        match self {
            Expression::Plain(regex) => regex.is_match(text),
            Expression::Looking(_) => false, // no such is made by `whole` and `beginning`
        }
    }

    /// The first match at `from` or later.
    pub fn search(&self, text: &[u8], from: usize) -> Result<Option<(usize, usize)>, TooHard> {
        match self {
            Expression::Plain(regex) => Ok(regex.find_at(text, from).map(|found| (found.start(), found.end()))),
            Expression::Looking(regex) => {
                let text = std::str::from_utf8(text).map_err(|_| TooHard)?;
                let found = regex.find_from_pos(text, from).map_err(|_| TooHard)?;
                Ok(found.map(|found| (found.start(), found.end())))
            }
        }
    }

    /// Every match in `text[start..end]`, which one more character is seen before and after of.
    pub fn matches(&self, text: &[u8], start: usize, end: usize) -> Result<Vec<(usize, usize)>, TooHard> {
        let low = start.saturating_sub(1);
        let around = &text[low..text.len().min(end + 1)];
        if !around.is_ascii() {
            return Err(TooHard);
        }
        let (mut found, mut position) = (Vec::new(), start - low);
        while let Some((from, to)) = self.search(around, position)? {
            if to == from {
                return Err(TooHard); // a gated pattern matches something
            }
            found.push((from + low, to + low));
            position = to;
        }
        Ok(found)
    }
}
