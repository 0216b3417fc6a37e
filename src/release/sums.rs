//! Sums of answers, each of which is a cell of its own: the two best grades, everybody who gave a grade. They tell nothing
//! that is not told already, or nothing: in goes what is told, out comes which of them follow. A sum that stood beside
//! withheld answers would, the rule turned round, tell them.

use super::block::Block;
use super::primary::ANSWER;
use crate::cube::{NO_ANSWER, NOT_ANSWERED, NOT_ASKED, Whose};
use std::collections::BTreeSet;

/// The sums among these cells.
pub(super) fn of_answers(cells: &BTreeSet<Whose>) -> BTreeSet<Whose> {
    let is_sum = |whose: &&Whose| {
        let codes = whose.only.get(ANSWER).filter(|codes| codes.len() > 1);
        codes.is_some_and(|codes| codes.iter().all(|code| cells.contains(&one(whose, code))))
    };
    cells.iter().filter(is_sum).cloned().collect()
}

/// The cells but the sums of everybody who answered anything: how many are silent is told of nobody.
pub(super) fn telling(cells: &BTreeSet<Whose>, sums: &BTreeSet<Whose>, block: &Block) -> BTreeSet<Whose> {
    let all = || block.attributes.iter().filter(|a| a.id == ANSWER).flat_map(|a| &a.codes);
    let is_silence = |code: &String| [NO_ANSWER, NOT_ASKED, NOT_ANSWERED].contains(&code.as_str());
    let holds = |whose: &Whose, code| whose.only.get(ANSWER).is_some_and(|codes| codes.contains(code));
    let is_everybody = |whose: &Whose| sums.contains(whose) && all().all(|code| is_silence(code) || holds(whose, code));
    cells.iter().filter(|w| !is_everybody(w)).cloned().collect()
}

/// The answers that stand in one line with a sum.
pub(super) fn line<'a>(sum: &'a Whose, cells: &'a BTreeSet<Whose>) -> impl Iterator<Item = &'a Whose> {
    cells.iter().filter(|w| w.only.get(ANSWER).is_some_and(|codes| codes.len() == 1) && of(sum, &w.only[ANSWER]) == **w)
}

/// Sums of which some answer is withheld with a table of grades that has too few or too like ones.
pub(super) fn of_hidden(sum: &Whose, hidden: &BTreeSet<Whose>) -> bool {
    sum.only.get(ANSWER).is_some_and(|codes| codes.iter().any(|code| hidden.contains(&one(sum, code))))
}

/// True when every answer of a sum is told, or everybody and every answer that is not of it.
pub(super) fn follows(sum: &Whose, told: &BTreeSet<&Whose>, block: &Block) -> bool {
    let Some(codes) = sum.only.get(ANSWER) else { return false };
    let all = block.attributes.iter().find(|a| a.id == ANSWER).map_or(&[][..], |a| a.codes.as_slice());
    let cannot_be = |whose: &Whose| block.set(whose).is_empty();
    let is_told = |code: &String| Some(one(sum, code)).is_some_and(|w| told.contains(&w) || cannot_be(&w));
    let mut everybody = sum.clone();
    everybody.only.remove(ANSWER);
    codes.iter().all(is_told) || (told.contains(&everybody) && all.iter().filter(|c| !codes.contains(*c)).all(is_told))
}

/// Those of a sum who gave one answer.
fn one(sum: &Whose, code: &str) -> Whose {
    of(sum, &BTreeSet::from([code.to_owned()]))
}

fn of(sum: &Whose, codes: &BTreeSet<String>) -> Whose {
    let mut of = sum.clone();
    of.only.insert(ANSWER.to_owned(), codes.clone());
    of
}
