//! The reports that officers receive: a list that is sorted, filtered and cut in the database, and the versions of one.

use super::cases::read_file;
use super::{Store, StoreError, StoredReport, reports};
use crate::case::{CaseFile, CaseNumber};
use jiff::Timestamp;
use jiff::civil::Date;
use sqlx::any::{AnyArguments, AnyRow};
use sqlx::query::Query;
use sqlx::{Any, AssertSqlSafe, Row};

/// Parts of the list, each with its count.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, PartialOrd, Ord)]
pub enum ReportTab {
    /// Reports that nobody has accepted or asked about yet.
    #[default]
    New,
    /// Reports that the coach is asked to complete.
    Waiting,
    /// Reports that were accepted.
    Accepted,
    /// Problems that nobody has seen yet.
    Problems,
    /// All of these, and interim reports.
    All,
}

impl ReportTab {
    /// Every part in the order of the page.
    pub const ALL: [Self; 5] = [Self::New, Self::Waiting, Self::Accepted, Self::Problems, Self::All];

    /// Its code in addresses and in the catalogue.
    #[must_use]
    pub fn code(self) -> &'static str {
        match self {
            Self::New => "new",
            Self::Waiting => "waiting",
            Self::Accepted => "accepted",
            Self::Problems => "problems",
            Self::All => "all",
        }
    }

    /// The part of that code.
    #[must_use]
    pub fn from_code(code: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|t| t.code() == code)
    }

    fn condition(self) -> &'static str {
        match self {
            Self::New => "r.version IS NOT NULL AND c.stage = 'reported'",
            Self::Waiting => "r.version IS NOT NULL AND c.stage = 'completion_asked'",
            Self::Accepted => "r.version IS NOT NULL AND c.stage = 'accepted'",
            Self::Problems => "c.problem = 'unseen'",
            Self::All => "1 = 1",
        }
    }
}

/// What the list is sorted by.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum ReportSort {
    /// The number of the case.
    Case,
    /// The coach.
    Coach,
    /// The day on which the coaching ended.
    Ended,
    /// How it ended.
    Outcome,
    /// Hours of coaching.
    Hours,
    /// When the last version was sent.
    #[default]
    Sent,
}

impl ReportSort {
    /// Every order, as the columns stand.
    pub const ALL: [Self; 6] = [Self::Case, Self::Coach, Self::Ended, Self::Outcome, Self::Hours, Self::Sent];

    /// Its code in addresses and in the catalogue.
    #[must_use]
    pub fn code(self) -> &'static str {
        match self {
            Self::Case => "case",
            Self::Coach => "coach",
            Self::Ended => "ended",
            Self::Outcome => "outcome",
            Self::Hours => "hours",
            Self::Sent => "sent",
        }
    }

    /// The order of that code.
    #[must_use]
    pub fn from_code(code: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|s| s.code() == code)
    }

    /// Nothing sorts otherwise in one engine than in the other, so nothing may be NULL.
    fn key(self) -> &'static str {
        match self {
            Self::Case => "c.number",
            Self::Coach => "c.coach",
            Self::Ended => "coalesce(c.ended_on, '')",
            Self::Outcome => "coalesce(c.outcome, '')",
            Self::Hours => "c.hours",
            Self::Sent => "coalesce(r.sent_at, '')",
        }
    }
}

/// Which reports are asked for.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct ReportQuery {
    /// Id of the officer who asks: cases of which another is the officer are not there.
    pub officer: String,
    /// Id of the form of interim reports.
    pub interim: String,
    /// The part of the list.
    pub tab: ReportTab,
    /// What is searched for in numbers, municipality, field and coach; nothing unless told.
    pub words: String,
    /// Only this outcome; any unless told.
    pub outcome: String,
    /// The order.
    pub sort: ReportSort,
    /// True for the last first.
    pub descending: bool,
    /// Rows before the first.
    pub offset: i64,
    /// The most rows.
    pub limit: i64,
}

