//! Mail servers that are not there, keep silent, refuse, delay and drop; and a real one that encrypts and asks for a password.

use crate::attacked::{CANARY, House, NOW, Page, Server, assert_absent, block, eventually, form, sent};
use crate::figures::{Figures, dose, progress};
use crate::http::get;
use crate::smtp_servers::{PASSWORD, Postfix, ReceivedMail, Sink, free_port};
use jiff::{Timestamp, ToSpan};
use palaute::store::{Contact, Fate, MailKind, NewMail, OutboxMail, Store};
use palaute::text::Language;
use std::process::{Command, Output};
use std::time::{Duration, Instant};

/// Longest time for nine in ten answers of the site while a mail server misbehaves.
const AT_ONCE: Duration = Duration::from_secs(1);
/// Longest time for one delivery, in the settings of these tests.
const SECONDS: u32 = 1;

/// Writes `mail.smtp` into the settings.
fn set_mail(house: &House, lines: &str) {
    let file = house.dir().join("palaute.yaml");
    let settings = std::fs::read_to_string(&file).expect("the settings");
    let line = settings.lines().find(|l| l.starts_with("mail:")).expect("how mail leaves");
    let new = settings.replace(line, &format!("mail: {{ smtp: {{ {lines} }} }}"));
    std::fs::write(&file, new).expect("the settings are written");
}

fn on(port: u16) -> String {
    format!("host: 127.0.0.1, port: {port}, from: palaute@sender.example, tls: none, seconds: {SECONDS}")
}

fn run(house: &House, now: &str, arguments: &[&str]) -> Output {
    let mut command = Command::new(&house.program);
    command.arg("--instance").arg(house.dir()).args(["--now", now]).args(arguments);
    command.output().expect("the program runs")
}

/// What a command says that succeeds.
fn told(house: &House, now: &str, arguments: &[&str]) -> String {
    let output = run(house, now, arguments);
    assert!(output.status.success(), "{arguments:?}: {}", String::from_utf8_lossy(&output.stderr));
    String::from_utf8_lossy(&output.stdout).into_owned()
}

/// What a command says that fails.
fn refused(house: &House, now: &str, arguments: &[&str]) -> String {
    let output = run(house, now, arguments);
    assert!(!output.status.success(), "{arguments:?}: {}", String::from_utf8_lossy(&output.stdout));
    String::from_utf8_lossy(&output.stderr).into_owned()
}

fn mails(house: &House) -> Vec<OutboxMail> {
    block(async {
        let store = Store::open(&house.data).await.expect("the store opens");
        let mails = store.mails().await.expect("the outbox");
        store.close().await;
        mails
    })
}

fn invite(house: &House, case: &str, address: &str) {
    house.must(&["invite", case, "--mail", address]);
}

/// An hour after the clock of another server or command.
fn hours_after_now(hours: i64) -> String {
    let now: Timestamp = NOW.parse().expect("an instant");
    now.checked_add(hours.hours()).expect("an instant").to_string()
}

/// What becomes of a mail at its first try.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum After {
    Again,
    Dead,
    Delivered,
}

/// A way in which a server misbehaves.
struct Misbehaving {
    name: &'static str,
    /// Of `smtp-sink`; without any there is no server.
    options: Option<&'static [&'static str]>,
    after: After,
    trouble: &'static str,
}

const fn server(
    name: &'static str,
    options: &'static [&'static str],
    after: After,
    trouble: &'static str,
) -> Misbehaving {
    Misbehaving { name, options: Some(options), after, trouble }
}

