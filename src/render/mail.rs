//! The words of mails. A mail carries a link, never an answer, a report or client data.

use super::{RenderError, Renderer};
use crate::form::Party;
use crate::text::{Language, Messages};
use serde::Serialize;
use serde_json::Value;

/// Subject and body of a mail.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct MailText {
    /// One line.
    pub subject: String,
    /// Plain text.
    pub body: String,
    /// The same as HTML.
    pub html: String,
}

/// What an invitation by mail tells.
#[derive(Clone, Copy, Debug)]
pub struct InvitationMail<'a> {
    /// Who is invited.
    pub party: Party,
    /// True when it is about the end of a coaching: feedback, or the closing report.
    pub closing: bool,
    /// True when it is the client's to read the closing report.
    pub reading: bool,
    /// True when it reminds of an invitation that went out before.
    pub reminder: bool,
    /// What the site is called.
    pub site_name: &'a str,
    /// The address of the form.
    pub link: &'a str,
    /// Minutes that answering takes.
    pub minutes: u32,
    /// Until when, in words.
    pub open_until: &'a str,
    /// Whom to ask.
    pub contact: &'a str,
    /// The same address in the other languages.
    pub others: &'a [(Language, String)],
    /// Label of a model.
    pub notice: Option<&'a str>,
}

/// What a mail to staff tells: that something is there, or how to be let in.
#[derive(Clone, Copy, Debug)]
pub struct NoticeMail<'a> {
    /// What the site is called.
    pub site_name: &'a str,
    /// Where it leads.
    pub link: &'a str,
    /// Of a sign-in, what lets in.
    pub letting: Option<Letting<'a>>,
    /// Whom to ask.
    pub contact: &'a str,
    /// Label of a model.
    pub notice: Option<&'a str>,
}

/// What lets somebody in.
#[derive(Clone, Copy, Debug)]
pub struct Letting<'a> {
    /// The code to be typed where the link cannot be opened.
    pub code: &'a str,
    /// Minutes for which it is good.
    pub minutes: &'a str,
}

#[derive(Serialize)]
struct NoticeView<'a> {
    language: &'static str,
    direction: &'static str,
    subject: String,
    site_name: &'a str,
    lead: String,
    link: &'a str,
    open: &'static str,
    code: Option<&'a str>,
    until: Option<String>,
    contact: &'a str,
    notice: Option<&'a str>,
    t: &'static Value,
}

/// The mail that tells staff that something is there, or lets them in. What is there is not told.
///
/// # Errors
/// When a template of the instance names something the mail does not have.
pub fn notice_mail(renderer: &Renderer, mail: &NoticeMail<'_>, language: Language) -> Result<MailText, RenderError> {
    let (m, site) = (Messages::of(language), [("site", mail.site_name)]);
    let (subject, lead, open) = match mail.letting {
        Some(_) => ("sign_in.mail_subject", "sign_in.mail_lead", "sign_in.go"),
        None => ("sign_in.notice_subject", "sign_in.notice_lead", "sign_in.notice_open"),
    };
    let view = NoticeView {
        language: language.code(),
        direction: language.direction(),
        subject: m.fill(subject, &site),
        site_name: mail.site_name,
        lead: m.fill(lead, &site),
        link: mail.link,
        open: m.get(open),
        code: mail.letting.map(|letting| letting.code),
        until: mail.letting.map(|letting| m.fill("sign_in.mail_until", &[("minutes", letting.minutes)])),
        contact: mail.contact,
        notice: mail.notice,
        t: m.tree(),
    };
    let subject = renderer.fill("mail/notice-subject.txt", &view)?;
    let body = renderer.fill("mail/notice-body.txt", &view)?;
    let html = renderer.fill("mail/notice-body.html", &view)?;
    Ok(MailText { subject: subject.trim().to_owned(), body: body.trim_start().to_owned(), html })
}

#[derive(Serialize)]
struct View<'a> {
    language: &'static str,
    direction: &'static str,
    subject: String,
    site_name: &'a str,
    lead: &'static str,
    minutes: String,
    link: &'a str,
    open_until: String,
    contact: &'a str,
    others: Vec<Other<'a>>,
    /// Said to those who may decline: a report is the coach's duty.
    voluntary: Option<&'static str>,
    notice: Option<&'a str>,
    t: &'static Value,
}

/// The same form in another language, told in that language.
#[derive(Serialize)]
struct Other<'a> {
    code: &'static str,
    direction: &'static str,
    name: &'static str,
    link: &'a str,
    /// Name and link in one line.
    line: String,
}

/// The mail that invites a party to a form, or reminds it.
///
/// # Errors
/// When a template of the instance names something the mail does not have.
pub fn invitation_mail(
    renderer: &Renderer,
    mail: &InvitationMail<'_>,
    language: Language,
) -> Result<MailText, RenderError> {
    let m = Messages::of(language);
    let asked = if mail.closing { mail.party.code() } else { "form" };
    let key = if mail.reading { "reading.mail".to_owned() } else { format!("mail.{asked}") };
    let key = if mail.reminder { format!("{key}_reminder") } else { key };
    let view = View {
        language: language.code(),
        direction: language.direction(),
        subject: m.fill(&format!("{key}_subject"), &[("site", mail.site_name)]),
        site_name: mail.site_name,
        lead: m.get(&key),
        minutes: m.fill("mail.minutes", &[("minutes", &mail.minutes.to_string())]),
        link: mail.link,
        open_until: m.fill("mail.open_until", &[("date", mail.open_until)]),
        contact: mail.contact,
        others: mail.others.iter().map(|(other, link)| in_language(*other, link)).collect(),
        voluntary: (mail.party != Party::Coach).then(|| m.get("mail.voluntary")),
        notice: mail.notice,
        t: m.tree(),
    };
    let subject = renderer.fill("mail/invitation-subject.txt", &view)?;
    let body = renderer.fill("mail/invitation-body.txt", &view)?;
    let html = renderer.fill("mail/invitation-body.html", &view)?;
    Ok(MailText { subject: subject.trim().to_owned(), body: body.trim_start().to_owned(), html })
}

