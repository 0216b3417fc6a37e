//! What managers see: numbers of everything at once. Answers of today are told tomorrow, here as everywhere.

use super::Desk;
use super::deliver::ResendError;
use super::remind::APART_DAYS;
use crate::case::Stage;
use crate::form::{Form, Party};
use crate::render::{CoachNumbers, DeadMailLine, Overview, Response};
use crate::store::{CasesOfCoach, DeadMail, OpenInvitations, ResponsesOfCoach, SentReports, StoreError};
use crate::text::Language;
use jiff::civil::Date;
use jiff::{Timestamp, ToSpan};
use std::collections::BTreeMap;

/// Most dead mails that are listed.
const MOST_DEAD: i64 = 200;
/// Days ahead for which it is told how many will be reminded.
const DAYS_AHEAD: i64 = 14;
/// Parties whose response is told, in this order.
const PARTIES: [Party; 4] = [Party::Client, Party::Employer, Party::Community, Party::Purchaser];

impl Desk {
    /// The overview, with the targets in that language.
    ///
    /// # Errors
    /// When the store fails.
    pub async fn overview(&self, language: Language) -> Result<Overview, StoreError> {
        let (now, today) = (self.now(), self.today());
        let midnight = today.to_zoned(self.instance.zone()).map_or(now, |z| z.timestamp());
        let store = &self.store;
        // Beside each other: each reads by itself.
        let (cases, responses, open, sent, dead, alarm, state) = tokio::try_join!(
            store.cases_by_coach(),
            store.responses_by_coach(midnight),
            store.open_invitations(now, midnight),
            store.sent_reports(),
            store.dead_mails(now, MOST_DEAD),
            store.outbox_alarm(self.long_ago()),
            store.mail_state(),
        )?;
        let mut overview = Overview {
            targets: self.targets(language),
            dead: dead.iter().map(dead_line).collect(),
            mails: [state.waiting, alarm.late, alarm.dead],
            median_days: self.median_days(&sent),
            ..Overview::default()
        };
        let mut coaches = BTreeMap::new();
        for counted in cases {
            add_cases(&counted, &mut overview.all);
            add_cases(&counted, numbers(&mut coaches, &counted.coach));
        }
        let asked = self.parties_asked();
        overview.all.responses = asked.iter().map(|p| Response { party: *p, invited: 0, answered: 0 }).collect();
        for counted in responses {
            let Some(party) = self.form(&counted.form).filter(|f| f.is_feedback()).map(Form::party) else { continue };
            add_responses(&counted, party, &mut overview.all);
            add_responses(&counted, party, numbers(&mut coaches, &counted.coach));
        }
        overview.coaches = coaches.into_values().collect();
        let mut days: BTreeMap<Date, i64> = BTreeMap::new();
        for open in open {
            overview.open += open.invitations;
            if let Some(day) = self.reminded_on(&open, today) {
                *days.entry(day).or_default() += open.invitations;
            }
        }
        overview.reminders = days.into_iter().collect();
        Ok(overview)
    }

    fn targets(&self, language: Language) -> Vec<(String, u32)> {
        let targets = self.instance.targets.iter().map(|t| &t.value);
        targets.map(|t| (t.label.in_language(language).to_owned(), t.value)).collect()
    }

    /// The parties whom a form asks for feedback.
    fn parties_asked(&self) -> Vec<Party> {
        let asked = |p: &Party| self.forms.iter().any(|f| f.is_feedback() && f.party() == *p);
        PARTIES.into_iter().filter(asked).collect()
    }

    /// The day within the next two weeks on which these are reminded next, if at all.
    fn reminded_on(&self, open: &OpenInvitations, today: Date) -> Option<Date> {
        if open.pending {
            return None;
        }
        let day = |at: Timestamp| at.to_zoned(self.instance.zone()).date();
        let after = self.instance.reminder_days.get(open.reminded)?;
        let due = day(open.mailed_at).saturating_add(i64::from(after.value).days());
        let due = due.max(day(open.last_at).saturating_add(APART_DAYS.days())).max(today);
        let told = due <= day(open.expires_at) && due < today.saturating_add(DAYS_AHEAD.days());
        told.then_some(due)
    }

    /// Days from the end of a coaching to its report, of the middle one.
    fn median_days(&self, sent: &[SentReports]) -> Option<i64> {
        let days = |s: &SentReports| {
            let on = s.sent_at.to_zoned(self.instance.zone()).date();
            (i64::from(s.ended_on.until(on).map_or(0, |span| span.get_days())).max(0), s.reports)
        };
        let mut all: Vec<(i64, i64)> = sent.iter().map(days).collect();
        all.sort_unstable();
        let mut left = (all.iter().map(|(_, n)| n).sum::<i64>() + 1) / 2;
        all.into_iter()
            .find(|(_, n)| {
                left -= n;
                left <= 0
            })
            .map(|(days, _)| days)
    }

