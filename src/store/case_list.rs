//! Lists of cases for their coaches: searched, filtered, sorted and paged by the database.

use super::cases::read_file;
use super::{Store, StoreError};
use crate::case::{CaseFile, CaseNumber, Stage};
use crate::form::Party;
use jiff::Timestamp;
use sqlx::{AssertSqlSafe, Row};

/// Most words that are searched for.
const WORDS: usize = 5;
/// Most rows of a list that is taken whole.
const WHOLE: u32 = 50_000;
/// True while the opening form of a case has not been filled in; a form of no name is not missed.
const UNOPENED: &str = "($2 <> '' AND NOT EXISTS (SELECT 1 FROM invitations i JOIN submissions s ON s.invitation = i.id
                          WHERE i.case_number = c.number AND i.form = $2))";

/// What a list of cases is sorted by.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum CaseSort {
    /// What waits for the coach first.
    #[default]
    Urgency,
    /// The number, as it is shown.
    Number,
    /// Stage, and of those that have ended the outcome.
    Stage,
    /// The day on which the coaching started.
    Started,
    /// Meetings.
    Meetings,
    /// Hours.
    Hours,
}

impl CaseSort {
    /// Every order.
    pub const ALL: [Self; 6] = [Self::Urgency, Self::Number, Self::Stage, Self::Started, Self::Meetings, Self::Hours];

    /// Its code in addresses.
    #[must_use]
    pub fn code(self) -> &'static str {
        match self {
            Self::Urgency => "urgency",
            Self::Number => "number",
            Self::Stage => "stage",
            Self::Started => "started",
            Self::Meetings => "meetings",
            Self::Hours => "hours",
        }
    }

    /// The order of that code.
    #[must_use]
    pub fn from_code(code: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|s| s.code() == code)
    }

    fn columns(self) -> &'static [&'static str] {
        match self {
            Self::Urgency => &["l.urgency"],
            Self::Number => &["coalesce(l.imported_number, l.number)"],
            Self::Stage => &["l.stage", "l.outcome"],
            Self::Started => &["l.started_on"],
            Self::Meetings => &["l.meetings"],
            Self::Hours => &["l.hours"],
        }
    }
}

/// A part of a coach's cases.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum CaseTab {
    /// All of them.
    #[default]
    All,
    /// Those that wait for something that the coach does.
    Waiting,
    /// Those whose coaching goes on.
    Ongoing,
    /// Those whose coaching has ended.
    Ended,
}

impl CaseTab {
    /// Every part.
    pub const ALL: [Self; 4] = [Self::All, Self::Waiting, Self::Ongoing, Self::Ended];

    /// Its code in addresses.
    #[must_use]
    pub fn code(self) -> &'static str {
        match self {
            Self::All => "all",
            Self::Waiting => "waiting",
            Self::Ongoing => "ongoing",
            Self::Ended => "ended",
        }
    }

    /// The part of that code.
    #[must_use]
    pub fn from_code(code: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|t| t.code() == code)
    }
}

/// Which cases, in which order.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct CaseQuery {
    /// Whose: the name on the cases.
    pub coach: String,
    /// The form that a coach fills in when a case opens; empty where there is none.
    pub opening_form: String,
    /// Which part.
    pub tab: CaseTab,
    /// Words that are all to be found.
    pub search: String,
    /// Only this stage.
    pub stage: Option<Stage>,
    /// Only this outcome.
    pub outcome: Option<String>,
    /// The order.
    pub sort: CaseSort,
    /// True for the last first.
    pub descending: bool,
}

/// A case of a list.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ListedCase {
    /// The case.
    pub case: CaseFile,
    /// True when it waits for something that the coach does.
    pub waiting: bool,
    /// True when its coach has filled in the opening form, or there is none.
    pub opened: bool,
}

/// How many cases a coach has.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct CaseCounts {
    /// All.
    pub all: usize,
    /// Waiting for the coach.
    pub waiting: usize,
    /// Going on.
    pub ongoing: usize,
    /// Ended.
    pub ended: usize,
    /// Cases of every coach.
    pub of_everybody: usize,
}

/// How far a party of a listed case has come with one form.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ListedParty {
    /// The case.
    pub case: CaseNumber,
    /// Who.
    pub party: Party,
    /// Invitations that were not taken back.
    pub invited: usize,
    /// Of these, answered before the instant that was asked for.
    pub answered: usize,
}

