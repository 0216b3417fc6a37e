//! Answers that are not sent yet: saved page by page, got again after Back, a refresh or another day, never shown to
//! anybody else, gone when they are sent, and several colleagues behind one link.

use crate::http::{Answer, FORM, Visitor, encode, exchange, get, post, request};
use crate::instance::{Instance, execute};
use palaute::text::{Language, Messages};
use scraper::{Html, Selector};
use std::fs;

const SHEET: &str = include_str!("../../demo/veto-plus-ledger.csv");
/// Has the shape of an identity code; numbers 900-999 are given to nobody.
const IDENTITY_CODE: &str = "010190-999X";
/// After every invitation has ended.
const LATER: &str = "2027-01-01T09:00:00+02:00";

type Fields = Vec<(String, String)>;

fn pilot() -> Instance {
    let instance = Instance::pilot();
    instance.must(&["import", &instance.sheet("a.csv", SHEET)]);
    instance
}

/// The address of a link that is made for it, without its language.
fn link(instance: &Instance, arguments: &[&str]) -> String {
    let printed = instance.must(&[&["invite"], arguments].concat());
    let address = printed.lines().next().unwrap().split("/f/").nth(1).unwrap();
    format!("/f/{}", address.split('?').next().unwrap())
}

/// What a browser would send of the form on a page, as it stands there.
fn fields(page: &Answer) -> Fields {
    let html = Html::parse_document(&page.body);
    let of = Selector::parse("#answers input, #answers textarea").unwrap();
    let field = |e: scraper::ElementRef<'_>| {
        let name = e.value().attr("name")?.to_owned();
        let chosen = e.value().attr("checked").is_some();
        match (e.value().name(), e.value().attr("type")) {
            ("textarea", _) => Some((name, e.text().collect::<String>().trim_start_matches('\n').to_owned())),
            (_, Some("radio" | "checkbox")) if !chosen => None,
            _ => Some((name, e.value().attr("value").unwrap_or_default().to_owned())),
        }
    };
    html.select(&of).filter_map(field).collect()
}

/// The value of a field on a page, seen or hidden.
fn value(page: &Answer, name: &str) -> Option<String> {
    fields(page).into_iter().find(|(n, _)| n == name).map(|(_, v)| v)
}

/// Sends the page with these fields changed.
fn send(visitor: &mut Visitor, target: &str, page: &Answer, given: &[(&str, &str)]) -> Answer {
    let mut all = fields(page);
    all.retain(|(name, _)| given.iter().all(|(n, _)| n != name));
    all.extend(given.iter().map(|(n, v)| ((*n).to_owned(), (*v).to_owned())));
    let all: Vec<(&str, &str)> = all.iter().map(|(n, v)| (n.as_str(), v.as_str())).collect();
    visitor.post(target, &all)
}

/// Goes on from a page until the answers are to be checked.
fn to_the_end(visitor: &mut Visitor, path: &str, mut page: Answer) -> Answer {
    while value(&page, "page").is_some() {
        page = send(visitor, &format!("{path}/check?lang=fi"), &page, &[]);
    }
    assert!(page.body.contains(&format!("action=\"{path}/send")), "{}", page.body);
    page
}

fn drafts(instance: &Instance) -> u64 {
    execute(&instance.address(), "UPDATE drafts SET nonce = nonce")
}

fn says(page: &Answer, key: &str) -> bool {
    page.body.contains(Messages::of(Language::Fi).get(key))
}

