//! Recognises an e-mail address wherever people write one.

/// Most characters of an address (RFC 5321, 4.5.3.1.3, without its angle brackets).
const LONGEST: usize = 254;
/// Most bytes of what stands before the @, and of each part of the host (RFC 5321, 4.5.3.1.1, and RFC 1035, 2.3.4, which
/// allows 63).
const LONGEST_PART: usize = 63;

/// True for an address that mail could go to: one @, a host with a dot, nothing that mail headers could misread.
#[must_use]
pub fn is_email(text: &str) -> bool {
    let Some((user, host)) = text.split_once('@') else { return false };
    let plain = |c: char| c.is_alphanumeric() || "!#$%&'*+-/=?^_`{|}~.".contains(c);
    let label = |l: &str| {
        let inner = !l.starts_with('-') && !l.ends_with('-') && l.chars().all(|c| c.is_alphanumeric() || c == '-');
        !l.is_empty() && l.len() <= LONGEST_PART && inner
    };
    let (labels, dots) = (host.split('.').all(label), user.split('.').all(|part| !part.is_empty()));
    dots && user.len() <= LONGEST_PART
        && user.chars().all(plain)
        && host.contains('.')
        && labels
        && text.len() <= LONGEST
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_no_mail_could_go_to_is_no_address() {
        let long = format!("{}@example.fi", "a".repeat(64));
        for good in ["a@example.fi", "etu.suku+x@sub.example.fi", "o'neil@example.com"] {
            assert!(is_email(good), "{good}");
        }
        for bad in
            ["", "a", "@example.fi", "a@example", "a@b@c.fi", "a b@c.fi", "a..b@c.fi", ".a@c.fi", "a.@c.fi", &long]
                .into_iter()
                .chain(["a@-c.fi", "a@c-.fi", "a@c..fi", "a@c.fi\r\nBcc: b@c.fi", "a@[1.2.3.4]"])
        {
            assert!(!is_email(bad), "{bad}");
        }
    }
}