impl Store {
    /// A page of a coach's cases and how many there are on all pages.
    ///
    /// # Errors
    /// When the database fails.
    pub async fn case_page(
        &self,
        query: &CaseQuery,
        size: u32,
        skip: u32,
    ) -> Result<(Vec<ListedCase>, usize), StoreError> {
        let (statement, binds) = statement(query, size, skip);
        let filled = binds.iter().fold(sqlx::query(AssertSqlSafe(statement)), |query, bind| query.bind(bind.clone()));
        let rows = self.read("list cases", filled.fetch_all(self.readers())).await?;
        let total = rows.first().map_or(0, |row| row.get::<i64, _>("total"));
        let listed = |row: &sqlx::any::AnyRow| {
            let (urgency, unopened) = (row.get::<i64, _>("urgency"), row.get::<i64, _>("unopened"));
            let case = read_file(&row.get::<String, _>("file"))?;
            Ok(ListedCase { case, waiting: urgency < 3, opened: unopened == 0 })
        };
        let cases = rows.iter().map(listed).collect::<Result<Vec<_>, StoreError>>()?;
        Ok((cases, usize::try_from(total).unwrap_or(0)))
    }

    /// All of a coach's cases that a query finds, in its order.
    ///
    /// # Errors
    /// When the database fails.
    pub async fn all_listed(&self, query: &CaseQuery) -> Result<Vec<CaseFile>, StoreError> {
        let (cases, _) = self.case_page(query, WHOLE, 0).await?;
        Ok(cases.into_iter().map(|listed| listed.case).collect())
    }

    /// How many cases a coach has, by how far they have come.
    ///
    /// # Errors
    /// When the database fails.
    pub async fn case_counts(&self, coach: &str, opening_form: &str) -> Result<CaseCounts, StoreError> {
        let statement = format!(
            "SELECT c.stage, count(*) AS n, CAST(sum(CASE WHEN {UNOPENED} THEN 1 ELSE 0 END) AS BIGINT) AS unopened,
                    (SELECT count(*) FROM cases) AS of_everybody
             FROM cases c WHERE c.coach = $1 GROUP BY c.stage"
        );
        let rows = sqlx::query(AssertSqlSafe(statement))
            .bind(coach.to_owned())
            .bind(opening_form.to_owned())
            .fetch_all(self.readers());
        let rows = self.read("count cases", rows).await?;
        let mut counts = CaseCounts::default();
        for row in &rows {
            let number = |column: &str| usize::try_from(row.get::<i64, _>(column)).unwrap_or(0);
            let n = number("n");
            counts.all += n;
            counts.of_everybody = number("of_everybody");
            match Stage::from_code(&row.get::<String, _>("stage")) {
                Some(Stage::Ongoing) => {
                    counts.ongoing += n;
                    counts.waiting += number("unopened");
                }
                Some(Stage::Ended | Stage::CompletionAsked) => {
                    counts.ended += n;
                    counts.waiting += n;
                }
                _ => counts.ended += n,
            }
        }
        Ok(counts)
    }

    /// How far the parties of these cases have come with these forms; what was answered from `until` on is not told.
    ///
    /// # Errors
    /// When the database fails.
    pub async fn parties_of(
        &self,
        cases: &[CaseNumber],
        forms: &[&str],
        until: Timestamp,
    ) -> Result<Vec<ListedParty>, StoreError> {
        if cases.is_empty() || forms.is_empty() {
            return Ok(Vec::new());
        }
        let places = |from: usize, n: usize| {
            let places: Vec<String> = (from..from + n).map(|n| format!("${n}")).collect();
            places.join(", ")
        };
        let statement = format!(
            "SELECT i.case_number, i.party, count(*) AS invited,
                    CAST(sum(CASE WHEN s.received_at < $1 THEN 1 ELSE 0 END) AS BIGINT) AS answered
             FROM invitations i LEFT JOIN submissions s ON s.invitation = i.id
             WHERE i.revoked_at IS NULL AND i.case_number IN ({}) AND i.form IN ({})
             GROUP BY i.case_number, i.party",
            places(2, cases.len()),
            places(2 + cases.len(), forms.len()),
        );
        // Instants are texts of unequal length; without the Z at its end a whole second comes before its parts.
        let until = until.to_string();
        let until = until.strip_suffix('Z').unwrap_or(&until).to_owned();
        let query = sqlx::query(AssertSqlSafe(statement)).bind(until);
        let query = cases.iter().fold(query, |query, case| query.bind(case.to_string()));
        let query = forms.iter().fold(query, |query, form| query.bind((*form).to_owned()));
        let rows = self.read("read how far parties have come", query.fetch_all(self.readers())).await?;
        let read = |row: &sqlx::any::AnyRow| {
            let count = |column: &str| usize::try_from(row.get::<i64, _>(column)).unwrap_or(0);
            Some(ListedParty {
                case: row.get::<String, _>("case_number").parse().ok()?,
                party: serde_json::from_value(serde_json::Value::String(row.get("party"))).ok()?,
                invited: count("invited"),
                answered: count("answered"),
            })
        };
        Ok(rows.iter().filter_map(read).collect())
    }