/// A row of the list.
#[derive(Clone, Debug)]
pub struct ReportRow {
    /// The case.
    pub case: CaseFile,
    /// The last version that was sent; none of a case with a problem or an interim report only.
    pub version: Option<u32>,
    /// When it was sent.
    pub sent_at: Option<Timestamp>,
    /// The day on which the first version was written: the annex waits from then on.
    pub reported_on: Option<Date>,
    /// The day on which the annex of that version closed, if it was written.
    pub annex_closed_on: Option<Date>,
    /// When the last feedback came in.
    pub last_answer_at: Option<Timestamp>,
    /// How many interim reports there are.
    pub interims: u32,
}

/// The list as far as it is shown.
#[derive(Clone, Debug, Default)]
pub struct ReportList {
    /// The rows.
    pub rows: Vec<ReportRow>,
    /// How many there are of this part, search and filter.
    pub total: i64,
    /// How many each part has, whatever is searched for.
    pub counts: [i64; 5],
}

/// A version of a report as it was sent.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct SentVersion {
    /// Counted from 1, those included that were not sent.
    pub version: u32,
    /// The day it was written.
    pub written_on: Date,
    /// When it was sent.
    pub sent_at: Timestamp,
    /// SHA-256 of its JSON.
    pub sha256: String,
}

/// Whatever an officer may see of reports: $1 the officer, $2 the form of interim reports.
const RECEIVED: &str = "FROM cases c LEFT JOIN
  (SELECT case_number, max(version) AS version, max(sent_at) AS sent_at FROM reports
   WHERE sent_at IS NOT NULL GROUP BY case_number) r ON r.case_number = c.number
 LEFT JOIN
  (SELECT i.case_number, count(*) AS interims FROM invitations i JOIN submissions s ON s.invitation = i.id
   WHERE i.form = $2 GROUP BY i.case_number) m ON m.case_number = c.number
 WHERE (c.officer IS NULL OR c.officer = $1)
   AND (r.version IS NOT NULL OR c.problem IS NOT NULL OR m.interims IS NOT NULL)";
/// What is searched for and filtered: $3 the words as a pattern, $4 the outcome.
const WANTED: &str = "($3 = '' OR c.words LIKE $3 ESCAPE '!' OR lower(c.coach) LIKE $3 ESCAPE '!')
   AND ($4 = '' OR c.outcome = $4)";

impl Store {
    /// The list of reports as it is asked for.
    ///
    /// # Errors
    /// When the database fails, or what it holds is no case.
    pub async fn report_list(&self, query: &ReportQuery) -> Result<ReportList, StoreError> {
        let ReportQuery { tab, sort, .. } = *query;
        let direction = if query.descending { "DESC" } else { "ASC" };
        let condition = tab.condition();
        // Rows are cut first; what is told of each is looked up for those that are shown.
        let rows = format!(
            "SELECT p.*, (SELECT file FROM cases f WHERE f.number = p.number) AS file,
                    (SELECT min(written_on) FROM reports v WHERE v.case_number = p.number AND v.sent_at IS NOT NULL) AS reported_on,
                    (SELECT closed_on FROM annexes a WHERE a.case_number = p.number AND a.version = p.version) AS closed_on,
                    (SELECT max(s.received_at) FROM invitations i JOIN submissions s ON s.invitation = i.id
                     WHERE i.case_number = p.number AND i.counted = 1
                       AND i.party IN ('client', 'employer', 'community')) AS last_answer
             FROM (SELECT c.number, r.version, r.sent_at, m.interims, {} AS sorted {RECEIVED} AND {condition} AND {WANTED}
                   ORDER BY sorted {direction}, c.number {direction} LIMIT $5 OFFSET $6) p
             ORDER BY p.sorted {direction}, p.number {direction}",
            sort.key()
        );
        let found = self.asked(&rows, query).bind(query.limit).bind(query.offset).fetch_all(self.readers());
        let found = self.read("list the reports", found).await?;
        let rows = found.iter().map(row).collect::<Result<_, _>>()?;
        let counts = self.report_counts(query).await?;
        let total = if query.words.trim().is_empty() && query.outcome.is_empty() {
            ReportTab::ALL.into_iter().zip(counts).find(|(t, _)| *t == tab).map_or(0, |(_, n)| n)
        } else {
            let total = format!("SELECT count(*) AS n {RECEIVED} AND {condition} AND {WANTED}");
            let found = self.asked(&total, query).fetch_one(self.readers());
            self.read("count the reports", found).await?.get("n")
        };
        Ok(ReportList { rows, total, counts })
    }

