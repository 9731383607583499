//! Telephone numbers as `presidio.phone` finds them, of candidates that are digits and plain separators; whether
//! digits are a number of a region as `presidio.dialling` judges it. The metadata comes from Python.

use crate::expressions::Expression;
use crate::view::{BEYOND, WILD_ANCHOR};

/// As in `presidio.phone`.
const LEAD: usize = 16;
const LONGEST: usize = 250;
const GROUPS: usize = 6;

/// Python has to look at the whole text.
pub struct AskPython;

/// A pattern, and the lengths that what it matches may have (empty: any).
pub type DescriptionTable = (String, Vec<usize>);
/// What a number's beginning has to match, its general form, its kinds.
pub type NumbersTable = (Option<String>, DescriptionTable, Vec<DescriptionTable>);
/// What a number's beginning has to match, how it is written, whether that needs the national prefix.
pub type FormatTable = (Option<String>, String, bool);
/// Fewest digits, country code, first digits of prefixes, prefixes, shape, formats.
pub type RegionTable = (usize, Option<u32>, String, String, String, Vec<FormatTable>);
/// Country code, and its regions.
pub type CountryTable = (u32, Vec<NumbersTable>);

struct Description {
    pattern: Expression,
    lengths: Vec<usize>,
}

struct Numbers {
    leading: Option<Expression>,
    general: Description,
    kinds: Vec<Description>,
}

struct Format {
    leading: Option<Expression>,
    written: Expression,
    needs_prefix: bool,
}

struct Region {
    shortest: usize,
    country_code: Option<u32>,
    prefix_begins: [bool; 10],
    prefix: Expression,
    shape: Expression,
    formats: Vec<Format>,
    can_refuse: bool,
}

pub struct Phones {
    candidate: Expression,
    brackets: Expression,
    /// What makes a candidate a matter of Python's: dates, times, pages.
    odd: Vec<Expression>,
    regions: Vec<Region>,
    countries: Vec<(u32, Vec<Numbers>)>,
    shortest: usize,
}

impl Phones {
    /// None if some pattern is not understood. `patterns`: candidates, brackets that match, what is odd.
    pub fn new(
        patterns: (String, String, Vec<String>),
        regions: Vec<RegionTable>,
        countries: Vec<CountryTable>,
        shortest: usize,
    ) -> Option<Phones> {
        let (candidate, brackets, odd) = patterns;
        Some(Phones {
            candidate: Expression::new(&candidate, false)?,
            brackets: Expression::whole(&brackets)?,
            odd: odd.iter().map(|each| Expression::new(each, false)).collect::<Option<_>>()?,
            regions: regions.into_iter().map(Region::new).collect::<Option<_>>()?,
            countries: countries
                .into_iter()
                .map(|(code, numbers)| Some((code, numbers.into_iter().map(Numbers::new).collect::<Option<_>>()?)))
                .collect::<Option<_>>()?,
            shortest,
        })
    }

    /// The numbers of any region. `ask`: in which regions, as bits, some digits are a number, as Python has it.
    pub fn find(
        &self,
        text: &[u8],
        ask: &mut impl FnMut(&[u8]) -> Result<u32, AskPython>,
    ) -> Result<Vec<(usize, usize)>, AskPython> {
        if text.iter().any(|byte| *byte >= BEYOND && byte & WILD_ANCHOR != 0) {
            return Err(AskPython); // digits of another script
        }
        let (mut found, mut index) = (Vec::new(), 0);
        while let Some(digit) = text[index..].iter().position(u8::is_ascii_digit) {
            let from = index.max((index + digit).saturating_sub(LEAD));
            let Some((start, end)) = self.candidate.search(text, from).map_err(|_| AskPython)? else { break };
            if is_beside_others(text, start, end) {
                return Err(AskPython);
            }
            if self.is_number(text, start, end, ask)? {
                found.push((start, end));
            }
            index = end;
        }
        Ok(found)
    }

