//! Attacks the table of responses together with the tables of answers: who did not answer?

use super::table::ReadTable;
use super::{Finding, form_of};
use std::collections::BTreeMap;

/// Parties of whom a case has one, so that closed cases without an invitation can be counted.
const ONE_A_CASE: [&str; 2] = ["client", "employer"];

/// What the numbers of closed cases, invited people and respondents tell together.
pub(super) fn weaknesses(tables: &BTreeMap<String, ReadTable>) -> Vec<Finding> {
    let Some(responses) = tables.get("responses") else { return Vec::new() };
    let k = responses.threshold;
    let few = |n: i64| n > 0 && n < k;
    // None and k of them, too: or a number that is withheld would be known to be neither.
    let few_did_not = |rest: i64| (0..=k).contains(&rest);
    let mut findings = Vec::new();
    for party in parties(responses) {
        let [closed, invited, answered] = ["closed", "invited", "answered"].map(|c| responses.number(&[&party, c]));
        if let Some(rest) = closed.zip(invited).map(|(c, i)| c - i)
            && few(rest)
            && ONE_A_CASE.contains(&party.as_str())
        {
            findings.push(told("responses", format!("{rest} closed cases of {party} have no invitation")));
        }
        // Whoever cannot see how many answered looks for it among the totals of the answers.
        // Where figures say whom they count, the totals are attacked with all others.
        let is_of_party = |id: &str| form_of(id).is_some_and(|f| f.starts_with(&format!("{party}-")));
        let of_party = tables.iter().filter(|(id, _)| responses.reads.is_empty() && is_of_party(id));
        let mut seen: Vec<(&str, i64)> =
            of_party.filter_map(|(id, t)| Some((id.as_str(), t.number(&["total"])?))).collect();
        if answered.is_none() {
            let shown = seen.iter();
            findings.extend(
                shown.map(|(id, n)| told(id, format!("{n} respondents, whom the table of responses withholds"))),
            );
        }
        seen.extend(answered.map(|n| ("responses", n)));
        for (id, n) in seen {
            if let Some(rest) = invited.filter(|i| *i > 0).map(|i| i - n).filter(|rest| few_did_not(*rest)) {
                findings.push(told(
                    id,
                    format!("the invited of {party} less the respondents give {rest} who did not answer"),
                ));
            }
            if let (Some(closed), None) = (closed, invited)
                && ONE_A_CASE.contains(&party.as_str())
                && guesses(closed, n, few, few_did_not) < 2
            {
                findings.push(told(
                    id,
                    format!("{closed} closed and {n} answers leave no more than one number of invited of {party}"),
                ));
            }
        }
    }
    findings
}

/// Numbers of invited people that somebody who knows the rule holds for possible.
fn guesses(closed: i64, answered: i64, few: impl Fn(i64) -> bool, few_did_not: impl Fn(i64) -> bool) -> usize {
    let possible = |invited: &i64| (few(*invited) || few(closed - invited)) && !few_did_not(invited - answered);
    (answered..=closed).filter(possible).count()
}

fn parties(responses: &ReadTable) -> Vec<String> {
    let mut parties: Vec<String> = responses.cells.keys().filter_map(|codes| codes.first().cloned()).collect();
    parties.dedup();
    parties
}

fn told(id: &str, problem: String) -> Finding {
    Finding { path: format!("data/{id}.json"), problem }
}

#[cfg(test)]
mod tests {
    use crate::audit::attack;
    use std::collections::BTreeMap;

    const SIGN: &str = "...";

