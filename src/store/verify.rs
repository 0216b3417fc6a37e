//! Looks whether what is stored still agrees with itself: rows with their history, the cube with the
//! facts, submissions with the fingerprints that were taken of them, the audit log with its chain.

use super::reports::committed;
use super::{Engine, Store, StoreError, attempting, audit_log, erase, facts, pairs};
use crate::case::{CaseEvent, CaseFile};
use crate::cube::Cube;
use crate::text::Fingerprint;
use sqlx::any::AnyRow;
use sqlx::{AnyConnection, Row};
use std::collections::{BTreeMap, BTreeSet, HashMap};

/// How much was looked at, and what does not agree.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Verified {
    /// Cases whose events were folded again.
    pub cases: usize,
    /// Submissions whose fingerprint was taken again.
    pub submissions: usize,
    /// Facts that were counted again.
    pub facts: usize,
    /// Cases and submissions that were erased.
    pub erased: usize,
    /// Entries of the audit log whose link was made again.
    pub entries: usize,
    /// Number and link of the last entry: kept elsewhere, they show later whether the end was cut off.
    pub last: Option<(i64, String)>,
    /// What does not agree; nothing where all is well.
    pub complaints: Vec<Complaint>,
}

/// Something stored that does not agree with the rest.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum Complaint {
    /// The file itself is damaged.
    #[error("the database file is damaged: {0}")]
    File(String),
    /// The events of a case do not give its row.
    #[error("case {0}: its events do not give what stands in its row")]
    Case(String),
    /// A case that was opened and is there no more.
    #[error("case {0}: it was opened and is gone")]
    CaseGone(String),
    /// Events that the audit log does not know, or knows otherwise.
    #[error("case {0}: its events are not those of the audit log")]
    Events(String),
    /// Reports that the audit log does not know, or knows otherwise.
    #[error("case {0}: its closing reports are not those of the audit log")]
    Reports(String),
    /// A submission that was received and is there no more.
    #[error("submission {0}: it was received and is gone")]
    Gone(String),
    /// An answer was changed after it was stored.
    #[error("submission {0}: its answers are not those that were received")]
    Submission(String),
    /// A submission of which the audit log knows nothing, or something else.
    #[error("submission {0}: the audit log has no entry for these answers")]
    Unlogged(String),
    /// Something is counted not at all or more than once, or what is counted is gone.
    #[error("{0}: it is not counted once")]
    Facts(String),
    /// An erasure of which only the log or only the table of erasures knows, or of something that is still there.
    #[error("the erasure of {0} is not as the audit log tells it, or what was erased is still there")]
    Erasure(String),
    /// The stored cube is not the sum of the facts.
    #[error("the stored cube is not what its facts add up to")]
    Cube,
    /// An entry of the audit log was changed, removed or put in.
    #[error("the audit log is broken at entry {0}")]
    Chain(i64),
}

/// An entry of the audit log.
struct Entry {
    sequence: i64,
    at: String,
    verb: String,
    subject: String,
    chain: String,
    commitment: String,
}

/// What entries of one verb commit to, by subject, in their order.
type Commitments<'a> = BTreeMap<&'a str, Vec<&'a str>>;

/// What the audit log knows of one verb.
struct Logged<'a> {
    commitments: Commitments<'a>,
    /// Cases and submissions that were erased.
    erased: &'a BTreeSet<&'a str>,
}

impl Logged<'_> {
    /// Of what is stored: whether the log knows as many of the subject, and each as it is.
    fn agrees(&self, subject: &str, stored: &[Fingerprint]) -> bool {
        let logged = self.commitments.get(subject).map_or(&[][..], Vec::as_slice);
        stored.len() == logged.len() && stored.iter().zip(logged).all(|(s, l)| *l == s.as_str())
    }

    /// What the log knows, what is not `stored`, and what nobody erased, in order.
    fn gone(&self, stored: &BTreeSet<String>) -> Vec<String> {
        let lost = |subject: &&&str| !stored.contains(**subject) && !self.erased.contains(**subject);
        self.commitments.keys().filter(lost).map(|s| (*s).to_owned()).collect()
    }
}

