//! Reminds whoever was invited by mail and has not answered, by the instance's schedule; and asks again months later.

use super::{Desk, InviteError};
use crate::case::{CaseFile, CaseNumber};
use crate::form::{Collect, Form, Occasion, Party};
use crate::store::{MailKind, NewMail, StoreError};
use crate::submission::Answer;
use crate::text::Fingerprint;
use jiff::civil::Date;
use jiff::{Timestamp, ToSpan};

/// Most reminders to one address within [`WEEK_DAYS`], of whatever case.
const MOST_A_WEEK: i64 = 3;
const WEEK_DAYS: i64 = 7;
/// Days between two mails of one invitation at the least, as when a server had stood still.
pub(super) const APART_DAYS: i64 = 3;
/// Hours of the day, by the instance's clock, in which mails that nobody has just asked for are queued.
const DAYTIME: std::ops::Range<i8> = 8..18;
/// Months after the end of a coaching, and of its outcome, when the follow-up is due (A).
const FOLLOW_UP_MONTHS: i32 = 6;
/// Days for which a follow-up that is due is still asked.
const FOLLOW_UP_OPEN_DAYS: i32 = 90;
/// Form and question in which the client agrees to a follow-up; what was said last comes first.
const FOLLOW_UP_CONSENT: [(&str, &str); 2] =
    [("closing-report", "r_follow_up_consent"), ("case-opening", "o_consent_follow_up")];
/// Of the closing report: when the follow-up was agreed to be, and when the outcome began.
const AGREED_ON: &str = "r_follow_up_on";
const OUTCOME_ON: &str = "r_outcome_on";

/// What the system did by itself.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Rounds {
    /// Reminders queued.
    pub reminded: usize,
    /// Follow-ups asked.
    pub asked: usize,
    /// Follow-ups that are due, agreed to, and have no address to go to.
    pub unreachable: usize,
    /// Addresses removed, because nothing more is to be asked there.
    pub removed: usize,
}

impl Desk {
    /// Does what is due by itself: reminders and follow-ups. By night, and while the clock stands behind what was noted,
    /// nothing. Done twice, or by two servers at once, no reminder and no follow-up goes out twice.
    ///
    /// # Errors
    /// When the store fails.
    pub async fn make_rounds(&self) -> Result<Rounds, InviteError> {
        if self.clock_doubt().await?.is_some() {
            return Ok(Rounds::default());
        }
        // Whoever sent a report has just asked for this, whatever the hour.
        self.send_missing().await?;
        if !self.is_daytime() {
            return Ok(Rounds::default());
        }
        self.close_annexes().await?;
        let reminded = self.remind().await?;
        let (asked, unreachable) = self.ask_follow_ups().await?;
        // By a clock that may have jumped nothing is given up.
        let removed = if self.quiet().await?.is_some() { 0 } else { self.forget_contacts().await? };
        Ok(Rounds { reminded, asked, unreachable, removed })
    }

    /// Removes addresses at which nothing more is to be asked; how many.
    async fn forget_contacts(&self) -> Result<usize, StoreError> {
        let mut done = Vec::new();
        for contact in self.store.closed_contacts(self.now()).await? {
            let waits = match contact.party {
                Party::Client | Party::Employer => self.waits_for_follow_up(contact.case, contact.party).await?,
                _ => false,
            };
            if !waits {
                done.push(contact.id);
            }
        }
        let removed = done.len();
        if removed > 0 {
            self.store.remove_contacts(done).await?;
        }
        Ok(removed)
    }

    /// True while a party of a case may still be asked months after its end.
    pub(super) async fn waits_for_follow_up(&self, case: CaseNumber, party: Party) -> Result<bool, StoreError> {
        let Some(file) = self.store.case(case).await? else { return Ok(false) };
        let of_party = |f: &&Form| f.occasion() == Occasion::FollowUp && f.party() == party;
        let Some(form) = self.forms.iter().find(of_party) else { return Ok(false) };
        if self.store.invitations_of(case).await?.iter().any(|i| i.form == form.id()) {
            return Ok(false);
        }
        // Until the coach has reported, the client may still agree.
        if !file.reported() && self.instance.report_form.is_some() {
            let last = file.ending().map(|e| e.on.saturating_add((2 * FOLLOW_UP_MONTHS).months()));
            return Ok(last.is_none_or(|last| self.today() < last));
        }
        let due = self.follow_up_due(&file).await?;
        Ok(due.is_some_and(|due| self.today() < due.saturating_add(FOLLOW_UP_OPEN_DAYS.days())))
    }

