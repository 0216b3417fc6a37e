//! Cases: events and the current row, written together.

use super::{NewNotice, Store, StoreError, attempting, audit_log, facts, notices, writer};
use crate::case::{CaseEvent, CaseFile, CaseNumber};
use crate::cube::{Codebook, Fact};
use jiff::Timestamp;
use sqlx::{AnyConnection, Row};

/// The case that a change concerns.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Subject {
    /// A new one, which gets the next number of the year; with a random blind for its entries in the audit log.
    New(String),
    /// A known one.
    Known(CaseNumber),
}

/// What stands in a column of numbers where nothing is known.
pub(super) const UNKNOWN: i64 = -1;

/// Makes the countable fact of a case.
pub type FactOf = std::sync::Arc<dyn Fn(&CaseFile) -> Fact + Send + Sync>;

/// Events for one case and how it is then counted.
#[derive(Clone)]
pub struct CaseChange {
    /// Which case.
    pub subject: Subject,
    /// What happened, in order.
    pub events: Vec<CaseEvent>,
    /// Explains the facts.
    pub codebook: Codebook,
    /// The fact of the case after the events.
    pub fact_of: FactOf,
    /// Mails to staff that tell of it.
    pub notices: Vec<NewNotice>,
}

impl std::fmt::Debug for CaseChange {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("CaseChange")
            .field("subject", &self.subject)
            .field("events", &self.events)
            .finish_non_exhaustive()
    }
}

impl Store {
    /// Records events of many cases, all or none; `year` begins the numbers of new ones.
    ///
    /// # Errors
    /// When an event does not fit its case, or the database fails.
    pub async fn record(
        &self,
        changes: Vec<CaseChange>,
        year: i16,
        at: Timestamp,
    ) -> Result<Vec<CaseFile>, StoreError> {
        writer::submit(self.writer(), |reply| writer::Job::ChangeCases(changes, year, at, reply)).await
    }

    /// The case of that number.
    ///
    /// # Errors
    /// When the database fails.
    pub async fn case(&self, number: CaseNumber) -> Result<Option<CaseFile>, StoreError> {
        let row = sqlx::query("SELECT file FROM cases WHERE number = $1")
            .bind(number.to_string())
            .fetch_optional(self.readers());
        let row = self.read("read a case", row).await?;
        row.map(|row| read_file(&row.get::<String, _>("file"))).transpose()
    }

    /// All cases in the order of their numbers.
    ///
    /// # Errors
    /// When the database fails.
    pub async fn cases(&self) -> Result<Vec<CaseFile>, StoreError> {
        let rows = sqlx::query("SELECT file FROM cases ORDER BY number").fetch_all(self.readers());
        let rows = self.read("read the cases", rows).await?;
        rows.iter().map(|row| read_file(&row.get::<String, _>("file"))).collect()
    }

    /// The events of a case from the first, for those who would rather trust the history than the row.
    ///
    /// # Errors
    /// When the database fails.
    pub async fn events(&self, number: CaseNumber) -> Result<Vec<CaseEvent>, StoreError> {
        let rows = sqlx::query("SELECT event FROM case_events WHERE case_number = $1 ORDER BY sequence")
            .bind(number.to_string())
            .fetch_all(self.readers());
        let rows = self.read("read the events of a case", rows).await?;
        let read = |text: String| {
            serde_json::from_str(&text).map_err(|source| StoreError::Unreadable { what: "event", source })
        };
        rows.iter().map(|row| read(row.get("event"))).collect()
    }
}

pub(super) fn read_file(text: &str) -> Result<CaseFile, StoreError> {
    serde_json::from_str(text).map_err(|source| StoreError::Unreadable { what: "case", source })
}

pub(super) async fn change(
    connection: &mut AnyConnection,
    changes: &[CaseChange],
    year: i16,
    at: Timestamp,
) -> Result<Vec<CaseFile>, StoreError> {
    let mut files = Vec::with_capacity(changes.len());
    for change in changes {
        let file = match &change.subject {
            Subject::New(blind) => {
                let number = next_number(connection, year).await?;
                open(connection, change, number, blind, at).await?
            }
            Subject::Known(number) => append(connection, *number, &change.events, at).await?,
        };
        let fact = (change.fact_of)(&file);
        facts::replace(connection, &file.number().to_string(), &fact, &change.codebook).await?;
        notices::queue(connection, &change.notices, at).await?;
        files.push(file);
    }
    Ok(files)
}

async fn next_number(connection: &mut AnyConnection, year: i16) -> Result<CaseNumber, StoreError> {
    // The number of an erased case is not given again.
    let row = sqlx::query(
        "SELECT max(number) AS last FROM
         (SELECT number FROM cases UNION ALL SELECT subject FROM erasures WHERE kind = 'case') AS numbers
         WHERE number LIKE $1",
    )
    .bind(format!("{year:04}-%"))
    .fetch_one(connection)
    .await
    .map_err(attempting("find the next case number"))?;
    let last: Option<String> = row.get("last");
    let running = last.as_deref().and_then(|n| n.split_once('-')).and_then(|(_, n)| n.parse::<u32>().ok());
    Ok(CaseNumber::new(year, running.unwrap_or(0) + 1))
}

