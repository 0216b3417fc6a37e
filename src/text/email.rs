//! Recognises an e-mail address wherever people write one.

/// Most characters of an address (RFC 5321, 4.5.3.1.3, without its angle brackets).
const LONGEST: usize = 254;

/// True for an address that mail could go to: one @, a host with a dot, nothing that mail headers could misread.
#[must_use]
pub fn is_email(text: &str) -> bool {
    let Some((user, host)) = text.split_once('@') else { return false };
    let plain = |c: char| c.is_alphanumeric() || "!#$%&'*+-/=?^_`{|}~.".contains(c);
    let labels = host.split('.').all(|l| !l.is_empty() && l.chars().all(|c| c.is_alphanumeric() || c == '-'));
    !user.is_empty() && user.chars().all(plain) && host.contains('.') && labels && text.len() <= LONGEST
}
