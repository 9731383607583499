//! What `presidio.engine` finds in a text, with the patterns, words and metadata that Python hands over. Whatever is
//! not told here (a check digit, a number with an extension, how spaCy cuts a word) Python is asked for.

use std::collections::{HashMap, HashSet};
use std::panic::{AssertUnwindSafe, catch_unwind};
use std::sync::{Arc, Mutex, PoisonError};

use pyo3::IntoPyObjectExt;
use pyo3::exceptions::PyValueError;
use pyo3::intern;
use pyo3::prelude::*;
use pyo3::types::{PyBytes, PyString};

use crate::checks::Domains;
use crate::context::Surroundings;
use crate::expressions::Expression;
use crate::families;
use crate::numbers::{CountryTable, Phones, RegionTable};
use crate::scanner::Families;
use crate::search::{Finding, Search, Sets, without_duplicates};
use crate::view::{BEYOND, Characters};

/// Longer texts are left to Python, which other threads can interrupt.
const LONGEST: usize = 262_144;
/// Shapes and words that are remembered; beyond it the memory starts anew.
const REMEMBERED: usize = 8_192;
const LONG_SHAPE: usize = 98;
const LONG_WORD: usize = 40;
/// Type, rank of the type by its name, context words in lower case, least score, kind (`PATTERN`, …), score of a
/// telephone number.
pub type RecognizerTable = (Py<PyAny>, usize, Vec<String>, f64, u8, f64);
/// Patterns for candidates, brackets, oddities; regions; countries; fewest digits.
pub type PhoneTables = ((String, String, Vec<String>), Vec<RegionTable>, Vec<CountryTable>, usize);

pub struct Recognizer {
    pub entity: Py<PyAny>,
    pub rank: usize,
    pub words: Vec<memchr::memmem::Finder<'static>>,
    /// Whether all its words are ASCII.
    pub is_plain: bool,
    pub threshold: f64,
    pub kind: u8,
    pub phone_score: f64,
}

type Patterns = Arc<[usize]>;
/// By family: what fits a shape.
type Fitting = Vec<HashMap<Vec<u8>, Patterns>>;

#[pyclass(frozen)]
pub struct Finder {
    families: Arc<families::Families>,
    characters: Arc<Characters>,
    /// Recognizer and score of each pattern.
    pub patterns: Vec<(usize, f64)>,
    pub recognizers: Vec<Recognizer>,
    stop_words: HashSet<Vec<u8>>,
    pub phones: Option<Phones>,
    pub domains: Domains,
    pub host: Py<PyAny>,
    /// These are locked with the interpreter's lock held, and never while Python is asked.
    fitting: Mutex<Fitting>,
    expressions: Mutex<Vec<Option<Option<Arc<Expression>>>>>,
    uncut: Mutex<HashMap<Vec<u8>, bool>>,
}

#[pymethods]
impl Finder {
    #[new]
    #[allow(clippy::too_many_arguments)] // as Python gives them, by name
    fn new(
        py: Python<'_>,
        families: PyRef<'_, Families>,
        patterns: Vec<(usize, f64)>,
        recognizers: Vec<RecognizerTable>,
        stop_words: Vec<String>,
        phones: Option<PhoneTables>,
        domains: (Vec<String>, Vec<String>),
        host: Py<PyAny>,
    ) -> PyResult<Finder> {
        let phones = match phones {
            None => None,
            Some((patterns, regions, countries, shortest)) => {
                // Hundreds of patterns, a fifth of a second: other threads of Python run meanwhile.
                let made = py.detach(|| Phones::new(patterns, regions, countries, shortest));
                Some(made.ok_or_else(|| PyValueError::new_err("Cannot read the patterns of telephone numbers."))?)
            }
        };
        let count = families.inner.count();
        Ok(Finder {
            families: Arc::clone(&families.inner),
            characters: Arc::clone(&families.characters),
            expressions: Mutex::new(patterns.iter().map(|_| None).collect()),
            patterns,
            recognizers: recognizers.into_iter().map(Recognizer::new).collect(),
            stop_words: stop_words.into_iter().map(String::into_bytes).collect(),
            phones,
            domains: Domains::new(domains.0, domains.1),
            host,
            fitting: Mutex::new(vec![HashMap::new(); count]),
            uncut: Mutex::default(),
        })
    }