#[test]
fn a_draft_is_saved_page_by_page_and_found_again_and_gone_when_it_is_sent() {
    let instance = pilot();
    let server = instance.serve();
    let path = link(&instance, &["V-001"]);
    let mut visitor = Visitor::new(server.address);
    for target in [&path, &format!("{path}/answer"), &format!("{path}/check"), &format!("{path}/answer?page=3")] {
        visitor.get(target);
    }
    assert_eq!(drafts(&instance), 0, "looking changes nothing");
    assert!(!says(&visitor.get(&path), "form.unfinished_title"));

    // A page that is sent leads to the address of the next, so that nothing is sent again by going back.
    let first = visitor.get(&format!("{path}/answer?lang=fi"));
    let posted: Vec<(String, String)> =
        [&fields(&first)[..], &[("c_info_clear".to_owned(), "yes".to_owned())]].concat();
    let posted: Vec<(&str, &str)> = posted.iter().map(|(n, v)| (n.as_str(), v.as_str())).collect();
    let target = format!("{path}/check?lang=fi");
    let bytes = request(server.address, "POST", target.as_bytes(), &[FORM], encode(&posted).as_bytes());
    let answer = exchange(server.address, &bytes).unwrap();
    assert_eq!((answer.status, answer.header("location")), (303, format!("{path}/answer?page=2&lang=fi").as_str()));
    assert_eq!(answer.header("set-cookie"), "", "a personal link needs no cookie");
    assert_eq!(drafts(&instance), 1);
    let second = visitor.get(answer.header("location"));
    assert_eq!(value(&second, "nonce"), value(&first, "nonce"), "one journey, one nonce");
    let third = send(&mut visitor, &target, &second, &[("c_trust", "no")]);
    assert_eq!(value(&third, "page").as_deref(), Some("3"));

    // Back and refresh, in this browser and in another one with the link.
    for mut anywhere in [Visitor::new(server.address), visitor] {
        let first = anywhere.get(&format!("{path}/answer?lang=fi"));
        assert!(first.body.contains("name=\"c_info_clear\" value=\"yes\" checked"), "{}", first.body);
        let second = anywhere.get(&format!("{path}/answer?page=2&lang=fi"));
        assert!(second.body.contains("name=\"c_trust\" value=\"no\" checked"), "{}", second.body);
        let checked = anywhere.get(&format!("{path}/check?lang=fi"));
        assert_eq!(value(&checked, "c_trust").as_deref(), Some("no"), "the answers so far can be checked");
        let explanation = anywhere.get(&format!("{path}?lang=fi"));
        assert!(says(&explanation, "form.unfinished_title") && explanation.body.contains("31.12.2025"));
        assert!(explanation.body.contains(&format!("{path}/answer?lang=fi&amp;page=3")), "{}", explanation.body);
        // In another language, too.
        assert!(anywhere.get(&format!("{path}/answer?page=2&lang=ar")).body.contains("value=\"no\" checked"));
    }
    let copy = instance.must(&["export", "V-001"]);
    assert!(copy.contains("\"c_trust\"") && copy.contains("\"drafts\""), "{copy}");

    let mut visitor = Visitor::new(server.address);
    let third = visitor.get(&format!("{path}/answer?page=3&lang=fi"));
    let checked = to_the_end(&mut visitor, &path, third);
    let sent = fields(&checked);
    let sent: Vec<(&str, &str)> = sent.iter().map(|(n, v)| (n.as_str(), v.as_str())).collect();
    let receipt = visitor.post(&format!("{path}/send?lang=fi"), &sent);
    assert!(receipt.receipt().is_some(), "{}", receipt.body);
    assert_eq!(drafts(&instance), 0, "what is sent is no draft");
    assert_eq!(visitor.post(&format!("{path}/send?lang=fi"), &sent).receipt(), receipt.receipt());
    for verb in ["", "/answer", "/check", "/answer?page=2"] {
        let closed = visitor.get(&format!("{path}{verb}"));
        assert_eq!(closed.status, 409, "{verb}");
        assert!(!closed.body.contains("c_trust"), "{verb}: a link never shows answers once they are sent");
    }
    for verb in ["check", "change", "restart"] {
        assert_eq!(visitor.post(&format!("{path}/{verb}"), &sent).status, 409, "{verb}");
    }
    assert_eq!(drafts(&instance), 0);
    drop(server);
    instance.must(&["verify"]);
    let copy = instance.must(&["export", "V-001"]);
    assert!(copy.contains("\"c_trust\""), "now as an answer: {copy}");
}

