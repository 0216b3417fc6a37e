//! A coach's list of cases: a page of it with what comes next on each, and the numbers above it.

use super::{Desk, NextStep};
use crate::case::CaseFile;
use crate::form::{Form, Occasion, Party};
use crate::store::{CaseCounts, CaseQuery, CaseTab, Staff, StoreError};
use std::collections::BTreeMap;

/// Cases on one page.
pub const CASES_A_PAGE: u32 = 50;
/// The parties whose feedback a list tells of.
pub const TOLD_PARTIES: [Party; 3] = [Party::Client, Party::Employer, Party::Community];

/// Where a party stands, as far as a coach may know.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct PartyStands {
    /// Invitations.
    pub invited: usize,
    /// Answered before today.
    pub answered: usize,
}

/// A row of the list.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct CaseRow {
    /// The case.
    pub case: CaseFile,
    /// True when it waits for the coach.
    pub waiting: bool,
    /// What comes next.
    pub next: NextStep,
    /// The parties in the order of [`TOLD_PARTIES`].
    pub parties: [PartyStands; 3],
}

/// A page of the list.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct CaseList {
    /// Its rows.
    pub rows: Vec<CaseRow>,
    /// Rows on all pages.
    pub found: usize,
    /// The page, counted from 1.
    pub page: u32,
    /// How many cases there are.
    pub counts: CaseCounts,
}

impl Desk {
    /// The form that a coach fills in when a case opens.
    #[must_use]
    pub fn opening_form(&self) -> Option<&Form> {
        self.forms.iter().find(|f| f.party() == Party::Coach && f.occasion() == Occasion::Opening)
    }

    /// A query for the cases of one of the staff.
    #[must_use]
    pub fn cases_of(&self, staff: &Staff) -> CaseQuery {
        let opening_form = self.opening_form().map_or_else(String::new, |f| f.id().to_owned());
        CaseQuery { coach: staff.name.clone(), opening_form, tab: CaseTab::All, ..CaseQuery::default() }
    }

    /// A page of a coach's list; behind the last page there is the first.
    ///
    /// # Errors
    /// When the store fails.
    pub async fn case_list(&self, query: &CaseQuery, page: u32) -> Result<CaseList, StoreError> {
        let mut page = page.max(1);
        let skip = (page - 1).saturating_mul(CASES_A_PAGE);
        let (mut listed, mut found) = self.store.case_page(query, CASES_A_PAGE, skip).await?;
        if listed.is_empty() && page > 1 {
            page = 1;
            (listed, found) = self.store.case_page(query, CASES_A_PAGE, 0).await?;
        }
        let counts = self.store.case_counts(&query.coach, &query.opening_form).await?;
        let numbers: Vec<_> = listed.iter().map(|l| l.case.number()).collect();
        let forms: Vec<&str> = TOLD_PARTIES.iter().filter_map(|p| Some(self.closing_form_of(*p)?.id())).collect();
        let zone = self.instance.zone();
        let midnight = self.today().to_zoned(zone).map_or_else(|_| self.now(), |day| day.timestamp());
        let stands = self.store.parties_of(&numbers, &forms, midnight).await?;
        let stands: BTreeMap<_, _> = stands
            .into_iter()
            .map(|p| ((p.case, p.party), PartyStands { invited: p.invited, answered: p.answered }))
            .collect();
        let row = |l: crate::store::ListedCase| CaseRow {
            parties: TOLD_PARTIES.map(|party| stands.get(&(l.case.number(), party)).copied().unwrap_or_default()),
            next: NextStep::of(&l.case, l.opened, &self.instance),
            waiting: l.waiting,
            case: l.case,
        };
        Ok(CaseList { rows: listed.into_iter().map(row).collect(), found, page, counts })
    }
}
