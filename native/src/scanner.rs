//! The classes that Python sees. Every method gives `False` where Python has to look for itself.

use std::collections::HashSet;
use std::panic::{AssertUnwindSafe, catch_unwind};
use std::sync::{Arc, Mutex, PoisonError};

use memchr::memmem::Finder;
use pyo3::IntoPyObjectExt;
use pyo3::exceptions::PyValueError;
use pyo3::prelude::*;
use pyo3::types::{PyBytes, PyString};

use crate::families;
use crate::json::{self, Kind, Leaf, Stop, Walk};
use crate::tables::{Tables, WANT_EMAIL, WANT_SECRET, Words};
use crate::view::Characters;

/// From so many bytes on, other threads of Python may run meanwhile.
const BIG: usize = 32_768;
/// Ordinary keys that are remembered; beyond it the memory starts anew.
const KEYS: usize = 4_096;
const LONG_KEY: usize = 80;
/// Longer keys may be data themselves, as may those with an at sign.
const ODD_KEY: usize = 24;
/// A longer text without a blank may be binary data in base64.
const LONG: usize = 256;
/// Digits of card numbers that are written as numbers.
const CARD: std::ops::RangeInclusive<usize> = 14..=16;

/// What Python has to look at itself.
struct AskPython;

#[pyclass(frozen)]
pub struct Families {
    pub(crate) inner: Arc<families::Families>,
    pub(crate) characters: Arc<Characters>,
}

#[pymethods]
impl Families {
    #[new]
    fn new(tables: Vec<families::FamilyTables>, wild: Vec<(u32, u32)>, least_digits: usize) -> PyResult<Families> {
        let inner = families::Families::new(tables, least_digits).ok_or_else(|| {
            PyValueError::new_err("Cannot make families: too many, or a table that has not 256 bytes.")
        })?;
        Ok(Families { inner: Arc::new(inner), characters: Arc::new(Characters { wild, of_keywords: Vec::new() }) })
    }

    /// (family, start, end) of each run that a pattern may match in, and whether there may be a phone number.
    fn runs<'py>(&self, py: Python<'py>, text: &Bound<'py, PyString>) -> PyResult<Py<PyAny>> {
        let known = self.inner.known();
        let (inner, characters) = (&self.inner, &self.characters);
        let found = guarded(py, text, |text| {
            let view = characters.view(text).ok_or(AskPython)?;
            let mut runs = Vec::new();
            let phone = inner.scan(&view, &known, |run| {
                runs.push((run.family, run.start, run.end));
                true
            });
            Ok((runs, phone))
        });
        match found {
            Ok(found) => found.into_py_any(py),
            Err(AskPython) => false.into_py_any(py),
        }
    }

    /// No pattern of the family fits a run that looks like this, with its neighbours.
    fn learn(&self, family: usize, shape: &Bound<'_, PyBytes>) {
        self.inner.learn(family, shape.as_bytes().to_vec());
    }
}

#[pyclass(frozen)]
pub struct Scanner {
    tables: Arc<Tables>,
    characters: Arc<Characters>,
    families: Option<Arc<families::Families>>,
    ordinary: Mutex<Arc<HashSet<Vec<u8>>>>,
}

#[pymethods]
impl Scanner {
    #[new]
    #[allow(clippy::too_many_arguments)] // as Python gives them, by name
    #[pyo3(signature = (wanted, cues, keywords, keyword_letters, beginnings, inside, anywhere, run_characters, families=None))]
    fn new(
        wanted: u32,
        cues: Vec<String>,
        keywords: Vec<String>,
        keyword_letters: String,
        beginnings: Vec<String>,
        inside: Vec<String>,
        anywhere: Vec<String>,
        run_characters: String,
        families: Option<PyRef<'_, Families>>,
    ) -> PyResult<Scanner> {
        if beginnings.iter().any(|each| each.len() < 2) {
            return Err(PyValueError::new_err("Cannot look for a token that begins with one character only."));
        }
        let wild = families.as_ref().map_or_else(Vec::new, |each| each.characters.wild.clone());
        Ok(Scanner {
            tables: Arc::new(Tables::new(Words {
                wanted,
                cues,
                keywords,
                beginnings,
                inside,
                anywhere,
                run_characters,
            })),
            characters: Arc::new(Characters { wild, of_keywords: keyword_letters.chars().collect() }),
            families: families.map(|each| Arc::clone(&each.inner)),
            ordinary: Mutex::default(),
        })
    }

