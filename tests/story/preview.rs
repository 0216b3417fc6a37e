//! The preview of forms: every page on invented cases, following the files, storing nothing.

use crate::http::{get, post};
use crate::instance::Instance;
use std::fs;

#[test]
fn the_preview_shows_every_page_follows_the_file_tells_its_mistakes_and_stores_nothing() {
    let instance = Instance::on_file();
    let server = instance.preview();
    let address = server.address;
    let index = get(address, "/").unwrap();
    assert!(index.body.contains("No mistakes and no warnings") || index.body.contains("to look at"), "{}", index.body);
    assert!(
        index.body.contains("/f/client-feedback/0?lang=fi") && index.body.contains("palaute form print deep-intake")
    );
    assert!(index.header("content-security-policy").contains("script-src 'self'"));

    let page = |target: &str| get(address, target).unwrap().body;
    assert!(page("/f/client-feedback/0?lang=sv").contains("<html lang=\"sv\">"));
    let first = page("/f/client-feedback/0/answer?lang=fi");
    assert!(first.contains("name=\"page\" value=\"1\"") && first.contains("Preview: nothing is stored"));
    let closing = page("/f/closing-report/0/answer?lang=fi");
    assert!(closing.contains("value=\"17,5\""), "what the invented case knows is filled in");
    let fields = [("page", "6"), ("c_overall", "4"), ("then", "check")];
    let checked = post(address, "/f/client-feedback/0/check?lang=fi", &fields).unwrap();
    assert!(checked.status == 200 && checked.body.contains("action=\"/f/client-feedback/0/send?lang=fi\""));
    let sent = post(address, "/f/client-feedback/0/send?lang=fi", &fields).unwrap();
    assert_eq!(sent.receipt().as_deref(), Some("2345ABCD"), "a sample, the same for everybody");
    assert!(!instance.path().join("data").exists(), "there is no database");

    // The waiting page hears of a change as soon as the file is written, and of the mistake in it.
    let seen = index.body.split("data-seen=\"").nth(1).unwrap().split('"').next().unwrap().to_owned();
    let file = instance.path().join("forms/client-feedback.yaml");
    let good = fs::read_to_string(&file).unwrap();
    fs::write(&file, good.replacen("steps: 3", "steps: 4", 1)).unwrap();
    let wait = |seen: &str| {
        let answer = |_| get(address, &format!("/changes?seen={seen}")).map(|a| a.body);
        (0..10).find_map(|n| answer(n).filter(|number| number != seen)).expect("the change is seen")
    };
    let changed = wait(&seen);
    let told = page("/");
    assert!(told.contains("4 steps is no scale") && !told.contains("/f/client-feedback/0"), "{told}");
    fs::write(&file, good.replacen("Kerro, miten valmennus sujui", "Kerro vapaasti", 1)).unwrap();
    wait(&changed);
    assert!(page("/f/client-feedback/0?lang=fi").contains("Kerro vapaasti"));
}
