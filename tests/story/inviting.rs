//! Who is invited, where, how often, and who is told what of it.

use crate::http::get;
use crate::instance::Instance;
use std::fs;

/// The pilot's sheet with a column of addresses: those of the first two cases, which have ended, and of the last, which goes on.
fn with_addresses(sheet: &str) -> String {
    let mut rows = sheet.lines();
    let mut out = format!("{};Sähköposti\n", rows.next().unwrap());
    for row in rows {
        let address = match row.split(';').next().unwrap() {
            "V-001" => "yksi@example.invalid",
            "V-002" => "kaksi@example.invalid",
            "V-022" => "viimeinen@example.invalid",
            _ => "",
        };
        out.push_str(&format!("{row};{address}\n"));
    }
    out
}

fn pilot() -> Instance {
    let instance = Instance::pilot();
    let file = instance.path().join("palaute.yaml");
    let settings = fs::read_to_string(&file).unwrap();
    fs::write(&file, settings.replace("    # email: Sähköposti", "    email: Sähköposti #")).unwrap();
    instance
}

fn sheet() -> String {
    with_addresses(include_str!("../../demo/veto-plus-ledger.csv"))
}

/// Receivers of the mails in the folder, each as often as it got one.
fn receivers(instance: &Instance) -> Vec<String> {
    let files = fs::read_dir(instance.path().join("mail")).into_iter().flatten().flatten();
    let texts = files.filter(|f| f.path().extension().is_some_and(|e| e == "eml"));
    let texts = texts.map(|f| fs::read_to_string(f.path()).unwrap());
    let to = |text: String| text.lines().find_map(|l| l.strip_prefix("To: ")).unwrap().trim().to_owned();
    let mut all: Vec<String> = texts.map(to).collect();
    all.sort();
    all
}

fn send(instance: &Instance, now: &str) {
    let sent = instance.at(now).args(["mail", "send"]).output().unwrap();
    assert!(sent.status.success(), "{}", String::from_utf8_lossy(&sent.stderr));
}

#[test]
fn a_client_whose_coaching_has_ended_is_invited_to_the_address_of_the_sheet_and_nobody_twice() {
    let instance = pilot();
    let sheet = instance.sheet("a.csv", &sheet());
    instance.must(&["import", &sheet]);
    instance.must(&["import", &sheet]);
    send(&instance, crate::instance::NOW);
    send(&instance, crate::instance::NOW);
    assert_eq!(receivers(&instance), ["kaksi@example.invalid", "yksi@example.invalid"], "the last coaching goes on");
    // Somebody corrects an address here; the sheet does not undo it.
    instance.must(&["contact", "V-022", "client", "uusi@example.invalid", "--lang", "sv"]);
    instance.must(&["import", &sheet]);
    let told = instance.must(&["invitations", "V-022"]);
    assert!(told.contains("uusi@example.invalid (Swedish)") && told.contains("Nobody has been asked"), "{told}");
    // A wrong address is told with its row, and nothing is taken.
    let wrong = instance.sheet("b.csv", &self::sheet().replace("kaksi@example.invalid", "kaksi example"));
    let refused = instance.run(&["import", &wrong]);
    let told = String::from_utf8_lossy(&refused.stderr).into_owned();
    assert!(!refused.status.success() && told.contains("row 3, column Sähköposti: \"kaksi example\""), "{told}");
    instance.must(&["verify"]);
}

#[test]
fn an_address_given_before_the_end_is_asked_at_the_end_and_goes_when_nothing_more_is_asked_there() {
    let instance = pilot();
    let rows = sheet();
    instance.must(&["import", &instance.sheet("a.csv", &rows)]);
    let kept = instance.must(&["contact", "V-022", "employer", "tyo@example.invalid"]);
    assert!(kept.contains("when the coaching has ended"), "{kept}");
    let refused = instance.run(&["contact", "V-022", "employer", "ei osoite"]);
    assert!(!refused.status.success());
    send(&instance, crate::instance::NOW);
    assert!(!receivers(&instance).contains(&"tyo@example.invalid".to_owned()));
    // The sheet tells the end.
    let ended = |row: &str| {
        let mut cells: Vec<&str> = row.split(';').collect();
        (cells[8], cells[9]) = ("28.11.2025", "työ");
        cells.join(";")
    };
    let rows: Vec<String> =
        rows.lines().map(|row| if row.starts_with("V-022") { ended(row) } else { row.to_owned() }).collect();
    instance.must(&["import", &instance.sheet("b.csv", &rows.join("\n"))]);
    send(&instance, crate::instance::NOW);
    let all = receivers(&instance);
    assert!(all.contains(&"tyo@example.invalid".to_owned()) && all.contains(&"viimeinen@example.invalid".to_owned()));
    let copy = instance.must(&["export", "V-022", "--everyone"]);
    assert!(copy.contains("tyo@example.invalid") && copy.contains("viimeinen@example.invalid"), "{copy}");
    assert!(!instance.must(&["export", "V-022"]).contains("tyo@example.invalid"), "the client's copy is the client's");
    // Erased, no address is left.
    instance.must(&["erase", "V-022", "--yes"]);
    instance.must(&["verify"]);
    let database = fs::read(instance.path().join("data/palaute.sqlite")).unwrap_or_default();
    let holds = |text: &str| database.windows(text.len()).any(|w| w == text.as_bytes());
    assert!(!holds("tyo@example.invalid") && !holds("viimeinen@example.invalid"));
}

