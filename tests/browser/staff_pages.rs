//! The pages of staff under the axe rules, at both widths and in both colour schemes, and what is typed amiss on them stays.

use crate::Audit;
use crate::at_desk::write;
use crate::form::click;
use crate::staff::signed_in;
use crate::support::browser::{Browser, Scripts};
use crate::support::demo::{Demo, NOW};
use palaute::store::{Database, Role};
use serde_json::json;
use thirtyfour::Cookie;

/// The coach of most cases of the demo.
const COACH: &str = "Valmentaja 1";

/// Somebody of the staff in a browser at the demo.
struct Desk<'b> {
    demo: &'b Demo,
    browser: &'b Browser,
    audit: Audit<'b>,
}

impl<'b> Desk<'b> {
    fn new(demo: &'b Demo, browser: &'b Browser) -> Self {
        Self { demo, browser, audit: Audit::new(browser) }
    }

    /// Signs in as somebody of that role.
    async fn signed_in(&self, role: Role, name: &str) {
        let data = Database::File(self.demo.database());
        let header = signed_in(&data, role, name, NOW.parse().expect("an instant")).await;
        let (name, value) = header.split_once('=').expect("a cookie");
        self.open("/desk/sign-in").await;
        self.browser.driver.delete_all_cookies().await.expect("no cookies");
        self.browser.driver.add_cookie(Cookie::new(name, value)).await.expect("a cookie");
    }

    async fn open(&self, path: &str) {
        self.browser.open(&format!("{}{path}", self.demo.origin())).await;
    }

    /// Looks at the page that is shown, once the selector is there.
    async fn look(&mut self, selector: &str, name: &str) {
        self.browser.find(selector).await;
        self.audit.page(name).await;
    }

    /// Opens a page and looks at it.
    async fn visit(&mut self, path: &str, selector: &str) {
        self.open(path).await;
        self.look(selector, path).await;
    }

    /// Types into fields what is wrong or beside it, and presses: nothing of it is lost.
    async fn mistake(&mut self, typed: &[(&str, &str)], button: &str, name: &str) {
        for (field, text) in typed {
            write(self.browser, field, text).await;
        }
        click(self.browser, button).await;
        self.browser.find("section.errors").await;
        let title = self.browser.driver.title().await.expect("a title");
        assert!(title.starts_with("Virhe: "), "{name}: the title tells of the mistake: {title}");
        for (field, text) in typed {
            assert_eq!(self.browser.value(field).await, *text, "{name}: what was typed stays in {field}");
        }
        let astray = self.browser.run(ASTRAY, []).await;
        assert_eq!(astray, json!([]), "{name}: every line of the summary leads to a field");
        self.audit.page(&format!("{name} with a mistake")).await;
    }

    /// The path of the first case of a list.
    async fn first(&self, list: &str) -> String {
        self.open(list).await;
        let link = self.browser.find("table.cases tbody th a").await;
        let path = link.attr("href").await.expect("an attribute").expect("a path");
        path.split('?').next().unwrap_or_default().to_owned()
    }
}

/// Links of the summary that lead nowhere on the page.
const ASTRAY: &str = "
    return [...document.querySelectorAll('.err-list a')].map(a => a.getAttribute('href'))
        .filter(href => !href.startsWith('#') || !document.getElementById(href.slice(1)))";

/// The button of a page that has one form.
const SAVE: &str = "main form .btns button";