    /// A site with the table of responses for one party and one table of that party's answers.
    fn site(party: &str, k: u32, row: [&str; 3], total: &str) -> BTreeMap<String, Vec<u8>> {
        let mut files = BTreeMap::new();
        let mut add = |id: &str, class: &str, axes: &[(&str, &[&str])], values: &[&str]| {
            let ids: Vec<String> = axes.iter().map(|(id, _)| format!("\"{id}\"")).collect();
            let dimension = axes.iter().map(|(id, codes)| format!(r#""{id}":{{"category":{{"index":{codes:?}}}}}"#));
            let shown = values.iter().map(|v| if *v == SIGN { "null" } else { v }).collect::<Vec<_>>().join(",");
            let hidden = values.iter().enumerate().filter(|(_, v)| **v == SIGN).map(|(i, _)| format!(r#""{i}":"...""#));
            let json = format!(
                r#"{{"id":[{}],"dimension":{{{}}},"value":[{shown}],"status":{{{}}},
                "extension":{{"class":"{class}","threshold":{k},"mean_threshold":5}}}}"#,
                ids.join(","),
                dimension.collect::<Vec<_>>().join(","),
                hidden.collect::<Vec<_>>().join(",")
            );
            let mut csv = axes.iter().map(|(id, _)| format!("{id},{id}_label,")).collect::<String>() + "value\n";
            let last = axes.last().map_or(&[][..], |(_, codes)| codes);
            for (code, value) in last.iter().zip(values) {
                let first = if axes.len() > 1 { format!("{},x,", axes[0].1[0]) } else { String::new() };
                csv.push_str(&format!("{first}{code},x,{value}\n"));
            }
            files.insert(format!("data/{id}.json"), json.into_bytes());
            files.insert(format!("data/{id}.csv"), csv.into_bytes());
        };
        add("responses", "responses", &[("party", &[party]), ("statistic", &["closed", "invited", "answered"])], &row);
        add(&format!("{party}-x-overall"), "counts", &[("answer", &["yes", "total"])], &[SIGN, total]);
        files
    }

    fn problems(party: &str, k: u32, row: [&str; 3], total: &str) -> Vec<String> {
        attack(&site(party, k, row, total)).into_iter().map(|f| f.problem).collect()
    }

    #[test]
    fn responses_that_hold_have_no_findings() {
        assert_eq!(problems("client", 3, ["17", "17", "13"], "13"), [""; 0]);
        assert_eq!(problems("client", 5, ["17", "17", SIGN], SIGN), [""; 0]);
        assert_eq!(problems("community", 5, ["17", "14", "8"], "8"), [""; 0]);
        assert_eq!(problems("client", 3, ["17", SIGN, "11"], "11"), [""; 0]);
    }

    #[test]
    fn a_total_of_answers_that_gives_a_small_rest_of_the_invited_is_found() {
        let found = problems("client", 5, ["17", "17", SIGN], "13");
        assert!(found.iter().any(|p| p.contains("give 4 who did not answer")), "{found:?}");
        assert!(found.iter().any(|p| p.contains("withholds")), "{found:?}");
        let found = problems("employer", 5, ["17", "12", "8"], "8");
        assert!(found.iter().any(|p| p.contains("give 4 who did not answer")), "{found:?}");
        for (answered, rest) in [("17", 0), ("12", 5)] {
            let found = problems("client", 5, ["17", "17", answered], answered);
            let told = format!("give {rest} who did not answer");
            assert!(found.iter().any(|p| p.contains(&told)), "a withheld number would be neither: {found:?}");
        }
        assert_eq!(problems("client", 5, ["17", "0", "0"], "0"), [""; 0], "nobody was invited");
    }

    #[test]
    fn few_invited_few_cases_without_an_invitation_and_a_number_that_the_rule_gives_away_are_found() {
        let found = problems("community", 5, ["17", "4", SIGN], SIGN);
        assert!(found.iter().any(|p| p.contains("a count of 4")), "{found:?}");
        let found = problems("client", 5, ["17", "14", SIGN], SIGN);
        assert!(found.iter().any(|p| p.contains("3 closed cases of client")), "{found:?}");
        let found = problems("client", 3, ["17", SIGN, "12"], "12");
        assert!(found.iter().any(|p| p.contains("leave no more than one number of invited")), "{found:?}");
        let found = problems("client", 3, ["17", SIGN, "15"], "15");
        assert!(found.iter().any(|p| p.contains("leave no more than one number of invited")), "{found:?}");
    }
}
