//! The fact of a case's pair of self-assessments: made when both are there, made anew when one of them is sent again, taken
//! back when one of them is gone.

use super::{StoreError, attempting, facts};
use crate::case::CaseNumber;
use crate::cube::{Codebook, Fact};
use crate::form::Form;
use crate::report::SELF_ASSESSMENTS;
use crate::submission::Answers;
use sqlx::{AnyConnection, Row};

/// A self-assessment as it was sent last.
struct Sent {
    form: Form,
    answers: Answers,
    /// The day on which it was received, as its own fact counts it.
    on: i64,
}

/// What the fact of a case's pair belongs to; no case has such a number.
fn subject(case: CaseNumber) -> String {
    format!("{case}/change")
}

/// Counts the pair of a case as it stands now.
pub(super) async fn count(connection: &mut AnyConnection, case: CaseNumber) -> Result<(), StoreError> {
    let [start, closing] = SELF_ASSESSMENTS;
    let sent = (last(connection, case, start).await?, last(connection, case, closing).await?);
    let fact = match &sent {
        (Some(first), Some(second)) => {
            let pair = [first, second].map(|sent| (&sent.form, &sent.answers));
            Fact::of_pair(pair[0], pair[1], first.on.max(second.on))
        }
        _ => None,
    };
    match fact {
        Some(fact) => facts::replace(connection, &subject(case), &fact, &Codebook::of_pairs()).await,
        None => facts::take_back(connection, &subject(case)).await,
    }
}

/// The self-assessment that was sent last to a form.
async fn last(connection: &mut AnyConnection, case: CaseNumber, form: &str) -> Result<Option<Sent>, StoreError> {
    let row = sqlx::query(
        "SELECT f.form, s.answers, (SELECT a.codes FROM facts a WHERE a.subject = s.id ORDER BY a.sequence DESC LIMIT 1)
           AS codes
         FROM submissions s JOIN invitations i ON i.id = s.invitation JOIN forms f ON f.version = s.version
         WHERE i.case_number = $1 AND s.form = $2 ORDER BY s.received_at DESC, s.id DESC LIMIT 1",
    )
    .bind(case.to_string())
    .bind(form.to_owned())
    .fetch_optional(connection)
    .await
    .map_err(attempting("find a self-assessment"))?;
    let Some(row) = row else { return Ok(None) };
    let read = || -> Result<Option<Sent>, serde_json::Error> {
        let codes: Vec<i64> = serde_json::from_str(&row.get::<Option<String>, _>("codes").unwrap_or_default())?;
        let (form, answers) = (Form::from_stored(row.get("form"))?, serde_json::from_str(row.get("answers"))?);
        Ok(codes.first().map(|on| Sent { form, answers, on: *on }))
    };
    read().map_err(|source| StoreError::Unreadable { what: "self-assessment", source })
}