#[test]
fn two_tabs_do_not_overwrite_each_others_pages_and_what_is_sent_is_what_was_shown() {
    let instance = pilot();
    let server = instance.serve();
    let path = link(&instance, &["V-001"]);
    let (check, change) = (format!("{path}/check?lang=fi"), format!("{path}/change?lang=fi"));
    let mut visitor = Visitor::new(server.address);
    // Both begin on an empty first page.
    let one = visitor.get(&format!("{path}/answer?lang=fi"));
    let other = visitor.get(&format!("{path}/answer?lang=fi"));
    assert_ne!(value(&one, "nonce"), value(&other, "nonce"));
    let one = send(&mut visitor, &check, &one, &[("c_info_clear", "yes")]);
    let other = send(&mut visitor, &check, &other, &[("c_info_clear", "no")]);
    assert_eq!(value(&one, "nonce"), value(&other, "nonce"), "they write the same draft now");
    assert_eq!(value(&one, "c_info_clear").as_deref(), Some("yes"), "what one tab has on its way");
    let one = send(&mut visitor, &check, &one, &[("c_trust", "yes")]);
    assert_eq!(value(&one, "c_info_clear").as_deref(), Some("no"), "is not what another has changed since");
    // The other tab goes on to the third page, and the first tab's second page stays.
    let other = send(&mut visitor, &change, &other, &[("to", "1")]);
    assert_eq!(value(&other, "page").as_deref(), Some("1"));
    assert_eq!(value(&other, "c_trust"), None, "a page that was sent with nothing chosen has nothing chosen");
    let second = visitor.get(&format!("{path}/answer?page=2&lang=fi"));
    let third = send(&mut visitor, &check, &second, &[("c_trust", "partly")]);
    send(&mut visitor, &check, &third, &[("c_phases", "find")]);
    let checked = visitor.get(&check);
    let answers = |page: &Answer| ["c_info_clear", "c_trust", "c_phases"].map(|name| value(page, name));
    let all = [Some("no".to_owned()), Some("partly".to_owned()), Some("find".to_owned())];
    assert_eq!(answers(&checked), all);

    // Changed elsewhere after the answers were shown: neither the way back nor the language takes it away,
    let second = visitor.get(&format!("{path}/answer?page=2&lang=fi"));
    send(&mut visitor, &check, &second, &[("c_trust", "no")]);
    let back = send(&mut visitor, &change, &checked, &[("to", "2")]);
    assert!(back.body.contains("name=\"c_trust\" value=\"no\" checked"), "{}", back.body);
    assert_eq!(value(&back, "then").as_deref(), Some("check"), "and the way leads back to the answers");
    let swedish = send(&mut visitor, &format!("{path}/check?lang=sv"), &checked, &[]);
    assert!(swedish.body.contains("<html lang=\"sv\"") && value(&swedish, "c_trust").as_deref() == Some("no"));
    // but what is sent is what was shown.
    let sent = send(&mut visitor, &format!("{path}/send?lang=fi"), &checked, &[]);
    assert!(sent.receipt().is_some(), "{}", sent.body);
    drop(server);
    let copy = instance.must(&["export", "V-001"]);
    assert!(copy.contains("\"partly\"") && !copy.contains("\"c_trust\": [\n"), "{copy}");
}

#[test]
fn mistakes_are_kept_in_the_draft_but_an_identity_code_stays_on_the_page() {
    let instance = pilot();
    let server = instance.serve();
    let path = link(&instance, &["V-001", "--form", "follow-up-client"]);
    let mut visitor = Visitor::new(server.address);
    let mut page = visitor.get(&format!("{path}/answer?lang=fi"));
    while value(&page, "f_open").is_none() {
        page = send(&mut visitor, &format!("{path}/check?lang=fi"), &page, &[]);
    }
    let typed = format!("Tunnukseni on {IDENTITY_CODE}");
    let refused = send(&mut visitor, &format!("{path}/check?lang=fi"), &page, &[("f_open", &typed)]);
    assert_eq!((refused.status, value(&refused, "f_open")), (422, Some(typed.clone())));
    // Neither another language nor another page loses what only the page has.
    let swedish = send(&mut visitor, &format!("{path}/change?lang=sv"), &refused, &[]);
    assert!(swedish.body.contains("<html lang=\"sv\""));
    assert_eq!(value(&swedish, "f_open"), Some(typed.clone()));
    let first = send(&mut visitor, &format!("{path}/change?lang=sv"), &swedish, &[("to", "1")]);
    assert_eq!((value(&first, "page").as_deref(), value(&first, "f_open")), (Some("1"), Some(typed)));
    let mut stored = instance.must(&["export", "V-001"]);
    assert!(!stored.contains("010190"), "an identity code is stored nowhere: {stored}");

    let long = "a".repeat(5000);
    let refused = send(&mut visitor, &format!("{path}/check?lang=fi"), &page, &[("f_open", &long)]);
    assert_eq!(refused.status, 422);
    stored = instance.must(&["export", "V-001"]);
    assert!(stored.contains(&long), "what is only too long is not lost");
    let checked = visitor.get(&format!("{path}/check?lang=fi"));
    assert_eq!((checked.status, value(&checked, "f_open")), (422, Some(long)), "and is told again");
}

