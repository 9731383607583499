//! What decides on the two most frequent kinds of matches besides their pattern: `presidio.domain` and the check
//! digit of NHS numbers. All others are Python's.

use std::collections::HashSet;

/// Rules of the public suffix list, and every end of one.
pub struct Domains {
    rules: HashSet<Vec<u8>>,
    tails: HashSet<Vec<u8>>,
    /// Labels that Python reads as something else.
    punycode: HashSet<Vec<u8>>,
}

impl Domains {
    pub fn new(rules: Vec<String>, punycode: Vec<String>) -> Domains {
        let rules: HashSet<Vec<u8>> = rules.into_iter().map(String::into_bytes).collect();
        let mut tails = HashSet::new();
        for rule in &rules {
            tails.insert(rule.clone());
            let dots = rule.iter().enumerate().filter(|(_, byte)| **byte == b'.');
            tails.extend(dots.map(|(index, _)| rule[index + 1..].to_vec()));
        }
        let punycode = punycode.into_iter().map(String::into_bytes).collect();
        Domains { rules, tails, punycode }
    }

    /// Whether the host of an e-mail address lies under a public suffix; None: Python has to tell.
    pub fn is_registrable(&self, address: &[u8]) -> Option<bool> {
        if address.iter().any(|byte| matches!(byte, b'/' | b'?' | b'#' | b':')) {
            return None; // a URL, to the library
        }
        let at = address.iter().rposition(|byte| *byte == b'@')?;
        let host = address[at + 1..].to_ascii_lowercase();
        let plain = |byte: &u8| byte.is_ascii_alphanumeric() || matches!(byte, b'-' | b'_' | b'.');
        if host.last() == Some(&b'.') || !host.iter().all(plain) {
            return None;
        }
        let labels: Vec<&[u8]> = host.split(|byte| *byte == b'.').collect();
        if labels.iter().any(|label| self.punycode.contains(*label)) {
            return None;
        }
        let start = self.suffix_start(&host, &labels)?;
        let is = start.is_some_and(|start| {
            start > 0 && !labels[start - 1].is_empty() && labels[start..].iter().any(|label| !label.is_empty())
        });
        Some(is)
    }

    /// Index of the first label of the longest public suffix. Outer None: a rule with a wildcard may be meant.
    #[allow(clippy::option_option)] // there is none, and it cannot be told
    fn suffix_start(&self, host: &[u8], labels: &[&[u8]]) -> Option<Option<usize>> {
        let (mut found, mut from) = (None, host.len());
        for index in (0..labels.len()).rev() {
            let longer_from = from - labels[index].len() - usize::from(from < host.len());
            let longer = &host[longer_from..];
            if self.tails.contains(longer) {
                if self.rules.contains(longer) {
                    found = Some(index);
                }
                from = longer_from;
                continue;
            }
            if from < host.len() {
                let wildcard = [b"*.", &host[from..]].concat();
                if self.tails.contains(&wildcard) {
                    return None;
                }
            }
            break;
        }
        Some(found)
    }
}

/// Ten digits with blanks and hyphens between them: weights ten to one, a multiple of eleven.
pub fn is_nhs_number(written: &[u8]) -> bool {
    let digits = written.iter().filter(|byte| byte.is_ascii_digit());
    let sum: u32 = digits.zip((0..=10).rev()).map(|(digit, weight)| u32::from(digit - b'0') * weight).sum();
    sum.is_multiple_of(11)
}