/// Lets one mail a run meet the server, in the middle of whose misbehaviour the site must answer; afterwards the server is
/// well, and the mail must arrive once with the Message-ID it had.
fn meets(fault: &Misbehaving, runs: usize) {
    let house = House::with_links(2 * runs);
    let port = free_port();
    set_mail(&house, &on(port));
    let (mut answers, mut figures, mut twice) = (Vec::new(), Figures::default(), 0);
    for run in 0..runs {
        let hour = 2 * i64::try_from(run).expect("few runs");
        let bad = fault.options.map(|options| Sink::start(port, options));
        invite(&house, &house.cases[run], &format!("client-{run}@example.invalid"));
        let server = Server::start(&house, &hours_after_now(hour), "warn");
        // The server looks at the outbox as soon as it starts.
        let page = Page::new(&form(), &house.tokens[runs + run], run);
        let mut timed = |done: &dyn Fn() -> bool| {
            let began = Instant::now();
            assert!(done(), "the site answers");
            answers.push(began.elapsed());
        };
        timed(&|| sent(&page, &server).receipt().is_some());
        let mail = eventually("the first try", || {
            timed(&|| get(server.address, &page.target).is_some());
            let all = mails(&house);
            match fault.after {
                After::Delivered => all.iter().filter(|m| m.fate == Fate::Delivered).nth(run).cloned(),
                After::Again => all.into_iter().find(|m| m.fate == Fate::Waiting && m.tries == 1),
                After::Dead => all.into_iter().find(|m| m.fate == Fate::Dead),
            }
        });
        server.kill();
        figures.runs += 1;
        figures.attempted += 1;
        figures.acknowledged += 1;
        let got = bad.as_ref().map(Sink::message_ids).unwrap_or_default();
        drop(bad);
        if fault.after == After::Delivered {
            figures.stored += usize::from(got.len() == 1);
            continue;
        }
        assert_eq!(mail.trouble.as_deref(), Some(fault.trouble));
        let later = hours_after_now(hour + 1);
        let listed = told(&house, &later, &["mail", "list"]);
        let short: String = mail.id.chars().take(8).collect();
        let line = listed.lines().find(|l| l.starts_with(&short)).unwrap_or_else(|| panic!("{listed}"));
        let state = if fault.after == After::Dead { "dead" } else { "waiting" };
        for part in [fault.trouble, state, "client-feedback", &format!("client-{run}@example.invalid")] {
            assert!(line.contains(part), "{part}: {line}");
        }
        if fault.after == After::Dead {
            assert!(told(&house, &later, &["mail", "send"]).contains("No mail was due"), "it is not tried again");
            assert!(told(&house, &later, &["mail", "list", "--dead"]).contains(&short));
            told(&house, &later, &["mail", "resend", &short]);
        } else {
            let wait = mail.next_try.duration_since(hours_after_now(hour).parse().expect("an instant"));
            assert!((1..=2).contains(&wait.as_mins()), "the next try is due after {wait:?}");
        }
        let well = Sink::start(port, &[]);
        let sent = told(&house, &later, &["mail", "send"]);
        assert!(sent.starts_with("1 delivered, 0 to be tried again, 0 given up."), "{sent}");
        let id = format!("<{}@sender.example>", mail.id);
        assert_eq!(well.message_ids(), std::slice::from_ref(&id));
        assert!(got.iter().all(|got| *got == id), "{got:?} is not {id}");
        twice += usize::from(!got.is_empty());
        figures.stored += 1;
        progress(fault.name, run + 1, runs);
    }
    answers.sort_unstable();
    let (most, slowest) = (answers[answers.len() * 9 / 10], answers[answers.len() - 1]);
    assert!(most < AT_ONCE, "the site took {most:?} where the machine was not busy with other tests");
    figures.lost = figures.attempted - figures.stored;
    let mut notes = vec![format!("slowest answer of the site {} ms", slowest.as_millis())];
    if fault.after != After::Delivered {
        notes.insert(0, format!("first {}", fault.trouble));
        notes.push(format!("{twice} texts sent twice, with the same Message-ID"));
    }
    figures.tell(&format!("SMTP {}", fault.name), &notes);
    assert_eq!(figures.lost, 0);
    let log = house.log();
    assert_absent("the log", log.as_bytes(), &["client-", "@example.invalid"]);
    assert!(!log.contains("panicked"), "{log}");
}

#[test]
fn without_a_mail_server_mails_wait_and_the_site_goes_on() {
    let nobody = Misbehaving { name: "refused connection", options: None, after: After::Again, trouble: "not reached" };
    meets(&nobody, dose(2, 50));
}

#[test]
fn a_mail_server_that_falls_silent_before_a_mail_is_told_costs_a_deadline_and_the_mail_is_tried_again() {
    for fault in [
        server("silent at EHLO", &["-W", "EHLO:600"], After::Again, "no answer in time at EHLO"),
        server("silent at MAIL", &["-W", "MAIL:600"], After::Again, "no answer in time at MAIL"),
        server("silent at RCPT", &["-W", "RCPT:600"], After::Again, "no answer in time at RCPT"),
    ] {
        meets(&fault, dose(1, 50));
    }
}

#[test]
fn a_mail_server_that_falls_silent_over_the_text_may_get_it_twice_with_the_same_message_id() {
    for fault in [
        server("silent at DATA", &["-W", "DATA:600"], After::Again, "no answer in time at DATA"),
        server("silent after the text", &["-W", ".:600"], After::Again, "no answer in time at end of text"),
    ] {
        meets(&fault, dose(1, 50));
    }
}

