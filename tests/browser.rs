//! The program as people meet it: forms and site in a real browser, by keyboard, without scripts, on a
//! narrow window, and under the axe rules.

#[path = "browser/asking.rs"]
mod asking;
#[path = "browser/at_desk.rs"]
mod at_desk;
#[path = "browser/drafts.rs"]
mod drafts;
#[path = "browser/form.rs"]
mod form;
#[path = "support/http.rs"]
#[expect(dead_code, reason = "what other tests use besides")]
mod http;
#[path = "browser/pages.rs"]
mod pages;
#[path = "support/smtp.rs"]
#[expect(dead_code, reason = "what the tests of faults use besides")]
mod smtp_servers;
#[path = "support/staff.rs"]
mod staff;
#[path = "browser/staff_pages.rs"]
mod staff_pages;
mod support;
#[path = "browser/whole_case.rs"]
mod whole_case;

use form::{CHECK, GO_ON, QUESTIONS, SEND, START, change, chosen, click, given, go_on, go_on_to, is_receipt, page};
use serde_json::json;
use std::collections::BTreeSet;
use support::axe::{self, Rules};
use support::browser::{Browser, Scripts};
use support::demo::Demo;
use thirtyfour::Key;

/// The narrowest window without sideways scrolling (WCAG 1.4.10), and one of a desk.
const NARROW: u32 = 320;
const WIDE: u32 = 1280;
/// Has the shape of an identity code; numbers 900-999 are given to nobody.
const IDENTITY_CODE: &str = "010190-999X";

const TEXT: &str = "textarea[name=c_open]";

/// What a reader can open: tables under figures, the menu of narrow windows, and questions.
const DETAILS: &str = "details.data, details.menu, details.ask";

#[tokio::test]
async fn a_client_answers_by_keyboard_alone_without_scripts_at_320_pixels() {
    let demo = Demo::start();
    let browser = Browser::start(Scripts::Off).await;
    browser.set_width(NARROW).await;

    browser.open(demo.link()).await;
    browser.assert_fits("the explanation").await;
    browser.tab_to(START).await;
    browser.press(Key::Enter).await;

    // In the order of the form, as Tab goes. A group of radio buttons is one stop with arrows inside.
    browser.find(&page(1)).await;
    browser.assert_fits("the first page").await;
    browser.tab_to("[name=c_info_clear]").await;
    browser.press(" ").await;
    browser.tab_to("[name=c_own_choice]").await;
    browser.press(" ").await;
    browser.press(Key::Down).await;
    assert_eq!(chosen(&browser).await, ["c_info_clear=yes", "c_own_choice=together"], "what the keys chose");
    for n in 2..=5 {
        browser.tab_to(GO_ON).await;
        browser.press(Key::Enter).await;
        browser.find(&page(n)).await;
        browser.assert_fits(&format!("page {n}")).await;
        if n == 3 {
            browser.tab_to("#c_phases-direct").await;
            browser.press(" ").await;
            browser.tab_to("#c_phases-stabilise").await;
            browser.press(" ").await;
        }
    }
    browser.tab_to("[name=c_overall]").await;
    browser.press(" ").await;
    browser.tab_to(TEXT).await;
    browser.press(format!("Kiitos. Tunnukseni on {IDENTITY_CODE}.")).await;
    browser.tab_to("[name=coach_may_read]").await;
    browser.press(Key::Up).await;
    let before = given(&browser).await;
    let expected = ["c_info_clear=yes", "c_own_choice=together", "c_phases=direct", "c_phases=stabilise"];
    assert_eq!(before[..4], expected, "what was chosen before travels on");
    assert_eq!(before[6..], ["coach_may_read=yes"], "what the keys chose: {before:?}");
    browser.tab_to(GO_ON).await;
    browser.press(Key::Enter).await;

    // The identity code is refused, and nothing that was given is lost.
    browser.find(".errors").await;
    browser.assert_fits("the page with a mistake").await;
    assert!(browser.driver.title().await.unwrap().starts_with("Virhe: "), "the title tells of the mistake");
    assert!(browser.text(".errors").await.contains("Poista tekstistä henkilötunnus"), "the summary tells what to do");
    assert_eq!(given(&browser).await, before, "what was given stays");
    browser.tab_to(".errors a").await;
    browser.press(Key::Enter).await;
    browser.find("textarea[name=c_open]:focus").await;
    browser.press_with(Key::Control, "a").await;
    browser.press("Kiitos kaikesta.").await;
    assert_eq!(browser.value(TEXT).await, "Kiitos kaikesta.");
    browser.tab_to(GO_ON).await;
    browser.press(Key::Enter).await;

    browser.find(CHECK).await;
    browser.assert_fits("the answers to be checked").await;
    let shown = browser.text("main").await;
    for answer in ["Päätimme yhdessä", "Aloitin työn tai pysyin työssä", "Kiitos kaikesta."] {
        assert!(shown.contains(answer), "{answer} is not among the answers to be checked: {shown}");
    }
    browser.tab_to(SEND).await;
    browser.press(Key::Enter).await;

    browser.find("#receipt").await;
    browser.assert_fits("the receipt").await;
    let code = browser.text("#receipt").await;
    assert!(is_receipt(&code), "{code} is no receipt such as ABCD-1234");

    browser.open(demo.link()).await;
    assert_eq!(browser.heading().await, "Vastaus on jo tallennettu");
    browser.assert_fits("the link that has been answered").await;
}