    fn is_number(
        &self,
        text: &[u8],
        start: usize,
        end: usize,
        ask: &mut impl FnMut(&[u8]) -> Result<u32, AskPython>,
    ) -> Result<bool, AskPython> {
        let candidate = &text[start..end];
        let (digits, groups) = groups(candidate).ok_or(AskPython)?;
        if candidate.len() > LONGEST || groups.len() > GROUPS {
            return Err(AskPython);
        }
        // Digits alone with a letter next to them make no valid number, nor can a part.
        if digits.len() == candidate.len() && !stands_free(text, start, end) {
            return Ok(false);
        }
        let mut regions = 0;
        for first in 0..groups.len() {
            for last in &groups[first..] {
                let piece = &digits[groups[first].0..last.1];
                if piece.len() >= self.shortest {
                    regions |= self.judged(piece, ask)?;
                }
            }
        }
        if regions == 0 {
            return Ok(false);
        }
        let all = if digits.len() >= self.shortest { self.judged(&digits, ask)? } else { ask(&digits)? };
        let is_plain = self.brackets.is_match(candidate) && !self.odd.iter().any(|each| each.is_match(candidate));
        if regions & !all != 0 || !is_plain || !stands_free(text, start, end) {
            return Err(AskPython);
        }
        Ok(true)
    }

    /// In which regions the digits are a number when written there, as bits.
    fn judged(&self, digits: &[u8], ask: &mut impl FnMut(&[u8]) -> Result<u32, AskPython>) -> Result<u32, AskPython> {
        let mut found = 0;
        let mut national: Vec<(Option<u32>, bool)> = Vec::new();
        for (number, region) in self.regions.iter().enumerate() {
            if digits.len() < region.shortest {
                continue;
            }
            let is_national = region.is_national(digits);
            let known = national.iter().find(|(code, _)| *code == region.country_code).map(|(_, valid)| *valid);
            if let (Some(valid), true) = (known, is_national) {
                found |= u32::from(valid) << number;
            } else if is_national && digits[0] != b'0' {
                let valid = self.is_valid(region, digits);
                national.push((region.country_code, valid));
                found |= u32::from(valid) << number;
            } else if region.shape.is_match(digits) && !(is_national && region.lacks_prefix(digits)) {
                return ask(digits);
            }
        }
        if found != 0 && !self.regions.iter().any(|region| region.shape.is_match(digits)) {
            return Ok(0);
        }
        Ok(found)
    }

    fn is_valid(&self, region: &Region, digits: &[u8]) -> bool {
        let Some((_, numbers)) = self.countries.iter().find(|(code, _)| Some(*code) == region.country_code) else {
            return false;
        };
        if numbers.len() > 1 && !region.shape.is_match(digits) {
            return false;
        }
        has(numbers, digits) && !region.lacks_prefix(digits)
    }
}

fn has(numbers: &[Numbers], digits: &[u8]) -> bool {
    for each in numbers {
        match &each.leading {
            None if each.is_valid(digits) => return true,
            None => {}
            Some(leading) if leading.is_match(digits) => return each.is_valid(digits),
            Some(_) => {}
        }
    }
    false
}

impl Numbers {
    fn new((leading, general, kinds): NumbersTable) -> Option<Numbers> {
        Some(Numbers {
            leading: optional(leading)?,
            general: Description::new(general)?,
            kinds: kinds.into_iter().map(Description::new).collect::<Option<_>>()?,
        })
    }

    fn is_valid(&self, digits: &[u8]) -> bool {
        self.general.is_match(digits) && self.kinds.iter().any(|kind| kind.is_match(digits))
    }
}

impl Description {
    fn new((pattern, lengths): DescriptionTable) -> Option<Description> {
        Some(Description { pattern: Expression::whole(&pattern)?, lengths })
    }

    fn is_match(&self, digits: &[u8]) -> bool {
        (self.lengths.is_empty() || self.lengths.contains(&digits.len())) && self.pattern.is_match(digits)
    }
}

