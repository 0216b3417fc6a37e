//! What the open data say that a figure tells of people, read anew from the bytes.

use serde::Deserialize;
use std::collections::{BTreeMap, BTreeSet};

/// Block, attribute, codes.
pub(super) type Attributes = BTreeMap<String, BTreeMap<String, Vec<String>>>;

/// Which people of a block.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Deserialize)]
pub(super) struct Whose {
    pub(super) block: String,
    pub(super) only: BTreeMap<String, BTreeSet<String>>,
}

/// Attribute of a cohort that was corrected. Figures that do not name it were told before: of records that were kept and
/// of those that were removed since.
pub(super) const RECORD: &str = "record";
const TOLD_BEFORE: [&str; 2] = ["kept", "removed"];

impl Whose {
    /// True when people with this code of the attribute are counted.
    pub(super) fn holds(&self, attribute: &str, code: &str) -> bool {
        match self.only.get(attribute) {
            Some(codes) => codes.contains(code),
            None => attribute != RECORD || TOLD_BEFORE.contains(&code),
        }
    }
}

/// What a figure tells.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Deserialize)]
#[serde(rename_all = "snake_case")]
pub(super) enum Reads {
    /// Nothing of persons.
    Plain,
    /// How many they are.
    Count(Whose),
    /// A share in per cent.
    Share { part: Whose, whole: Whose },
    /// A mean of grades.
    Grades(Vec<(i64, Whose)>),
    /// A measurement that their number does not give.
    Measured(Whose),
}

impl Reads {
    /// The people that are named.
    pub(super) fn named(&self) -> Vec<&Whose> {
        match self {
            Self::Plain => Vec::new(),
            Self::Count(whose) | Self::Measured(whose) => vec![whose],
            Self::Share { part, whole } => vec![part, whole],
            Self::Grades(grades) => grades.iter().map(|(_, whose)| whose).collect(),
        }
    }

    /// What a shown figure says: rows over sets of people, each with its least and greatest value.
    pub(super) fn rows(&self, shown: &Shown) -> Vec<Said> {
        // value - 1/2 <= unit * above / below < value + 1/2, in whole numbers.
        let rounded = |unit: i64, above: &[(i64, Whose)], below: &[Whose]| {
            let side = |half: i64| -> Vec<(i64, Whose)> {
                let above = above.iter().map(|(c, w)| (2 * unit * c, w.clone()));
                above.chain(below.iter().map(|w| (-(2 * shown.scaled + half), w.clone()))).collect()
            };
            vec![Said { terms: side(-1), low: Some(0), high: None }, Said { terms: side(1), low: None, high: Some(-1) }]
        };
        match self {
            Self::Plain | Self::Measured(_) => Vec::new(),
            Self::Count(whose) => {
                vec![Said { terms: vec![(1, whose.clone())], low: Some(shown.scaled), high: Some(shown.scaled) }]
            }
            Self::Share { part, whole } => rounded(100 * shown.unit, &[(1, part.clone())], std::slice::from_ref(whole)),
            Self::Grades(grades) => {
                let below: Vec<Whose> = grades.iter().map(|(_, w)| w.clone()).collect();
                rounded(shown.unit, grades, &below)
            }
        }
    }
}

/// A row over sets of people.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Said {
    pub(super) terms: Vec<(i64, Whose)>,
    pub(super) low: Option<i64>,
    pub(super) high: Option<i64>,
}

/// A shown number, exact: `scaled / unit`.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct Shown {
    pub(super) scaled: i64,
    pub(super) unit: i64,
}

impl Shown {
    /// Reads `29.4`.
    pub(super) fn read(text: &str) -> Option<Self> {
        let (whole, decimals) = text.split_once('.').unwrap_or((text, ""));
        let unit = 10_i64.checked_pow(u32::try_from(decimals.len()).ok()?)?;
        Some(Self { scaled: format!("{whole}{decimals}").parse().ok()?, unit })
    }
}
