//! The counters that facts are folded into.

use super::fact::{CASE, Codebook, Columns, Fact, INVITATION, INVITED_ON, INVITED_PARTY, NOT_ASKED_CODE, RECEIVED_ON};
use super::pairs::{CHANGE, PAIRS};
use serde::{Deserialize, Serialize};
use std::collections::BTreeMap;

/// Counters by name and key. Folding the same facts in any portions gives the same cube, because
/// every counter is a sum and a counter at zero is no counter.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Cube {
    /// Sequence number of the last fact taken in; later ones are still to come.
    pub watermark: i64,
    /// Which counters there are; see [`Cube::is_current`].
    #[serde(default)]
    version: u32,
    counters: BTreeMap<String, BTreeMap<String, i64>>,
}

/// Separates the parts of a key; codes never hold it.
const SEPARATOR: char = '|';

/// Value of a question that was not asked; no code holds the sign.
pub(super) const UNASKED: &str = "-";

/// Raise it whenever `fold` counts anything more or otherwise: stored cubes are then counted anew.
const VERSION: u32 = 6;

impl Default for Cube {
    fn default() -> Self {
        Self { watermark: 0, version: VERSION, counters: BTreeMap::new() }
    }
}

/// Counter of cases by everything that is known of them together: `name=value`, rising by name; what is missing is left out.
pub(super) const CASES: &str = "case";
/// Between name and value.
pub(super) const EQUALS: char = '=';
/// Of several codes none.
pub(super) const NONE_OF_THEM: &str = "+";

/// Counter of invitations, by party and day.
pub(super) const INVITATIONS: &str = "invitation";

/// Counter of everybody who answered a form.
pub(super) fn respondents(form: &str) -> String {
    format!("{form}:")
}

/// Counter of the answers to a question.
pub(super) fn answers_to(form: &str, question: &str) -> String {
    format!("{form}:{question}")
}

impl Cube {
    /// False for a stored cube that another version of the program counted; start from an empty one.
    #[must_use]
    pub fn is_current(&self) -> bool {
        self.version == VERSION
    }

    /// Takes in the fact of that sequence number, explained by its codebook.
    pub fn fold(&mut self, sequence: i64, fact: &Fact, book: &Codebook) {
        self.watermark = sequence;
        let sign = i64::from(fact.sign);
        if book.subject == CASE {
            self.fold_case(fact, book, sign);
            return;
        }
        let values: BTreeMap<&str, String> =
            book.columns.iter().zip(&fact.codes).map(|(c, code)| (c.name.as_str(), decode(&c.values, *code))).collect();
        let get = |name: &str| values.get(name).map_or("", String::as_str);
        if book.subject == PAIRS {
            self.add(PAIRS, &[get(RECEIVED_ON), get(CHANGE)], sign);
        } else if book.subject == INVITATION {
            self.add(INVITATIONS, &[get(INVITED_PARTY), get(INVITED_ON)], sign);
        } else {
            let received = get(RECEIVED_ON);
            self.add(&respondents(&book.subject), &[received], sign);
            for (question, value) in values.iter().filter(|(name, _)| **name != RECEIVED_ON) {
                self.add(&answers_to(&book.subject, question), &[received, value], sign);
            }
        }
    }

    fn fold_case(&mut self, fact: &Fact, book: &Codebook, sign: i64) {
        let told = book.columns.iter().zip(&fact.codes).filter(|(_, code)| **code != -1);
        let mut told: Vec<(&str, String)> =
            told.map(|(c, code)| (c.name.as_str(), decode_case(&c.values, *code))).collect();
        told.sort_unstable();
        let key: Vec<String> = told.into_iter().map(|(name, value)| format!("{name}{EQUALS}{value}")).collect();
        self.add(CASES, &key.iter().map(String::as_str).collect::<Vec<_>>(), sign);
    }

    fn add(&mut self, counter: &str, key: &[&str], sign: i64) {
        let key = key.join(&SEPARATOR.to_string());
        let keys = self.counters.entry(counter.to_owned()).or_default();
        let n = keys.entry(key.clone()).or_default();
        *n += sign;
        if *n == 0 {
            keys.remove(&key);
            if keys.is_empty() {
                self.counters.remove(counter);
            }
        }
    }

    /// The keys of a counter, split into their parts, with their counts.
    pub(super) fn entries(&self, counter: &str) -> impl Iterator<Item = (Vec<&str>, i64)> {
        self.counters.get(counter).into_iter().flatten().map(|(key, n)| (key.split(SEPARATOR).collect(), *n))
    }
}

