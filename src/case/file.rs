//! A case as its events have made it.

use super::{CaseEvent, CaseNumber, Ending, Handling, Note, Opening, Problem, Settled, Work};
use crate::form::Party;
use serde::{Deserialize, Serialize};
use std::collections::BTreeMap;

/// Where one party's feedback stands. Says nothing of the answers.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct PartyState {
    /// Invitations sent.
    pub invited: u32,
    /// Submissions received.
    pub answered: u32,
    /// Answers that were erased; neither invited nor answered counts them any more.
    #[serde(default, skip_serializing_if = "is_zero")]
    pub withdrawn: u32,
}

#[expect(clippy::trivially_copy_pass_by_ref, reason = "serde asks so")]
fn is_zero(n: &u32) -> bool {
    *n == 0
}

/// One case, folded from its events.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct CaseFile {
    number: CaseNumber,
    imported_number: Option<String>,
    opening: Opening,
    work: Work,
    ending: Option<Ending>,
    parties: BTreeMap<Party, PartyState>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    settled: Option<Settled>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    officer: Option<String>,
    #[serde(default, skip_serializing_if = "BTreeMap::is_empty")]
    notes: BTreeMap<u32, Note>,
    /// Notes that were ever made.
    #[serde(default, skip_serializing_if = "is_zero")]
    noted: u32,
    #[serde(default, skip_serializing_if = "Handling::is_empty")]
    handling: Handling,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    consented_on: Option<jiff::civil::Date>,
}

/// An event that cannot follow what has happened.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum CaseRefusal {
    /// The first event must open the case.
    #[error("the case has not been opened")]
    NotOpened,
    /// A case opens once.
    #[error("the case is open already; a correction is an event of its own")]
    OpenedTwice,
    /// The coaching cannot start before the person is a client.
    #[error("the coaching starts before the person became a client")]
    StartsTooEarly,
    /// The coaching cannot end before it starts.
    #[error("the coaching ends before it starts")]
    EndsTooEarly,
    /// Only an ended case can be reopened.
    #[error("the case has not ended, so it cannot be reopened")]
    NotEnded,
    /// Only what was answered can be taken back.
    #[error("the party has not answered")]
    NotAnswered,
    /// Only a note that is there can be taken away.
    #[error("there is no such note")]
    NoNote,
    /// Only a report that was sent can be corrected, accepted or completed.
    #[error("the closing report has not been sent")]
    NotReported,
    /// Only the version that the office has now can be handled.
    #[error("another version was sent meanwhile")]
    NotThisVersion,
    /// The same note stands there already.
    #[error("the same was noted just before")]
    NotedAlready,
    /// Only a problem that was noted can be seen.
    #[error("no problem was noted")]
    NoProblem,
    /// An answer needs an invitation.
    #[error("the party was not invited")]
    NotInvited,
}

impl CaseFile {
    /// Folds events from the first.
    ///
    /// # Errors
    /// The first event that cannot follow those before it.
    pub fn fold(number: CaseNumber, events: &[CaseEvent]) -> Result<Self, CaseRefusal> {
        let Some((CaseEvent::Opened { imported_number, opening }, rest)) = events.split_first() else {
            return Err(CaseRefusal::NotOpened);
        };
        let mut file = Self {
            number,
            imported_number: imported_number.clone(),
            opening: checked(opening.clone())?,
            work: Work::default(),
            ending: None,
            parties: BTreeMap::new(),
            settled: None,
            officer: None,
            notes: BTreeMap::new(),
            noted: 0,
            handling: Handling::default(),
            consented_on: None,
        };
        for event in rest {
            file.apply(event)?;
        }
        Ok(file)
    }

