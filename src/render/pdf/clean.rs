//! Makes texts printable: drops what is invisible, writes what no font has as its code.

use serde_json::Value;
use std::collections::BTreeSet;
use typst::text::Font;

/// Characters of a word that stay together; a longer one may be broken.
const LONGEST_WORD: usize = 30;
/// Characters between the places where a long word may be broken.
const PIECE: usize = 6;
/// Lets a line end here.
const BREAK: char = '\u{200b}';

/// The characters that can be printed.
pub(super) enum Alphabet {
    /// Those of the fonts.
    Fonts(BTreeSet<u32>),
    /// Latin letters and common signs, which the embedded font has for certain.
    Latin,
}

impl Alphabet {
    pub(super) fn of(fonts: &[Font]) -> Self {
        Self::Fonts(fonts.iter().flat_map(|f| f.info().coverage.iter()).collect())
    }

    fn has(&self, c: char) -> bool {
        match self {
            Self::Fonts(known) => known.contains(&u32::from(c)) && !private(c),
            Self::Latin => matches!(c, ' '..='~' | '\u{a0}'..='\u{17f}' | '–' | '—' | '‘'..='„' | '…' | '−' | '€'),
        }
    }

    /// Cleans every text of a value, names of fields apart; true when a character became a code.
    pub(super) fn clean(&self, value: &mut Value) -> bool {
        match value {
            Value::String(text) => {
                let (cleaned, substituted) = self.cleaned(text);
                *text = cleaned;
                substituted
            }
            Value::Array(values) => values.iter_mut().fold(false, |any, v| any | self.clean(v)),
            Value::Object(fields) => fields.values_mut().fold(false, |any, v| any | self.clean(v)),
            _ => false,
        }
    }

    fn cleaned(&self, text: &str) -> (String, bool) {
        if text.is_ascii() && !text.contains(|c: char| c.is_ascii_control()) && text.len() <= LONGEST_WORD {
            return (text.to_owned(), false);
        }
        let (mut out, mut codes): (String, Vec<String>) = (String::with_capacity(text.len()), Vec::new());
        let (mut word, mut substituted) = (0, false);
        for c in text.chars().filter_map(visible) {
            if joins(c) {
                if codes.is_empty() && self.has(c) && out.ends_with(char::is_alphabetic) {
                    out.push(c);
                }
                continue;
            }
            if !self.has(c) && c != '\n' {
                codes.push(format!("U+{:04X}", u32::from(c)));
                continue;
            }
            if !codes.is_empty() {
                write_codes(&mut out, &mut codes);
                (word, substituted) = (0, true);
            }
            if marks(c) && out.chars().next_back().is_none_or(|before| before.is_whitespace() || before == ']') {
                out.push('\u{a0}');
            }
            word = if c.is_whitespace() { 0 } else { word + 1 };
            if word > LONGEST_WORD && word % PIECE == 0 && !marks(c) {
                out.push(BREAK);
            }
            out.push(c);
        }
        if !codes.is_empty() {
            write_codes(&mut out, &mut codes);
            substituted = true;
        }
        (out, substituted)
    }
}

fn write_codes(out: &mut String, codes: &mut Vec<String>) {
    out.push('[');
    out.push_str(&codes.join(" "));
    out.push(']');
    codes.clear();
}

/// The character to show; none for those that only steer: controls, directions, forms of emoji.
fn visible(c: char) -> Option<char> {
    match c {
        '\n' => Some(c),
        '\t' | '\u{2028}' | '\u{2029}' | '\u{85}' => Some(' '),
        _ if c.is_control() => None,
        '\u{ad}' | '\u{61c}' | '\u{180e}' | '\u{200b}' | '\u{200e}' | '\u{200f}' => None,
        '\u{202a}'..='\u{202e}' | '\u{2060}'..='\u{206f}' | '\u{feff}' | '\u{fff9}'..='\u{fffb}' => None,
        '\u{fe00}'..='\u{fe0f}' | '\u{e0000}'..='\u{e0fff}' | '\u{34f}' | '\u{115f}' | '\u{1160}' => None,
        _ => Some(c),
    }
}

/// Joins or parts letters, which Persian and Indian scripts need.
fn joins(c: char) -> bool {
    matches!(c, '\u{200c}' | '\u{200d}')
}

/// Stands on the character before it.
fn marks(c: char) -> bool {
    matches!(u32::from(c), 0x0300..=0x036F | 0x0483..=0x0489 | 0x0591..=0x05BD | 0x0610..=0x061A | 0x064B..=0x065F
        | 0x0670 | 0x06D6..=0x06DC | 0x06DF..=0x06E4 | 0x1AB0..=0x1AFF | 0x1DC0..=0x1DFF | 0x20D0..=0x20FF | 0xFE20..=0xFE2F)
}

fn private(c: char) -> bool {
    matches!(u32::from(c), 0xE000..=0xF8FF | 0xFFFC..=0xFFFF | 0xF_0000..=0x10_FFFF)
}