async fn open(
    connection: &mut AnyConnection,
    change: &CaseChange,
    number: CaseNumber,
    blind: &str,
    at: Timestamp,
) -> Result<CaseFile, StoreError> {
    let told = |source| StoreError::Case { case: number.to_string(), source };
    let file = CaseFile::fold(number, &change.events).map_err(told)?;
    sqlx::query("INSERT INTO cases (number, imported_number, office, file, blind) VALUES ($1, $2, $3, $4, $5)")
        .bind(number.to_string())
        .bind(file.imported_number())
        .bind(&file.opening().office)
        .bind(to_json("case", &file)?)
        .bind(blind)
        .execute(&mut *connection)
        .await
        .map_err(attempting("open a case"))?;
    bring_up_to_date(connection, &file).await?;
    add_events(connection, number, blind, 1, &change.events, at).await?;
    Ok(file)
}

/// Adds events to a known case and brings its row up to date.
pub(super) async fn append(
    connection: &mut AnyConnection,
    number: CaseNumber,
    events: &[CaseEvent],
    at: Timestamp,
) -> Result<CaseFile, StoreError> {
    let row = sqlx::query(
        "SELECT file, blind, (SELECT coalesce(max(sequence), 0) FROM case_events WHERE case_number = number) AS last
         FROM cases WHERE number = $1",
    )
    .bind(number.to_string())
    .fetch_one(&mut *connection)
    .await
    .map_err(attempting("read a case"))?;
    let mut file = read_file(&row.get::<String, _>("file"))?;
    for event in events {
        file.apply(event).map_err(|source| StoreError::Case { case: number.to_string(), source })?;
    }
    bring_up_to_date(connection, &file).await?;
    let (blind, last): (String, i64) = (row.get("blind"), row.get("last"));
    add_events(connection, number, &blind, last + 1, events, at).await?;
    Ok(file)
}

/// Writes a case's row as its events have made it.
async fn bring_up_to_date(connection: &mut AnyConnection, file: &CaseFile) -> Result<(), StoreError> {
    let (opening, work, ending) = (file.opening(), file.work(), file.ending());
    sqlx::query(
        "UPDATE cases SET file = $2, office = $3, ended_on = $4, coach = $5, officer = $6, started_on = $7, outcome = $8,
                          hours = $9, meetings = $10, trials = $11, stage = $12, words = $13,
                          problem = $14 WHERE number = $1",
    )
    .bind(file.number().to_string())
    .bind(to_json("case", file)?)
    .bind(&opening.office)
    .bind(ending.map(|e| e.on.to_string()))
    .bind(&opening.coach)
    .bind(file.officer())
    .bind(opening.coaching_started.to_string())
    .bind(ending.map(|e| e.outcome.clone()))
    .bind(work.hours_tenths.unwrap_or(UNKNOWN))
    .bind(work.meetings.map_or(UNKNOWN, i64::from))
    .bind(work.work_trials.map_or(UNKNOWN, i64::from))
    .bind(file.stage().code())
    .bind(words(file))
    .bind(file.handling().problem.as_ref().map(|p| if p.seen { "seen" } else { "unseen" }))
    .execute(connection)
    .await
    .map_err(attempting("update a case"))?;
    Ok(())
}

/// What is searched in, in lower case.
fn words(file: &CaseFile) -> String {
    let field = file.ending().and_then(|e| e.field.as_deref());
    let parts = [file.imported_number(), file.opening().municipality.as_deref(), field];
    let mut words = file.number().to_string();
    for part in parts {
        words.push(' ');
        words.push_str(&part.unwrap_or_default().to_lowercase());
    }
    words
}

async fn add_events(
    connection: &mut AnyConnection,
    number: CaseNumber,
    blind: &str,
    first: i64,
    events: &[CaseEvent],
    at: Timestamp,
) -> Result<(), StoreError> {
    for (sequence, event) in (first..).zip(events) {
        let json = to_json("event", event)?;
        sqlx::query("INSERT INTO case_events (case_number, sequence, at, event) VALUES ($1, $2, $3, $4)")
            .bind(number.to_string())
            .bind(sequence)
            .bind(at.to_string())
            .bind(&json)
            .execute(&mut *connection)
            .await
            .map_err(attempting("record an event"))?;
        audit_log::note(connection, at, "event", &number.to_string(), &audit_log::commitment(blind, &json)).await?;
    }
    Ok(())
}

/// The blind of a case.
pub(super) async fn blind(connection: &mut AnyConnection, case: CaseNumber) -> Result<String, StoreError> {
    let row = sqlx::query("SELECT blind FROM cases WHERE number = $1").bind(case.to_string()).fetch_one(connection);
    Ok(row.await.map_err(attempting("read a case"))?.get("blind"))
}

pub(super) fn to_json<T: serde::Serialize>(what: &'static str, value: &T) -> Result<String, StoreError> {
    serde_json::to_string(value).map_err(|source| StoreError::Unreadable { what, source })
}