#[test]
fn starting_again_takes_the_draft_away_and_only_for_who_has_seen_it() {
    let instance = pilot();
    let server = instance.serve();
    let path = link(&instance, &["V-001"]);
    let mut visitor = Visitor::new(server.address);
    let first = visitor.get(&format!("{path}/answer?lang=fi"));
    send(&mut visitor, &format!("{path}/check?lang=fi"), &first, &[("c_info_clear", "yes")]);
    let blind = post(server.address, &format!("{path}/restart"), &[("nonce", "0123456789abcdef0123456789abcdef")]);
    assert_eq!((blind.unwrap().status, drafts(&instance)), (200, 1), "a scanner that posts removes nothing");
    let explanation = visitor.get(&path);
    let nonce = explanation.body.split("name=\"nonce\" value=\"").nth(1).unwrap().split('"').next().unwrap();
    let again = visitor.post(&format!("{path}/restart?lang=fi"), &[("nonce", nonce)]);
    assert_eq!((value(&again, "page").as_deref(), drafts(&instance)), (Some("1"), 0));
    assert!(!again.body.contains("name=\"c_info_clear\" value=\"yes\" checked"));
    assert_ne!(value(&again, "nonce"), value(&first, "nonce"), "another journey");
    assert!(!says(&visitor.get(&path), "form.unfinished_title"));
}

#[test]
fn a_draft_of_a_closed_invitation_is_shown_to_nobody_and_goes_with_its_case() {
    let instance = pilot();
    let server = instance.serve();
    let begin = |case: &str| {
        let path = link(&instance, &[case]);
        let mut visitor = Visitor::new(server.address);
        let first = visitor.get(&format!("{path}/answer?lang=fi"));
        let second = send(&mut visitor, &format!("{path}/check?lang=fi"), &first, &[("c_info_clear", "partly")]);
        assert_eq!(value(&second, "c_info_clear").as_deref(), Some("partly"));
        path
    };
    let [revoked, erased, expired] = ["V-001", "V-002", "V-003"].map(begin);
    let begun = format!("{erased}/answer");
    assert_eq!(drafts(&instance), 3);
    instance.must(&["revoke", "V-001", "--form", "client-feedback"]);
    instance.must(&["erase", "V-002", "--yes"]);
    assert_eq!(get(server.address, &begun).unwrap().status, 404);
    assert_eq!(drafts(&instance), 1, "what was taken back or erased keeps no draft");
    let page = get(server.address, &format!("{revoked}?lang=fi")).unwrap();
    assert_eq!(page.status, 410);
    assert!(says(&page, "closed.revoked") && says(&page, "form.questions_title"), "{}", page.body);
    for verb in ["answer", "check"] {
        let page = get(server.address, &format!("{revoked}/{verb}")).unwrap();
        assert!(page.status == 410 && !page.body.contains("c_info_clear"), "{verb}");
    }
    drop(server);
    let server = instance.serve_at(LATER);
    for verb in ["", "/answer", "/check", "/answer?page=2"] {
        let page = get(server.address, &format!("{expired}{verb}")).unwrap();
        assert!(page.status == 410 && !page.body.contains("c_info_clear"), "{verb}");
        assert!(says(&page, "closed.expired"), "{verb}");
    }
    instance.must(&["verify"]);
}

