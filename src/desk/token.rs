//! The secret part of a link as it is made, written on paper, and typed back in.

use super::{Desk, token_hash};
use crate::text::Fingerprint;

/// Letters and digits none of which reads like another.
const LETTERS: &[u8] = b"23456789ABCDEFGHJKMNPQRSTUVWXYZ";
/// Length of a token in hexadecimal digits.
const TOKEN_LENGTH: usize = 64;
/// Length of a short code: 59 bits, which nobody tries out over a network.
const CODE_LENGTH: usize = 12;
/// Length of the secret of a sign-in: 118 bits, although it can be typed.
const SIGN_IN_LENGTH: usize = 24;
/// Letters between the hyphens of a short code.
const CODE_GROUP: usize = 4;

/// The one way in which a token is looked up, however it was typed: a token of a link as it is, a short code of
/// a paper form in capitals without hyphens. None when it is neither.
pub(super) fn normalised(typed: &str) -> Option<String> {
    if typed.len() == TOKEN_LENGTH {
        return typed.bytes().all(|b| matches!(b, b'0'..=b'9' | b'a'..=b'f')).then(|| typed.to_owned());
    }
    // Hyphens apart, so that a long address is not read to its end.
    if typed.len() > 2 * CODE_LENGTH {
        return None;
    }
    let code = typed.replace('-', "").to_ascii_uppercase();
    (code.len() == CODE_LENGTH && code.bytes().all(|b| LETTERS.contains(&b))).then_some(code)
}

/// The short code that a secret part of an address is, however it is typed; none for that of a longer link.
#[must_use]
pub fn short_code(token: &str) -> Option<String> {
    normalised(token).filter(|token| token.len() == CODE_LENGTH).map(|code| grouped(&code))
}

/// A short code as somebody copies it from paper: spaces and dashes of any kind are nothing, and small letters are
/// capitals. As it is written on paper; none when it cannot be one.
#[must_use]
pub fn typed_code(typed: &str) -> Option<String> {
    short_code(&plain(typed, CODE_LENGTH))
}

/// The secret of a sign-in as somebody opens or copies it from a mail, in the one way in which it is looked up; none when
/// it cannot be one.
#[must_use]
pub fn sign_in_code(typed: &str) -> Option<String> {
    let code = plain(typed, SIGN_IN_LENGTH).to_ascii_uppercase();
    (code.len() == SIGN_IN_LENGTH && code.bytes().all(|b| LETTERS.contains(&b))).then_some(code)
}

/// What somebody typed without spaces and dashes, of the whole address its last part; no more than is needed to see that it
/// is too long.
fn plain(typed: &str, length: usize) -> String {
    let typed = typed.trim().rsplit('/').next().unwrap_or_default();
    let typed = typed.split('?').next().unwrap_or_default();
    let dash = |c: char| "-\u{ad}\u{2010}\u{2011}\u{2012}\u{2013}\u{2014}\u{2212}".contains(c);
    typed.chars().filter(|c| !c.is_whitespace() && !dash(*c)).take(length + 1).collect()
}

/// A code in groups that are easy to copy.
fn grouped(code: &str) -> String {
    let groups: Vec<&str> = (0..code.len()).step_by(CODE_GROUP).map(|at| &code[at..at + CODE_GROUP]).collect();
    groups.join("-")
}

impl Desk {
    /// A fresh short code as it is written on paper, such as `ABCD-EFGH-JKLM`, and the hash under which alone it
    /// is kept.
    pub(super) fn fresh_code(&self) -> (String, Fingerprint) {
        let code = self.fresh_letters(CODE_LENGTH);
        let hash = token_hash(&code);
        (grouped(&code), hash)
    }

    /// A fresh secret of a sign-in as it is mailed, and the hash under which alone it is kept.
    pub(super) fn fresh_secret(&self) -> (String, Fingerprint) {
        let code = self.fresh_letters(SIGN_IN_LENGTH);
        let hash = token_hash(&code);
        (grouped(&code), hash)
    }

    /// So many characters that people can copy, each equally likely.
    pub(super) fn fresh_letters(&self, length: usize) -> String {
        let mut code = String::with_capacity(length);
        while code.len() < length {
            let mut byte = [0];
            (self.entropy)(&mut byte);
            // 248 = 8 * 31: the last few values would make the first characters likelier.
            if byte[0] < 248 {
                code.push(char::from(LETTERS[usize::from(byte[0]) % LETTERS.len()]));
            }
        }
        code
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_short_code_is_the_same_however_it_is_typed() {
        for typed in ["ABCD-EFGH-JKMN", "abcd-efgh-jkmn", "ABCDEFGHJKMN", "aBcDeFgHjKmN", "-ab-cdefghjkm-n"] {
            assert_eq!(normalised(typed).as_deref(), Some("ABCDEFGHJKMN"), "{typed}");
        }
        let token = "0123456789abcdef".repeat(4);
        assert_eq!(normalised(&token).as_deref(), Some(token.as_str()));
        let shouted = token.to_uppercase();
        for typed in [
            "",
            "ABCD-EFGH-JKM",
            "ABCD-EFGH-JKMNP",
            "ABCD-EFGH-JKM0",
            "ABCD-EFGH-JKMÄ",
            "ABCD EFGH JKMN",
            &shouted,
            &token[1..],
        ] {
            assert_eq!(normalised(typed), None, "{typed}");
        }
    }

    #[test]
    fn a_code_copied_from_paper_is_known_whatever_stands_between_its_letters() {
        for typed in ["abcd efgh jkmn", " ABCD\u{2013}EFGH\u{2013}JKMN\n", "AB CD EF GH JK MN", "abcd-efgh-jkmn"] {
            assert_eq!(typed_code(typed).as_deref(), Some("ABCD-EFGH-JKMN"), "{typed}");
        }
        let token = "0123456789abcdef".repeat(4);
        for typed in ["", "ABCD-EFGH-JKM", "ABCD-EFGH-JKMNP", "ABCD-EFGH-JKMO", "ABCD/EFGH/JKMN", token.as_str()] {
            assert_eq!(typed_code(typed), None, "{typed}");
        }
        assert_eq!(short_code(&token), None, "a long token is no short code");
    }

    #[test]
    fn the_secret_of_a_sign_in_is_known_from_the_whole_address_and_however_it_is_typed() {
        let code = "ABCDEFGHJKMN23456789PQRS";
        for typed in [
            "ABCD-EFGH-JKMN-2345-6789-PQRS",
            " abcd efgh jkmn 2345 6789 pqrs ",
            "https://palaute.example/desk/sign-in/ABCD-EFGH-JKMN-2345-6789-PQRS?lang=sv",
            "abcdefghjkmn23456789pqrs",
        ] {
            assert_eq!(sign_in_code(typed).as_deref(), Some(code), "{typed}");
        }
        for typed in ["", "ABCD-EFGH-JKMN", "ABCD-EFGH-JKMN-2345-6789-PQRST", "ABCD-EFGH-JKMN-2345-6789-PQR0"] {
            assert_eq!(sign_in_code(typed), None, "{typed}");
        }
    }

    #[test]
    fn no_two_letters_of_a_code_read_alike() {
        assert_eq!(LETTERS.len(), 31);
        for alike in "01OIL".bytes() {
            assert!(!LETTERS.contains(&alike));
        }
        let bits = 31_f64.log2() * 12.0;
        assert!(bits > 59.0, "{bits}");
        let bits = 31_f64.log2() * 24.0;
        assert!(bits >= 112.0, "of a sign-in {bits}");
    }
}
