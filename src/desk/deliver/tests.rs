//! Mails as they go out, and what becomes of those that do not.

use super::*;
use crate::desk::ResendError;
use crate::desk::pilot::{desk, pass};
use crate::store::MailState;
use crate::store::{Fate, MailKind, OutboxMail};
use crate::text::Language;
use std::sync::{Arc, Mutex};

#[tokio::test]
async fn a_mail_goes_out_once_with_a_link_and_not_at_all_when_its_invitation_has_ended_meanwhile() {
    let folder = tempfile::tempdir().unwrap();
    let (desk, now) = desk(folder.path()).await;
    let sent = Arc::new(Mutex::new(Vec::new()));
    let memory = Mailer::Memory(Arc::clone(&sent));
    let (first, second) = (desk.find_case("V-001").await.unwrap(), desk.find_case("V-002").await.unwrap());
    desk.mail_link(first, "client-feedback", "client@example.invalid", None).await.unwrap();
    assert_eq!(desk.deliver(&memory).await.unwrap(), DeliverySummary { delivered: 1, ..DeliverySummary::default() });
    assert_eq!(desk.deliver(&memory).await.unwrap(), DeliverySummary::default());
    let body = sent.lock().unwrap()[0].body.clone();
    let links: Vec<&str> = body.lines().filter(|l| l.contains("http://127.0.0.1:8080/f/")).collect();
    let languages: Vec<&str> = links.iter().filter_map(|l| l.split("?lang=").nth(1)).collect();
    assert_eq!(languages, ["fi", "sv", "en"], "the receiver chooses the language: {body}");

    desk.mail_link(second, "client-feedback", "client@example.invalid", None).await.unwrap();
    pass(&desk, &now, "2026-12-01T07:00:00Z").await;
    assert_eq!(desk.deliver(&memory).await.unwrap(), DeliverySummary::default());
    assert_eq!(sent.lock().unwrap().len(), 1, "the invitation has expired");
    let state = desk.store.mail_state().await.unwrap();
    assert_eq!(state, MailState { waiting: 0, delivered: 1, dead: 0 });
}

#[tokio::test]
async fn a_mail_that_fails_is_tried_again_later_and_dead_and_visible_in_the_end() {
    let folder = tempfile::tempdir().unwrap();
    let (desk, now) = desk(folder.path()).await;
    // A file stands where the folder should be.
    let broken = Mailer::Folder(folder.path().join("test.sqlite"));
    let case = desk.find_case("V-001").await.unwrap();
    desk.mail_link(case, "client-feedback", "client@example.invalid", None).await.unwrap();
    for minutes in WAITS {
        assert_eq!(desk.deliver(&broken).await.unwrap(), DeliverySummary { again: 1, ..DeliverySummary::default() });
        assert_eq!(desk.deliver(&broken).await.unwrap(), DeliverySummary::default(), "not before its time");
        let later = now.lock().unwrap().checked_add(minutes.minutes()).unwrap();
        *now.lock().unwrap() = later;
    }
    assert_eq!(desk.deliver(&broken).await.unwrap(), DeliverySummary { dead: 1, ..DeliverySummary::default() });
    assert_eq!(desk.store.mail_state().await.unwrap().dead, 1);
}

/// A server that listens and never says a word; how often somebody called.
async fn silent_server() -> (Mailer, Arc<Mutex<usize>>) {
    let listener = tokio::net::TcpListener::bind("127.0.0.1:0").await.unwrap();
    let port = listener.local_addr().unwrap().port();
    let calls = Arc::new(Mutex::new(0));
    let counted = Arc::clone(&calls);
    tokio::spawn(async move {
        let mut open = Vec::new();
        while let Ok(called) = listener.accept().await {
            *counted.lock().unwrap() += 1;
            open.push(called);
        }
    });
    (smtp(port), calls)
}

fn smtp(port: u16) -> Mailer {
    let source = include_str!("../../../demo/palaute.yaml");
    let before = source.lines().find(|l| l.starts_with("mail:")).unwrap();
    let after =
        format!("mail: {{ smtp: {{ host: 127.0.0.1, port: {port}, from: a@sender.example, tls: none, seconds: 1 }} }}");
    let instance = crate::instance::Instance::read("palaute.yaml", &source.replace(before, &after)).unwrap();
    let crate::instance::MailSettings::Smtp(smtp) = &instance.mail else { panic!("a server") };
    Mailer::smtp(smtp, None, None).unwrap()
}

async fn queue(desk: &Desk, cases: &[&str]) {
    for case in cases {
        let case = desk.find_case(case).await.unwrap();
        desk.mail_link(case, "client-feedback", "client@example.invalid", None).await.unwrap();
    }
}