#[test]
fn what_was_taken_back_tells_so_is_not_counted_and_can_be_made_anew() {
    let instance = pilot();
    instance.must(&["import", &instance.sheet("a.csv", &sheet())]);
    let link = |form: &str| {
        let printed = instance.must(&["invite", "V-003", "--form", form]);
        format!("/f/{}", printed.lines().next().unwrap().split("/f/").nth(1).unwrap())
    };
    let (client, employer) = (link("client-feedback"), link("employer-feedback"));
    instance.must(&["revoke", "V-003", "--form", "client-feedback"]);
    instance.must(&["revoke", "V-003", "--form", "employer-feedback"]);
    let again = instance.run(&["revoke", "V-003", "--form", "employer-feedback"]);
    assert!(!again.status.success(), "there is nothing more to take back");
    let told = instance.must(&["invitations", "V-003"]);
    assert!(told.contains("employer-feedback: 0 invited, 0 answered, 1 taken back"), "{told}");
    let server = instance.serve();
    for path in [&client, &employer] {
        assert_eq!(get(server.address, path).unwrap().status, 410, "{path}");
    }
    let anew = link("client-feedback");
    assert_eq!(get(server.address, &anew).unwrap().status, 200);
    assert_eq!(get(server.address, &client).unwrap().status, 410, "the old link stays dead");
    drop(server);
    // An import does not invite again by itself what somebody has taken back.
    instance.must(&["import", &instance.sheet("b.csv", &sheet())]);
    let told = instance.must(&["invitations", "V-003"]);
    assert!(told.contains("employer-feedback: 0 invited"), "{told}");
    instance.must(&["release"]);
    instance.must(&["verify"]);
}

#[test]
fn colleagues_are_not_asked_when_the_client_said_no() {
    let instance = pilot();
    instance.must(&["import", &instance.sheet("a.csv", &sheet())]);
    let printed = instance.must(&["invite", "V-001", "--form", "case-opening"]);
    let path = format!("/f/{}", printed.lines().next().unwrap().split("/f/").nth(1).unwrap());
    let server = instance.serve();
    let page = get(server.address, &format!("{path}/answer?lang=fi")).unwrap().body;
    let nonce = page.split("name=\"nonce\" value=\"").nth(1).unwrap().split('"').next().unwrap().to_owned();
    let required: Vec<(&str, &str)> =
        vec![("nonce", &nonce), ("o_consent_community", "no"), ("o_goals.1.o_goal_type", "open_market_now")];
    let sent = crate::http::post(server.address, &format!("{path}/send?lang=fi"), &required).unwrap();
    assert!(sent.receipt().is_some(), "{}", sent.body);
    drop(server);
    let out = instance.path().join("x.pdf").display().to_string();
    for arguments in [
        &["invite", "V-001", "--form", "community-feedback"][..],
        &["invite", "V-001", "--form", "community-feedback", "--shared", "3"],
        &["invite", "V-001", "--form", "community-feedback", "--mail", "a@example.invalid"],
        &["contact", "V-001", "community", "a@example.invalid"],
        &["form", "print", "community-feedback", "--case", "V-001", "--out", &out],
    ] {
        let refused = instance.run(arguments);
        let told = String::from_utf8_lossy(&refused.stderr).into_owned();
        assert!(!refused.status.success() && told.contains("has not agreed"), "{arguments:?}: {told}");
    }
    instance.must(&["invite", "V-002", "--form", "community-feedback"]);
}

#[test]
fn one_address_that_mail_cannot_go_to_keeps_nobody_else_from_being_invited() {
    let instance = pilot();
    let wrong = sheet().replace("kaksi@example.invalid", "kaksi..@example.invalid");
    let refused = instance.run(&["import", &instance.sheet("a.csv", &wrong)]);
    assert!(String::from_utf8_lossy(&refused.stderr).contains("row 3, column Sähköposti"));
    instance.must(&["import", &instance.sheet("a.csv", &wrong), "--partial"]);
    send(&instance, crate::instance::NOW);
    assert_eq!(receivers(&instance), ["yksi@example.invalid"]);
}

#[test]
fn an_answer_behind_one_of_two_shared_links_is_erased_while_somebody_writes_behind_both() {
    let instance = pilot();
    instance.must(&["import", &instance.sheet("a.csv", &sheet())]);
    let shared = |places: &str| {
        let printed = instance.must(&["invite", "V-013", "--form", "community-feedback", "--shared", places]);
        format!("/f/{}", printed.lines().next().unwrap().split("/f/").nth(1).unwrap())
    };
    let (first, second) = (shared("2"), shared("9"));
    let server = instance.serve();
    let mut writer = crate::http::Visitor::new(server.address);
    for path in [&first, &second] {
        let page = writer.get(&format!("{path}/answer?lang=fi")).body;
        let nonce = page.split("name=\"nonce\" value=\"").nth(1).unwrap().split('"').next().unwrap().to_owned();
        let fields = [("nonce", nonce.as_str()), ("page", "1"), ("w_informed", "fully_agree")];
        assert_eq!(writer.post(&format!("{path}/check?lang=fi"), &fields).status, 200);
    }
    let mut quick = crate::http::Visitor::new(server.address);
    let page = quick.get(&format!("{second}/answer?lang=fi")).body;
    let nonce = page.split("name=\"nonce\" value=\"").nth(1).unwrap().split('"').next().unwrap().to_owned();
    let sent = quick.post(&format!("{second}/send?lang=fi"), &[("nonce", nonce.as_str()), ("w_overall", "5")]);
    let receipt = sent.receipt().unwrap();
    drop(server);
    instance.must(&["erase", "--receipt", &receipt, "--yes"]);
    instance.must(&["verify"]);
    let server = instance.serve();
    for path in [&first, &second] {
        assert_eq!(get(server.address, path).unwrap().status, 200, "the others can still answer");
    }
}
