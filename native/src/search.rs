//! One text looked over for a `Finder`: matches judged, raised by context, and without duplicates.

use pyo3::intern;
use pyo3::prelude::*;
use pyo3::types::PyString;

use crate::checks;
use crate::context::{Support, Surroundings};
use crate::finder::Finder;
use crate::numbers;

const HIGHEST: f64 = 1.0;
/// As in `presidio.context`.
const FACTOR: f64 = 0.35;
const LEAST: f64 = 0.4;
/// Kinds of recognizers: patterns alone (0); with more to a match than its pattern; telephone numbers by what is known
/// here; by Python; e-mail addresses and NHS numbers, whose checks are known here.
const JUDGED: u8 = 1;
const PHONE: u8 = 2;
const PHONE_BY_HAND: u8 = 3;
const EMAIL: u8 = 4;
const NHS: u8 = 5;

/// What is found, or where, by recognizer.
pub type Sets<T> = Vec<(usize, Vec<T>)>;
/// Pattern, start, end.
pub type Place = (usize, usize, usize);

#[derive(Clone, Copy, PartialEq)]
pub struct Finding {
    pub recognizer: usize,
    pub rank: usize,
    pub start: usize,
    pub end: usize,
    pub score: f64,
}

/// One text.
pub struct Search<'a, 'py> {
    pub finder: &'a Finder,
    pub py: Python<'py>,
    pub text: &'a Bound<'py, PyString>,
    pub view: &'a [u8],
}

impl Search<'_, '_> {
    pub fn phones(&self, sets: &mut Sets<Finding>) -> PyResult<()> {
        for (number, recognizer) in self.finder.recognizers.iter().enumerate() {
            if !matches!(recognizer.kind, PHONE | PHONE_BY_HAND) {
                continue;
            }
            let known = if recognizer.kind == PHONE { self.numbers()? } else { None };
            let score = recognizer.phone_score;
            let found = match known {
                Some(found) => found.into_iter().map(|(start, end)| self.finding(number, start, end, score)).collect(),
                None => self.by_hand(number, &[])?,
            };
            sets.push((number, without_duplicates(found)));
        }
        Ok(())
    }

    /// None: Python has to look.
    fn numbers(&self) -> PyResult<Option<Vec<(usize, usize)>>> {
        let Some(phones) = &self.finder.phones else { return Ok(None) };
        let mut failed = None;
        let mut ask = |digits: &[u8]| {
            let digits = String::from_utf8_lossy(digits);
            let asked = self.finder.host.call_method1(self.py, intern!(self.py, "regions_of"), (digits,));
            asked.and_then(|given| given.extract::<u32>(self.py)).map_err(|error| {
                failed = Some(error);
                numbers::AskPython
            })
        };
        let found = phones.find(self.view, &mut ask).ok();
        failed.map_or(Ok(found), Err)
    }

    pub fn patterns(&self, runs: &[(usize, usize, usize)], sets: &mut Sets<Finding>) -> PyResult<()> {
        let mut hits: Sets<Finding> = Vec::new();
        let mut by_hand: Sets<Place> = Vec::new();
        let mut places: Vec<Place> = Vec::new();
        for run in runs {
            for &pattern in self.finder.fitting(self.py, self.view, *run)?.iter() {
                places.push((pattern, run.1, run.2));
            }
        }
        for &(pattern, start, end) in &places {
            let (number, score) = self.finder.patterns[pattern];
            let found = match self.finder.expression(self.py, pattern)? {
                Some(expression) => expression.matches(self.view, start, end).ok(),
                None => None,
            };
            match found {
                Some(found) => {
                    let found = found.into_iter().map(|(start, end)| self.finding(number, start, end, score));
                    set(&mut hits, number).extend(found);
                }
                None => {
                    set(&mut by_hand, number);
                }
            }
        }
        for (number, all) in &mut by_hand {
            all.extend(places.iter().filter(|place| self.finder.patterns[place.0].0 == *number));
            let found = self.by_hand(*number, all)?;
            sets.push((*number, found));
        }
        for (number, found) in hits {
            if by_hand.iter().all(|(other, _)| *other != number) {
                sets.push((number, self.judged(number, found)?));
            }
        }
        Ok(())
    }

