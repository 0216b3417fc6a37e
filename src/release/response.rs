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
    let few_invited = small(invited, policy) || small(uninvited, policy);
    let few_answered = small(answered, policy)
        || small(invited - answered, policy)
        || (few_invited && one_invited_fits(response, policy));
    [
        small(closed, policy).then_some(Reason::SmallGroup),
        few_invited.then_some(Reason::FewInvitations),
        few_answered.then_some(Reason::FewResponses),
    ]
}

/// True when the closed cases, the people who answered and the rule itself leave one number of invited
/// only, so that withholding it would hide nothing.
fn one_invited_fits(response: &Response, policy: &Policy) -> bool {
    let Response { closed, answered, .. } = *response;
    let fits = |invited: &i64| {
        let withheld = small(*invited, policy) || small(closed - invited, policy);
        withheld && !small(invited - answered, policy)
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
        assert_eq!(shown(17, 17, 12, true, 5), [true, true, true], "five did not answer");
        assert_eq!(shown(17, 17, 13, true, 5), [true, true, false], "four did not answer");
        assert_eq!(shown(17, 17, 13, true, 3), [true, true, true], "four are enough where three are needed");
        assert_eq!(shown(17, 17, 17, true, 5), [true, true, true], "everybody answered");
        assert_eq!(shown(17, 17, 4, true, 5), [true, true, false], "four answered");
        assert_eq!(shown(17, 17, 0, true, 5), [true, true, true], "nobody answered");
    }

    #[test]
    fn invited_is_withheld_when_few_were_invited_or_few_closed_cases_were_not() {
        assert_eq!(shown(17, 4, 0, false, 5), [true, false, false], "four colleagues invited, four did not answer");
        assert_eq!(shown(40, 36, 20, true, 5), [true, false, true], "four closed cases without an invitation");
        assert_eq!(shown(40, 35, 20, true, 5), [true, true, true]);
        assert_eq!(shown(40, 36, 20, false, 5), [true, true, true], "people of a community are no part of the cases");
        assert_eq!(shown(17, 19, 12, true, 5), [true, true, true], "two were invited after the day of the figures");
        assert_eq!(shown(0, 0, 0, true, 5), [true, true, true], "nothing has closed");
        assert_eq!(shown(4, 4, 4, true, 5), [false, false, false]);
    }

    #[test]
    fn answered_is_withheld_too_when_it_would_leave_one_number_of_invited() {
        // 17 closed, k = 3: without an invitation are one or two, so 15 or 16 are invited; with 15
        // answers 16 would leave one who did not answer, which is never shown: 15 it is.
        assert_eq!(shown(17, 15, 15, true, 3), [true, false, false]);
        assert_eq!(shown(17, 15, 12, true, 3), [true, false, true], "15 and 16 both fit");
    }
}
