//! Answers that are not sent yet, in a browser that goes back, reloads and comes again; several colleagues behind one
//! link; a code from paper; a receipt on paper.

use crate::form::{CHECK, QUESTIONS, SEND, START, chosen, click, given, go_on, go_on_to, is_receipt, page};
use crate::support::browser::{Browser, Scripts};
use crate::support::demo::Demo;
use crate::{Audit, NARROW};
use serde_json::json;

const RESUME: &str = "section a.btn[href*='/answer']";
const RESTART: &str = "form[action*='/restart'] button";

/// Waits until a page of questions is there under an address of its own, which a reload gets again without sending
/// anything, and that nothing asks whether to send it again.
async fn assert_is_got(browser: &Browser, n: usize, expected: &[&str]) {
    browser.find(&page(n)).await;
    let address = browser.address().await;
    assert!(address.contains("/answer"), "{address} is the answer to a post");
    assert!(browser.driver.get_alert_text().await.is_err(), "no dialog is open");
    assert_eq!(chosen(browser).await, expected, "page {n}");
}

#[tokio::test]
async fn back_forward_and_reload_keep_the_answers_and_never_ask_to_send_again_without_scripts() {
    let demo = Demo::start();
    let browser = Browser::start(Scripts::Off).await;
    browser.open(&format!("{}?lang=fi", demo.link().split('?').next().unwrap())).await;
    click(&browser, START).await;
    browser.find(&page(1)).await;
    click(&browser, "#c_info_clear-yes").await;
    go_on(&browser).await;
    click(&browser, "#c_trust-no").await;
    go_on(&browser).await;
    assert_is_got(&browser, 3, &[]).await;
    browser.driver.refresh().await.unwrap();
    assert_is_got(&browser, 3, &[]).await;
    browser.driver.back().await.unwrap();
    assert_is_got(&browser, 2, &["c_trust=no"]).await;
    browser.driver.refresh().await.unwrap();
    assert_is_got(&browser, 2, &["c_trust=no"]).await;
    browser.driver.back().await.unwrap();
    assert_is_got(&browser, 1, &["c_info_clear=yes"]).await;
    browser.driver.refresh().await.unwrap();
    assert_is_got(&browser, 1, &["c_info_clear=yes"]).await;
    browser.driver.forward().await.unwrap();
    assert_is_got(&browser, 2, &["c_trust=no"]).await;
    go_on_to(&browser, CHECK).await;
    browser.driver.refresh().await.unwrap();
    browser.find(CHECK).await;
    assert!(browser.address().await.contains("/check"));
    browser.driver.back().await.unwrap();
    browser.find(&page(5)).await;
    browser.driver.forward().await.unwrap();
    browser.find(CHECK).await;

    // On another day: where it was left, and in another language.
    browser.open(&format!("{}?lang=sv", demo.link().split('?').next().unwrap())).await;
    browser.reads("h2", "Du har påbörjat dina svar").await;
    click(&browser, RESUME).await;
    browser.find("html[lang=sv]").await;
    assert_is_got(&browser, 3, &[]).await;
    go_on_to(&browser, CHECK).await;
    click(&browser, SEND).await;
    browser.find("#receipt").await;
    browser.driver.back().await.unwrap();
    // The browser may still hold the page itself for a moment; from the server there is nothing to get.
    browser.driver.refresh().await.unwrap();
    browser.reads("h1", "Svaret har redan sparats").await;
}

#[tokio::test]
async fn a_draft_is_given_up_with_one_button() {
    let demo = Demo::start();
    let browser = Browser::start(Scripts::Off).await;
    browser.set_width(NARROW).await;
    browser.open(&format!("{}/answer?lang=fi", demo.invite("employer-feedback").split('?').next().unwrap())).await;
    click(&browser, QUESTIONS_FIRST).await;
    let before = chosen(&browser).await;
    go_on(&browser).await;
    browser.open(&browser.address().await.replace("/check", "").replace("/answer", "")).await;
    browser.assert_fits("the explanation with a draft").await;
    click(&browser, RESTART).await;
    browser.find(QUESTIONS).await;
    assert!(before.len() == 1 && chosen(&browser).await.is_empty());
}