    /// Where our own detectors have to look: None for nowhere, otherwise (flags, names, numbers, tokens, inside).
    fn places<'py>(&self, py: Python<'py>, text: &Bound<'py, PyString>) -> PyResult<Py<PyAny>> {
        let (tables, characters) = (&self.tables, &self.characters);
        let found = guarded(py, text, |text| Ok(tables.places(&characters.view(text).ok_or(AskPython)?)));
        match found {
            Ok(places) if places.is_empty() => Ok(py.None()),
            Ok(each) => (each.flags, each.names, each.numbers, each.tokens, each.inside).into_py_any(py),
            Err(AskPython) => false.into_py_any(py),
        }
    }

    /// True if nothing of any type can be in the text, by the families' patterns either.
    fn is_clean(&self, py: Python<'_>, text: &Bound<'_, PyString>) -> bool {
        let clean = self.clean();
        guarded(py, text, |text| Ok(clean.is_clean(&clean.characters.view(text).ok_or(AskPython)?))).unwrap_or(false)
    }

    /// The strings, keys and numbers of valid JSON that have to be looked at: (start, end, start and end of the
    /// key, kind); -1: under no key. None for text that is no JSON.
    /// `needles`: words in lower case that are looked for too.
    fn leaves<'py>(
        &self,
        py: Python<'py>,
        text: &Bound<'py, PyString>,
        needles: Vec<Bound<'py, PyString>>,
    ) -> PyResult<Py<PyAny>> {
        let Some(needles) = Needles::new(&needles) else { return false.into_py_any(py) };
        let ordinary = Arc::clone(&self.ordinary.lock().unwrap_or_else(PoisonError::into_inner));
        let clean = self.clean();
        let found = guarded(py, text, |text| {
            let view = clean.characters.view(text).ok_or(AskPython)?;
            let mut leaves = Leaves {
                text: &view,
                clean,
                needles,
                ordinary: &ordinary,
                decoded: Vec::new(),
                key: (None, false),
                found: Vec::new(),
            };
            match Walk::new(&view).run(|leaf| leaves.look(leaf)) {
                Ok(()) => Ok(Some(leaves.found)),
                Err(Stop::Invalid) => Ok(None),
                Err(Stop::Unknown) => Err(AskPython),
            }
        });
        match found {
            Ok(found) => found.into_py_any(py),
            Err(AskPython) => false.into_py_any(py),
        }
    }

    /// A key that tells nothing of its values.
    fn learn(&self, key: &str) {
        let mut ordinary = self.ordinary.lock().unwrap_or_else(PoisonError::into_inner);
        if key.len() <= LONG_KEY && key.is_ascii() && !key.contains('\\') {
            let keys = Arc::make_mut(&mut ordinary);
            if keys.len() >= KEYS {
                keys.clear();
            }
            keys.insert(key.as_bytes().to_vec());
        }
    }
}

impl Scanner {
    fn clean(&self) -> Clean {
        let families = self.families.as_ref().map(|each| (Arc::clone(each), each.known()));
        Clean { tables: Arc::clone(&self.tables), characters: Arc::clone(&self.characters), families }
    }
}

/// Tells whether anything can be found in a text; what has been learned so far is held as it was.
struct Clean {
    tables: Arc<Tables>,
    characters: Arc<Characters>,
    families: Option<(Arc<families::Families>, families::Shapes)>,
}

impl Clean {
    fn is_clean(&self, view: &[u8]) -> bool {
        if !self.tables.places(view).is_empty() {
            return false;
        }
        let Some((families, known)) = &self.families else { return true };
        let mut runs = false;
        let phone = families.scan(view, known, |_| {
            runs = true;
            false
        });
        !runs && !phone
    }
}