impl Store {
    /// Reads everything as it stands at one moment and compares it.
    ///
    /// # Errors
    /// When the database fails, or what it holds cannot be read at all.
    pub async fn verify(&self) -> Result<Verified, StoreError> {
        let mut verified = Verified::default();
        let mut transaction = self.one_moment().await?;
        if self.engine == Engine::Sqlite {
            // PostgreSQL keeps checksums of its own.
            verify_file(&mut transaction, &mut verified).await?;
        }
        let log = entries(&mut transaction).await?;
        verify_chain(&log, &mut verified);
        let erased = log.iter().filter(|e| e.verb == audit_log::ERASE).map(|e| e.subject.as_str()).collect();
        let logged = |verb| Logged { commitments: commitments(&log, verb), erased: &erased };
        verify_cases(&mut transaction, &logged("event"), &mut verified).await?;
        verify_submissions(&mut transaction, &logged("submission"), &mut verified).await?;
        verify_reports(&mut transaction, &logged("report"), &mut verified).await?;
        verify_annexes(&mut transaction, &logged("annex"), &mut verified).await?;
        verify_erasures(&mut transaction, &logged(audit_log::ERASE), &mut verified).await?;
        verify_facts(&mut transaction, &mut verified).await?;
        verify_cube(&mut transaction, &mut verified).await?;
        transaction.rollback().await.map_err(attempting("be read as a whole"))?;
        Ok(verified)
    }
}

async fn verify_file(connection: &mut AnyConnection, verified: &mut Verified) -> Result<(), StoreError> {
    let rows = sqlx::query("SELECT integrity_check AS told FROM pragma_integrity_check").fetch_all(connection).await;
    let rows = rows.map_err(attempting("check its file"))?;
    let told = rows.iter().map(|r| r.get::<String, _>("told")).filter(|t| t != "ok");
    verified.complaints.extend(told.map(Complaint::File));
    Ok(())
}

async fn entries(connection: &mut AnyConnection) -> Result<Vec<Entry>, StoreError> {
    let rows = sqlx::query("SELECT sequence, at, verb, subject, chain, commitment FROM audit_log ORDER BY sequence");
    let rows = rows.fetch_all(connection).await.map_err(attempting("read the audit log"))?;
    let entry = |row: &AnyRow| Entry {
        sequence: row.get("sequence"),
        at: row.get("at"),
        verb: row.get("verb"),
        subject: row.get("subject"),
        chain: row.get("chain"),
        commitment: row.get("commitment"),
    };
    Ok(rows.iter().map(entry).collect())
}

fn commitments<'a>(log: &'a [Entry], verb: &str) -> Commitments<'a> {
    let mut found = Commitments::new();
    for entry in log.iter().filter(|e| e.verb == verb) {
        found.entry(entry.subject.as_str()).or_default().push(entry.commitment.as_str());
    }
    found
}

fn verify_chain(log: &[Entry], verified: &mut Verified) {
    let mut before = "";
    for entry in log {
        verified.entries += 1;
        let linked = audit_log::link(before, &entry.at, &entry.verb, &entry.subject, &entry.commitment);
        if entry.commitment.is_empty() || linked.as_str() != entry.chain {
            verified.complaints.push(Complaint::Chain(entry.sequence));
        }
        before = &entry.chain;
    }
    verified.last = log.last().map(|e| (e.sequence, e.chain.clone()));
}

