//! The code that a telephone reads, as dark stretches of its lines.

use super::PaperLink;
use crate::text::{Language, Messages, told_date};
use qrcode::{Color, EcLevel, QrCode};
use serde::Serialize;

/// A way to the same form on the web.
#[derive(Clone, Debug, Serialize)]
pub(super) struct WebView {
    title: &'static str,
    told: &'static str,
    /// The address up to the code, which is not broken over lines.
    address: String,
    code: String,
    open_until: String,
    /// What somebody is told who cannot see the picture.
    alt: String,
    /// Squares on each side; none when the address is too long for a picture.
    size: usize,
    /// Dark stretches: the row, where they begin, and how long they are.
    dark: Vec<[usize; 3]>,
}

impl WebView {
    pub(super) fn of(link: &PaperLink, language: Language) -> Self {
        let m = Messages::of(language);
        let (size, dark) = squares(&link.address);
        Self {
            title: m.get("paper.online"),
            told: m.get("paper.online_text"),
            open_until: m.fill("form.open_until", &[("date", &told_date(link.open_until, language))]),
            alt: m.fill("paper.picture", &[("address", &link.address)]),
            address: link.address.strip_suffix(&link.code).unwrap_or(&link.address).to_owned(),
            code: link.code.clone(),
            size,
            dark,
        }
    }
}

/// The code's size and dark stretches; a fifth of it may be soiled.
fn squares(address: &str) -> (usize, Vec<[usize; 3]>) {
    let Ok(code) = QrCode::with_error_correction_level(address, EcLevel::M) else { return (0, Vec::new()) };
    let (size, mut dark) = (code.width(), Vec::new());
    for (y, row) in code.to_colors().chunks(size).enumerate() {
        let mut x = 0;
        for stretch in row.chunk_by(|a, b| a == b) {
            if stretch.first() == Some(&Color::Dark) {
                dark.push([y, x, stretch.len()]);
            }
            x += stretch.len();
        }
    }
    (size, dark)
}