struct Leaves<'a> {
    text: &'a [u8],
    clean: Clean,
    needles: Needles,
    ordinary: &'a HashSet<Vec<u8>>,
    decoded: Vec<u8>,
    /// The last leaf's key, and whether it is an ordinary one.
    key: (Option<(usize, usize)>, bool),
    found: Vec<(usize, usize, isize, isize, u8)>,
}

impl Leaves<'_> {
    fn look(&mut self, leaf: Leaf) {
        let worth_a_look = match leaf.kind {
            Kind::Key => self.is_odd_key(leaf),
            Kind::Number => CARD.contains(&(leaf.end - leaf.start)) || !self.is_under_ordinary_key(leaf),
            Kind::String => !self.is_under_ordinary_key(leaf) || !self.is_clean(leaf),
        };
        if worth_a_look {
            let (start, end) = leaf.key.map_or((-1, -1), |(start, end)| (start as isize, end as isize));
            self.found.push((leaf.start, leaf.end, start, end, leaf.kind as u8));
        }
    }

    fn is_under_ordinary_key(&mut self, leaf: Leaf) -> bool {
        if leaf.key != self.key.0 {
            self.key = (leaf.key, leaf.key.is_none_or(|(start, end)| self.ordinary.contains(&self.text[start..end])));
        }
        leaf.key.is_none() || self.key.1
    }

    fn is_odd_key(&mut self, leaf: Leaf) -> bool {
        let raw = &self.text[leaf.start..leaf.end];
        let odd = leaf.escaped || raw.len() > ODD_KEY || raw.contains(&b'@');
        let looked_for = self.clean.tables.wanted & (WANT_EMAIL | WANT_SECRET) != 0;
        odd && looked_for && !self.is_clean(leaf)
    }

    fn is_clean(&mut self, leaf: Leaf) -> bool {
        let raw = &self.text[leaf.start..leaf.end];
        if leaf.escaped && !json::decode(raw, &self.clean.characters, &mut self.decoded) {
            return false;
        }
        let text = if leaf.escaped { self.decoded.as_slice() } else { raw };
        let may_be_binary = text.len() > LONG && !text.contains(&b' ');
        let plain = !may_be_binary && !text.contains(&b'\\') && !json::may_be_json(text);
        plain && self.clean.is_clean(text) && !self.needles.may_be_in(text)
    }
}

/// Words in lower case that a trace has learned; one with a letter beyond ASCII may be in any text with one.
struct Needles {
    finders: Vec<Finder<'static>>,
    beyond_ascii: bool,
}

impl Needles {
    /// None where one is no Unicode.
    fn new(needles: &[Bound<'_, PyString>]) -> Option<Needles> {
        let mut made = Needles { finders: Vec::new(), beyond_ascii: false };
        for needle in needles {
            let needle = needle.to_str().ok()?;
            if needle.is_ascii() {
                made.finders.push(Finder::new(needle.as_bytes()).into_owned());
            } else {
                made.beyond_ascii = true;
            }
        }
        Some(made)
    }

    fn may_be_in(&self, text: &[u8]) -> bool {
        if self.beyond_ascii && !text.is_ascii() {
            return true;
        }
        if self.finders.is_empty() {
            return false;
        }
        let lower = text.to_ascii_lowercase();
        self.finders.iter().any(|each| each.find(&lower).is_some())
    }
}

/// `work` on a text in UTF-8, without Python's lock where the text is big. A lone surrogate and a panic end in
/// the same answer.
fn guarded<T: Send>(
    py: Python<'_>,
    text: &Bound<'_, PyString>,
    work: impl FnOnce(&str) -> Result<T, AskPython> + Send,
) -> Result<T, AskPython> {
    let text = text.to_str().map_err(|_| AskPython)?;
    let caught = AssertUnwindSafe(|| work(text));
    let result = if text.len() < BIG { catch_unwind(caught) } else { py.detach(|| catch_unwind(caught)) };
    result.unwrap_or(Err(AskPython))
}