/// A form in a language: every page of it, and the first page where a mistake can be made with its mistakes.
async fn audit_form(audit: &mut Audit<'_>, link: &str, language: &str, send: bool) {
    let browser = audit.browser;
    let link = format!("{}?lang={language}", link.split('?').next().unwrap_or(link));
    browser.open(&link).await;
    assert_eq!(browser.run("return document.documentElement.lang", []).await, json!(language), "{link}");
    audit.page(&format!("the explanation, {link}")).await;
    click(browser, START).await;
    browser.find(QUESTIONS).await;
    let mut mistaken = false;
    for n in 1.. {
        audit.page(&format!("page {n}, {link}")).await;
        if !mistaken && browser.run(HAS_TEXT, []).await == json!(true) {
            browser.run(FILL, [json!(format!("Kiitos {IDENTITY_CODE}"))]).await;
            click(browser, GO_ON).await;
            browser.find(".errors").await;
            audit.page(&format!("page {n} with mistakes, {link}")).await;
            mistaken = true;
        }
        browser.run(FILL, [json!("Kiitos")]).await;
        if go_on(browser).await {
            break;
        }
    }
    audit.page(&format!("the answers to be checked, {link}")).await;
    browser.open(&link).await;
    audit.page(&format!("the explanation with a draft, {link}")).await;
    if send {
        browser.open(&link.replacen('?', "/check?", 1)).await;
        click(browser, SEND).await;
        browser.find("#receipt").await;
        audit.page(&format!("the receipt, {link}")).await;
        browser.open(&link).await;
        audit.page(&format!("the link that has been answered, {link}")).await;
    }
}

/// Whether anything can be written at length.
const HAS_TEXT: &str = "return [...document.querySelectorAll('textarea')].some(t => t.checkVisibility())";

/// Gives the first choice of every question, and something that fits to every field; texts get the argument.
const FILL: &str = "
    const seen = new Set();
    for (const i of document.querySelectorAll('input[type=radio], input[type=checkbox]')) {
        if (i.name && !seen.has(i.name)) { i.checked = true; seen.add(i.name); }
    }
    const fits = { numeric: '5', decimal: '5', email: 'a@example.org', tel: '+358401234567' };
    for (const i of document.querySelectorAll('input[inputmode]')) {
        i.value = fits[i.inputMode] ?? (/_(from|to)$/.test(i.name) ? '11/2025' : '4.11.2025');
    }
    for (const t of document.querySelectorAll('textarea')) t.value = arguments[0];";

/// The forms of every case, looked at in each language.
const FORMS: [&str; 5] =
    ["client-feedback", "employer-feedback", "community-feedback", "purchaser-feedback", "closing-report"];

/// `others` are looked at in this language only.
async fn axe_on_every_form(language: &str, others: &[&str]) {
    let demo = Demo::start();
    let browser = Browser::start(Scripts::On).await;
    let mut audit = Audit::new(&browser);
    for form in FORMS.iter().chain(others) {
        audit.whole = language == WHOLE_IN || others.contains(form);
        audit_form(&mut audit, &demo.invite(form), language, *form != "closing-report").await;
    }
    browser.open(&format!("{}/nowhere?lang={language}", demo.origin())).await;
    audit.page("an address that does not exist").await;
    audit.assert_clean(&["aria-valid-attr-value", "color-contrast", "label", "link-name", "region", "target-size"]);
}

#[tokio::test]
async fn axe_finds_nothing_on_any_page_of_any_form_in_finnish() {
    axe_on_every_form("fi", &["follow-up-client", "case-opening"]).await;
}

#[tokio::test]
async fn axe_finds_nothing_on_any_page_of_any_form_in_swedish() {
    axe_on_every_form("sv", &["motivation-letter", "coaching-agreement"]).await;
}

