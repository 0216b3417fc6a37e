//! The fact of a case's pair of self-assessments: made when both are there, made anew when one of them is sent again, taken
//! back when one of them is gone.

use super::cases::to_json;
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
    match pair(connection, case).await? {
        Some(fact) => facts::replace(connection, &subject(case), &fact, &Codebook::of_pairs()).await,
        None => facts::take_back(connection, &subject(case)).await,
    }
}

/// Subjects of pairs that are not counted as what is stored says.
pub(super) async fn miscounted(connection: &mut AnyConnection) -> Result<Vec<String>, StoreError> {
    let rows = sqlx::query(
        "SELECT c.number AS number FROM cases c WHERE EXISTS (SELECT 1 FROM facts f WHERE f.subject = c.number || '/change')
           OR EXISTS (SELECT 1 FROM submissions s JOIN invitations i ON i.id = s.invitation
                      WHERE i.case_number = c.number AND s.form = $1) ORDER BY c.number",
    )
    .bind(SELF_ASSESSMENTS[1])
    .fetch_all(&mut *connection)
    .await
    .map_err(attempting("find self-assessments"))?;
    let mut wrong = Vec::new();
    for row in rows {
        let Ok(case) = row.get::<String, _>("number").parse::<CaseNumber>() else { continue };
        let counted = facts::counted(connection, &subject(case)).await?;
        let is_right = match pair(connection, case).await? {
            Some(fact) => counted == Some((fact.codebook.as_str().to_owned(), to_json("fact", &fact.codes)?)),
            None => counted.is_none(),
        };
        if !is_right {
            wrong.push(subject(case));
        }
    }
    Ok(wrong)
}

/// The fact of a case's pair, if it has one.
async fn pair(connection: &mut AnyConnection, case: CaseNumber) -> Result<Option<Fact>, StoreError> {
    let [start, closing] = SELF_ASSESSMENTS;
    let Some(first) = last(connection, case, start).await? else { return Ok(None) };
    let Some(second) = last(connection, case, closing).await? else { return Ok(None) };
    let received_on = first.on.max(second.on);
    Ok(Fact::of_pair((&first.form, &first.answers), (&second.form, &second.answers), received_on))
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
