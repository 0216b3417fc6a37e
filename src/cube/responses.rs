//! The table of responses: how many cases closed, how many people were invited and how many answered.

use super::cases::{category, statistic_axis, table};
use super::counters::{Cube, INVITATIONS, respondents};
use super::fact::not_after;
use super::table::{Axis, Basis, Cell, Class, Response, Role, Table};
use crate::form::{Form, Party};
use crate::instance::Instance;
use crate::text::{Figure, Messages};
use jiff::civil::Date;

/// Parties whose response is published, in the order of the table.
const PARTIES: [Party; 4] = [Party::Client, Party::Employer, Party::Community, Party::Purchaser];
/// Parties that a case has one of; of a workplace community several people are invited, and an officer
/// is invited to a report.
const ONE_A_CASE: [Party; 2] = [Party::Client, Party::Employer];

/// How a party responded; none when no form asks it or its response is not published.
pub(super) fn response(
    cube: &Cube,
    forms: &[Form],
    party: Party,
    as_of: Date,
    answers_until: Date,
) -> Option<Response> {
    let mut asked = forms.iter().filter(|f| f.party() == party && f.is_feedback()).peekable();
    if !PARTIES.contains(&party) || asked.peek().is_none() {
        return None;
    }
    let until = |key: &[&str], place: usize, day: Date| key.get(place).is_some_and(|d| not_after(d, day));
    let invitations = cube.entries(INVITATIONS).filter(|(key, _)| key.first() == Some(&party.code()));
    let answered = |form: &Form| {
        let counter = respondents(form.id());
        let entries = cube.entries(&counter).filter(|(key, _)| until(key, 0, answers_until));
        entries.map(|(_, n)| n).sum::<i64>()
    };
    Some(Response {
        closed: cube.entries("case.outcome").filter(|(key, _)| until(key, 1, as_of)).map(|(_, n)| n).sum(),
        invited: invitations.filter(|(key, _)| until(key, 1, answers_until)).map(|(_, n)| n).sum(),
        answered: asked.map(answered).sum(),
        one_a_case: ONE_A_CASE.contains(&party),
    })
}

/// One row for each party that a form asks; none when no form asks anybody.
pub(super) fn table_of(
    cube: &Cube,
    instance: &Instance,
    forms: &[Form],
    as_of: Date,
    answers_until: Date,
) -> Option<Table> {
    let of = |party: Party| Some((party, response(cube, forms, party, as_of, answers_until)?));
    let rows: Vec<(Party, Response)> = PARTIES.into_iter().filter_map(of).collect();
    if rows.is_empty() {
        return None;
    }
    let label = |party: &Party| Messages::text(&format!("table.responses.{}", party.code()));
    let parties = Axis {
        id: "party".to_owned(),
        label: Messages::text("table.party"),
        role: Role::Classification,
        categories: rows.iter().map(|(party, _)| category(party.code(), label(party))).collect(),
    };
    let count = |n| Cell { figure: Figure::count(n), basis: Basis::Count };
    let cells = rows.iter().flat_map(|(_, r)| [count(r.closed), count(r.invited), count(r.answered)]).collect();
    let axes = vec![parties, statistic_axis(&["closed", "invited", "answered"])];
    let source = instance.feedback_source.as_ref().unwrap_or(&instance.source).clone();
    let responses = rows.into_iter().map(|(_, r)| r).collect();
    Some(Table { responses, source, ..table("responses", axes, cells, Class::Responses, instance, answers_until) })
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::text::Language;
    use jiff::civil::date;

    /// 17 cases closed by the end of November and two later; 19 clients and 6 colleagues invited, 12 clients answered.
    fn cube() -> Cube {
        let counters = r#"{"case.outcome": {"job|20300": 10, "education|20422": 7, "job|20425": 2},
            "invitation": {"client|20422": 17, "client|20430": 2, "community|20422": 6, "client|20500": 1},
            "client-feedback:": {"20423": 9, "20430": 3, "20501": 1}}"#;
        serde_json::from_str(&format!(r#"{{"watermark":1,"version":2,"counters":{counters}}}"#)).unwrap()
    }

    fn form(name: &str) -> Form {
        let path = format!("{}/forms/{name}.yaml", env!("CARGO_MANIFEST_DIR"));
        Form::read(name, &std::fs::read_to_string(path).unwrap(), None).unwrap()
    }

    #[test]
    fn closed_cases_are_of_the_day_of_the_figures_and_the_rest_of_the_day_of_the_answers() {
        let instance = Instance::read("palaute.yaml", include_str!("../../demo/palaute.yaml")).unwrap();
        let forms = [form("client-feedback"), form("community-feedback")];
        let (as_of, until) = (date(2025, 11, 30), date(2025, 12, 8));
        let table = table_of(&cube(), &instance, &forms, as_of, until).unwrap();
        let figures: Vec<i64> = table.cells.iter().map(|c| c.figure.scaled).collect();
        assert_eq!(figures, [17, 19, 12, 17, 6, 0]);
        let codes: Vec<&str> = table.axes[0].categories.iter().map(|c| c.code.as_str()).collect();
        assert_eq!(codes, ["client", "community"], "parties that nobody asks have no row");
        assert_eq!(table.axes[0].categories[0].label.in_language(Language::Sv), "Klienter");
        assert!(table.responses[0].one_a_case && !table.responses[1].one_a_case);
        assert_eq!(response(&cube(), &forms, Party::Coach, as_of, until), None, "a coach gives no feedback");
    }

    #[test]
    fn every_table_of_answers_knows_how_its_party_responded_and_a_coach_has_none() {
        let instance = Instance::read("palaute.yaml", include_str!("../../demo/palaute.yaml")).unwrap();
        let names = ["client-feedback", "employer-feedback", "community-feedback", "purchaser-feedback"];
        let mut forms: Vec<Form> = names.map(form).into();
        let report =
            std::fs::read_to_string(format!("{}/forms/closing-report.yaml", env!("CARGO_MANIFEST_DIR"))).unwrap();
        forms.push(Form::read("closing-report", &report, Some(&instance)).unwrap());
        let tables = crate::cube::tables(&cube(), &instance, &forms, date(2025, 11, 30), date(2025, 12, 8));
        for party in ["client", "employer", "community", "purchaser"] {
            let of_party = tables.iter().filter(|t| t.id.starts_with(&format!("{party}-")));
            assert!(of_party.clone().count() > 4 && of_party.clone().all(|t| t.responses.len() == 1), "{party}");
        }
        assert!(tables.iter().all(|t| !t.id.starts_with("coach-")), "reports are not counted");
        let grade = tables.iter().find(|t| t.id == "client-c-overall").unwrap();
        assert_eq!((grade.responses[0].invited, grade.responses[0].answered), (19, 12));
    }
}