fn in_language(language: Language, link: &str) -> Other<'_> {
    let name = language.own_name();
    let line = Messages::of(language).fill("mail.other_language", &[("language", name), ("link", link)]);
    Other { code: language.code(), direction: language.direction(), name, link, line }
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::collections::{BTreeMap, BTreeSet};

    const LINK: &str = "https://palaute.example/f/0123?lang=fi";

    fn mail(party: Party, closing: bool, reminder: bool, language: Language) -> MailText {
        let others = [(Language::Sv, "https://palaute.example/f/0123?lang=sv".to_owned())];
        let told = InvitationMail {
            party,
            closing,
            reading: false,
            reminder,
            site_name: "Palaute <b>",
            link: LINK,
            minutes: 5,
            open_until: "31.12.2025",
            contact: "Neuvonta 010 000 0000",
            others: &others,
            notice: None,
        };
        invitation_mail(&Renderer::new(&BTreeMap::new()).unwrap(), &told, language).unwrap()
    }

    #[test]
    fn every_party_is_reminded_in_other_words_than_it_was_invited_and_told_the_same_facts() {
        let parties = [Party::Client, Party::Employer, Party::Community, Party::Purchaser, Party::Coach];
        let mut subjects = BTreeSet::new();
        for language in Language::OF_FORMS {
            for party in parties.into_iter().filter(|p| language != Language::Ar || *p == Party::Client) {
                for (closing, reminder) in [(true, false), (true, true), (false, false), (false, true)] {
                    let mail = mail(party, closing, reminder, language);
                    for text in [&mail.subject, &mail.body, &mail.html] {
                        assert!(!text.contains("(?)"), "{language:?} {party:?}: {text}");
                    }
                    for fact in ["31.12.2025", "Neuvonta 010 000 0000", " 5 "] {
                        assert!(mail.body.contains(fact) && mail.html.contains(fact), "{fact}: {}", mail.body);
                    }
                    assert!(mail.body.contains(LINK), "{}", mail.body);
                    subjects.insert((language, mail.subject));
                }
            }
        }
        // Feedback of each party and the closing report, each with its reminder, and any other form with its.
        assert_eq!(subjects.len(), 3 * (2 * 5 + 2) + 4);
    }

    #[test]
    fn a_mail_to_staff_says_where_to_read_and_one_that_lets_in_how_long_it_does() {
        let renderer = Renderer::new(&BTreeMap::new()).unwrap();
        for language in Language::ALL {
            let link = "https://palaute.example/desk/sign-in/ABCD-EFGH";
            let letting = Letting { code: "ABCD-EFGH", minutes: "10" };
            let told = NoticeMail {
                site_name: "Palaute <b>",
                link,
                letting: Some(letting),
                contact: "Neuvonta 010 000 0000",
                notice: None,
            };
            let lets_in = notice_mail(&renderer, &told, language).unwrap();
            let told = NoticeMail { letting: None, link: "https://palaute.example/desk/reports/2025-000001", ..told };
            let tells = notice_mail(&renderer, &told, language).unwrap();
            assert_ne!(lets_in.subject, tells.subject);
            for (mail, link) in [(&lets_in, link), (&tells, told.link)] {
                assert!(mail.body.contains(link) && mail.body.contains("Neuvonta"), "{}", mail.body);
                assert!(!mail.html.contains("Palaute <b>") && !mail.body.contains("(?)"), "{}", mail.html);
                for loads in ["<img", "<link", "<script", "<style", "src=", "url("] {
                    assert!(!mail.html.contains(loads), "{}", mail.html);
                }
            }
            let code = |text: &str| text.matches("ABCD-EFGH").count();
            assert!(code(&lets_in.body) == 2 && lets_in.body.contains("10"), "{}", lets_in.body);
            assert_eq!((code(&tells.body), code(&lets_in.subject)), (0, 0));
        }
    }

    #[test]
    fn the_html_says_its_language_loads_nothing_and_prints_no_markup_of_names() {
        let html = mail(Party::Client, true, false, Language::Ar).html;
        assert!(html.contains("<html lang=\"ar\" dir=\"rtl\">"), "{html}");
        assert!(html.contains("<li lang=\"sv\" dir=\"ltr\">"), "{html}");
        assert!(html.contains("Palaute &lt;b&gt;") && !html.contains("Palaute <b>"), "{html}");
        for loads in ["<img", "<link", "<script", "<style", "<table", "src=", "url("] {
            assert!(!html.contains(loads), "{html}");
        }
        let addresses: Vec<&str> = html.split("href=\"").skip(1).filter_map(|rest| rest.split('"').next()).collect();
        assert_eq!(addresses.len(), 3);
        let ours = |a: &&str| a.replace("&#x2F;", "/").starts_with("https://palaute.example/f/");
        assert!(addresses.iter().all(ours), "{addresses:?}");
    }
}