    fn judged(&self, number: usize, mut found: Vec<Finding>) -> PyResult<Vec<Finding>> {
        let kind = self.finder.recognizers[number].kind;
        for each in &mut found {
            let matched = &self.view[each.start..each.end];
            let verdict = match kind {
                EMAIL => self.finder.domains.is_registrable(matched),
                NHS => Some(checks::is_nhs_number(matched)),
                JUDGED => None,
                _ => continue,
            };
            each.score = match verdict {
                Some(valid) => f64::from(u8::from(valid)),
                None => self.asked(number, matched, each.score)?,
            };
        }
        Ok(without_duplicates(found))
    }

    /// The score that Python gives a match.
    fn asked(&self, number: usize, matched: &[u8], score: f64) -> PyResult<f64> {
        let matched = String::from_utf8_lossy(matched);
        self.finder.host.call_method1(self.py, intern!(self.py, "judge"), (number, matched, score))?.extract(self.py)
    }

    /// What Python finds for a recognizer in these runs (pattern, start, end).
    fn by_hand(&self, number: usize, runs: &[(usize, usize, usize)]) -> PyResult<Vec<Finding>> {
        let asked =
            self.finder.host.call_method1(self.py, intern!(self.py, "found"), (number, self.text, runs.to_vec()))?;
        let given: Vec<(Py<PyAny>, usize, usize, f64)> = asked.extract(self.py)?;
        Ok(given.into_iter().map(|(_, start, end, score)| self.finding(number, start, end, score)).collect())
    }

    fn finding(&self, recognizer: usize, start: usize, end: usize, score: f64) -> Finding {
        Finding { recognizer, rank: self.finder.recognizers[recognizer].rank, start, end, score }
    }

    /// Scores raised where a context word is near, and nothing below the threshold.
    pub fn weigh(
        &self,
        surroundings: &Surroundings<'_>,
        number: usize,
        found: Vec<Finding>,
        all: &mut Vec<Finding>,
    ) -> PyResult<()> {
        let recognizer = &self.finder.recognizers[number];
        let possible = if found.is_empty() { Vec::new() } else { surroundings.possible(&recognizer.words) };
        for mut each in found {
            let may_rise = each.score < HIGHEST && (!possible.is_empty() || !recognizer.is_plain);
            if may_rise && self.is_supported(surroundings, number, each.start, &possible)? {
                each.score = (each.score + FACTOR).clamp(LEAST, HIGHEST);
            }
            if each.score >= recognizer.threshold {
                all.push(each);
            }
        }
        Ok(())
    }

    fn is_supported(
        &self,
        surroundings: &Surroundings<'_>,
        number: usize,
        start: usize,
        possible: &[&[u8]],
    ) -> PyResult<bool> {
        if self.finder.recognizers[number].is_plain {
            match surroundings.support(start, possible, &mut |word| self.finder.is_uncut(self.py, word))? {
                Support::Yes => return Ok(true),
                Support::No => return Ok(false),
                Support::Maybe => {}
            }
        }
        let arguments = (number, self.text, start);
        self.finder.host.call_method1(self.py, intern!(self.py, "supports"), arguments)?.extract(self.py)
    }
}

/// Those that none of the same type covers with at least their score; highest score first.
pub fn without_duplicates(mut found: Vec<Finding>) -> Vec<Finding> {
    if found.len() < 2 {
        found.retain(|each| each.score > 0.0);
        return found;
    }
    found.sort_by(|one, other| {
        let key = |each: &Finding| (each.rank, each.start, usize::MAX - each.end);
        key(one).cmp(&key(other)).then(other.score.total_cmp(&one.score))
    });
    let mut kept: Vec<Finding> = Vec::with_capacity(found.len());
    let mut active: Vec<Finding> = Vec::new();
    for each in found {
        if each.score == 0.0 {
            continue;
        }
        active.retain(|one| one.rank == each.rank && one.end >= each.start);
        let covers = |one: &Finding| one.start <= each.start && one.end >= each.end && one.score >= each.score;
        if !active.iter().any(covers) {
            kept.push(each);
            active.push(each);
        }
    }
    kept.sort_by(|one, other| {
        let key = |each: &Finding| (each.start, usize::MAX - each.end);
        other.score.total_cmp(&one.score).then(key(one).cmp(&key(other)))
    });
    kept
}

fn set<T>(sets: &mut Sets<T>, number: usize) -> &mut Vec<T> {
    let at = sets.iter().position(|(other, _)| *other == number).unwrap_or_else(|| {
        sets.push((number, Vec::new()));
        sets.len() - 1
    });
    &mut sets[at].1
}