    /// Lets one dead mail go out again, or all whose invitation is still open; how many do.
    ///
    /// # Errors
    /// [`ResendError`] within, when the one cannot be sent again; without, when the store fails.
    pub async fn resend_dead(&self, id: Option<&str>) -> Result<Result<usize, ResendError>, StoreError> {
        let now = self.now();
        let dead = self.store.dead_mails(now, i64::MAX).await?;
        let mut again = 0;
        for mail in dead.iter().filter(|m| id.is_none_or(|id| m.id == id)) {
            let refused = match mail {
                DeadMail { ended: true, .. } => Some(ResendError::Expired),
                DeadMail { domain: None, .. } => Some(ResendError::NoAddress),
                _ => None,
            };
            match refused {
                Some(refused) if id.is_some() => return Ok(Err(refused)),
                Some(_) => {}
                None => again += usize::from(self.store.resend_mail(&mail.id, now).await?),
            }
        }
        Ok(if again == 0 && id.is_some() { Err(ResendError::NotDead) } else { Ok(again) })
    }
}

fn numbers<'n>(coaches: &'n mut BTreeMap<String, CoachNumbers>, name: &str) -> &'n mut CoachNumbers {
    coaches.entry(name.to_owned()).or_insert_with(|| CoachNumbers { name: name.to_owned(), ..CoachNumbers::default() })
}

fn add_cases(counted: &CasesOfCoach, to: &mut CoachNumbers) {
    if let Some(at) = Stage::ALL.iter().position(|s| s.code() == counted.stage) {
        to.stages[at] += counted.cases;
    }
    to.hours_tenths += counted.hours_tenths;
}

fn add_responses(counted: &ResponsesOfCoach, party: Party, to: &mut CoachNumbers) {
    let (invited, answered) = (counted.invited, counted.answered);
    match to.responses.iter_mut().find(|r| r.party == party) {
        Some(response) => {
            response.invited += invited;
            response.answered += answered;
        }
        None => to.responses.push(Response { party, invited, answered }),
    }
}

fn dead_line(mail: &DeadMail) -> DeadMailLine {
    let kind = match (mail.to_staff, mail.kind.as_str()) {
        (true, "sign_in") => "manager.kind_sign_in",
        (true, _) => "manager.kind_staff",
        (false, "reminder") => "manager.kind_reminder",
        (false, _) => "manager.kind_invitation",
    };
    DeadMailLine {
        id: mail.id.clone(),
        kind,
        queued_at: mail.queued_at,
        tries: mail.tries,
        trouble: mail.trouble.clone(),
        domain: mail.domain.clone(),
        again: !mail.ended && mail.domain.is_some(),
    }
}

#[cfg(test)]
mod tests {
    use crate::desk::pilot::{desk, pass};

    #[tokio::test]
    async fn the_overview_counts_cases_invitations_and_reminders_and_an_answer_of_today_tomorrow() {
        let folder = tempfile::tempdir().unwrap();
        let (desk, now) = desk(folder.path()).await;
        let overview = desk.overview(crate::text::Language::Fi).await.unwrap();
        assert_eq!(overview.all.stages, [5, 17, 0, 0, 0]);
        assert_eq!(overview.coaches.iter().map(|c| c.stages.iter().sum::<i64>()).sum::<i64>(), 22);
        let client = |o: &crate::render::Overview| (o.all.responses[0].invited, o.all.responses[0].answered);
        assert_eq!(client(&overview), (17, 0));
        let case = desk.find_case("V-001").await.unwrap();
        desk.mail_link(case, "client-feedback", "client@example.invalid", None).await.unwrap();
        let sent = std::sync::Arc::default();
        desk.deliver(&crate::mail::Mailer::Memory(sent)).await.unwrap();
        let overview = desk.overview(crate::text::Language::Fi).await.unwrap();
        assert_eq!((overview.open, overview.reminders.len()), (1, 1));
        assert_eq!(overview.reminders[0].0.to_string(), "2025-12-08");

        let link = desk.open_link(case, "client-feedback").await.unwrap();
        let crate::desk::Arrival::Open(invitation, form) = desk.arrive(&link.token).await.unwrap() else {
            panic!("open")
        };
        desk.receive(&invitation, form, &desk.fresh_id(), &crate::submission::RawAnswers::new()).await.unwrap();
        let overview = desk.overview(crate::text::Language::Fi).await.unwrap();
        assert_eq!((client(&overview), overview.open), ((17, 0), 1), "the answer of today is told tomorrow");
        pass(&desk, &now, "2025-12-02T07:00:00Z").await;
        let overview = desk.overview(crate::text::Language::Fi).await.unwrap();
        assert_eq!((client(&overview), overview.open), ((17, 1), 0));
    }
}