    /// True in the hours in which mails go out that nobody has just asked for.
    pub(super) fn is_daytime(&self) -> bool {
        DAYTIME.contains(&self.now().to_zoned(self.instance.zone()).hour())
    }

    /// Queues the reminders that are due; how many. Before one is sent it is looked at again whether the invitation is
    /// still open.
    async fn remind(&self) -> Result<usize, StoreError> {
        let (now, schedule, mut queued) = (self.now(), &self.instance.reminder_days, 0);
        let today = self.today();
        for open in self.store.unanswered(now).await? {
            let Some(after) = schedule.get(open.reminded).map(|days| i64::from(days.value)) else { continue };
            let day = |at: Timestamp| at.to_zoned(self.instance.zone()).date();
            let due = day(open.mailed_at).saturating_add(after.days());
            let apart = day(open.last_at).saturating_add(APART_DAYS.days());
            let in_time = match self.form(&open.form) {
                // A report that was sent is read without hurry.
                Some(form) if form.is_reading() => !self.is_sent(open.contact.case).await?,
                Some(form) => self.is_time_for(form, open.contact.case).await?,
                None => false,
            };
            if !in_time || today < due.max(apart) {
                continue;
            }
            let since = now.checked_sub((24 * WEEK_DAYS).hours()).unwrap_or(now);
            if self.store.reminders_since(&open.contact.address, since).await? >= MOST_A_WEEK {
                continue;
            }
            // One id for the nth reminder of an invitation, so that two servers queue one.
            let id = Fingerprint::of(format!("reminder\n{}\n{}", open.invitation, open.reminded));
            let id = id.as_str().get(..32).unwrap_or_default().to_owned();
            let mail = NewMail { id, invitation: open.invitation, kind: MailKind::Reminder, contact: open.contact };
            self.store.queue_mail(mail, now).await?;
            queued += 1;
        }
        Ok(queued)
    }

    /// Asks the follow-ups that are due, of clients who agreed to it and can be reached: how many were asked, and how many
    /// could not be.
    async fn ask_follow_ups(&self) -> Result<(usize, usize), InviteError> {
        let (mut asked, mut unreachable) = (0, 0);
        let latest = self.today().saturating_sub(FOLLOW_UP_MONTHS.months());
        // An agreed later day may put it off; beyond a year nobody expects the question.
        let earliest = latest.saturating_sub(FOLLOW_UP_MONTHS.months());
        let follow_up = |f: &&Form| f.occasion() == Occasion::FollowUp && f.collect() != Collect::Never;
        for form in self.forms.iter().filter(follow_up) {
            for case in self.store.ended_and_not_asked(earliest, latest, form.id()).await? {
                let Some(file) = self.store.case(case).await? else { continue };
                let Some(due) = self.follow_up_due(&file).await? else { continue };
                let window = due..due.saturating_add(FOLLOW_UP_OPEN_DAYS.days());
                if !window.contains(&self.today()) {
                    continue;
                }
                let contacts = self.store.contacts_of(case).await?;
                match contacts.iter().find(|c| c.party == form.party()) {
                    Some(contact) => {
                        self.invite_to(case, form, Some(contact)).await?;
                        asked += 1;
                    }
                    // Only of a client is an address expected.
                    None => unreachable += usize::from(form.party() == Party::Client),
                }
            }
        }
        Ok((asked, unreachable))
    }

    /// The day on which the follow-up of a case is due; none without the client's consent. The later of six months after
    /// the coaching ended and six months and a day after the outcome began, or what was agreed, if that is later.
    ///
    /// # Errors
    /// When the store fails.
    pub async fn follow_up_due(&self, case: &CaseFile) -> Result<Option<Date>, StoreError> {
        let Some(ending) = case.ending() else { return Ok(None) };
        if self.consent(case.number(), &FOLLOW_UP_CONSENT).await? != Some(true) {
            return Ok(None);
        }
        let told = |id: &'static str| self.reported_day(case.number(), id);
        let after_end = ending.on.saturating_add(FOLLOW_UP_MONTHS.months());
        let outcome_on = told(OUTCOME_ON).await?.unwrap_or(ending.on);
        let after_outcome = outcome_on.saturating_add(FOLLOW_UP_MONTHS.months().days(1));
        let agreed = told(AGREED_ON).await?.unwrap_or(after_end);
        Ok(Some(after_end.max(after_outcome).max(agreed)))
    }