#[test]
fn what_a_mail_server_puts_off_is_tried_again() {
    for fault in [
        server("4xx at MAIL", &["-r", "MAIL"], After::Again, "deferred 450 at MAIL"),
        server("4xx at RCPT", &["-r", "RCPT"], After::Again, "deferred 450 at RCPT"),
        server("4xx after the text", &["-r", "."], After::Again, "deferred 450 at end of text"),
    ] {
        meets(&fault, dose(1, 50));
    }
}

#[test]
fn what_a_mail_server_refuses_for_good_is_dead_seen_and_sent_again_by_a_person() {
    for fault in [
        server("5xx at RCPT", &["-f", "RCPT"], After::Dead, "refused 500 at RCPT"),
        server("5xx after the text", &["-f", "."], After::Dead, "refused 500 at end of text"),
        // These are not the mail's fault.
        server("5xx as greeting", &["-f", "CONNECT"], After::Again, "refused 500 at EHLO"),
        server("5xx at MAIL", &["-f", "MAIL"], After::Again, "refused 500 at MAIL"),
    ] {
        meets(&fault, dose(1, 50));
    }
}

#[test]
fn a_connection_that_is_dropped_over_the_text_is_tried_again_with_the_same_message_id() {
    for fault in [
        server("dropped at DATA", &["-q", "DATA"], After::Again, "connection lost at DATA"),
        server("dropped after the text", &["-q", "."], After::Again, "connection lost at end of text"),
    ] {
        meets(&fault, dose(2, 50));
    }
}

#[test]
fn a_slow_mail_server_gets_its_time() {
    let house = House::with_links(1);
    let port = free_port();
    set_mail(&house, &on(port).replace("seconds: 1", "seconds: 30"));
    let runs = dose(1, 50);
    let slow = Sink::start(port, &["-W", "EHLO:1", "-W", "RCPT:1", "-w", "1"]);
    let began = Instant::now();
    std::thread::scope(|scope| {
        for _ in 0..runs {
            scope.spawn(|| {
                told(&house, NOW, &["mail", "test", "somebody@example.invalid"]);
            });
        }
    });
    assert!(began.elapsed() >= Duration::from_secs(1), "the server was not slow");
    let figures =
        Figures { runs, attempted: runs, acknowledged: runs, stored: slow.mails().len(), ..Figures::default() };
    figures.tell("SMTP slow", &[]);
    assert_eq!(slow.mails().len(), runs);
}

#[test]
fn a_server_that_is_killed_over_a_mail_sends_that_one_again_with_the_same_message_id_and_the_others_once() {
    let runs = dose(1, 50);
    let house = House::with_links(3 * runs);
    let port = free_port();
    set_mail(&house, &on(port).replace("seconds: 1", "seconds: 60"));
    let mut doubles = 0;
    for run in 0..runs {
        let hour = 2 * i64::try_from(run).expect("few runs");
        for case in &house.cases[3 * run..3 * run + 3] {
            invite(&house, case, "client@example.invalid");
        }
        let hanging = Sink::start(port, &["-W", ".:600"]);
        let server = Server::start(&house, &hours_after_now(hour), "warn");
        let first = eventually("the first text", || hanging.message_ids().pop());
        server.kill();
        drop(hanging);
        let well = Sink::start(port, &[]);
        let sent = told(&house, &hours_after_now(hour), &["mail", "send"]);
        assert!(sent.starts_with("No mail was due"), "the dead server's mails are its own for a while: {sent}");
        let sent = told(&house, &hours_after_now(hour + 1), &["mail", "send"]);
        assert!(sent.starts_with("3 delivered"), "{sent}");
        let mut ids = well.message_ids();
        ids.sort_unstable();
        assert_eq!(ids.len(), 3);
        ids.dedup();
        assert_eq!(ids.len(), 3, "each of them once");
        assert!(ids.contains(&first), "{first} again with the same Message-ID: {ids:?}");
        doubles += 1;
    }
    let all = 3 * runs;
    let figures = Figures { runs, attempted: all, acknowledged: all, stored: all, ..Figures::default() };
    figures.tell(
        "SMTP server killed over a mail",
        &[format!("{doubles} texts sent twice, one a run, with the same Message-ID")],
    );
}

/// Queues a mail to an address in a language of its own.
fn queue(house: &House, case: &str, address: &str, language: Language) {
    let number = case.parse().expect("a number");
    block(async {
        let store = Store::open(&house.data).await.expect("the store opens");
        let invitations = store.invitations_of(number).await.expect("the invitations");
        let invitation = invitations.iter().find(|i| i.form == "client-feedback").expect("an invitation");
        let contact = Contact {
            id: format!("contact of {address}"),
            case: number,
            party: invitation.party,
            address: address.to_owned(),
            language: Some(language),
        };
        let mail = NewMail {
            id: format!("mail-{}", language.code()),
            invitation: invitation.id.clone(),
            kind: MailKind::Reminder,
            contact,
        };
        store.queue_mail(mail, NOW.parse().expect("an instant")).await.expect("it is queued");
        store.close().await;
    });
}