    /// (type, start, end, score) of all that is found, in the engine's order; False: Python has to look.
    fn find<'py>(&self, py: Python<'py>, text: &Bound<'py, PyString>) -> PyResult<Py<PyAny>> {
        let found = catch_unwind(AssertUnwindSafe(|| self.found(py, text)));
        match found {
            Ok(Ok(Some(findings))) => {
                let made: Vec<_> = findings
                    .into_iter()
                    .map(|each| {
                        (self.recognizers[each.recognizer].entity.clone_ref(py), each.start, each.end, each.score)
                    })
                    .collect();
                made.into_py_any(py)
            }
            Ok(Ok(None)) | Err(_) => false.into_py_any(py),
            Ok(Err(error)) => Err(error),
        }
    }
}

impl Recognizer {
    fn new((entity, rank, words, threshold, kind, phone_score): RecognizerTable) -> Recognizer {
        Recognizer {
            entity,
            rank,
            is_plain: words.iter().all(|word| word.is_ascii()),
            words: words.iter().map(|word| memchr::memmem::Finder::new(word.as_bytes()).into_owned()).collect(),
            threshold,
            kind,
            phone_score,
        }
    }
}

impl Finder {
    fn found(&self, py: Python<'_>, text: &Bound<'_, PyString>) -> PyResult<Option<Vec<Finding>>> {
        let Ok(written) = text.to_str() else { return Ok(None) };
        if written.len() > LONGEST {
            return Ok(None);
        }
        let Some(view) = self.characters.view(written) else { return Ok(None) };
        let mut runs = Vec::new();
        let known = self.families.known();
        let has_phone = self.families.scan(&view, &known, |run| {
            runs.push((run.family, run.start, run.end));
            true
        });
        drop(known); // or what is learned meanwhile would be learned in a copy of it
        if runs.is_empty() && !has_phone {
            return Ok(Some(Vec::new()));
        }
        let search = Search { finder: self, py, text, view: &view };
        let mut sets: Sets<Finding> = Vec::new();
        if has_phone {
            search.phones(&mut sets)?;
        }
        search.patterns(&runs, &mut sets)?;
        let surroundings = Surroundings::new(&view, &self.stop_words);
        let mut all = Vec::new();
        for (number, found) in sets {
            search.weigh(&surroundings, number, found, &mut all)?;
        }
        Ok(Some(without_duplicates(all)))
    }

    pub fn expression(&self, py: Python<'_>, number: usize) -> PyResult<Option<Arc<Expression>>> {
        if let Some(known) = &locked(&self.expressions)[number] {
            return Ok(known.clone());
        }
        let given: Option<(String, bool)> =
            self.host.call_method1(py, intern!(py, "expression"), (number,))?.extract(py)?;
        let made = given.and_then(|(pattern, looks)| Expression::new(&pattern, looks)).map(Arc::new);
        locked(&self.expressions)[number] = Some(made.clone());
        Ok(made)
    }

    pub fn fitting(&self, py: Python<'_>, view: &[u8], run: (usize, usize, usize)) -> PyResult<Patterns> {
        let (family, start, end) = run;
        let shape = self.families.shape(family, view, start, end);
        if let Some(known) = locked(&self.fitting)[family].get(&shape) {
            return Ok(Arc::clone(known));
        }
        let around: Vec<u8> = view[start.saturating_sub(1)..view.len().min(end + 1)]
            .iter()
            .map(|byte| if *byte < BEYOND { *byte } else { families::wild(*byte) })
            .collect();
        let (at_start, at_end) = (start == 0, end == view.len());
        let given: Vec<usize> = self
            .host
            .call_method1(py, intern!(py, "fitting"), (family, PyBytes::new(py, &around), at_start, at_end))?
            .extract(py)?;
        let made: Patterns = given.into();
        if shape.len() <= LONG_SHAPE {
            if made.is_empty() {
                self.families.learn(family, shape);
            } else {
                let mut fitting = locked(&self.fitting);
                if fitting[family].len() >= REMEMBERED {
                    fitting[family].clear();
                }
                fitting[family].insert(shape, Arc::clone(&made));
            }
        }
        Ok(made)
    }

    pub fn is_uncut(&self, py: Python<'_>, word: &[u8]) -> PyResult<bool> {
        if let Some(known) = locked(&self.uncut).get(word) {
            return Ok(*known);
        }
        let written = String::from_utf8_lossy(word);
        let made: bool = self.host.call_method1(py, intern!(py, "is_uncut"), (written,))?.extract(py)?;
        if word.len() <= LONG_WORD {
            let mut uncut = locked(&self.uncut);
            if uncut.len() >= REMEMBERED {
                uncut.clear();
            }
            uncut.insert(word.to_vec(), made);
        }
        Ok(made)
    }
}

fn locked<T>(mutex: &Mutex<T>) -> std::sync::MutexGuard<'_, T> {
    mutex.lock().unwrap_or_else(PoisonError::into_inner)
}