    /// Takes one more event in.
    ///
    /// # Errors
    /// When the event cannot follow; the case is then unchanged.
    pub fn apply(&mut self, event: &CaseEvent) -> Result<(), CaseRefusal> {
        match event {
            CaseEvent::Opened { .. } => return Err(CaseRefusal::OpenedTwice),
            CaseEvent::OpeningCorrected { opening } => {
                let opening = checked(opening.clone())?;
                if self.ending.as_ref().is_some_and(|e| e.on < opening.coaching_started) {
                    return Err(CaseRefusal::EndsTooEarly);
                }
                self.opening = opening;
            }
            CaseEvent::WorkRecorded { work } => self.work = self.work_with(work),
            CaseEvent::Ended { ending } if ending.on < self.opening.coaching_started => {
                return Err(CaseRefusal::EndsTooEarly);
            }
            CaseEvent::Ended { ending } => self.ending = Some(self.ending_with(ending)),
            CaseEvent::Reopened => {
                self.ending.take().ok_or(CaseRefusal::NotEnded)?;
            }
            CaseEvent::Reported { settled } => {
                let ending = self.ending.take().ok_or(CaseRefusal::NotEnded)?;
                self.settled = Some(settled.clone());
                self.ending = Some(self.ending_with(&ending));
                self.work = self.work_with(&self.work);
                self.handling.report_sent();
            }
            CaseEvent::OfficerNamed { officer } => self.officer.clone_from(officer),
            // A form that is sent twice is one note.
            CaseEvent::Noted { note } if self.notes.last_key_value().is_some_and(|(_, last)| last == note) => {
                return Err(CaseRefusal::NotedAlready);
            }
            CaseEvent::Noted { note } => {
                self.noted += 1;
                self.notes.insert(self.noted, note.clone());
                self.work = self.work_with(&self.work.with(note));
            }
            CaseEvent::NoteRemoved { note } => {
                let removed = self.notes.remove(note).ok_or(CaseRefusal::NoNote)?;
                self.work = self.work_with(&self.work.without(&removed));
            }
            CaseEvent::CorrectionBegun { .. } | CaseEvent::Accepted { .. } | CaseEvent::CompletionAsked { .. }
                if !self.reported() =>
            {
                return Err(CaseRefusal::NotReported);
            }
            CaseEvent::CorrectionBegun { reason } => self.handling.correcting = Some(reason.clone()),
            CaseEvent::CorrectionDropped => self.handling.correcting = None,
            CaseEvent::ReportSent { version } => {
                self.handling.sent = Some(*version);
                self.handling.accepted.take_if(|accepted| accepted != version);
            }
            // Whoever handles another version has not read what the office has now.
            CaseEvent::Accepted { version } | CaseEvent::CompletionAsked { version, .. }
                if self.handling.sent != Some(*version) =>
            {
                return Err(CaseRefusal::NotThisVersion);
            }
            CaseEvent::Accepted { version } => {
                self.handling.accepted = Some(*version);
                self.handling.question = None;
            }
            CaseEvent::CompletionAsked { question, .. } => {
                self.handling.accepted = None;
                self.handling.question = Some(question.clone());
            }
            CaseEvent::ProblemNoted { on, problem } => {
                self.handling.problem = Some(Problem { on: *on, problem: problem.clone(), seen: false });
            }
            CaseEvent::ProblemSeen => self.handling.problem.as_mut().ok_or(CaseRefusal::NoProblem)?.seen = true,
            CaseEvent::ConsentNoted { on } => self.consented_on = Some(*on),
            CaseEvent::Invited { party, .. } => self.parties.entry(*party).or_default().invited += 1,
            // The forms themselves are kept beside the case.
            CaseEvent::Asked { .. } | CaseEvent::Filled { .. } => {}
            CaseEvent::Answered { party } => match self.parties.get_mut(party) {
                Some(state) => state.answered += 1,
                None => return Err(CaseRefusal::NotInvited),
            },
            CaseEvent::Revoked { party } => match self.parties.get_mut(party) {
                Some(state) if state.invited > state.answered => state.invited -= 1,
                _ => return Err(CaseRefusal::NotInvited),
            },
            CaseEvent::Withdrawn { party } => match self.parties.get_mut(party) {
                Some(state) if state.answered > 0 => {
                    state.invited -= 1;
                    state.answered -= 1;
                    state.withdrawn += 1;
                }
                _ => return Err(CaseRefusal::NotAnswered),
            },
        }
        Ok(())
    }

    /// Work as told elsewhere, but for what the closing report has settled.
    fn work_with(&self, told: &Work) -> Work {
        match &self.settled {
            None => told.clone(),
            Some(s) => Work { hours_tenths: s.hours_tenths, meetings: s.meetings, work_trials: told.work_trials },
        }
    }

