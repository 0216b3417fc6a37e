//! The desk of a publisher: a dry run, freezing, building the site.

use crate::http;
use crate::instance::Instance;
use crate::manager::Desk;
use palaute::store::Role;
use std::fs;

const SHEET: &str = include_str!("../../demo/veto-plus-ledger.csv");

/// The value of a hidden field.
fn hidden(page: &str, name: &str) -> String {
    let rest = page.split(&format!("name=\"{name}\" value=\"")).nth(1).unwrap();
    rest.split('"').next().unwrap().to_owned()
}

#[test]
fn a_publisher_tries_freezes_and_builds_and_the_figure_stands_on_the_site() {
    let instance = Instance::pilot();
    instance.must(&["import", &instance.sheet("a.csv", SHEET)]);
    let server = instance.serve();
    let publisher = Desk::of(&instance, &server, Role::Publisher);
    assert!(publisher.get("/desk/releases").body.contains("Yhtään julkistusta ei ole vielä tehty."));
    for (day, told) in [("31.2.2025", "Kirjoita päivä näin"), ("1.12.2025", "ei ole vielä päättynyt")] {
        let page = publisher.post("/desk/releases/try", &[("as_of", day)]);
        assert!(
            page.status == 422 && page.body.contains(told) && page.body.contains(&format!("value=\"{day}\"")),
            "{day}"
        );
    }
    let page = publisher.post("/desk/releases/try", &[("as_of", "30.11.2025")]);
    assert_eq!(page.status, 200);
    assert!(page.body.contains("Koejulkistus, mitään ei ole tallennettu."), "{}", page.body);
    assert!(page.body.contains("data-cell=\"outcomes total\">17<") && page.body.contains("Ryhmä on pieni, tai luku"));
    assert!(page.body.contains("Internal report on release 2025-11-30.1"), "what is withheld and why");
    assert!(!instance.path().join("releases").exists());

    let content = hidden(&page.body, "content");
    let fields = [("as_of", "2025-11-30"), ("id", "2025-11-30.1"), ("content", content.as_str()), ("confirm", "yes")];
    let unconfirmed = publisher.post("/desk/releases/freeze", &fields[..3]);
    assert!(unconfirmed.status == 422 && unconfirmed.body.contains("Vahvista, että olet tarkistanut luvut."));
    // Figures that changed after they were looked at are not frozen unseen.
    instance.must(&["import", &instance.sheet("b.csv", &SHEET.replacen("V-022;", "V-023;", 1))]);
    let changed = publisher.post("/desk/releases/freeze", &fields);
    assert!(changed.status == 422 && changed.body.contains("Luvut ovat muuttuneet"), "{}", changed.body);
    assert!(!instance.path().join("releases").exists());

    let page = publisher.post("/desk/releases/try", &[("as_of", "30.11.2025")]);
    let content = hidden(&page.body, "content");
    let fields = [("as_of", "2025-11-30"), ("id", "2025-11-30.1"), ("content", content.as_str()), ("confirm", "yes")];
    let frozen = publisher.post("/desk/releases/freeze", &fields);
    assert!(frozen.body.contains("Julkistus 2025-11-30.1 on jäädytetty."), "{}", frozen.body);
    assert!(frozen.body.contains("Tallessa ja ennallaan"), "{}", frozen.body);
    let again = publisher.post("/desk/releases/freeze", &fields);
    assert!(again.status == 422 && again.body.contains("Julkistus 2025-11-30.1 on jo tehty."), "{}", again.body);

    assert_eq!(http::get(server.address, "/fi/tulokset.html").unwrap().status, 404);
    let built = publisher.post("/desk/releases/build", &[("id", "2025-11-30.1")]);
    assert!(built.body.contains("Tarkastus ei löytänyt mitään."), "{}", built.body);
    assert!(http::get(server.address, "/fi/tulokset.html").unwrap().body.contains("data-cell=\"outcomes total\">17<"));
    let page = http::get(server.address, "/fi/asiakkaat.html").unwrap();
    assert!(page.status == 200 && page.body.contains("data-cell=\"clients-by-gender total\">23<"), "{}", page.status);
    assert_eq!(publisher.post("/desk/releases/build", &[("id", "2025-11-30.7")]).status, 404);

    // The next one counts one client more where that is no secret, and leaves what was released as it is; the program
    // knows what the desk has made.
    instance.must(&["import", &instance.sheet("c.csv", &SHEET.replacen("V-022;", "V-024;", 1))]);
    let page = publisher.post("/desk/releases/try", &[("as_of", "30.11.2025")]);
    assert!(page.body.contains("Jäädytä julkistus 2025-11-30.2"), "{}", page.body);
    for figure in ["clients-by-gender total\">24<", "clients-by-origin total\">23<"] {
        assert!(page.body.contains(&format!("data-cell=\"{figure}")), "{figure}: {}", page.body);
    }
    assert!(instance.must(&["release"]).contains("Released 2025-11-30.2"));
    assert!(instance.must(&["build"]).contains("release 2025-11-30.2"));
}

#[test]
fn a_release_file_that_was_changed_or_is_gone_is_told_and_a_changed_one_is_not_built() {
    let instance = Instance::pilot();
    instance.must(&["import", &instance.sheet("a.csv", SHEET)]);
    instance.must(&["release"]);
    let server = instance.serve();
    let publisher = Desk::of(&instance, &server, Role::Publisher);
    let file = instance.path().join("releases/2025-11-30.1/release.json");
    let text = fs::read_to_string(&file).unwrap();
    fs::write(&file, text.replacen("17", "18", 1)).unwrap();
    let page = publisher.post("/desk/releases/build", &[("id", "2025-11-30.1")]);
    assert_eq!(page.status, 422);
    assert!(page.body.contains("Julkaiseminen ei onnistunut") && page.body.contains("release.json"), "{}", page.body);
    assert!(!instance.path().join("public").exists());
    fs::remove_file(&file).unwrap();
    assert!(publisher.get("/desk/releases").body.contains("Puuttuu"));
    let page = publisher.post("/desk/releases/try", &[("as_of", "30.11.2025")]);
    let refused = !page.body.contains("Jäädytä julkistus") && page.body.contains("2025-11-30.1");
    assert!(refused, "without a release that was published nothing can be proved: {}", page.body);
}
