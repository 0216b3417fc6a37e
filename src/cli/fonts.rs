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

/// The bytes of one upright, ordinary file of each family that the system has.
pub(super) fn of_the_system() -> Vec<Vec<u8>> {
    let mut database = Database::new();
    database.load_system_fonts();
    let mut wanted: Vec<&str> = FAMILIES.to_vec();
    wanted.extend(EAST_ASIAN.iter().find(|f| file_of(&database, f).is_some()));
    let files: BTreeSet<PathBuf> = wanted.iter().filter_map(|family| file_of(&database, family)).collect();
    files.iter().filter_map(|file| std::fs::read(file).ok()).collect()
}

fn file_of(database: &Database, family: &str) -> Option<PathBuf> {
    let ordinary = |f: &&fontdb::FaceInfo| {
        f.style == Style::Normal && f.weight == Weight::NORMAL && f.families.iter().any(|(name, _)| name == family)
    };
    match &database.faces().find(ordinary)?.source {
        Source::File(path) | Source::SharedFile(path, _) => Some(path.clone()),
        Source::Binary(_) => None,
    }
}