/// The first choice of a page.
const QUESTIONS_FIRST: &str = "form[action*='/check'] input[type=radio]";

#[tokio::test]
async fn three_colleagues_answer_at_one_link_each_with_a_draft_of_their_own_and_the_fourth_comes_too_late() {
    let demo = Demo::start();
    let link = demo.invite_shared("community-feedback", 3);
    let link = link.split('?').next().unwrap();
    let grades = ["1", "3", "5"];
    let mut three = Vec::new();
    for grade in grades {
        let browser = Browser::start(Scripts::Off).await;
        browser.open(&format!("{link}?lang=fi")).await;
        click(&browser, START).await;
        go_on_to(&browser, "[name=w_overall]").await;
        assert!(chosen(&browser).await.iter().all(|c| !c.starts_with("w_overall")), "of nobody else");
        click(&browser, &format!("#w_overall-{grade}")).await;
        go_on(&browser).await;
        three.push(browser);
    }
    for (browser, grade) in three.iter().zip(grades) {
        browser.open(&format!("{link}?lang=fi")).await;
        browser.reads("p", "vain tässä selaimessa").await;
        click(browser, RESUME).await;
        go_on_to(browser, CHECK).await;
        assert!(given(browser).await.contains(&format!("w_overall={grade}")), "{grade}");
        click(browser, SEND).await;
        browser.find("#receipt").await;
        assert!(is_receipt(&browser.text("#receipt").await));
    }
    let browser = &three[0];
    for page in ["", "/answer"] {
        browser.open(&format!("{link}{page}?lang=fi")).await;
        browser.reads("h1", "Kaikki vastaukset on jo saatu").await;
        browser.reads("p", "pyydä oma linkki").await;
    }
}

#[tokio::test]
async fn a_code_from_paper_is_typed_in_on_a_telephone() {
    let demo = Demo::start();
    let link = demo.invite_shared("community-feedback", 2);
    let code = link.split("/f/").nth(1).unwrap().split('?').next().unwrap().replace('-', " ").to_lowercase();
    let browser = Browser::start(Scripts::On).await;
    browser.set_width(NARROW).await;
    browser.open(&format!("{}/f/nothing?lang=fi", demo.origin())).await;
    let mut audit = Audit::new(&browser);
    audit.page("a link that leads nowhere").await;
    click(&browser, "main a[href^='/f?lang=fi']").await;
    audit.page("the page of the code").await;
    browser.find("#code").await.send_keys("ABCD EFGH JKM0").await.unwrap();
    click(&browser, "main .btn").await;
    browser.find(".errors").await;
    assert!(browser.driver.title().await.unwrap().starts_with("Virhe: "));
    audit.page("the page of the code with a mistake").await;
    audit.assert_clean(&["color-contrast", "label", "link-name", "region", "target-size"]);
    browser.set_width(NARROW).await;
    browser.run("document.querySelector('#code').value = ''", []).await;
    browser.find("#code").await.send_keys(&code).await.unwrap();
    click(&browser, "main .btn").await;
    browser.find(START).await;
    browser.find("html[lang=fi]").await;
}

#[tokio::test]
async fn a_printed_receipt_has_the_reference_and_whom_to_ask_and_nothing_to_click() {
    let demo = Demo::start();
    let browser = Browser::start(Scripts::Off).await;
    browser.open(&format!("{}/answer?lang=fi", demo.link().split('?').next().unwrap())).await;
    go_on_to(&browser, CHECK).await;
    click(&browser, SEND).await;
    browser.find("#receipt").await;
    let code = browser.text("#receipt").await;
    browser.devtools("Emulation.setEmulatedMedia", json!({ "media": "print" })).await;
    let paper = browser.text("body").await;
    for there in [code.as_str(), "Tallennettu", "Mitä nyt tapahtuu", "Jos haluat kysyä jotain"] {
        assert!(paper.contains(there), "{there} is not printed: {paper}");
    }
    let clickable = "
        return [...document.querySelectorAll('a, button, nav')].filter(e => e.checkVisibility()).map(e => e.outerHTML)";
    assert_eq!(browser.run(clickable, []).await, json!([]), "nothing to click is printed");
    assert!(!paper.contains("Voit sulkea tämän sivun"), "{paper}");
}