#[tokio::test]
async fn axe_finds_nothing_on_any_page_of_any_form_in_english() {
    axe_on_every_form("en", &["job-search-plan", "self-assessment-start"]).await;
}

#[tokio::test]
async fn axe_finds_nothing_on_any_page_of_a_clients_form_in_arabic() {
    let demo = Demo::start();
    let browser = Browser::start(Scripts::On).await;
    let mut audit = Audit::new(&browser);
    for form in ["client-feedback", "follow-up-client", "motivation-letter"] {
        audit_form(&mut audit, &demo.invite(form), "ar", true).await;
    }
    audit.assert_clean(&["aria-valid-attr-value", "color-contrast", "html-has-lang", "label", "target-size"]);
}

async fn axe_on_the_site(language: &str) {
    let demo = Demo::start();
    let browser = Browser::start(Scripts::On).await;
    let mut audit = Audit::new(&browser);
    audit.whole = language == WHOLE_IN;
    let pages = demo.site_pages(language);
    assert_eq!(pages.len(), 20, "{pages:?}");
    for address in pages {
        browser.open(&address).await;
        audit.page(&address).await;
    }
    audit.assert_clean(&["color-contrast", "heading-order", "scrollable-region-focusable", "target-size"]);
}

#[tokio::test]
async fn axe_finds_nothing_on_any_page_of_the_site_in_finnish() {
    axe_on_the_site("fi").await;
}

#[tokio::test]
async fn axe_finds_nothing_on_any_page_of_the_site_in_swedish() {
    axe_on_the_site("sv").await;
}

#[tokio::test]
async fn axe_finds_nothing_on_any_page_of_the_site_in_english() {
    axe_on_the_site("en").await;
}

#[tokio::test]
async fn axe_finds_nothing_in_either_edition_of_a_closing_report() {
    let demo = Demo::start();
    let browser = Browser::start(Scripts::On).await;
    let mut audit = Audit::new(&browser);
    let reports = demo.reports();
    let annex = reports.iter().find(|f| f.to_string_lossy().contains("annex")).expect("an annex has closed");
    let plain = reports.iter().find(|f| !f.to_string_lossy().contains("annex")).expect("a report");
    for report in [annex, plain] {
        browser.open(&format!("file://{}", report.display())).await;
        audit.page(&report.display().to_string()).await;
    }
    audit.assert_clean(&["color-contrast", "definition-list", "heading-order", "th-has-data-cells"]);
}

#[tokio::test]
async fn a_form_and_the_site_can_be_used_at_400_percent_zoom() {
    let demo = Demo::start();
    let browser = Browser::start(Scripts::Off).await;
    browser.set_zoom_400().await;
    for address in demo.site_pages("sv") {
        browser.open(&address).await;
        browser.assert_fits(&address).await;
    }
    browser.open(demo.link()).await;
    browser.tab_to(START).await;
    browser.press(Key::Enter).await;
    for n in 1..=5 {
        browser.find(&page(n)).await;
        browser.assert_fits(&format!("page {n}")).await;
        if n == 5 {
            browser.tab_to(TEXT).await;
            browser.press("Kiitos.").await;
        }
        browser.tab_to(GO_ON).await;
        browser.press(Key::Enter).await;
    }
    browser.find(CHECK).await;
    browser.assert_fits("the answers to be checked").await;
    assert!(browser.text("main").await.contains("Kiitos."));
}

#[tokio::test]
async fn a_coach_adds_and_removes_goals_and_changes_language_without_scripts_and_loses_nothing() {
    let demo = Demo::start();
    let browser = Browser::start(Scripts::Off).await;
    browser.set_width(NARROW).await;
    browser.open(&format!("{}/answer?lang=fi", demo.invite("closing-report").split('?').next().unwrap())).await;
    browser.find("textarea[name='r_goals.1.r_goal_why']").await.send_keys("Ensimmäinen syy").await.unwrap();
    browser.find("button[name=add][value=r_goals]").await.click().await.unwrap();
    browser.find("textarea[name='r_goals.2.r_goal_why']").await.send_keys("Toinen syy").await.unwrap();
    browser.assert_fits("the questions with two goals").await;
    browser.find(".langs button[lang=sv]").await.click().await.unwrap();
    browser.find("html[lang=sv]").await;
    assert_eq!(browser.value("textarea[name='r_goals.1.r_goal_why']").await, "Ensimmäinen syy");
    assert_eq!(browser.value("textarea[name='r_goals.2.r_goal_why']").await, "Toinen syy");
    browser.find("button[name=remove][value='r_goals.1']").await.click().await.unwrap();
    browser.gone("textarea[name='r_goals.2.r_goal_why']").await;
    assert_eq!(browser.value("textarea[name='r_goals.1.r_goal_why']").await, "Toinen syy");
    // Enter in a field of one line checks the answers; it neither removes an item nor changes the language.
    browser.find("input[name=r_hours]").await.send_keys(Key::Enter).await.unwrap();
    browser.find(".errors").await;
    browser.find("html[lang=sv]").await;
    assert_eq!(browser.value("textarea[name='r_goals.1.r_goal_why']").await, "Toinen syy");
}