#[tokio::test]
async fn axe_finds_nothing_on_the_pages_of_a_coach_and_nothing_typed_amiss_is_lost() {
    let (demo, browser) = (Demo::start(), Browser::start(Scripts::On).await);
    let mut desk = Desk::new(&demo, &browser);

    desk.visit("/desk/sign-in", "#address").await;
    desk.mistake(&[("#address", "ei osoite")], SAVE, "sign-in").await;
    write(&browser, "#address", "nobody@example.invalid").await;
    click(&browser, SAVE).await;
    desk.look("#code", "look into your mail").await;
    desk.mistake(&[("#code", "ABCD-EFGH")], SAVE, "the code").await;

    desk.signed_in(Role::Coach, COACH).await;
    desk.visit("/desk/cases", "table.cases").await;
    desk.visit("/desk/cases?q=mahdoton", "#q").await;
    desk.visit("/desk/cases/new", "#number").await;
    desk.mistake(&[("#client_since", "31.2.2025"), ("#municipality", "Soini"), ("#email", "ei")], SAVE, "new").await;

    let ongoing = desk.first("/desk/cases?tab=ongoing").await;
    desk.visit(&ongoing, "#note").await;
    let typed = [("#on", "1.12.2025"), ("#hours", "kaksi"), ("#text", "Puhuttiin jatkosta.")];
    desk.mistake(&typed, "form.note-form button", "a note").await;
    desk.visit(&format!("{ongoing}/details"), "#client_since").await;
    desk.mistake(&[("#client_since", "eilen"), ("#municipality", "Ilmajoki")], SAVE, "details").await;
    desk.visit(&format!("{ongoing}/end"), "#on").await;
    desk.mistake(&[("#on", "1.1.2031"), ("#field", "ravintola")], SAVE, "the end").await;
    desk.visit(&format!("{ongoing}/problem"), "#problem").await;
    desk.mistake(&[("#problem", "")], SAVE, "a problem").await;
    desk.visit(&format!("{ongoing}/form/job-search-plan"), "#address").await;
    desk.mistake(&[("#address", "ei osoite")], "button[value=mail]", "the ways to a form").await;
    desk.visit(&format!("{ongoing}/invite"), "#employer-address").await;
    let button = "section[aria-labelledby=employer-osa] button[value=contact]";
    desk.mistake(&[("#employer-address", "ei osoite")], button, "whom to ask").await;

    let reported = desk.first("/desk/cases?stage=reported").await;
    desk.visit(&reported, "#note").await;
    desk.visit(&format!("{reported}/report"), "#versiot").await;
    desk.visit(&format!("{reported}/correct"), "#reason").await;
    desk.mistake(&[("#reason", "")], SAVE, "a correction").await;
    desk.visit(&format!("{reported}/filled/closing-report"), "h1").await;

    desk.open(&format!("{ongoing}/end")).await;
    click(&browser, "[name=outcome][value=job]").await;
    click(&browser, SAVE).await;
    desk.look(".case-done", "the coaching has ended").await;
    let ended = ongoing;
    desk.visit(&format!("{ended}/report"), ".report.draft").await;
    desk.visit(&format!("{ended}/reopen"), SAVE).await;
    desk.open(&ended).await;
    desk.visit(&format!("{ended}/reading"), "form[action$='/reading'] button").await;
    click(&browser, "form[action$='/reading'] button").await;
    desk.look(".link-shown, .note", "the client is asked to read").await;
    desk.audit.assert_clean(&[
        "aria-valid-attr-value",
        "color-contrast",
        "label",
        "link-name",
        "region",
        "target-size",
    ]);
}

#[tokio::test]
async fn axe_finds_nothing_on_the_pages_of_officers_managers_publishers_and_admins() {
    let (demo, browser) = (Demo::start(), Browser::start(Scripts::On).await);
    let folder = tempfile::tempdir().expect("a folder");
    let mut desk = Desk::new(&demo, &browser);

    desk.signed_in(Role::Officer, "Asiantuntija 1").await;
    desk.visit("/desk/reports?tab=all", "table.cases").await;
    desk.visit("/desk/reports?tab=problems", ".note").await;
    let report = desk.first("/desk/reports?tab=new").await;
    desk.visit(&report, "#kasittely").await;
    browser.run("document.querySelector('details.ask').open = true", []).await;
    desk.mistake(&[("#question", "Mikä on 131052-308T?")], "form[action$='/ask'] button", "a question").await;

    desk.signed_in(Role::Manager, "Esihenkilö 1").await;
    desk.visit("/desk/overview", "#vastaukset").await;
    desk.visit("/desk/figures", ".released").await;
    desk.visit("/desk/import", "#file").await;
    let sheet = include_str!("../../demo/veto-plus-ledger.csv");
    let sheet = sheet.replacen(";nainen;", ";naisa;", 1).replacen("V-003;", ";", 1);
    let file = folder.path().join("sheet.csv");
    std::fs::write(&file, sheet).expect("a sheet");
    browser.find("#file").await.send_keys(file.display().to_string()).await.expect("a file is chosen");
    click(&browser, "button[value=import]").await;
    desk.look("#hylatyt", "rejected rows").await;
    let typed = [("[name='2.gender']", "naisia"), ("[name='4.municipality']", "Soini <9>")];
    desk.mistake(&typed, "form[action='/desk/import/rows'] button", "a row that is mended amiss").await;

    desk.signed_in(Role::Publisher, "Julkaisija 1").await;
    desk.visit("/desk/releases", "#as_of").await;
    desk.mistake(&[("#as_of", "31.2.2025")], SAVE, "a release").await;
    desk.open("/desk/releases").await;
    click(&browser, "form[action$='/try'] button").await;
    desk.look("#confirm", "a dry run").await;
    desk.mistake(&[], "form[action$='/freeze'] button", "a release that nobody has confirmed").await;

    desk.signed_in(Role::Admin, "Ylläpitäjä 1").await;
    desk.visit("/desk/staff", "#address").await;
    click(&browser, "[name=role]").await;
    desk.mistake(&[("#name", "Uusi Valmentaja"), ("#address", "ei")], SAVE, "new staff").await;
    click(&browser, "a[href^='/desk/staff/']").await;
    desk.look(SAVE, "the removal of staff").await;
    desk.visit("/desk/nowhere", "h1").await;
    desk.audit.assert_clean(&[
        "color-contrast",
        "heading-order",
        "label",
        "region",
        "target-size",
        "th-has-data-cells",
    ]);
}