    /// The case that has this number in the sheet.
    ///
    /// # Errors
    /// When the database fails.
    pub async fn case_of_sheet(&self, number: &str) -> Result<Option<CaseNumber>, StoreError> {
        let row = sqlx::query("SELECT number FROM cases WHERE imported_number = $1")
            .bind(number.to_owned())
            .fetch_optional(self.readers());
        let row = self.read("find a case", row).await?;
        Ok(row.and_then(|row| row.get::<String, _>("number").parse().ok()))
    }
}

/// The statement of a page with what is bound to it. What a reader typed is only ever bound.
fn statement(query: &CaseQuery, size: u32, skip: u32) -> (String, Vec<String>) {
    let mut binds = vec![query.coach.clone(), query.opening_form.clone()];
    let mut conditions = vec!["l.coach = $1".to_owned()];
    match query.tab {
        CaseTab::All => {}
        CaseTab::Waiting => conditions.push("l.urgency < 3".to_owned()),
        CaseTab::Ongoing => conditions.push("l.stage = 'ongoing'".to_owned()),
        CaseTab::Ended => conditions.push("l.stage <> 'ongoing'".to_owned()),
    }
    let mut bind = |value: String| {
        binds.push(value);
        format!("${}", binds.len())
    };
    for word in query.search.to_lowercase().split_whitespace().take(WORDS) {
        let literal = word.replace('!', "!!").replace('%', "!%").replace('_', "!_");
        let place = bind(format!("%{literal}%"));
        conditions.push(format!("l.words LIKE {place} ESCAPE '!'"));
    }
    if let Some(stage) = query.stage {
        let place = bind(stage.code().to_owned());
        conditions.push(format!("l.stage = {place}"));
    }
    if let Some(outcome) = &query.outcome {
        let place = bind(outcome.clone());
        conditions.push(format!("l.outcome = {place}"));
    }
    let direction = if query.descending { "DESC" } else { "ASC" };
    let order = query.sort.columns().join(&format!(" {direction}, "));
    let statement = format!(
        "SELECT l.file, l.urgency, l.unopened, count(*) OVER () AS total FROM
           (SELECT u.*, CASE WHEN u.stage = 'completion_asked' THEN 0 WHEN u.stage = 'ended' THEN 1
                             WHEN u.stage = 'ongoing' AND u.unopened = 1 THEN 2 WHEN u.stage = 'ongoing' THEN 3
                             WHEN u.stage = 'reported' THEN 4 ELSE 5 END AS urgency
            FROM (SELECT c.*, CASE WHEN {UNOPENED} THEN 1 ELSE 0 END AS unopened FROM cases c WHERE c.coach = $1) AS u) AS l
         WHERE {} ORDER BY {order} {direction}, l.started_on DESC, l.number DESC LIMIT {size} OFFSET {skip}",
        conditions.join(" AND "),
    );
    (statement, binds)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_typed_is_bound_and_its_signs_are_letters() {
        let query = CaseQuery { search: "50%_! '; DROP TABLE cases".to_owned(), ..CaseQuery::default() };
        let (statement, binds) = statement(&query, 50, 0);
        assert_eq!(binds[2..], ["%50!%!_!!%", "%';%", "%drop%", "%table%", "%cases%"]);
        assert!(!statement.contains("drop") && !statement.contains("50%"), "{statement}");
    }

    #[test]
    fn every_order_names_its_columns() {
        for sort in CaseSort::ALL {
            let (statement, _) = statement(&CaseQuery { sort, descending: true, ..CaseQuery::default() }, 50, 100);
            assert!(statement.contains(" DESC, l.started_on DESC, l.number DESC LIMIT 50 OFFSET 100"), "{statement}");
            assert_eq!(CaseSort::from_code(sort.code()), Some(sort));
        }
    }
}