#[test]
fn a_draft_of_an_earlier_version_is_shown_where_the_form_still_asks_it() {
    let instance = pilot();
    let path = link(&instance, &["V-001"]);
    {
        let server = instance.serve();
        let mut visitor = Visitor::new(server.address);
        let first = visitor.get(&format!("{path}/answer?lang=fi"));
        let given = [("c_info_clear", "yes"), ("c_own_choice", "together")];
        let second = send(&mut visitor, &format!("{path}/check?lang=fi"), &first, &given);
        send(&mut visitor, &format!("{path}/check?lang=fi"), &second, &[("c_trust", "no")]);
    }
    // The next version asks one question less, and one answer is called otherwise.
    fs::remove_file(instance.path().join("forms/client-feedback.ar.yaml")).unwrap();
    let file = instance.path().join("forms/client-feedback.yaml");
    let form = fs::read_to_string(&file).unwrap();
    let question = form.split("      - id: c_trust").nth(1).unwrap().split("      - id: ").next().unwrap();
    let form = form.replace(&format!("      - id: c_trust{question}"), "");
    fs::write(&file, form.replacen("code: together", "code: in_common", 1)).unwrap();
    let server = instance.serve();
    let mut visitor = Visitor::new(server.address);
    let first = visitor.get(&format!("{path}/answer?lang=fi"));
    assert!(first.body.contains("name=\"c_info_clear\" value=\"yes\" checked"), "{}", first.body);
    assert_eq!((value(&first, "c_own_choice"), value(&first, "c_trust")), (None, None));
    let checked = to_the_end(&mut visitor, &path, first);
    let sent = send(&mut visitor, &format!("{path}/send?lang=fi"), &checked, &[]);
    assert!(sent.receipt().is_some(), "{}", sent.body);
}

#[test]
fn three_colleagues_share_a_link_and_each_has_a_draft_that_nobody_else_sees() {
    let instance = pilot();
    let server = instance.serve();
    let path = link(&instance, &["V-001", "--form", "community-feedback", "--shared", "3"]);
    let answer = format!("{path}/answer?lang=fi");
    let mut three: Vec<Visitor> = (0..3).map(|_| Visitor::new(server.address)).collect();
    let grades = ["1", "3", "5"];
    let mut pages = Vec::new();
    for (visitor, grade) in three.iter_mut().zip(grades) {
        visitor.get(&path);
        assert_eq!(visitor.cookie("palaute-draft"), None, "the explanation needs none");
        let page = visitor.get(&answer);
        assert_eq!(visitor.cookie("palaute-draft").map(str::len), Some(64));
        assert!(!page.body.contains("checked"), "nobody sees what another has chosen: {}", page.body);
        pages.push(send(visitor, &format!("{path}/check?lang=fi"), &page, &[("w_overall", grade)]));
    }
    assert_eq!(drafts(&instance), 3);
    // The same form page by page or on one screen: what each has chosen is there again, and only there.
    for (visitor, grade) in three.iter_mut().zip(grades) {
        let checked = visitor.get(&format!("{path}/check?lang=fi"));
        assert_eq!(value(&checked, "w_overall").as_deref(), Some(grade));
        assert!(says(&visitor.get(&format!("{path}?lang=fi")), "form.unfinished_title"));
    }
    let mut stranger = Visitor::new(server.address);
    for target in [&path, &answer, &format!("{path}/check"), &format!("{path}/answer?page=2")] {
        let page = stranger.get(target);
        assert!(!page.body.contains("checked") && value(&page, "w_overall").is_none(), "{target}: {}", page.body);
        assert!(!says(&page, "form.unfinished_title"), "{target}");
    }

    // Sent by one, then all the same for the others; a retry gets its own receipt.
    let mut receipts = Vec::new();
    for visitor in &mut three {
        let checked = visitor.get(&format!("{path}/check?lang=fi"));
        let sent = send(visitor, &format!("{path}/send?lang=fi"), &checked, &[]);
        receipts.push(sent.receipt().unwrap_or_else(|| panic!("{}", sent.body)));
        assert_eq!(visitor.cookie("palaute-draft"), None, "the cookie has done its work");
        let again = send(visitor, &format!("{path}/send?lang=fi"), &checked, &[]);
        assert_eq!(again.receipt().as_ref(), receipts.last(), "the same page, the same receipt");
        let other = send(visitor, &format!("{path}/send?lang=fi"), &checked, &[("w_overall", "2")]);
        assert_eq!((other.status, other.receipt()), (409, None), "one page is one answer");
        pages.push(checked);
    }
    receipts.sort();
    receipts.dedup();
    assert_eq!((receipts.len(), drafts(&instance)), (3, 0));
    // The fourth.
    for target in [&path, &answer, &format!("{path}/check")] {
        let full = stranger.get(&format!("{target}{}lang=fi", if target.contains('?') { "&" } else { "?" }));
        assert_eq!(full.status, 409, "{target}");
        assert!(says(&full, "closed.full") && says(&full, "form.questions_title"), "{}", full.body);
    }
    let late = post(server.address, &format!("{path}/send"), &[("nonce", "0123456789abcdef0123456789abcdef")]).unwrap();
    assert_eq!((late.status, late.receipt()), (409, None));
    // Those whose answers are in still get their receipts.
    let again = send(&mut stranger, &format!("{path}/send?lang=fi"), &pages[3], &[]);
    assert!(again.receipt().is_some_and(|r| receipts.contains(&r)), "{}", again.body);
    drop(server);
    instance.must(&["verify"]);
    instance.must(&["release"]);
    crate::the_history_and_the_facts_agree_with_what_is_stored(&instance);
}