async fn verify_cases(
    connection: &mut AnyConnection,
    logged: &Logged<'_>,
    verified: &mut Verified,
) -> Result<(), StoreError> {
    let rows = sqlx::query("SELECT case_number, event FROM case_events ORDER BY case_number, sequence");
    let mut events: HashMap<String, Vec<String>> = HashMap::new();
    for row in rows.fetch_all(&mut *connection).await.map_err(attempting("read the events"))? {
        events.entry(row.get("case_number")).or_default().push(row.get("event"));
    }
    let rows = sqlx::query("SELECT number, file, blind FROM cases ORDER BY number").fetch_all(connection).await;
    let mut stored = BTreeSet::new();
    for row in rows.map_err(attempting("read the cases"))? {
        verified.cases += 1;
        let (number, blind): (String, String) = (row.get("number"), row.get("blind"));
        let history = events.get(&number).map_or(&[][..], Vec::as_slice);
        let read: Result<Vec<CaseEvent>, _> = history.iter().map(|e| serde_json::from_str(e)).collect();
        let file: Option<CaseFile> = serde_json::from_str(&row.get::<String, _>("file")).ok();
        let folded =
            read.ok().zip(number.parse().ok()).and_then(|(events, number)| CaseFile::fold(number, &events).ok());
        if file.is_none() || folded != file {
            verified.complaints.push(Complaint::Case(number.clone()));
        }
        let commitments: Vec<Fingerprint> = history.iter().map(|e| audit_log::commitment(&blind, e)).collect();
        if !logged.agrees(&number, &commitments) {
            verified.complaints.push(Complaint::Events(number.clone()));
        }
        stored.insert(number);
    }
    verified.complaints.extend(logged.gone(&stored).into_iter().map(Complaint::CaseGone));
    Ok(())
}

async fn verify_submissions(
    connection: &mut AnyConnection,
    logged: &Logged<'_>,
    verified: &mut Verified,
) -> Result<(), StoreError> {
    let rows = sqlx::query("SELECT id, version, answers, content, blind FROM submissions ORDER BY id");
    let mut stored = BTreeSet::new();
    for row in rows.fetch_all(connection).await.map_err(attempting("read the submissions"))? {
        verified.submissions += 1;
        let text = |column: &str| row.get::<String, _>(column);
        let content = Fingerprint::of(format!("{}\n{}", text("version"), text("answers")));
        if content.as_str() != text("content") {
            verified.complaints.push(Complaint::Submission(text("id")));
        }
        if !logged.agrees(&text("id"), &[audit_log::commitment(&text("blind"), &text("content"))]) {
            verified.complaints.push(Complaint::Unlogged(text("id")));
        }
        stored.insert(text("id"));
    }
    verified.complaints.extend(logged.gone(&stored).into_iter().map(Complaint::Gone));
    Ok(())
}

async fn verify_reports(
    connection: &mut AnyConnection,
    logged: &Logged<'_>,
    verified: &mut Verified,
) -> Result<(), StoreError> {
    let rows = sqlx::query(
        "SELECT r.case_number, r.content, r.json, r.sha256, c.blind FROM reports r JOIN cases c ON c.number = r.case_number
         ORDER BY r.case_number, r.version",
    );
    let mut stored: BTreeMap<String, Vec<Fingerprint>> = BTreeMap::new();
    for row in rows.fetch_all(connection).await.map_err(attempting("read the reports"))? {
        let sha256: String = row.get("sha256");
        // The hash that stands on the report is that of its file.
        if !sha256.is_empty() && Fingerprint::of(row.get::<String, _>("json")).as_str() != sha256 {
            verified.complaints.push(Complaint::Reports(row.get("case_number")));
        }
        let commitment = audit_log::commitment(row.get("blind"), &committed(row.get("content"), &sha256));
        stored.entry(row.get("case_number")).or_default().push(commitment);
    }
    let wrong = stored.iter().filter(|(case, contents)| !logged.agrees(case, contents));
    verified.complaints.extend(wrong.map(|(case, _)| Complaint::Reports(case.clone())));
    // Also those of which the log alone knows.
    let stored = stored.into_keys().collect();
    verified.complaints.extend(logged.gone(&stored).into_iter().map(Complaint::Reports));
    Ok(())
}

/// An annex is taken away when an answer in it is erased, and written again: the log may know more of them.
async fn verify_annexes(
    connection: &mut AnyConnection,
    logged: &Logged<'_>,
    verified: &mut Verified,
) -> Result<(), StoreError> {
    let rows = sqlx::query(
        "SELECT a.case_number, a.json, c.blind FROM annexes a JOIN cases c ON c.number = a.case_number
         ORDER BY a.case_number, a.version",
    );
    for row in rows.fetch_all(connection).await.map_err(attempting("read the annexes"))? {
        let case: String = row.get("case_number");
        let commitment = audit_log::commitment(row.get("blind"), row.get("json"));
        let known = logged.commitments.get(case.as_str()).map_or(&[][..], Vec::as_slice);
        if !known.contains(&commitment.as_str()) {
            verified.complaints.push(Complaint::Reports(case));
        }
    }
    Ok(())
}