    /// An ending as told elsewhere, but for what the closing report has settled.
    fn ending_with(&self, told: &Ending) -> Ending {
        match &self.settled {
            None => told.clone(),
            Some(s) => Ending { outcome: s.outcome.clone(), pay_subsidy: s.pay_subsidy, ..told.clone() },
        }
    }

    /// The events that make this case equal to a new description of it; none when nothing changed.
    /// What the closing report has settled stays, and a reported case stays ended.
    #[must_use]
    pub fn changes(&self, opening: &Opening, work: &Work, ending: Option<&Ending>) -> Vec<CaseEvent> {
        let told = ending.map(|e| self.ending_with(e));
        let kept = told.or_else(|| self.settled.as_ref().and_then(|_| self.ending.clone()));
        // What its coach notes day by day is not undone by an older sheet.
        let told = if self.notes.is_empty() { work } else { &self.work };
        let (work, ending) = (&self.work_with(told), kept.as_ref());
        let mut events = Vec::new();
        // An ending that no longer fits goes first and comes back last, so that every step is possible.
        if self.ending.is_some() && (ending.is_none() || self.opening != *opening) {
            events.push(CaseEvent::Reopened);
        }
        if self.opening != *opening {
            events.push(CaseEvent::OpeningCorrected { opening: opening.clone() });
        }
        if self.work != *work {
            events.push(CaseEvent::WorkRecorded { work: work.clone() });
        }
        if let Some(ending) = ending
            && (self.ending.as_ref() != Some(ending) || self.opening != *opening)
        {
            events.push(CaseEvent::Ended { ending: ending.clone() });
        }
        events
    }

    /// True when a new description says otherwise than what the closing report has settled.
    #[must_use]
    pub fn contradicts(&self, work: &Work, ending: Option<&Ending>) -> bool {
        let ending_differs = ending.is_none_or(|e| self.ending_with(e) != *e);
        let noted = !self.notes.is_empty() && self.work != *work;
        noted || self.settled.is_some() && (self.work_with(work) != *work || ending_differs)
    }

    /// The case's number.
    #[must_use]
    pub fn number(&self) -> CaseNumber {
        self.number
    }

    /// The number in the sheet the case came from.
    #[must_use]
    pub fn imported_number(&self) -> Option<&str> {
        self.imported_number.as_deref()
    }

    /// What is known from the opening.
    #[must_use]
    pub fn opening(&self) -> &Opening {
        &self.opening
    }

    /// Hours, meetings and trials.
    #[must_use]
    pub fn work(&self) -> &Work {
        &self.work
    }

    /// The officer who is named to receive the reports, by id.
    #[must_use]
    pub fn officer(&self) -> Option<&str> {
        self.officer.as_deref()
    }

    /// What the coach has noted, by its number.
    #[must_use]
    pub fn notes(&self) -> &BTreeMap<u32, Note> {
        &self.notes
    }

    /// How many notes were ever made; their numbers begin with 1.
    #[must_use]
    pub fn noted(&self) -> u32 {
        self.noted
    }

    /// What coach and officer have done about the closing report since it was sent.
    #[must_use]
    pub fn handling(&self) -> &Handling {
        &self.handling
    }

    /// When the coach noted that the client lets colleagues be asked.
    #[must_use]
    pub fn consented_on(&self) -> Option<jiff::civil::Date> {
        self.consented_on
    }

    /// How it ended, if it has.
    #[must_use]
    pub fn ending(&self) -> Option<&Ending> {
        self.ending.as_ref()
    }

    /// True once the coach has sent the closing report.
    #[must_use]
    pub fn reported(&self) -> bool {
        self.settled.is_some()
    }

    /// What the coach's closing report has settled, once it was sent.
    #[must_use]
    pub fn settled(&self) -> Option<&Settled> {
        self.settled.as_ref()
    }

    /// Where each invited party's feedback stands.
    #[must_use]
    pub fn parties(&self) -> &BTreeMap<Party, PartyState> {
        &self.parties
    }

    /// Days from becoming a client to the start of the coaching.
    #[must_use]
    pub fn days_before_coaching(&self) -> i64 {
        i64::from((self.opening.coaching_started - self.opening.client_since).get_days())
    }