    /// A day that the last closing report of a case tells.
    async fn reported_day(&self, case: CaseNumber, question: &str) -> Result<Option<Date>, StoreError> {
        let submissions = self.store.submissions_of(case).await?;
        let reports = submissions.iter().rev().filter(|s| s.form.is_closing_report());
        let day = |answer: &Answer| if let Answer::Date(day) = answer { Some(*day) } else { None };
        Ok(reports.filter_map(|s| s.answers.get(question)).find_map(day))
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::desk::Arrival;
    use crate::desk::pilot::{desk, pass};
    use crate::mail::{Envelope, Mailer};
    use crate::submission::RawAnswers;
    use std::sync::{Arc, Mutex};

    struct Post {
        desk: Desk,
        now: Arc<Mutex<Timestamp>>,
        sent: Arc<Mutex<Vec<Envelope>>>,
        mailer: Mailer,
    }

    impl Post {
        async fn new(folder: &std::path::Path) -> Self {
            let (desk, now) = desk(folder).await;
            let sent = Arc::new(Mutex::new(Vec::new()));
            Self { desk, now, mailer: Mailer::Memory(Arc::clone(&sent)), sent }
        }

        /// Makes the rounds and delivers on that day at nine.
        async fn on(&self, day: &str) -> Rounds {
            self.at(&format!("{day}T09:00:00Z")).await
        }

        async fn at(&self, instant: &str) -> Rounds {
            *self.now.lock().unwrap() = instant.parse().unwrap();
            let rounds = self.desk.make_rounds().await.unwrap();
            self.desk.deliver(&self.mailer).await.unwrap();
            rounds
        }

        fn mails(&self) -> usize {
            self.sent.lock().unwrap().len()
        }

        async fn answer(&self, case: CaseNumber, form: &str, fields: &[(&str, &str)]) {
            let link = self.desk.open_link(case, form).await.unwrap();
            let Arrival::Open(invitation, form) = self.desk.arrive(&link.token).await.unwrap() else { panic!("open") };
            let mut raw: RawAnswers = self.desk.known_answers(&invitation, form).await.unwrap();
            raw.extend(fields.iter().map(|(name, value)| ((*name).to_owned(), vec![(*value).to_owned()])));
            self.desk.receive(&invitation, form, &self.desk.fresh_id(), &raw).await.unwrap();
        }
    }

    #[tokio::test]
    async fn who_does_not_answer_is_reminded_on_the_days_of_the_schedule_and_not_oftener_than_it_says() {
        let folder = tempfile::tempdir().unwrap();
        let post = Post::new(folder.path()).await;
        let case = post.desk.find_case("V-001").await.unwrap();
        post.desk.mail_link(case, "client-feedback", "a@example.invalid", None).await.unwrap();
        post.on("2025-12-01").await;
        assert_eq!(post.mails(), 1);
        let schedule: Vec<u32> = post.desk.instance.reminder_days.iter().map(|d| d.value).collect();
        assert_eq!(schedule, [7, 21]);
        for (day, mails) in
            [("2025-12-07", 1), ("2025-12-08", 2), ("2025-12-21", 2), ("2025-12-22", 3), ("2026-02-20", 3)]
        {
            post.on(day).await;
            post.on(day).await;
            assert_eq!(post.mails(), mails, "on {day}");
        }
    }

    #[tokio::test]
    async fn after_an_answer_a_revocation_or_the_end_nobody_is_reminded_and_a_waiting_reminder_is_not_sent() {
        let folder = tempfile::tempdir().unwrap();
        let post = Post::new(folder.path()).await;
        let case = |number| post.desk.find_case(number);
        let (one, two, three) =
            (case("V-001").await.unwrap(), case("V-002").await.unwrap(), case("V-003").await.unwrap());
        for (n, case) in [one, two, three].into_iter().enumerate() {
            post.desk.mail_link(case, "client-feedback", &format!("{n}@example.invalid"), None).await.unwrap();
        }
        post.on("2025-12-01").await;
        post.answer(one, "client-feedback", &[("c_overall", "5")]).await;
        post.desk.revoke(two, "client-feedback").await.unwrap();
        // Queued, and answered before it is sent.
        *post.now.lock().unwrap() = "2025-12-09T09:00:00Z".parse().unwrap();
        assert_eq!(post.desk.make_rounds().await.unwrap().reminded, 1);
        post.answer(three, "client-feedback", &[("c_overall", "5")]).await;
        post.desk.deliver(&post.mailer).await.unwrap();
        assert_eq!(post.mails(), 3, "the invitations and no reminder");
        // Two that nobody asks again are not kept either.
        post.on("2025-12-10").await;
        assert_eq!(post.desk.store.contacts_of(two).await.unwrap().len(), 1, "the follow-up may come");
    }

    #[tokio::test]
    async fn one_address_gets_three_reminders_a_week_whatever_it_is_asked_about() {
        let folder = tempfile::tempdir().unwrap();
        let post = Post::new(folder.path()).await;
        for number in ["V-001", "V-002", "V-003", "V-004", "V-005"] {
            let case = post.desk.find_case(number).await.unwrap();
            let mailed = post.desk.mail_link(case, "employer-feedback", "Boss@example.invalid", None).await;
            mailed.unwrap_or_else(|error| panic!("{number}: {error}"));
        }
        post.on("2025-12-01").await;
        assert_eq!(post.on("2025-12-08").await.reminded, 3);
        assert_eq!(post.on("2025-12-09").await.reminded, 0);
        assert_eq!(post.on("2025-12-16").await.reminded, 2, "the others in the next week");
    }

    #[tokio::test]
    async fn nothing_goes_out_by_night_nor_by_a_clock_that_stands_behind_what_was_noted() {
        let folder = tempfile::tempdir().unwrap();
        let post = Post::new(folder.path()).await;
        let case = post.desk.find_case("V-001").await.unwrap();
        post.desk.mail_link(case, "client-feedback", "a@example.invalid", None).await.unwrap();
        post.on("2025-12-01").await;
        // Eleven in the evening and four in the morning of Helsinki.
        assert_eq!(post.at("2025-12-08T21:00:00Z").await, Rounds::default());
        assert_eq!(post.at("2025-12-09T02:00:00Z").await, Rounds::default());
        assert_eq!(post.on("2020-01-01").await, Rounds::default());
        assert_eq!(post.on("2025-12-09").await.reminded, 1);
    }

    #[tokio::test]
    async fn a_follow_up_goes_out_by_itself_when_it_is_due_to_those_who_agreed() {
        let folder = tempfile::tempdir().unwrap();
        let post = Post::new(folder.path()).await;
        let case = post.desk.find_case("V-001").await.unwrap();
        let file = post.desk.store.case(case).await.unwrap().unwrap();
        let ended = file.ending().unwrap().on;
        post.desk.add_contact(case, Party::Client, "a@example.invalid", Some(crate::text::Language::Sv)).await.unwrap();
        post.on("2025-12-01").await;
        post.answer(case, "client-feedback", &[("c_overall", "5")]).await;
        let before = post.mails();
        assert_eq!(post.desk.follow_up_due(&file).await.unwrap(), None, "nobody has agreed");
        let day = |date: Date| format!("{}.{}.{}", date.day(), date.month(), date.year());
        let goal = ("r_goals.1.r_goal_type", "keep_job");
        let next = ("r_next.1.r_next_action", "Jatkaa");
        let outcome_on = ended.saturating_add(3.days());
        post.answer(
            case,
            "closing-report",
            &[goal, next, ("r_outcome_on", &day(outcome_on)), ("r_follow_up_consent", "yes"), ("r_hours", "17")],
        )
        .await;
        let due = post.desk.follow_up_due(&file).await.unwrap().unwrap();
        assert_eq!(due, outcome_on.saturating_add(6.months().days(1)), "the outcome began after the end");
        let eve = due.saturating_sub(1.day());
        if eve > post.desk.today() {
            assert_eq!(post.on(&eve.to_string()).await.asked, 0);
        }
        let first = due.max(post.desk.today());
        assert_eq!(post.on(&first.to_string()).await.asked, 1);
        assert_eq!(post.on(&first.to_string()).await.asked, 0, "once");
        let body = post.sent.lock().unwrap().last().unwrap().clone();
        assert_eq!(post.mails(), before + 1);
        assert!(body.body.contains("?lang=sv"), "{}", body.body);
        let asked = post.desk.store.invitations_of(case).await.unwrap();
        assert!(asked.iter().any(|i| i.form == "follow-up-client" && !i.counted));
        // Answered, the address is not needed any more.
        post.answer(case, "follow-up-client", &[("f_working", "yes")]).await;
        let later = first.saturating_add(1.day());
        assert_eq!(post.on(&later.to_string()).await.removed, 0, "the clock may have jumped");
        pass(&post.desk, &post.now, &format!("{}T09:00:00Z", later.saturating_add(70.days()))).await;
        assert_eq!(post.desk.make_rounds().await.unwrap().removed, 1);
        assert_eq!(post.desk.store.contacts_of(case).await.unwrap(), []);
    }
}