#[tokio::test]
async fn a_server_that_keeps_silent_is_asked_once_and_the_other_mails_wait_a_minute_without_a_try() {
    let folder = tempfile::tempdir().unwrap();
    let (desk, now) = desk(folder.path()).await;
    let (mailer, calls) = silent_server().await;
    queue(&desk, &["V-001", "V-002", "V-003"]).await;
    let done = desk.deliver(&mailer).await.unwrap();
    assert_eq!(done, DeliverySummary { again: 1, paused: true, ..DeliverySummary::default() });
    assert_eq!(*calls.lock().unwrap(), 1);
    let mails = desk.store.mails().await.unwrap();
    let mut tries: Vec<u32> = mails.iter().map(|m| m.tries).collect();
    tries.sort_unstable();
    assert_eq!(tries, [0, 0, 1]);
    assert!(mails.iter().all(|m| m.trouble.as_deref() == Some("no answer in time at EHLO")), "{mails:?}");
    assert_eq!(desk.deliver(&mailer).await.unwrap(), DeliverySummary::default(), "not before a minute has gone");
    // The one that was not tried goes first.
    let later = now.lock().unwrap().checked_add(1.minutes()).unwrap();
    *now.lock().unwrap() = later;
    assert_eq!(desk.deliver(&smtp(1)).await.unwrap().again, 1);
    let mut tries: Vec<u32> = desk.store.mails().await.unwrap().iter().map(|m| m.tries).collect();
    tries.sort_unstable();
    assert_eq!(tries, [0, 1, 1]);
    let sent = Arc::new(Mutex::new(Vec::new()));
    let later = now.lock().unwrap().checked_add(1.hours()).unwrap();
    *now.lock().unwrap() = later;
    assert_eq!(desk.deliver(&Mailer::Memory(Arc::clone(&sent))).await.unwrap().delivered, 3);
    let ids: Vec<String> = sent.lock().unwrap().iter().map(|e: &Envelope| e.message_id.clone()).collect();
    assert!(mails.iter().all(|m| ids.contains(&m.id)), "the same Message-ID as at the first try");
}

#[tokio::test]
async fn a_dead_mail_can_be_sent_again_unless_its_invitation_has_ended() {
    let folder = tempfile::tempdir().unwrap();
    let (desk, now) = desk(folder.path()).await;
    queue(&desk, &["V-001"]).await;
    let mail = desk.store.mails().await.unwrap().remove(0);
    assert_eq!(desk.resend(&mail).await.unwrap(), Err(ResendError::NotDead));
    desk.store.mail_failed(&mail.id, None, "refused 550 at RCPT".to_owned(), desk.now()).await.unwrap();
    let dead = desk.store.mails().await.unwrap().remove(0);
    assert_eq!((dead.fate, dead.trouble.as_deref()), (Fate::Dead, Some("refused 550 at RCPT")));
    assert!(dead.address.is_some(), "who looks at it must know whom it was for");
    assert!(desk.outbox_warning().await.unwrap().unwrap().contains("1 mail(s) could not be delivered"));
    assert_eq!(desk.resend(&OutboxMail { answered: true, ..dead.clone() }).await.unwrap(), Err(ResendError::Answered));
    assert_eq!(desk.resend(&OutboxMail { revoked: true, ..dead.clone() }).await.unwrap(), Err(ResendError::Revoked));
    assert_eq!(desk.resend(&dead).await.unwrap(), Ok(()));
    let again = desk.store.mails().await.unwrap().remove(0);
    assert_eq!((again.fate, again.tries, again.trouble), (Fate::Waiting, 0, None));
    assert_eq!(desk.outbox_warning().await.unwrap(), None);

    let later = now.lock().unwrap().checked_add(2.hours()).unwrap();
    *now.lock().unwrap() = later;
    assert!(desk.outbox_warning().await.unwrap().unwrap().contains("waited for more than an hour"));
    *now.lock().unwrap() = dead.expires_at;
    assert_eq!(desk.resend(&dead).await.unwrap(), Err(ResendError::Expired));
}

#[tokio::test]
async fn who_dies_between_delivering_and_writing_it_down_sends_that_mail_once_more_with_the_same_id() {
    let folder = tempfile::tempdir().unwrap();
    let (desk, now) = desk(folder.path()).await;
    queue(&desk, &["V-001", "V-002"]).await;
    let sent = Arc::new(Mutex::new(Vec::new()));
    let memory = Mailer::Memory(Arc::clone(&sent));
    let lease = desk.now().checked_add(LEASE_MINUTES.minutes()).unwrap();
    let taken = desk.store.claim_mails(desk.now(), lease).await.unwrap();
    desk.deliver_one(&memory, &taken[0]).await.unwrap().unwrap().unwrap();
    assert_eq!(desk.deliver(&memory).await.unwrap(), DeliverySummary::default(), "they are taken");
    *now.lock().unwrap() = lease;
    assert_eq!(desk.deliver(&memory).await.unwrap().delivered, 2);
    let ids: Vec<String> = sent.lock().unwrap().iter().map(|e: &Envelope| e.message_id.clone()).collect();
    let count = |id: &String| ids.iter().filter(|i| *i == id).count();
    assert_eq!((count(&taken[0].id), count(&taken[1].id)), (2, 1));
}

#[tokio::test]
async fn a_reminder_says_so_in_the_language_its_receiver_asked_for() {
    let folder = tempfile::tempdir().unwrap();
    let (desk, _) = desk(folder.path()).await;
    queue(&desk, &["V-001"]).await;
    let invitation = desk.store.claim_mails(desk.now(), desk.now()).await.unwrap().remove(0);
    let sent = Arc::new(Mutex::new(Vec::new()));
    let memory = Mailer::Memory(Arc::clone(&sent));
    let reminder = Mail { kind: MailKind::Reminder, language: Some(Language::Sv), ..invitation.clone() };
    desk.deliver_one(&memory, &invitation).await.unwrap().unwrap().unwrap();
    desk.deliver_one(&memory, &reminder).await.unwrap().unwrap().unwrap();
    let mails = sent.lock().unwrap();
    assert_eq!((mails[0].language, mails[1].language), (Language::Fi, Language::Sv));
    assert!(!mails[0].subject.contains("muistutus") && mails[1].subject.contains("påminnelse"), "{mails:?}");
    assert_eq!(mails[1].sender_name, desk.instance.name.value.in_language(Language::Sv));
}