#[test]
fn a_browser_without_cookies_answers_at_a_shared_link_and_leaves_no_draft() {
    let instance = pilot();
    let server = instance.serve();
    let path = link(&instance, &["V-001", "--form", "community-feedback", "--shared", "2"]);
    // Each page of a visitor of its own: no cookie comes back.
    let fresh = || Visitor::new(server.address);
    let mut page = fresh().get(&format!("{path}/answer?lang=fi"));
    while value(&page, "page").is_some() {
        let here = value(&page, "page");
        page = send(&mut fresh(), &format!("{path}/check?lang=fi"), &page, &[("w_overall", "4")]);
        assert!(page.status == 200 && value(&page, "page") != here, "{}", page.body);
    }
    let checked = send(&mut fresh(), &format!("{path}/check?lang=fi"), &page, &[("w_overall", "4")]);
    assert_eq!((value(&checked, "w_overall").as_deref(), drafts(&instance)), (Some("4"), 0));
    let swedish = send(&mut fresh(), &format!("{path}/check?lang=sv"), &checked, &[]);
    assert!(swedish.body.contains("<html lang=\"sv\"") && value(&swedish, "w_overall").as_deref() == Some("4"));
    let sent = send(&mut fresh(), &format!("{path}/send?lang=fi"), &checked, &[]);
    assert!(sent.receipt().is_some(), "{}", sent.body);
    assert_eq!(get(server.address, &path).unwrap().status, 200, "one place is left");
}

#[test]
fn a_case_is_asked_in_its_own_language_unless_the_reader_or_the_browser_says_another() {
    let instance = Instance::pilot();
    let settings = instance.path().join("palaute.yaml");
    let told = fs::read_to_string(&settings).unwrap();
    fs::write(&settings, told.replacen("# language: Kieli", "language: Kieli", 1)).unwrap();
    let line = |(n, line): (usize, &str)| format!("{line};{}\n", ["Kieli", "ruotsi"][usize::from(n > 0)]);
    let sheet: String = SHEET.lines().enumerate().map(line).collect();
    instance.must(&["import", &instance.sheet("a.csv", &sheet)]);
    let path = link(&instance, &["V-001"]);
    let server = instance.serve();
    let language = |query: &str, accepted: &str| {
        let headers = if accepted.is_empty() { Vec::new() } else { vec![("Accept-Language", accepted)] };
        let target = format!("{path}{query}");
        let page = exchange(server.address, &request(server.address, "GET", target.as_bytes(), &headers, b"")).unwrap();
        page.body.split("<html lang=\"").nth(1).unwrap()[..2].to_owned()
    };
    assert_eq!(language("", ""), "sv");
    assert_eq!(language("", "de"), "sv");
    assert_eq!(language("", "en"), "en");
    assert_eq!(language("?lang=fi", "en"), "fi");
}