/// Nothing of a client or an answer, and a link that opens.
fn assert_discreet(house: &House, mail: &ReceivedMail, server: &Server) {
    for text in [&mail.text, &mail.html, &mail.headers.join("\n")] {
        let secrets = [CANARY, &house.cases[0], &house.cases[1], "K-0001", "K-0002", "Valmentaja 1", "18.11.2024"];
        for secret in secrets {
            assert!(!text.contains(secret), "{secret}: {text}");
        }
    }
    let token = |text: &str| {
        let after = text.split("/f/").nth(1).unwrap_or_else(|| panic!("no link in {text}"));
        after.chars().take_while(char::is_ascii_hexdigit).collect::<String>()
    };
    let (in_text, in_html) = (token(&mail.text), token(&mail.html.replace("&#x2F;", "/")));
    assert_eq!(in_text, in_html);
    assert_eq!(get(server.address, &format!("/f/{in_text}")).map(|a| a.status), Some(200));
}

#[test]
fn a_real_server_takes_mails_encrypted_after_a_password_and_readers_get_both_texts_in_their_language() {
    let postfix = Postfix::start();
    let house = House::with_links(2);
    let secret = house.root.path().join("smtp.secret");
    invite(&house, &house.cases[0], "fi@example.invalid");
    queue(&house, &house.cases[1], "sv@example.invalid", Language::Sv);
    set_mail(&house, &postfix.lines(postfix.starttls, &secret, PASSWORD));
    assert!(told(&house, NOW, &["mail", "send"]).starts_with("2 delivered"));
    let server = house.serve();
    let (fi, sv) = (postfix.mail("fi@example.invalid"), postfix.mail("sv@example.invalid"));
    for mail in [&fi, &sv] {
        assert_discreet(&house, mail, &server);
        assert_eq!(mail.header("Auto-Submitted"), "auto-generated");
        let received = mail.headers.iter().find(|h| h.starts_with("Received: ")).expect("how it came");
        assert!(received.contains("with ESMTPSA"), "encrypted and signed in: {received}");
    }
    assert_eq!((fi.header("Content-Language"), sv.header("Content-Language")), ("fi".to_owned(), "sv".to_owned()));
    assert!(fi.header("Subject").ends_with(": kerro, miten valmennus sujui"), "{}", fi.header("Subject"));
    assert!(
        sv.header("Subject").ends_with(": påminnelse, berätta hur arbetsträningen gick"),
        "{}",
        sv.header("Subject")
    );
    assert!(fi.text.contains("Miten se sujui?") && fi.html.contains("Miten se sujui?"), "{}", fi.text);
    assert!(sv.text.contains("Du hinner ännu svara.") && sv.html.contains("Du hinner ännu svara."), "{}", sv.text);
    assert!(fi.html.contains("<html lang=\"fi\" dir=\"ltr\">"), "{}", fi.html);
    assert!(fi.header("From").ends_with("<palaute@sender.example>"), "{}", fi.header("From"));
    assert_eq!(sv.header("Message-ID"), "<mail-sv@sender.example>");
    assert_ne!(fi.header("From"), sv.header("From"), "the site's name in the reader's language");

    // The other port, encrypted from the first byte.
    set_mail(&house, &format!("{}, tls: tls", postfix.lines(postfix.tls, &secret, PASSWORD)));
    let tried = told(&house, NOW, &["mail", "test", "test@example.invalid"]);
    assert!(tried.contains("TLS, signed in") && tried.contains("It was taken"), "{tried}");
    assert!(postfix.mail("test@example.invalid").header("Subject").ends_with(": koeviesti"));
}

