//! Runs of characters in which patterns of an engine can match, as `presidio.scan` defines them: families of
//! patterns that share an anchor. What no pattern of a family fits is learned from Python, by a run's shape.

use std::collections::HashSet;
use std::sync::{Arc, Mutex, PoisonError};

use crate::view::{BEYOND, WILD_ANCHOR};

/// Shapes that are remembered, per family; beyond it the memory starts anew.
const REMEMBERED: usize = 16_384;
/// Longer runs are not remembered.
const LONG: usize = 96;
/// What stands for a character beyond ASCII in a shape, and for what is outside a text.
const SHAPE_WILD_ANCHOR: u8 = 0x1f;
const SHAPE_WILD: u8 = 0x7f;
const SHAPE_OUTSIDE: u8 = 0x80;
/// Other characters between two digits of one telephone number, at most.
const PHONE_GAP: usize = 48;
const DIGIT: u32 = 1 << 31;

/// One family: what each byte is in a shape, then the sets of bytes of shapes.
pub struct Family {
    to_shape: [u8; 256],
    inside: [bool; 256],
    before: [bool; 256],
    shortest: usize,
}

pub struct Run {
    pub family: usize,
    pub start: usize,
    pub end: usize,
}

/// Bytes to shapes, anchors, what runs consist of, the length of the shortest run.
pub type FamilyTables = (Vec<u8>, Vec<u8>, Vec<u8>, usize);
pub type Shapes = Arc<Vec<HashSet<Vec<u8>>>>;

pub struct Families {
    families: Vec<Family>,
    /// For each byte, the families it is an anchor of, as bits.
    anchors: [u32; 256],
    /// Digits that a telephone number has at least; 0: none are sought.
    least_digits: usize,
    known: Mutex<Shapes>,
}

impl Families {
    /// `tables`: for each family its translation of bytes to shapes, its anchors, what its runs consist of, and
    /// the length of its shortest run. None if there are too many.
    pub fn new(tables: Vec<FamilyTables>, least_digits: usize) -> Option<Families> {
        if tables.len() > 30 || tables.iter().any(|table| table.0.len() != 256) {
            return None;
        }
        let mut anchors = [0_u32; 256];
        let mut families = Vec::with_capacity(tables.len());
        for (number, (shapes, anchor, inside, shortest)) in tables.into_iter().enumerate() {
            let mut family = Family { to_shape: [0; 256], inside: [false; 256], before: [false; 256], shortest };
            for byte in 0..=255_u8 {
                let shape = shape_of(&shapes, byte);
                let (is_anchor, is_inside) = (anchor.contains(&shape), inside.contains(&shape));
                family.to_shape[byte as usize] = shape;
                family.inside[byte as usize] = is_inside;
                family.before[byte as usize] = is_inside && !is_anchor;
                anchors[byte as usize] |= u32::from(is_anchor) << number;
            }
            families.push(family);
        }
        for byte in 0..=255_u8 {
            if least_digits > 0 && (byte.is_ascii_digit() || (byte >= BEYOND && byte & WILD_ANCHOR != 0)) {
                anchors[byte as usize] |= DIGIT;
            }
        }
        let known = Mutex::new(Arc::new(vec![HashSet::new(); families.len()]));
        Some(Families { families, anchors, least_digits, known })
    }

    pub fn count(&self) -> usize {
        self.families.len()
    }

    /// What has been learned. Call it, and `learn`, with the interpreter's lock held only: so no process is
    /// forked while the memory is locked.
    pub fn known(&self) -> Shapes {
        Arc::clone(&self.known.lock().unwrap_or_else(PoisonError::into_inner))
    }

    /// No pattern of the family fits a run of this shape.
    pub fn learn(&self, family: usize, shape: Vec<u8>) {
        let mut known = self.known.lock().unwrap_or_else(PoisonError::into_inner);
        if let Some(shapes) = Arc::make_mut(&mut known).get_mut(family) {
            if shapes.len() >= REMEMBERED {
                shapes.clear();
            }
            shapes.insert(shape);
        }
    }

    /// Every run that some pattern may fit, until `each` returns false; then whether there may be a telephone
    /// number (false where `each` ended it).
    pub fn scan(&self, text: &[u8], known: &Shapes, mut each: impl FnMut(Run) -> bool) -> bool {
        let mut ends = vec![0_usize; self.families.len()];
        let mut shape = Vec::with_capacity(LONG + 2);
        let mut digits = Digits::default();
        for (index, &byte) in text.iter().enumerate() {
            let mut served = self.anchors[byte as usize];
            if served == 0 {
                continue;
            }
            if served & DIGIT != 0 {
                digits.at(index);
                served &= !DIGIT;
            }
            while served != 0 {
                let number = served.trailing_zeros() as usize;
                served &= served - 1;
                if index < ends[number] {
                    continue;
                }
                let (start, end) = self.families[number].run(text, ends[number], index);
                ends[number] = end;
                if self.may_fit(number, text, start, end, known, &mut shape)
                    && !each(Run { family: number, start, end })
                {
                    return false;
                }
            }
        }
        self.least_digits > 0 && digits.most >= self.least_digits
    }

    fn may_fit(
        &self,
        number: usize,
        text: &[u8],
        start: usize,
        end: usize,
        known: &Shapes,
        shape: &mut Vec<u8>,
    ) -> bool {
        let family = &self.families[number];
        if end - start < family.shortest {
            return false;
        }
        if end - start > LONG {
            return true;
        }
        family.write_shape(text, start, end, shape);
        !known[number].contains(shape.as_slice())
    }

    /// What a run looks like, with its neighbours.
    pub fn shape(&self, number: usize, text: &[u8], start: usize, end: usize) -> Vec<u8> {
        let mut shape = Vec::with_capacity(end - start + 2);
        self.families[number].write_shape(text, start, end, &mut shape);
        shape
    }
}

impl Family {
    fn write_shape(&self, text: &[u8], start: usize, end: usize, shape: &mut Vec<u8>) {
        shape.clear();
        if start == 0 {
            shape.push(SHAPE_OUTSIDE);
        }
        let around = &text[start.saturating_sub(1)..text.len().min(end + 1)];
        shape.extend(around.iter().map(|byte| self.to_shape[*byte as usize]));
    }

    fn run(&self, text: &[u8], ended: usize, anchor: usize) -> (usize, usize) {
        let before = text[ended..anchor].iter().rev().take_while(|byte| self.before[**byte as usize]).count();
        let after = text[anchor..].iter().take_while(|byte| self.inside[**byte as usize]).count();
        (anchor - before, anchor + after)
    }
}

/// What stands for a character beyond ASCII, given by its byte in a view.
pub fn wild(byte: u8) -> u8 {
    if byte & WILD_ANCHOR != 0 { SHAPE_WILD_ANCHOR } else { SHAPE_WILD }
}

fn shape_of(shapes: &[u8], byte: u8) -> u8 {
    match byte {
        BEYOND.. if byte & WILD_ANCHOR != 0 => SHAPE_WILD_ANCHOR,
        BEYOND.. => SHAPE_WILD,
        _ => shapes[byte as usize],
    }
}

/// The most digits in a row without a gap that no telephone number has.
#[derive(Default)]
struct Digits {
    last: usize,
    count: usize,
    most: usize,
}

impl Digits {
    fn at(&mut self, index: usize) {
        let continues = self.count > 0 && index - self.last <= PHONE_GAP;
        self.count = if continues { self.count + 1 } else { 1 };
        self.last = index;
        self.most = self.most.max(self.count);
    }
}
