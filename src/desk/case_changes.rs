//! What a coach changes on a case: notes, details, its end, a problem that the officer should know.

use super::{Desk, InviteError};
use crate::case::{CaseEvent, CaseFile, CaseRefusal, Ending, Note, Opening};
use crate::store::{CaseChange, NewNotice, NoticeKind, StoreError, Subject};
use jiff::civil::Date;

/// Why a case was not changed.
#[derive(Debug, thiserror::Error)]
pub enum ChangeError {
    /// It does not fit what has happened to the case.
    #[error("this does not fit the case")]
    Unfit(#[from] CaseRefusal),
    /// What the closing report has settled stays.
    #[error("the closing report was sent; what it settles is corrected there")]
    Reported,
    /// The case has changed, but not everybody was invited.
    #[error("the case has ended, but not everybody could be invited")]
    Invitations(#[source] Box<InviteError>),
    /// The store failed.
    #[error(transparent)]
    Store(#[from] StoreError),
}

impl Desk {
    /// Records what happened to a case, if it fits.
    async fn happens(&self, case: &CaseFile, events: Vec<CaseEvent>) -> Result<CaseFile, ChangeError> {
        self.happens_told(case, events, Vec::new()).await
    }

    /// The same with the mails that tell of it.
    async fn happens_told(
        &self,
        case: &CaseFile,
        events: Vec<CaseEvent>,
        notices: Vec<NewNotice>,
    ) -> Result<CaseFile, ChangeError> {
        let mut tried = case.clone();
        for event in &events {
            tried.apply(event)?;
        }
        if events.is_empty() {
            return Ok(tried);
        }
        let now = self.now();
        let year = now.to_zoned(self.instance.zone()).year();
        let change = CaseChange { notices, ..self.change(Subject::Known(case.number()), events) };
        match self.store.record(vec![change], year, now).await {
            Ok(changed) => Ok(changed.into_iter().next().unwrap_or(tried)),
            // Somebody was quicker.
            Err(StoreError::Case { source, .. }) => Err(source.into()),
            Err(error) => Err(error.into()),
        }
    }

    /// Notes what was done.
    ///
    /// # Errors
    /// See [`ChangeError`].
    pub async fn note(&self, case: &CaseFile, note: Note) -> Result<CaseFile, ChangeError> {
        self.happens(case, vec![CaseEvent::Noted { note }]).await
    }

    /// Takes a note away.
    ///
    /// # Errors
    /// See [`ChangeError`].
    pub async fn remove_note(&self, case: &CaseFile, note: u32) -> Result<CaseFile, ChangeError> {
        self.happens(case, vec![CaseEvent::NoteRemoved { note }]).await
    }

    /// Notes that the client lets colleagues be asked, once.
    ///
    /// # Errors
    /// See [`ChangeError`].
    pub async fn note_consent(&self, case: &CaseFile) -> Result<(), ChangeError> {
        if case.consented_on().is_none() {
            self.happens(case, vec![CaseEvent::ConsentNoted { on: self.today() }]).await?;
        }
        Ok(())
    }

    /// Ends the coaching, or corrects how it ended. Whoever the system invites is invited, as after an import.
    ///
    /// # Errors
    /// See [`ChangeError`].
    pub async fn end_case(&self, case: &CaseFile, ending: Ending) -> Result<CaseFile, ChangeError> {
        if case.reported() {
            return Err(ChangeError::Reported);
        }
        let ended = if case.ending() == Some(&ending) {
            case.clone()
        } else {
            self.happens(case, vec![CaseEvent::Ended { ending }]).await?
        };
        let told = |error| ChangeError::Invitations(Box::new(error));
        self.invite_parties(case.number()).await.map_err(told)?;
        Ok(ended)
    }

    /// The coaching has not ended after all.
    ///
    /// # Errors
    /// See [`ChangeError`].
    pub async fn reopen_case(&self, case: &CaseFile) -> Result<CaseFile, ChangeError> {
        if case.reported() {
            return Err(ChangeError::Reported);
        }
        self.happens(case, vec![CaseEvent::Reopened]).await
    }

    /// Corrects what was told at the opening, and names the officer.
    ///
    /// # Errors
    /// See [`ChangeError`].
    pub async fn change_details(
        &self,
        case: &CaseFile,
        opening: Opening,
        officer: Option<String>,
    ) -> Result<CaseFile, ChangeError> {
        let mut events = Vec::new();
        if case.opening() != &opening {
            events.push(CaseEvent::OpeningCorrected { opening });
        }
        if case.officer() != officer.as_deref() {
            events.push(CaseEvent::OfficerNamed { officer });
        }
        self.happens(case, events).await
    }

    /// Tells the officers of a case of a problem.
    ///
    /// # Errors
    /// See [`ChangeError`].
    pub async fn note_problem(&self, case: &CaseFile, on: Date, problem: String) -> Result<CaseFile, ChangeError> {
        let told = self.notices(&self.officers_of(case).await?, NoticeKind::Problem, case);
        self.happens_told(case, vec![CaseEvent::ProblemNoted { on, problem }], told).await
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::case::{NoteKind, Stage};
    use crate::desk::pilot::desk;
    use crate::desk::{CaseRow, NewCase, NextStep, OpenCaseError};
    use crate::form::Party;
    use crate::store::{CaseSort, CaseTab, Role, Staff};

    fn coach(name: &str) -> Staff {
        Staff { id: "c".into(), address: "c@example.invalid".into(), name: name.into(), role: Role::Coach }
    }

    #[tokio::test]
    async fn an_ended_case_has_its_parties_invited_and_a_reported_one_is_neither_ended_nor_reopened_again() {
        let folder = tempfile::tempdir().unwrap();
        let (desk, _now) = desk(folder.path()).await;
        let number = desk.find_case("V-022").await.unwrap();
        let case = desk.store.case(number).await.unwrap().unwrap();
        desk.add_contact(number, Party::Employer, "e@example.invalid", None).await.unwrap();
        let ending = Ending { on: desk.today(), outcome: "job".into(), field: None, pay_subsidy: None };
        let early = Ending { on: jiff::civil::date(2020, 1, 1), ..ending.clone() };
        assert!(matches!(desk.end_case(&case, early).await, Err(ChangeError::Unfit(CaseRefusal::EndsTooEarly))));
        desk.end_case(&case, ending.clone()).await.unwrap();
        let ended = desk.store.case(number).await.unwrap().unwrap();
        let invited: Vec<Party> = ended.parties().keys().copied().collect();
        assert_eq!(invited, [Party::Client, Party::Employer, Party::Coach]);
        let events = desk.store.events(number).await.unwrap().len();
        desk.end_case(&ended, ending.clone()).await.unwrap();
        assert_eq!(desk.store.events(number).await.unwrap().len(), events, "the same end again is nothing new");
        let settled = crate::case::Settled {
            hours_tenths: None,
            meetings: None,
            outcome: "job".into(),
            pay_subsidy: None,
            outcome_on: None,
            described: std::collections::BTreeMap::new(),
        };
        let reported = desk.happens(&ended, vec![CaseEvent::Reported { settled }]).await.unwrap();
        assert!(matches!(desk.end_case(&reported, ending).await, Err(ChangeError::Reported)));
        assert!(matches!(desk.reopen_case(&reported).await, Err(ChangeError::Reported)));
        desk.store.verify().await.unwrap();
    }

    #[tokio::test]
    async fn consent_that_a_coach_notes_is_kept_once() {
        let folder = tempfile::tempdir().unwrap();
        let (desk, _now) = desk(folder.path()).await;
        let number = desk.find_case("V-001").await.unwrap();
        let case = desk.store.case(number).await.unwrap().unwrap();
        assert_eq!(desk.consents_to_community(number).await.unwrap(), None);
        desk.note_consent(&case).await.unwrap();
        assert_eq!(desk.consents_to_community(number).await.unwrap(), Some(true));
        let noted = desk.store.case(number).await.unwrap().unwrap();
        let events = desk.store.events(number).await.unwrap().len();
        desk.note_consent(&noted).await.unwrap();
        assert_eq!(desk.store.events(number).await.unwrap().len(), events);
    }

    #[tokio::test]
    async fn a_list_tells_what_waits_and_what_comes_next_and_no_answer_of_today() {
        let folder = tempfile::tempdir().unwrap();
        let (desk, now) = desk(folder.path()).await;
        let opening = desk.store.case(desk.find_case("V-022").await.unwrap()).await.unwrap().unwrap().opening().clone();
        let mine = crate::case::Opening { coach: "Uusi".into(), ..opening };
        let new =
            |own: &str| NewCase { own_number: Some(own.to_owned()), opening: mine.clone(), officer: None, email: None };
        let first = desk.open_case(new("X-1")).await.unwrap();
        desk.open_case(new("X-2")).await.unwrap();
        assert!(matches!(desk.open_case(new("X-1")).await, Err(OpenCaseError::Taken(n)) if n == first.number()));
        assert!(matches!(desk.open_case(new("2025-000001")).await, Err(OpenCaseError::LooksLikeOurs)));
        let note = Note { on: desk.today(), kind: NoteKind::Meeting, hours_tenths: 200, phase: None, text: None };
        let noted = desk.note(&first, note).await.unwrap();
        assert!(noted.work().hours_tenths > Some(180), "hours over the cap are taken");
        let ending = Ending { on: desk.today(), outcome: "job".into(), field: None, pay_subsidy: None };
        desk.end_case(&noted, ending).await.unwrap();
        let query = desk.cases_of(&coach("Uusi"));
        let list = desk.case_list(&query, 1).await.unwrap();
        let told = |row: &CaseRow| (row.case.imported_number().unwrap().to_owned(), row.next, row.waiting);
        let rows: Vec<_> = list.rows.iter().map(told).collect();
        assert_eq!(rows, [("X-1".into(), NextStep::Report, true), ("X-2".into(), NextStep::Start, true)]);
        let counts = list.counts;
        assert_eq!((counts.all, counts.waiting, counts.ongoing, counts.ended), (2, 2, 1, 1));
        assert_eq!(counts.of_everybody, 24);

        let client = desk.store.invitations_of(first.number()).await.unwrap();
        let client = client.into_iter().find(|i| i.party == Party::Client).unwrap();
        let raw = crate::submission::RawAnswers::from([("c_overall".to_owned(), vec!["4".to_owned()])]);
        desk.receive(&client, desk.form("client-feedback").unwrap(), "nonce", &raw).await.unwrap();
        let answered =
            |list: &crate::desk::CaseList| (list.rows[0].parties[0].invited, list.rows[0].parties[0].answered);
        assert_eq!(
            answered(&desk.case_list(&query, 1).await.unwrap()),
            (1, 0),
            "what is answered today is told tomorrow"
        );
        *now.lock().unwrap() = "2025-12-02T07:00:00Z".parse().unwrap();
        assert_eq!(answered(&desk.case_list(&query, 1).await.unwrap()), (1, 1));

        for (query, expected) in [
            (crate::store::CaseQuery { tab: CaseTab::Ended, ..query.clone() }, vec!["X-1"]),
            (crate::store::CaseQuery { stage: Some(Stage::Ongoing), ..query.clone() }, vec!["X-2"]),
            (crate::store::CaseQuery { outcome: Some("job".into()), ..query.clone() }, vec!["X-1"]),
            (crate::store::CaseQuery { search: "x-2".into(), ..query.clone() }, vec!["X-2"]),
            (crate::store::CaseQuery { search: "x_2".into(), ..query.clone() }, vec![]),
            (crate::store::CaseQuery { sort: CaseSort::Number, descending: true, ..query.clone() }, vec!["X-2", "X-1"]),
        ] {
            let list = desk.case_list(&query, 7).await.unwrap();
            let found: Vec<&str> = list.rows.iter().filter_map(|r| r.case.imported_number()).collect();
            assert_eq!((found, list.page), (expected, 1), "{query:?}");
        }
        assert!(desk.case_list(&desk.cases_of(&coach("Kukaan")), 1).await.unwrap().rows.is_empty());
    }

    #[tokio::test]
    async fn a_note_that_is_sent_twice_is_one_and_a_problem_tells_every_officer_once() {
        let folder = tempfile::tempdir().unwrap();
        let (desk, _) = desk(folder.path()).await;
        let number = desk.find_case("V-018").await.unwrap();
        let case = desk.store.case(number).await.unwrap().unwrap();
        let on = desk.today();
        let note = || Note { on, kind: NoteKind::Meeting, hours_tenths: 10, phase: None, text: None };
        let noted = desk.note(&case, note()).await.unwrap();
        // The second click comes from the same page.
        let again = desk.note(&case, note()).await;
        assert!(matches!(again, Err(ChangeError::Unfit(CaseRefusal::NotedAlready))), "{again:?}");
        assert_eq!(desk.store.case(number).await.unwrap().unwrap().work(), noted.work());
        for (id, role) in [("o1", Role::Officer), ("o2", Role::Officer), ("m1", Role::Manager)] {
            let address = format!("{id}@example.invalid");
            let staff = Staff { id: id.to_owned(), address, name: id.to_owned(), role };
            desk.store.add_staff(staff, desk.now()).await.unwrap();
        }
        let before = desk.store.mail_state().await.unwrap().waiting;
        desk.note_problem(&case, on, "Ei tule tapaamisiin.".to_owned()).await.unwrap();
        assert_eq!(desk.store.mail_state().await.unwrap().waiting, before + 2, "both officers, and nobody else");
    }
}