    async fn report_counts(&self, query: &ReportQuery) -> Result<[i64; 5], StoreError> {
        let sums = ReportTab::ALL.map(|tab| {
            format!("coalesce(sum(CASE WHEN {} THEN 1 ELSE 0 END), 0) AS {}_n", tab.condition(), tab.code())
        });
        let counts = format!("SELECT {} {RECEIVED}", sums.join(", "));
        let found = sqlx::query(AssertSqlSafe(counts)).bind(&query.officer).bind(&query.interim);
        let found = self.read("count the reports", found.fetch_one(self.readers())).await?;
        Ok(ReportTab::ALL.map(|tab| found.get(format!("{}_n", tab.code()).as_str())))
    }

    /// A query with what every one of the list asks for. Its text is made of the constants above alone.
    #[expect(clippy::unused_self, reason = "it is a part of the verbs above")]
    fn asked<'q>(&self, sql: &str, query: &'q ReportQuery) -> Query<'q, Any, AnyArguments> {
        let words = pattern(&query.words);
        let asked = sqlx::query(AssertSqlSafe(sql.to_owned()));
        asked.bind(&query.officer).bind(&query.interim).bind(words).bind(&query.outcome)
    }

    /// The versions of a case's report that were sent, the first one first.
    ///
    /// # Errors
    /// When the database fails.
    pub async fn sent_versions(&self, case: CaseNumber) -> Result<Vec<SentVersion>, StoreError> {
        let rows = sqlx::query(
            "SELECT version, written_on, sent_at, sha256 FROM reports
             WHERE case_number = $1 AND sent_at IS NOT NULL ORDER BY version",
        )
        .bind(case.to_string())
        .fetch_all(self.readers());
        let read = |row: &AnyRow| {
            Some(SentVersion {
                version: u32::try_from(row.get::<i64, _>("version")).ok()?,
                written_on: row.get::<String, _>("written_on").parse().ok()?,
                sent_at: row.get::<String, _>("sent_at").parse().ok()?,
                sha256: row.get("sha256"),
            })
        };
        Ok(self.read("read the versions of a report", rows).await?.iter().filter_map(read).collect())
    }

    /// A version of a case's report, if it was sent.
    ///
    /// # Errors
    /// When the database fails.
    pub async fn sent_report(&self, case: CaseNumber, version: u32) -> Result<Option<StoredReport>, StoreError> {
        let row = sqlx::query(
            "SELECT version, content, written_on, json, html, pdf, sent_at, sha256 FROM reports
             WHERE case_number = $1 AND version = $2 AND sent_at IS NOT NULL",
        )
        .bind(case.to_string())
        .bind(i64::from(version))
        .fetch_optional(self.readers());
        Ok(self.read("read a report", row).await?.as_ref().and_then(reports::read))
    }
}

/// The pattern that finds the words anywhere; what would be a sign of the pattern stands for itself.
fn pattern(words: &str) -> String {
    let words = words.trim().to_lowercase();
    if words.is_empty() {
        return words;
    }
    let plain = words.replace('!', "!!").replace('%', "!%").replace('_', "!_");
    format!("%{plain}%")
}

fn row(row: &AnyRow) -> Result<ReportRow, StoreError> {
    let number = |n: Option<i64>| n.and_then(|n| u32::try_from(n).ok());
    let instant = |name: &str| row.get::<Option<String>, _>(name).and_then(|at| at.parse().ok());
    let day = |name: &str| row.get::<Option<String>, _>(name).and_then(|on| on.parse().ok());
    Ok(ReportRow {
        case: read_file(&row.get::<String, _>("file"))?,
        version: number(row.get("version")),
        sent_at: instant("sent_at"),
        reported_on: day("reported_on"),
        annex_closed_on: day("closed_on"),
        last_answer_at: instant("last_answer"),
        interims: number(row.get("interims")).unwrap_or(0),
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_searched_for_stands_for_itself() {
        assert_eq!(pattern("  V-0 "), "%v-0%");
        assert_eq!(pattern("50 %_!"), "%50 !%!_!!%");
        assert_eq!(pattern("  "), "");
    }
}
