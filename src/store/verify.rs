//! Looks whether what is stored still agrees with itself: rows with their history, the cube with the
//! facts, submissions with the fingerprints that were taken of them, the audit log with its chain.

use super::{Engine, Store, StoreError, attempting, audit_log};
use crate::case::CaseFile;
use crate::cube::Cube;
use crate::text::Fingerprint;
use sqlx::Row;

/// How much was looked at, and what does not agree.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Verified {
    /// Cases whose events were folded again.
    pub cases: usize,
    /// Submissions whose fingerprint was taken again.
    pub submissions: usize,
    /// Facts that were counted again.
    pub facts: usize,
    /// Entries of the audit log whose link was made again.
    pub entries: usize,
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
    /// An answer was changed after it was stored.
    #[error("submission {0}: its answers are not those that were received")]
    Submission(String),
    /// A submission of which the audit log knows nothing, or something else.
    #[error("submission {0}: the audit log has no entry for these answers")]
    Unlogged(String),
    /// The stored cube is not the sum of the facts.
    #[error("the stored cube is not what its facts add up to")]
    Cube,
    /// An entry of the audit log was changed, removed or put in.
    #[error("the audit log is broken at entry {0}")]
    Chain(i64),
}

impl Store {
    /// Reads everything and compares it.
    ///
    /// # Errors
    /// When the database fails, or what it holds cannot be read at all.
    pub async fn verify(&self) -> Result<Verified, StoreError> {
        let mut verified = Verified::default();
        self.verify_file(&mut verified).await?;
        self.verify_cases(&mut verified).await?;
        self.verify_cube(&mut verified).await?;
        self.verify_chain(&mut verified).await?;
        self.verify_submissions(&mut verified).await?;
        Ok(verified)
    }

    /// PostgreSQL keeps checksums of its own.
    async fn verify_file(&self, verified: &mut Verified) -> Result<(), StoreError> {
        if self.engine == Engine::Postgres {
            return Ok(());
        }
        let rows =
            sqlx::query("SELECT integrity_check AS told FROM pragma_integrity_check").fetch_all(self.readers()).await;
        let told =
            rows.map_err(attempting("check its file"))?.iter().map(|r| r.get::<String, _>("told")).collect::<Vec<_>>();
        verified.complaints.extend(told.into_iter().filter(|t| t != "ok").map(Complaint::File));
        Ok(())
    }

    async fn verify_cases(&self, verified: &mut Verified) -> Result<(), StoreError> {
        for case in self.cases().await? {
            let number = case.number();
            let folded = CaseFile::fold(number, &self.events(number).await?);
            if folded.ok().as_ref() != Some(&case) {
                verified.complaints.push(Complaint::Case(number.to_string()));
            }
            verified.cases += 1;
        }
        Ok(())
    }

    async fn verify_cube(&self, verified: &mut Verified) -> Result<(), StoreError> {
        let stored = self.cube().await?;
        let mut recount = Cube::default();
        for (sequence, fact, book) in self.facts_since(0).await? {
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

    async fn verify_chain(&self, verified: &mut Verified) -> Result<(), StoreError> {
        let rows =
            sqlx::query("SELECT sequence, at, verb, subject, chain, commitment FROM audit_log ORDER BY sequence");
        let rows = rows.fetch_all(self.readers()).await.map_err(attempting("read the audit log"))?;
        let mut before = String::new();
        for row in &rows {
            let text = |column: &str| row.get::<String, _>(column);
            let (chain, commitment) = (text("chain"), text("commitment"));
            if !commitment.is_empty() {
                verified.entries += 1;
                let linked = audit_log::link(&before, &text("at"), &text("verb"), &text("subject"), &commitment);
                if linked.as_str() != chain {
                    verified.complaints.push(Complaint::Chain(row.get("sequence")));
                }
            }
            before = chain;
        }
        Ok(())
    }

    async fn verify_submissions(&self, verified: &mut Verified) -> Result<(), StoreError> {
        let rows = sqlx::query(
            "SELECT s.id, s.version, s.answers, s.content,
                    (SELECT max(a.commitment) FROM audit_log a WHERE a.verb = 'submission' AND a.subject = s.id) AS logged
             FROM submissions s ORDER BY s.id",
        );
        for row in rows.fetch_all(self.readers()).await.map_err(attempting("read the submissions"))? {
            verified.submissions += 1;
            let text = |column: &str| row.get::<String, _>(column);
            let content = Fingerprint::of(format!("{}\n{}", text("version"), text("answers")));
            if content.as_str() != text("content") {
                verified.complaints.push(Complaint::Submission(text("id")));
            }
            let logged = row.get::<Option<String>, _>("logged");
            if logged.is_none_or(|logged| !logged.is_empty() && logged != text("content")) {
                verified.complaints.push(Complaint::Unlogged(text("id")));
            }
        }
        Ok(())
    }
}
