//! How many were invited and answered: the rule for people who did not.

use super::Reason;
use super::primary::small;
use crate::cube::Response;
use crate::instance::Policy;

/// Why closed, invited and answered are withheld, in this order; none where the figure may be shown.
///
/// The reasons are coarse: they do not tell whether few answered or few did not.
pub(super) fn reasons(response: &Response, policy: &Policy) -> [Option<Reason>; 3] {
    let Response { closed, invited, answered, one_a_case } = *response;
    let uninvited = if one_a_case { closed - invited } else { 0 };
    let few_invited = few(invited, policy) || few(uninvited, policy);
    let few_answered = small(answered, policy)
        || few_did_not(response, invited, policy)
        || (few_invited && one_invited_fits(response, policy));
    [
        small(closed, policy).then_some(Reason::SmallGroup),
        few_invited.then_some(Reason::FewInvitations),
        few_answered.then_some(Reason::FewResponses),
    ]
}

/// 1 to k people: were k shown, whoever knows the rule would know of a withheld number that it is below the threshold.
fn few(n: i64, policy: &Policy) -> bool {
    (1..=i64::from(policy.threshold)).contains(&n)
}

/// True when none to k of so many invited did not answer. A reader who knows the rule is then left with k + 1 numbers; were
/// only one to k - 1 withheld, he would know that somebody did not answer, and at k = 3 that one or two did not.
fn few_did_not(response: &Response, invited: i64, policy: &Policy) -> bool {
    invited > 0 && (0..=i64::from(policy.threshold)).contains(&(invited - response.answered))
}

/// True when the closed cases, the people who answered and the rule itself leave one number of invited
/// only, so that withholding it would hide nothing.
fn one_invited_fits(response: &Response, policy: &Policy) -> bool {
    let Response { closed, answered, .. } = *response;
    let fits = |invited: &i64| {
        let withheld = few(*invited, policy) || few(closed - invited, policy);
        withheld && !few_did_not(response, *invited, policy)
    };
    (answered..closed.max(answered + 1)).filter(fits).count() < 2
}

#[cfg(test)]
mod tests {
    use super::*;

    fn shown(closed: i64, invited: i64, answered: i64, one_a_case: bool, k: u32) -> [bool; 3] {
        let policy = Policy { threshold: k, threshold_reason: None, withhold_unanimous: true };
        reasons(&Response { closed, invited, answered, one_a_case }, &policy).map(|r| r.is_none())
    }

    #[test]
    fn answered_is_withheld_when_few_answered_or_few_of_the_invited_did_not() {
        assert_eq!(shown(17, 17, 11, true, 5), [true, true, true], "six did not answer");
        assert_eq!(shown(17, 17, 12, true, 5), [true, true, false], "five did not answer");
        assert_eq!(shown(17, 17, 13, true, 5), [true, true, false], "four did not answer");
        assert_eq!(shown(17, 17, 13, true, 3), [true, true, true], "four are enough where three are needed");
        assert_eq!(shown(17, 17, 17, true, 5), [true, true, false], "everybody answered");
        assert_eq!(shown(17, 17, 4, true, 5), [true, true, false], "four answered");
        assert_eq!(shown(17, 17, 0, true, 5), [true, true, true], "nobody answered");
    }

    #[test]
    fn whoever_knows_the_rule_is_left_with_every_number_from_none_to_the_threshold() {
        use std::collections::{BTreeMap, BTreeSet};
        for k in [3, 4, 5] {
            let mut left: BTreeMap<[Option<i64>; 3], BTreeSet<(i64, i64)>> = BTreeMap::new();
            for (closed, invited) in (1..22).flat_map(|closed| (0..=closed).map(move |invited| (closed, invited))) {
                for answered in 0..=invited {
                    let told = shown(closed, invited, answered, true, k);
                    let seen = [told[0].then_some(closed), told[1].then_some(invited), told[2].then_some(answered)];
                    left.entry(seen).or_default().insert((invited, invited - answered));
                }
            }
            let k = i64::from(k);
            for (seen, left) in left {
                match seen {
                    [_, Some(_), None] => {
                        let rests: BTreeSet<i64> = left.iter().map(|(_, rest)| *rest).collect();
                        assert!((0..=k).all(|rest| rests.contains(&rest)), "{k} {seen:?}: {rests:?}");
                    }
                    [_, None, Some(_)] => assert!(left.len() > 1, "{k} {seen:?}: {left:?}"),
                    [_, Some(0), Some(_)] | [_, None, None] => {}
                    [_, Some(_), Some(_)] => assert!(left.iter().all(|(_, rest)| *rest > k), "{k} {seen:?}: {left:?}"),
                }
            }
        }
    }

    #[test]
    fn invited_is_withheld_when_few_were_invited_or_few_closed_cases_were_not() {
        assert_eq!(shown(17, 4, 0, false, 5), [true, false, false], "four colleagues invited, four did not answer");
        assert_eq!(shown(40, 36, 20, true, 5), [true, false, true], "four closed cases without an invitation");
        assert_eq!(shown(40, 35, 20, true, 5), [true, false, true], "five: four alone would be known to be few");
        assert_eq!(shown(40, 34, 20, true, 5), [true, true, true]);
        assert_eq!(shown(40, 36, 20, false, 5), [true, true, true], "people of a community are no part of the cases");
        assert_eq!(shown(17, 19, 12, true, 5), [true, true, true], "two were invited after the day of the figures");
        assert_eq!(shown(0, 0, 0, true, 5), [true, true, true], "nothing has closed");
        assert_eq!(shown(4, 4, 4, true, 5), [false, false, false]);
    }

    #[test]
    fn answered_is_withheld_too_when_it_would_leave_one_number_of_invited() {
        // 17 closed, k = 3: without an invitation are one or two, so 15 or 16 are invited.
        assert_eq!(shown(17, 15, 15, true, 3), [true, false, false]);
        assert_eq!(shown(17, 15, 11, true, 3), [true, false, true], "15 and 16 both fit");
        assert_eq!(shown(17, 16, 12, true, 3), [true, false, false], "with 15 three did not answer: it is 16");
    }
}