    /// Days from becoming a client to the end; none while the coaching goes on.
    #[must_use]
    pub fn days_as_client(&self) -> Option<i64> {
        self.ending.as_ref().map(|e| i64::from((e.on - self.opening.client_since).get_days()))
    }
}

fn checked(opening: Opening) -> Result<Opening, CaseRefusal> {
    if opening.coaching_started < opening.client_since { Err(CaseRefusal::StartsTooEarly) } else { Ok(opening) }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::case::{NoteKind, Stage};
    use jiff::civil::date;

    fn opening() -> Opening {
        Opening {
            office: "area".into(),
            provider: "provider".into(),
            coach: "Valmentaja 1".into(),
            municipality: None,
            gender: Some("woman".into()),
            origin: Some("native".into()),
            age_group: None,
            client_since: date(2024, 8, 5),
            coaching_started: date(2024, 11, 4),
            language: None,
        }
    }

    fn ending() -> Ending {
        Ending { on: date(2025, 8, 17), outcome: "job".into(), field: None, pay_subsidy: None }
    }

    fn opened() -> CaseFile {
        let event = CaseEvent::Opened { imported_number: Some("V-001".into()), opening: opening() };
        CaseFile::fold(CaseNumber::new(2025, 1), &[event]).unwrap()
    }

    #[test]
    fn the_events_of_a_difference_lead_to_the_new_description() {
        let mut file = opened();
        let later = Opening { coaching_started: date(2025, 9, 1), client_since: date(2025, 8, 1), ..opening() };
        let end = Ending { on: date(2025, 12, 1), ..ending() };
        file.apply(&CaseEvent::Ended { ending: ending() }).unwrap();
        for event in file.clone().changes(&later, &Work::default(), Some(&end)) {
            file.apply(&event).unwrap();
        }
        assert_eq!((file.opening(), file.ending()), (&later, Some(&end)));
        assert!(file.changes(&later, &Work::default(), Some(&end)).is_empty());
    }

    #[test]
    fn a_case_cannot_end_before_it_starts_and_stays_as_it_was() {
        let mut file = opened();
        let early = Ending { on: date(2024, 11, 3), ..ending() };
        let before = file.clone();
        assert_eq!(file.apply(&CaseEvent::Ended { ending: early }), Err(CaseRefusal::EndsTooEarly));
        assert_eq!(file, before);
    }

    #[test]
    fn what_the_closing_report_settled_stays_and_the_rest_can_be_corrected() {
        let mut file = opened();
        let settled = Settled {
            hours_tenths: Some(175),
            meetings: Some(6),
            outcome: "job".into(),
            pay_subsidy: Some(true),
            outcome_on: None,
            described: BTreeMap::new(),
        };
        let reported = CaseEvent::Reported { settled };
        assert_eq!(file.apply(&reported), Err(CaseRefusal::NotEnded), "an open case has nothing to report");
        file.apply(&CaseEvent::Ended { ending: ending() }).unwrap();
        file.apply(&reported).unwrap();
        assert!(file.changes(&opening(), file.work(), None).is_empty(), "a reported case stays ended");

        let other = Ending { on: date(2025, 12, 1), outcome: "education".into(), field: None, pay_subsidy: None };
        let work = Work { hours_tenths: Some(10), meetings: None, work_trials: Some(2) };
        assert!(file.contradicts(&work, Some(&other)));
        // Start and end move together beyond the former end.
        let moved = Opening { coaching_started: date(2025, 9, 1), ..opening() };
        for event in file.clone().changes(&moved, &work, Some(&other)) {
            file.apply(&event).unwrap();
        }
        assert_eq!(file.work(), &Work { hours_tenths: Some(175), meetings: Some(6), work_trials: Some(2) });
        assert_eq!(file.ending(), Some(&Ending { outcome: "job".into(), pay_subsidy: Some(true), ..other.clone() }));
        assert_eq!(file.opening(), &moved);
        assert!(file.changes(&moved, &work, Some(&other)).is_empty());
    }

    #[test]
    fn an_answer_without_invitation_is_refused() {
        let answered = CaseEvent::Answered { party: Party::Client };
        assert_eq!(opened().apply(&answered), Err(CaseRefusal::NotInvited));
    }

    #[test]
    fn only_an_open_invitation_can_be_taken_back() {
        let mut file = opened();
        let (invited, revoked) = (
            CaseEvent::Invited { party: Party::Employer, form: "f".into() },
            CaseEvent::Revoked { party: Party::Employer },
        );
        assert_eq!(file.apply(&revoked), Err(CaseRefusal::NotInvited));
        file.apply(&invited).unwrap();
        file.apply(&revoked).unwrap();
        assert_eq!(file.parties()[&Party::Employer], PartyState::default());
        file.apply(&invited).unwrap();
        file.apply(&CaseEvent::Answered { party: Party::Employer }).unwrap();
        assert_eq!(file.apply(&revoked), Err(CaseRefusal::NotInvited), "what was answered stays counted");
    }

    #[test]
    fn notes_add_to_the_work_and_taking_one_away_takes_its_hours_meetings_and_trial_away() {
        let mut file = opened();
        let note = |kind, hours_tenths| CaseEvent::Noted {
            note: Note { on: date(2024, 11, 5), kind, hours_tenths, phase: None, text: None },
        };
        for event in [note(NoteKind::Meeting, 15), note(NoteKind::Trial, 0), note(NoteKind::ThreePartyTalk, 10)] {
            file.apply(&event).unwrap();
        }
        assert_eq!(file.work(), &Work { hours_tenths: Some(25), meetings: Some(2), work_trials: Some(1) });
        let older = Work { hours_tenths: Some(5), meetings: Some(1), work_trials: None };
        assert!(file.changes(&opening(), &older, None).is_empty(), "a sheet does not undo what was noted");
        assert!(file.contradicts(&older, None));
        file.apply(&CaseEvent::NoteRemoved { note: 1 }).unwrap();
        assert_eq!(file.work(), &Work { hours_tenths: Some(10), meetings: Some(1), work_trials: Some(1) });
        assert_eq!(file.apply(&CaseEvent::NoteRemoved { note: 1 }), Err(CaseRefusal::NoNote));
        file.apply(&note(NoteKind::Work, 5)).unwrap();
        assert_eq!(file.notes().keys().copied().collect::<Vec<_>>(), [2, 3, 4], "a number is not given again");
    }

    #[test]
    fn a_report_is_handled_only_once_it_was_sent_and_a_corrected_one_anew() {
        let mut file = opened();
        let accepted = CaseEvent::Accepted { version: 1 };
        assert_eq!(file.apply(&accepted), Err(CaseRefusal::NotReported));
        file.apply(&CaseEvent::Ended { ending: ending() }).unwrap();
        assert_eq!(file.stage(), Stage::Ended);
        let settled = Settled {
            hours_tenths: None,
            meetings: None,
            outcome: "job".into(),
            pay_subsidy: None,
            outcome_on: None,
            described: BTreeMap::new(),
        };
        let reported = CaseEvent::Reported { settled };
        file.apply(&reported).unwrap();
        assert_eq!(file.stage(), Stage::Reported);
        assert_eq!(file.apply(&accepted), Err(CaseRefusal::NotThisVersion), "nothing is written yet");
        file.apply(&CaseEvent::ReportSent { version: 1 }).unwrap();
        file.apply(&CaseEvent::CompletionAsked { version: 1, question: "Milloin?".into() }).unwrap();
        assert_eq!(file.stage(), Stage::CompletionAsked);
        file.apply(&CaseEvent::CorrectionBegun { reason: "Päivä puuttui.".into() }).unwrap();
        file.apply(&reported).unwrap();
        assert_eq!((file.stage(), file.handling().corrected.as_deref()), (Stage::Reported, Some("Päivä puuttui.")));
        file.apply(&CaseEvent::ReportSent { version: 2 }).unwrap();
        assert_eq!(file.apply(&accepted), Err(CaseRefusal::NotThisVersion), "the first is not what the office has");
        file.apply(&CaseEvent::Accepted { version: 2 }).unwrap();
        assert_eq!(file.stage(), Stage::Accepted);
    }

    #[test]
    fn durations_count_days() {
        let mut file = opened();
        file.apply(&CaseEvent::Ended { ending: ending() }).unwrap();
        assert_eq!((file.days_before_coaching(), file.days_as_client()), (91, Some(377)));
    }
}