impl Region {
    fn new((shortest, country_code, begins, prefix, shape, formats): RegionTable) -> Option<Region> {
        let mut prefix_begins = [false; 10];
        for digit in begins.bytes().filter(u8::is_ascii_digit) {
            prefix_begins[usize::from(digit - b'0')] = true;
        }
        let formats: Vec<Format> = formats
            .into_iter()
            .map(|(leading, written, needs_prefix)| {
                Some(Format { leading: optional(leading)?, written: Expression::whole(&written)?, needs_prefix })
            })
            .collect::<Option<_>>()?;
        let can_refuse = formats.iter().any(|each| each.needs_prefix);
        let (prefix, shape) = (Expression::beginning(&prefix)?, Expression::whole(&shape)?);
        Some(Region { shortest, country_code, prefix_begins, prefix, shape, formats, can_refuse })
    }

    fn is_national(&self, digits: &[u8]) -> bool {
        let may_begin = self.prefix_begins[usize::from(digits[0] - b'0')];
        self.country_code.is_some() && (!may_begin || !self.prefix.is_match(digits))
    }

    fn lacks_prefix(&self, digits: &[u8]) -> bool {
        self.can_refuse
            && self
                .formats
                .iter()
                .find(|each| {
                    each.leading.as_ref().is_none_or(|leading| leading.is_match(digits))
                        && each.written.is_match(digits)
                })
                .is_some_and(|each| each.needs_prefix)
    }
}

/// Outer None: not understood.
#[allow(clippy::option_option)] // there are both: no pattern, and one that cannot be read
fn optional(pattern: Option<String>) -> Option<Option<Expression>> {
    match pattern {
        None => Some(None),
        Some(pattern) => Some(Some(Expression::beginning(&pattern)?)),
    }
}

type Groups = (Vec<u8>, Vec<(usize, usize)>);

/// The digits of a candidate, and where in them each group of it stands; None if there is more to it.
fn groups(candidate: &[u8]) -> Option<Groups> {
    let (mut digits, mut groups) = (Vec::with_capacity(candidate.len()), Vec::new());
    for piece in candidate.split(|byte| matches!(byte, b' ' | b'.' | b'(' | b')' | b'[' | b']' | b'/' | b'-')) {
        if !piece.iter().all(u8::is_ascii_digit) {
            return None;
        }
        if !piece.is_empty() {
            groups.push((digits.len(), digits.len() + piece.len()));
            digits.extend_from_slice(piece);
        }
    }
    Some((digits, groups))
}

/// True if a character beyond ASCII is so near that it might belong to the candidate, or to its extension.
fn is_beside_others(text: &[u8], start: usize, end: usize) -> bool {
    let is_lead = |byte: &&u8| is_separator(**byte) || byte.eq_ignore_ascii_case(&b'x');
    let before = text[..start].iter().rev().find(|byte| !is_lead(byte));
    let is_beyond = |byte: &u8| *byte >= BEYOND;
    let mut after = text[end..].iter().copied().skip_while(|byte| is_separator(*byte)).peekable();
    while after.next_if(u8::is_ascii_alphabetic).is_some() {}
    while after.next_if(|byte| is_separator(*byte)).is_some() {}
    before.is_some_and(is_beyond) || after.peek().is_some_and(is_beyond)
}

fn is_separator(byte: u8) -> bool {
    byte < BEYOND && !byte.is_ascii_alphanumeric()
}

/// No letter, per cent or currency sign is next to it.
fn stands_free(text: &[u8], start: usize, end: usize) -> bool {
    let leads = matches!(text[start], b'(' | b'[' | b'+');
    let touches = |byte: u8| byte.is_ascii_alphabetic() || matches!(byte, b'%' | b'$');
    let before = start > 0 && !leads && touches(text[start - 1]);
    !before && text.get(end).is_none_or(|byte| !touches(*byte))
}
