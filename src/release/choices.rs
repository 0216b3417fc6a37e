//! Questions with several choices. Each choice is a block of its own, so each is shown or withheld by itself, beside everybody
//! who answered the form. Whoever is silent, or chose what excludes the others, stands beside all of them and would give how
//! many could have chosen: that is shown only where nothing about any choice has to be withheld.
//!
//! In go the blocks of a question; out comes whether those beside the choices are hidden, and who chose none.

use super::block::Block;
use super::primary::{ANSWER, small};
use crate::cube::{Attribute, CHOSEN, NO_ANSWER, NOT_ASKED, NOT_CHOSEN, People, Whose};
use crate::instance::Policy;
use std::collections::BTreeSet;

/// True for the attributes of a choice among several.
pub(super) fn is_one_of_several(attributes: &[Attribute]) -> bool {
    attributes.iter().any(|a| a.id == ANSWER && a.codes.iter().any(|code| code == NOT_CHOSEN))
}

/// Whoever did not choose a choice: those who chose others, and with them those who chose what excludes all.
pub(super) fn unchosen<'a>(cells: &'a BTreeSet<Whose>, block: &'a Block) -> impl Iterator<Item = Whose> + 'a {
    let chosen = cells.iter().filter(|w| is_one_of_several(&block.attributes) && counts(w, CHOSEN));
    chosen.flat_map(|w| {
        [&[][..], &[CHOSEN, NO_ANSWER, NOT_ASKED]].map(|without| not_chosen(w, without, &block.attributes))
    })
}

/// True for a figure of a question with several choices that stands beside the choices, where it has to be withheld with what
/// is withheld of them.
pub(super) fn hides_rest(whose: &Whose, people: &[People], policy: &Policy) -> bool {
    let Some(own) = people.iter().find(|p| p.id == whose.block) else { return false };
    if !is_one_of_several(&own.attributes) || !whose.only.contains_key(ANSWER) || counts(whose, CHOSEN) {
        return false;
    }
    let question = |id: &str| id.rsplit_once('.').map(|(question, _)| question.to_owned());
    let blocks = people.iter().filter(|p| is_one_of_several(&p.attributes) && question(&p.id) == question(&own.id));
    blocks.into_iter().any(|block| {
        let of = |codes: BTreeSet<String>| {
            let mut of = Whose { block: block.id.clone(), only: whose.only.clone() };
            of.only.insert(ANSWER.to_owned(), codes);
            block.count(&of)
        };
        let codes: Vec<&str> =
            block.attributes.iter().filter(|a| a.id == ANSWER).flat_map(|a| &a.codes).map(String::as_str).collect();
        let but =
            |without: &[&str]| of(codes.iter().filter(|c| !without.contains(*c)).map(|c| (*c).to_owned()).collect());
        let one = |code: &str| of(BTreeSet::from([code.to_owned()]));
        let rests = [&[CHOSEN][..], &[CHOSEN, NOT_ASKED], &[CHOSEN, NO_ANSWER, NOT_ASKED]].map(but);
        let chose = but(&[NO_ANSWER, NOT_ASKED]);
        let alike = |n: i64| n > 0 && (n == chose || n == one(CHOSEN) + one(NOT_CHOSEN));
        let are_alike =
            || codes.iter().filter(|c| ![NOT_CHOSEN, NO_ANSWER, NOT_ASKED].contains(*c)).any(|c| alike(one(c)));
        codes.iter().copied().map(one).chain(rests).any(|n| small(n, policy))
            || (policy.withhold_unanimous && are_alike())
    })
}

fn counts(whose: &Whose, code: &str) -> bool {
    whose.only.get(ANSWER).is_some_and(|codes| codes.contains(code))
}

/// Those who did not choose a choice; of all that can be said but these, or only those who chose others.
fn not_chosen(chosen: &Whose, without: &[&str], attributes: &[Attribute]) -> Whose {
    let all = attributes.iter().filter(|a| a.id == ANSWER).flat_map(|a| &a.codes);
    let others = all.filter(|code| *code == NOT_CHOSEN || !without.is_empty() && !without.contains(&code.as_str()));
    let mut rest = chosen.clone();
    rest.only.insert(ANSWER.to_owned(), others.cloned().collect());
    rest
}
