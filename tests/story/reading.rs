//! A client reads the report before it is sent, says something of it, and sees afterwards what was agreed.

use crate::http::get;
use crate::officer::{CLOSING, answer, desk_get, desk_post, link, pilot, signed_in};
use palaute::store::Role;

#[test]
fn a_client_reads_the_draft_and_says_something_and_sees_later_what_was_agreed() {
    let instance = pilot();
    let officer = signed_in(&instance, Role::Officer, "Asiantuntija A");
    let coach = signed_in(&instance, Role::Coach, "Valmentaja 2");
    let other = signed_in(&instance, Role::Coach, "Valmentaja 1");
    let (report, feedback) = (link(&instance, "V-001", "closing-report"), link(&instance, "V-001", "client-feedback"));
    let running = instance.serve();
    let server = running.address;
    let ask = "/desk/cases/2025-000001/reading";
    assert_eq!(desk_post(server, &other, ask, &[]).status, 404, "another coach's case");
    assert_eq!(desk_post(server, &officer, ask, &[]).status, 404);
    let page = desk_post(server, &coach, ask, &[]);
    assert_eq!(page.status, 200, "nobody knows an address of the client");
    let token = page.body.split("/f/").nth(1).or_else(|| page.body.split("&#x2F;f&#x2F;").nth(1)).unwrap();
    let reading = format!("/f/{}", &token[..64]);
    // What the coach has typed so far is the draft.
    let draft = get(server, &format!("{report}/answer?lang=fi")).unwrap().body;
    let nonce = draft.split("name=\"nonce\" value=\"").nth(1).unwrap().split('"').next().unwrap();
    let typed = [&[("nonce", nonce)], &CLOSING[..]].concat();
    crate::http::post(server, &format!("{report}/check?lang=fi"), &typed).unwrap();

    let first = get(server, &format!("{reading}?lang=fi")).unwrap().body;
    assert!(first.contains(&format!("{reading}/report?lang=fi")), "{first}");
    let told = get(server, &format!("{reading}/report?lang=sv")).unwrap().body;
    assert!(told.contains("Det här är ett utkast") && told.contains("Sai kahvilatyön."), "{told}");
    assert!(told.contains("lang=\"fi\" dir=\"ltr\""), "the report is in the language of its case");
    let agreed = get(server, &format!("{reading}/agreed?lang=fi")).unwrap().body;
    assert!(agreed.contains("kun raportti on lähetetty") && !agreed.contains("ammattitutkintoa"), "{agreed}");
    // No other link leads here.
    for page in ["report", "agreed"] {
        assert_eq!(get(server, &format!("{feedback}/{page}")).unwrap().status, 404);
        assert_eq!(get(server, &format!("{report}/{page}")).unwrap().status, 404);
    }

    let refused = answer(server, &reading, &[("v_read", "yes"), ("v_remark", "Olen 010190-999X")]);
    assert!(refused.status == 422 && refused.receipt().is_none());
    let sent = answer(server, &reading, &[("v_read", "yes"), ("v_remark", "Olin myös ravintolassa.")]);
    assert!(sent.receipt().is_some() && sent.body.contains("samasta linkistä"), "{}", sent.body);
    assert!(desk_post(server, &coach, ask, &[]).body.contains("on jo lukenut"));
    let sent = answer(server, &report, &CLOSING);
    assert!(sent.receipt().is_some(), "{}", sent.body);

    let again = get(server, &format!("{reading}?lang=ar")).unwrap();
    assert_eq!((again.status, again.header("location")), (303, format!("{reading}/agreed?lang=ar").as_str()));
    let told = get(server, &format!("{reading}/report?lang=fi")).unwrap().body;
    assert!(told.contains("Raportti lähetettiin työllisyysalueelle 1.12.2025."), "{told}");
    assert!(told.contains("Olin myös ravintolassa.") && !told.contains("Tämä on luonnos"));
    for (lang, words) in [("fi", ["Sinä", "viimeistään 30.1.2026"]), ("ar", ["أنت", "ما اتفقنا عليه"])]
    {
        let agreed = get(server, &format!("{reading}/agreed?lang={lang}")).unwrap().body;
        assert!(agreed.contains("Hae ammattitutkintoa"), "{agreed}");
        for word in words {
            assert!(agreed.contains(word), "{word}: {agreed}");
        }
        assert!(!agreed.contains("V-001") && !agreed.contains("Sai kahvilatyön."), "nothing but what was agreed");
    }
    let page = desk_get(server, &officer, "/desk/reports/2025-000001").body;
    assert!(page.contains("Olin myös ravintolassa."), "the remark is part of the report");
}

#[test]
fn a_report_that_was_sent_takes_no_remark_any_more_and_its_link_still_shows_what_was_agreed() {
    let instance = pilot();
    let (report, reading) = (link(&instance, "V-001", "closing-report"), link(&instance, "V-001", "report-reading"));
    let running = instance.serve();
    let server = running.address;
    let page = get(server, &format!("{reading}/answer?lang=fi")).unwrap().body;
    let nonce = page.split("name=\"nonce\" value=\"").nth(1).unwrap().split('"').next().unwrap();
    answer(server, &report, &CLOSING);
    let late = [("nonce", nonce), ("v_remark", "Liian myöhään.")];
    let late = crate::http::post(server, &format!("{reading}/send?lang=fi"), &late).unwrap();
    assert!(late.status == 409 && late.body.contains("Raportti on jo lähetetty"), "{}", late.body);
    assert_eq!(get(server, &reading).unwrap().status, 303);
    assert!(get(server, &format!("{reading}/agreed?lang=fi")).unwrap().body.contains("Hae ammattitutkintoa"));
    assert!(get(server, &format!("{reading}/agreed?lang=en")).unwrap().body.contains("What happens next"));
}