#[test]
fn a_wrong_password_an_unknown_certificate_or_no_encryption_is_told_as_such_and_nothing_goes_out() {
    let postfix = Postfix::start();
    let other = Postfix::start();
    let house = House::with_links(1);
    let secret = house.root.path().join("smtp.secret");
    invite(&house, &house.cases[0], "client@example.invalid");
    let right = |port| postfix.lines(port, &secret, PASSWORD);
    let authority = |path: &std::path::Path| format!(", certificate_file: {}", path.display());
    let (own, others) = (authority(&postfix.authority()), authority(&other.authority()));
    let sink_port = free_port();
    let sink = Sink::start(sink_port, &[]);
    let cases = [
        (postfix.lines(postfix.starttls, &secret, "falsch"), "sign-in refused 535"),
        (right(postfix.starttls).replace(&own, ""), "certificate not trusted"),
        (right(postfix.starttls).replace(&own, &others), "certificate not trusted"),
        (right(postfix.tls).replace(&own, &others) + ", tls: tls", "certificate not trusted"),
        // The certificate is not for this name.
        (right(postfix.starttls).replace("localhost", "127.0.0.1"), "certificate not trusted"),
        (right(sink_port), "no encryption offered"),
    ];
    for (n, (lines, trouble)) in cases.into_iter().enumerate() {
        std::fs::write(&secret, if trouble.starts_with("sign") { "palaute:falsch" } else { "palaute:salainen-1d93" })
            .expect("room");
        set_mail(&house, &lines);
        let hour = hours_after_now(72 * i64::try_from(n).expect("few"));
        let output = run(&house, &hour, &["mail", "send"]);
        let said = String::from_utf8_lossy(&output.stderr);
        assert!(said.contains("takes no mail now"), "{trouble}: {said}");
        let listed = told(&house, &hour, &["mail", "list", "--waiting"]);
        assert!(listed.contains(trouble), "{trouble}: {listed}");
        let tried = refused(&house, &hour, &["mail", "test", "client@example.invalid"]);
        assert!(tried.contains(trouble), "{trouble}: {tried}");
    }
    assert_eq!(postfix.mails("client@example.invalid"), [""; 0]);
    assert_eq!(sink.mails(), [""; 0]);
    let last = mails(&house).pop().expect("the mail");
    assert_eq!(last.fate, Fate::Waiting, "the mail is not to blame");
    // All is well again.
    std::fs::write(&secret, "palaute:salainen-1d93").expect("room");
    set_mail(&house, &right(postfix.starttls));
    let hour = hours_after_now(72 * 6);
    assert!(told(&house, &hour, &["mail", "send"]).starts_with("1 delivered"));
    let mail = postfix.mail("client@example.invalid");
    assert_eq!(mail.header("Message-ID"), format!("<{}@sender.example>", last.id));
}

#[test]
fn the_outbox_is_told_of_when_it_is_empty_and_a_wrong_number_is_refused() {
    let house = House::with_links(2);
    assert!(told(&house, NOW, &["mail", "list"]).starts_with("No mail waits, and none was given up."));
    assert!(told(&house, NOW, &["mail", "send"]).starts_with("No mail was due."));
    assert!(told(&house, NOW, &["mail", "resend", "--all-dead"]).starts_with("No mail was given up."));
    assert!(refused(&house, NOW, &["mail", "resend", "abc"]).contains("there is no mail abc"));
    assert!(refused(&house, NOW, &["mail", "test", "nobody"]).contains("`nobody` is no address"));

    // Dead mails are told of when a server starts, and are refused once their invitation has an answer.
    let port = free_port();
    set_mail(&house, &on(port));
    let strict = Sink::start(port, &["-f", "RCPT"]);
    for case in &house.cases {
        invite(&house, case, "client@example.invalid");
    }
    assert!(told(&house, NOW, &["mail", "send"]).starts_with("0 delivered, 0 to be tried again, 2 given up."));
    drop(strict);
    let server = house.serve();
    assert!(house.log().contains("2 mail(s) could not be delivered and were given up"), "{}", house.log());
    assert!(sent(&Page::new(&form(), &house.tokens[0], 1), &server).receipt().is_some());
    let answered =
        mails(&house).into_iter().find(|m| m.case.is_some_and(|c| c.to_string() == house.cases[0])).expect("its mail");
    let said = refused(&house, NOW, &["mail", "resend", &answered.id]);
    assert!(said.contains("its invitation was answered"), "{said}");
    let output = run(&house, NOW, &["mail", "resend", "--all-dead"]);
    assert!(String::from_utf8_lossy(&output.stdout).starts_with("1 mail(s) wait again"), "{output:?}");
    // Nobody need look at the other one any more.
    let well = Sink::start(port, &[]);
    told(&house, NOW, &["mail", "send"]);
    eventually("the mail", || (well.mails().len() == 1).then_some(()));
    let listed = told(&house, NOW, &["mail", "list"]);
    assert!(
        listed.contains("0 given up, 1 delivered, 1 not sent because the invitation or sign-in had ended."),
        "{listed}"
    );
    let answered = mails(&house).into_iter().find(|m| m.id == answered.id).expect("it is kept");
    assert_eq!((answered.fate, answered.address), (Fate::Obsolete, None));
}