/// As [`decode`], but several codes of which none applies are told from what is missing.
fn decode_case(values: &Columns, code: i64) -> String {
    if code == 0 && matches!(values, Columns::Bits(_)) { NONE_OF_THEM.to_owned() } else { decode(values, code) }
}

/// The code at a place, the codes of the bits joined by `+`, or the number; empty when missing, [`UNASKED`] when
/// it was not asked for.
fn decode(values: &Columns, code: i64) -> String {
    let at = |codes: &[String], place: i64| usize::try_from(place).ok().and_then(|p| codes.get(p)).cloned();
    match values {
        Columns::Place(_) | Columns::Bits(_) if code == NOT_ASKED_CODE => UNASKED.to_owned(),
        Columns::Place(codes) => at(codes, code).unwrap_or_default(),
        Columns::Bits(_) if code < 0 => String::new(),
        Columns::Bits(codes) => {
            let set = (0_i64..62).filter(|bit| code >> bit & 1 == 1).filter_map(|bit| at(codes, bit));
            set.collect::<Vec<_>>().join("+")
        }
        Columns::Number if code == -1 => String::new(),
        Columns::Number => code.to_string(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::cube::Column;
    use crate::form::Party;
    use jiff::civil::Date;

    fn book() -> Codebook {
        let column = |name: &str, values| Column { name: name.to_owned(), values };
        let codes = |list: &[&str]| list.iter().map(|c| (*c).to_owned()).collect::<Vec<_>>();
        Codebook {
            subject: "f".into(),
            columns: vec![
                column("q", Columns::Place(codes(&["yes", "no"]))),
                column("m", Columns::Bits(codes(&["a", "b"]))),
            ],
        }
    }

    fn fact(codes: &[i64]) -> Fact {
        Fact { sign: 1, codebook: book().fingerprint(), codes: codes.to_vec() }
    }

    #[test]
    fn a_fact_and_its_reversal_leave_no_trace() {
        let mut cube = Cube::default();
        cube.fold(1, &fact(&[0, 3]), &book());
        cube.fold(2, &Fact { sign: -1, ..fact(&[0, 3]) }, &book());
        assert_eq!(cube, Cube { watermark: 2, ..Cube::default() });
    }

    #[test]
    fn what_was_not_asked_stays_apart_from_what_was_not_answered() {
        let mut cube = Cube::default();
        cube.fold(1, &fact(&[NOT_ASKED_CODE, NOT_ASKED_CODE]), &book());
        cube.fold(2, &fact(&[-1, 0]), &book());
        for question in ["q", "m"] {
            let counter = answers_to("f", question);
            let counted: Vec<(String, i64)> = cube.entries(&counter).map(|(k, n)| (k.join("|"), n)).collect();
            assert_eq!(counted, [("|".to_owned(), 1), ("|-".to_owned(), 1)], "{question}");
        }
    }

    #[test]
    fn invitations_are_counted_by_party_and_day_and_taken_back() {
        let (book, day) = (Codebook::of_invitations(), Date::constant(2025, 11, 28));
        let mut cube = Cube::default();
        for (i, party) in (1..).zip([Party::Client, Party::Community, Party::Community]) {
            cube.fold(i, &Fact::of_invitation(party, day), &book);
        }
        let counted = |cube: &Cube| {
            let entries = cube.entries(INVITATIONS).map(|(key, n)| (key.join(" "), n));
            entries.collect::<Vec<_>>()
        };
        assert_eq!(counted(&cube), [("client 20420".to_owned(), 1), ("community 20420".to_owned(), 2)]);
        cube.fold(4, &Fact { sign: -1, ..Fact::of_invitation(Party::Client, day) }, &book);
        assert_eq!(counted(&cube), [("community 20420".to_owned(), 2)]);
    }

    #[test]
    fn portions_and_a_full_recount_give_the_same_cube() {
        let facts = [fact(&[0, 1]), fact(&[1, 3]), fact(&[-1, 0]), Fact { sign: -1, ..fact(&[0, 1]) }];
        let mut whole = Cube::default();
        for (i, f) in (1..).zip(&facts) {
            whole.fold(i, f, &book());
        }
        let mut first = Cube::default();
        for (i, f) in (1..).zip(&facts[..2]) {
            first.fold(i, f, &book());
        }
        let stored = serde_json::to_string(&first).unwrap();
        let mut second: Cube = serde_json::from_str(&stored).unwrap();
        for (i, f) in (3..).zip(&facts[2..]) {
            second.fold(i, f, &book());
        }
        assert_eq!(whole, second);
    }
}