#[tokio::test]
async fn no_closing_report_scrolls_sideways_at_320_pixels() {
    // The pages of the site are measured where axe looks at them.
    let demo = Demo::start();
    let browser = Browser::start(Scripts::On).await;
    browser.set_width(NARROW).await;
    for report in demo.reports() {
        let address = format!("file://{}", report.display());
        browser.open(&address).await;
        browser.assert_fits(&address).await;
        open_details(&browser).await;
        browser.assert_fits(&format!("{address} with everything open")).await;
    }
}

#[tokio::test]
async fn no_page_asks_another_host_for_anything() {
    let demo = Demo::start();
    let browser = Browser::start(Scripts::On).await;
    let ours = format!("{}/", demo.origin());

    browser.open(&ours).await;
    browser.find("a[href='sv/index.html']").await;
    assert_asks_only(&browser, &ours).await;
    let pages: Vec<String> = ["fi", "sv", "en"].into_iter().flat_map(|l| demo.site_pages(l)).collect();
    assert_eq!(pages.len(), 60, "{pages:?}");
    for address in &pages {
        browser.open(address).await;
        assert_asks_only(&browser, &ours).await;
    }

    browser.open(demo.link()).await;
    assert_asks_only(&browser, &ours).await;
    click(&browser, START).await;
    browser.find(QUESTIONS).await;
    assert_asks_only(&browser, &ours).await;
    while !go_on(&browser).await {
        assert_asks_only(&browser, &ours).await;
    }
    assert_asks_only(&browser, &ours).await;
    click(&browser, SEND).await;
    browser.find("#receipt").await;
    assert_asks_only(&browser, &ours).await;
    for address in [demo.link(), &format!("{ours}nowhere")] {
        browser.open(address).await;
        assert_asks_only(&browser, &ours).await;
    }

    browser.open(&format!("file://{}", demo.reports()[0].display())).await;
    assert_eq!(asked(&browser).await, Vec::<String>::new(), "a closing report holds everything itself");
}

#[tokio::test]
async fn code_typed_into_an_answer_is_shown_as_text_and_never_runs() {
    let demo = Demo::start();
    let browser = Browser::start(Scripts::On).await;
    // Without the page's policy only the escaping is left to hold it.
    browser.devtools("Page.setBypassCSP", json!({ "enabled": true })).await;
    for typed in [
        "<script>window.__xss = 1; alert(1)</script>",
        "\"><img src=x onerror=\"window.__xss = 2; alert(2)\">",
        "</textarea><script>window.__xss = 3; alert(3)</script>",
        "</dd></dl></form><svg onload='window.__xss = 4'></svg>",
        "<iframe srcdoc='<script>parent.__xss = 5</script>'></iframe>",
        "--><a href=javascript:alert(6)>x</a><!--",
        "&lt;b&gt; &amp;amp; &#60;",
        "{{ 7 * 7 }} {% if true %}x{% endif %}",
    ] {
        browser.open(&format!("{}/answer", demo.link())).await;
        go_on_to(&browser, TEXT).await;
        // What was typed before is there again.
        browser.find(TEXT).await.clear().await.unwrap();
        browser.find(TEXT).await.send_keys(typed).await.unwrap();
        assert!(go_on(&browser).await, "the last page has it");
        assert_ran_nothing(&browser, typed).await;
        let shown = browser.text("main").await;
        assert!(shown.contains(typed), "{typed} is not shown as it is: {shown}");
        click(&browser, &change(5)).await;
        browser.find(TEXT).await;
        assert_ran_nothing(&browser, typed).await;
        assert_eq!(browser.value(TEXT).await, typed, "in the field, to be changed");
    }
    // The same code does run when it is not escaped, so the test would have seen it.
    let unescaped =
        "document.body.insertAdjacentHTML('beforeend', '<img id=x src=x onerror=\"window.__xss = 7; this.id = 8\">')";
    browser.run(unescaped, []).await;
    browser.find("img[id='8']").await;
    assert_eq!(browser.run("return window.__xss", []).await, json!(7));
}

