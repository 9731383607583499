//! What is looked for, in the form in which a text can be looked over: made once, from Python's own tables.

use std::collections::HashMap;

use memchr::memmem::Finder;

use crate::view::BEYOND;

/// What a detector looks for, as bits of `wanted`.
pub const WANT_EMAIL: u32 = 1;
pub const WANT_SECRET: u32 = 2;
pub const WANT_PERSON: u32 = 4;
pub const WANT_ADDRESS: u32 = 8;
pub const WANT_NUMBER: u32 = 16;
pub const WANT_CRYPTO: u32 = 32;
pub const WANT_MAC: u32 = 64;

pub struct Tables {
    pub wanted: u32,
    /// The words of cues, by their last byte; characters beyond ASCII as `BEYOND`.
    pub cues: Vec<Vec<Vec<u8>>>,
    /// Keywords by the byte of theirs that is rarest in text, with its position.
    pub keywords: Vec<Vec<(Vec<u8>, usize)>>,
    /// By their first two bytes.
    pub beginnings: HashMap<[u8; 2], Vec<Vec<u8>>>,
    /// The first bytes of beginnings.
    pub begins: [bool; 256],
    pub inside: Vec<Finder<'static>>,
    pub anywhere: Vec<Finder<'static>>,
    pub private_key: Finder<'static>,
    pub triggers: [bool; 256],
    pub runs: [bool; 256],
}

/// What the tables are made of; see `spanwright_processors.detect.native`.
pub struct Words {
    pub wanted: u32,
    pub cues: Vec<String>,
    pub keywords: Vec<String>,
    pub beginnings: Vec<String>,
    pub inside: Vec<String>,
    pub anywhere: Vec<String>,
    pub run_characters: String,
}

/// Letters from the rarest to the most frequent in English.
const RARITY: &[u8] = b"zqxjkvbywgpfmucdlhrsnioate";

impl Tables {
    pub fn new(words: Words) -> Tables {
        let mut tables = Tables {
            wanted: words.wanted,
            cues: vec![Vec::new(); 256],
            keywords: vec![Vec::new(); 256],
            beginnings: HashMap::new(),
            begins: [false; 256],
            inside: words.inside.iter().map(|each| Finder::new(each.as_bytes()).into_owned()).collect(),
            anywhere: words.anywhere.iter().map(|each| Finder::new(each.as_bytes()).into_owned()).collect(),
            private_key: Finder::new(b"PRIVATE KEY").into_owned(),
            triggers: [false; 256],
            runs: [false; 256],
        };
        for byte in words.run_characters.bytes() {
            tables.runs[byte as usize] = true;
        }
        for cue in &words.cues {
            let codes: Vec<u8> = cue.chars().map(|each| if each.is_ascii() { each as u8 } else { BEYOND }).collect();
            if let Some(&last) = codes.last() {
                tables.cues[last as usize].push(codes);
            }
        }
        for keyword in words.keywords.iter().map(|each| each.as_bytes().to_vec()) {
            let rarest = RARITY.iter().find_map(|letter| keyword.iter().position(|byte| byte == letter));
            if let Some(position) = rarest {
                tables.keywords[keyword[position] as usize].push((keyword, position));
            }
        }
        for beginning in words.beginnings.iter().map(|each| each.as_bytes().to_vec()) {
            tables.begins[beginning[0] as usize] = true;
            tables.beginnings.entry([beginning[0], beginning[1]]).or_default().push(beginning);
        }
        tables.set_triggers();
        tables
    }

    fn set_triggers(&mut self) {
        if self.wanted & (WANT_EMAIL | WANT_SECRET) != 0 {
            self.triggers[b'@' as usize] = true;
            self.triggers[b'%' as usize] = true;
        }
        if self.wanted & WANT_SECRET != 0 {
            self.triggers[b'-' as usize] = true;
            self.triggers[b':' as usize] = true;
            for letter in 0..128_u8 {
                if !self.keywords[letter as usize].is_empty() {
                    self.triggers[letter as usize] = true;
                    self.triggers[letter.to_ascii_uppercase() as usize] = true;
                }
            }
        }
        if self.wanted & WANT_PERSON != 0 {
            for letter in b'A'..=b'Z' {
                self.triggers[letter as usize] = true;
            }
            self.triggers[b'm' as usize] = true;
        }
        if self.wanted & WANT_MAC != 0 {
            for sign in [b'-', b':', b'.'] {
                self.triggers[sign as usize] = true;
            }
        }
        if self.wanted & (WANT_ADDRESS | WANT_NUMBER | WANT_CRYPTO) != 0 {
            for digit in b'0'..=b'9' {
                self.triggers[digit as usize] = true;
            }
            self.triggers[b':' as usize] = true;
        }
        for code in BEYOND..=255 {
            self.triggers[code as usize] = true;
        }
    }
}