/// Table and log know the same erasures, and nothing that was erased is there.
async fn verify_erasures(
    connection: &mut AnyConnection,
    logged: &Logged<'_>,
    verified: &mut Verified,
) -> Result<(), StoreError> {
    let rows =
        sqlx::query("SELECT subject, mark, kind FROM erasures ORDER BY subject, mark").fetch_all(&mut *connection);
    let mut noted: BTreeMap<String, BTreeSet<String>> = BTreeMap::new();
    let mut wrong = BTreeSet::new();
    for row in rows.await.map_err(attempting("read the erasures"))? {
        verified.erased += 1;
        let (subject, mark, kind): (String, String, String) = (row.get("subject"), row.get("mark"), row.get("kind"));
        let there = match kind.as_str() {
            "case" => erase::mark_of_case(&mut *connection, &subject).await?.is_some_and(|(m, _)| m.as_str() == mark),
            _ => {
                let found = sqlx::query("SELECT 1 AS one FROM submissions WHERE id = $1").bind(&subject);
                found.fetch_optional(&mut *connection).await.map_err(attempting("find a submission"))?.is_some()
            }
        };
        if there {
            wrong.insert(subject.clone());
        }
        noted.entry(subject).or_default().insert(mark);
    }
    for (subject, marks) in &logged.commitments {
        let told: BTreeSet<String> = marks.iter().map(|m| (*m).to_owned()).collect();
        if noted.remove(*subject).is_none_or(|noted| noted != told) {
            wrong.insert((*subject).to_owned());
        }
    }
    wrong.extend(noted.into_keys());
    verified.complaints.extend(wrong.into_iter().map(Complaint::Erasure));
    Ok(())
}

/// Every case, invitation and submission is counted once. An invitation that was taken back may be counted or not.
async fn verify_facts(connection: &mut AnyConnection, verified: &mut Verified) -> Result<(), StoreError> {
    let rows = sqlx::query(
        "SELECT k.subject, k.needed, CAST(coalesce(f.n, 0) AS BIGINT) AS n
         FROM (SELECT number AS subject, 1 AS needed FROM cases
               UNION ALL SELECT id, CASE WHEN revoked_at IS NULL THEN counted ELSE 0 END FROM invitations
               UNION ALL SELECT number || '/change', 0 FROM cases
               UNION ALL SELECT id, 1 FROM submissions) k
         LEFT JOIN (SELECT subject, sum(sign) AS n FROM facts GROUP BY subject) f ON f.subject = k.subject
         WHERE coalesce(f.n, 0) < k.needed OR coalesce(f.n, 0) > 1
         UNION ALL
         SELECT f.subject, 0 AS needed, CAST(sum(f.sign) AS BIGINT) AS n FROM facts f
         WHERE f.subject <> '' AND f.subject NOT IN (SELECT number FROM cases)
           AND f.subject NOT IN (SELECT number || '/change' FROM cases)
           AND f.subject NOT IN (SELECT id FROM invitations) AND f.subject NOT IN (SELECT id FROM submissions)
         GROUP BY f.subject ORDER BY 1",
    );
    let rows = rows.fetch_all(&mut *connection).await.map_err(attempting("read the facts"))?;
    verified.complaints.extend(rows.iter().map(|row| Complaint::Facts(row.get("subject"))));
    verified.complaints.extend(pairs::miscounted(connection).await?.into_iter().map(Complaint::Facts));
    Ok(())
}

async fn verify_cube(connection: &mut AnyConnection, verified: &mut Verified) -> Result<(), StoreError> {
    let stored = facts::read_cube(&mut *connection).await?;
    let mut recount = Cube::default();
    for (sequence, fact, book) in facts::read_since(connection, 0).await? {
        verified.facts += 1;
        if sequence <= stored.watermark {
            recount.fold(sequence, &fact, &book);
        }
    }
    // A cube of an earlier version of the program is counted anew by the next release anyway.
    if stored.is_current() && recount != stored {
        verified.complaints.push(Complaint::Cube);
    }
    Ok(())
}