/// The language in which pages that are looked at in several are looked at on a wide screen and in the dark, too. In the others
/// they have the same elements and colours, and other words, which matter where there is little room.
const WHOLE_IN: &str = "fi";

/// Looks with axe, page after page, and keeps what it finds.
struct Audit<'b> {
    browser: &'b Browser,
    /// Whether the wide screen and the dark scheme are looked at, too.
    whole: bool,
    found: Vec<String>,
    ran: BTreeSet<String>,
}

impl<'b> Audit<'b> {
    fn new(browser: &'b Browser) -> Self {
        Self { browser, whole: true, found: Vec::new(), ran: BTreeSet::new() }
    }

    /// Looks at the page as on a telephone, and where it is looked at as a whole on a wide screen and at its colours in the dark,
    /// with everything open that can be opened; nothing may scroll sideways at any width, open or shut.
    async fn page(&mut self, name: &str) {
        for (scheme, width) in [("light", NARROW), ("light", WIDE), ("dark", NARROW)] {
            if scheme == "dark" && !self.whole {
                continue;
            }
            self.browser.set_colour_scheme(scheme).await;
            self.browser.set_width(width).await;
            close_details(self.browser).await;
            self.browser.assert_fits(&format!("{name}, {width} pixels")).await;
            // What stands there shut stands there open as well, so that one look sees it all.
            if open_details(self.browser).await {
                self.browser.assert_fits(&format!("{name}, {width} pixels, everything open")).await;
            }
            let rules = if scheme == "dark" { Rules::Colours } else { Rules::All };
            if self.whole || width == NARROW {
                self.look(&format!("{name}, {width} pixels, {scheme}"), rules).await;
            }
        }
    }

    async fn look(&mut self, page: &str, rules: Rules) {
        let look = axe::look(self.browser, rules).await;
        self.ran.extend(look.ran);
        self.found.extend(look.violations.into_iter().map(|v| format!("{page}\n{v}")));
    }

    /// Fails when a rule is broken, or when one of `rules` had nothing to look at on any page.
    fn assert_clean(self, rules: &[&str]) {
        assert!(self.found.is_empty(), "axe found:\n\n{}", self.found.join("\n\n"));
        let idle: Vec<&&str> = rules.iter().filter(|r| !self.ran.contains(**r)).collect();
        assert!(idle.is_empty(), "these rules looked at nothing: {idle:?}; others did: {:?}", self.ran);
    }
}

/// Opens whatever a reader can open; whether there is anything.
async fn open_details(browser: &Browser) -> bool {
    // What is opened may hold more to be opened.
    let script = "
        let any = false;
        for (;;) {
            const shut = [...document.querySelectorAll(arguments[0])].filter(d => !d.open && d.checkVisibility());
            if (!shut.length) return any;
            for (const details of shut) details.open = true;
            any = true;
        }";
    browser.run(script, [json!(DETAILS)]).await == json!(true)
}

async fn close_details(browser: &Browser) {
    browser.run("for (const details of document.querySelectorAll('details')) details.open = false", []).await;
}

/// Fails when the page asks for anything that is not under `ours`.
async fn assert_asks_only(browser: &Browser, ours: &str) {
    let (page, asked) = (browser.address().await, asked(browser).await);
    assert!(page.starts_with(ours), "{page} is not ours");
    assert!(asked.iter().any(|a| a.ends_with("palaute.css")), "{page} does not ask for its style: {asked:?}");
    let elsewhere: Vec<&String> = asked.iter().filter(|a| !a.starts_with(ours)).collect();
    assert!(elsewhere.is_empty(), "{page} asks other hosts: {elsewhere:?}");
}

/// What the page has asked for, and what its elements name to be loaded.
async fn asked(browser: &Browser) -> Vec<String> {
    let script = "
        const names = ['src', 'href', 'data', 'srcset', 'poster'];
        const loading = 'link[href], [src], [srcset], [poster], object[data], image[href], use[href]';
        const named = [...document.querySelectorAll(loading)]
            .flatMap(e => names.filter(n => e.hasAttribute(n)).map(n => new URL(e.getAttribute(n), location).href));
        return [...performance.getEntriesByType('resource').map(e => e.name), ...named];";
    serde_json::from_value(browser.run(script, []).await).expect("addresses")
}

async fn assert_ran_nothing(browser: &Browser, typed: &str) {
    if let Ok(text) = browser.driver.get_alert_text().await {
        panic!("{typed} opened a dialog: {text}");
    }
    assert_eq!(browser.run("return window.__xss ?? null", []).await, json!(null), "{typed} ran");
}
