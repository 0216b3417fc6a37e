//! Fonts of the system for scripts that the embedded font lacks: Arabic, Hebrew, Indian and East Asian
//! scripts, signs. Without them those letters are printed as their codes.

use fontdb::{Database, Source, Style, Weight};
use std::collections::BTreeSet;
use std::path::PathBuf;

/// The families looked for, in Debian's fonts-noto-core, fonts-noto-cjk and fonts-droid-fallback. Colour
/// emoji are left out: they are pictures, which no archivable text holds.
const FAMILIES: [&str; 28] = [
    "Noto Sans Arabic",
    "Noto Sans Hebrew",
    "Noto Sans Thai",
    "Noto Sans Lao",
    "Noto Sans Khmer",
    "Noto Sans Myanmar",
    "Noto Sans Ethiopic",
    "Noto Sans Armenian",
    "Noto Sans Georgian",
    "Noto Sans Devanagari",
    "Noto Sans Bengali",
    "Noto Sans Gujarati",
    "Noto Sans Gurmukhi",
    "Noto Sans Kannada",
    "Noto Sans Malayalam",
    "Noto Sans Sinhala",
    "Noto Sans Tamil",
    "Noto Sans Telugu",
    "Noto Serif Tibetan",
    "Noto Sans Syriac",
    "Noto Sans Thaana",
    "Noto Sans Tifinagh",
    "Noto Sans Nko",
    "Noto Sans Math",
    "Noto Sans Symbols",
    "Noto Sans Symbols2",
    "Noto Emoji",
    "Droid Sans Fallback",
];
/// One family of each of these is enough, because its file holds tens of thousands of signs.
const EAST_ASIAN: [&str; 3] = ["Noto Sans CJK SC", "Noto Sans SC", "Noto Sans CJK JP"];

/// Families of languages in which forms are asked: their headings are bold.
const BOLD: [&str; 1] = ["Noto Sans Arabic"];

/// The bytes of one upright, ordinary file of each family that the system has, and of a bold one where headings are in
/// its script.
pub(super) fn of_the_system() -> Vec<Vec<u8>> {
    let mut database = Database::new();
    database.load_system_fonts();
    let mut wanted: Vec<&str> = FAMILIES.to_vec();
    wanted.extend(EAST_ASIAN.iter().find(|f| file_of(&database, f, Weight::NORMAL).is_some()));
    let ordinary = wanted.iter().map(|family| (*family, Weight::NORMAL));
    let all = ordinary.chain(BOLD.map(|family| (family, Weight::BOLD)));
    let files: BTreeSet<PathBuf> = all.filter_map(|(family, weight)| file_of(&database, family, weight)).collect();
    files.iter().filter_map(|file| std::fs::read(file).ok()).collect()
}

fn file_of(database: &Database, family: &str, weight: Weight) -> Option<PathBuf> {
    let upright = |f: &&fontdb::FaceInfo| {
        f.style == Style::Normal && f.weight == weight && f.families.iter().any(|(name, _)| name == family)
    };
    match &database.faces().find(upright)?.source {
        Source::File(path) | Source::SharedFile(path, _) => Some(path.clone()),
        Source::Binary(_) => None,
    }
}
