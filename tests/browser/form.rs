//! A form page by page, as the tests walk through it.

use crate::support::browser::Browser;
use serde_json::json;

// Things that are on one kind of page only.
pub(crate) const START: &str = "a.btn[href*='/answer']";
pub(crate) const QUESTIONS: &str = "form[action*='/check']";
pub(crate) const GO_ON: &str = "form[action*='/check'] .btns button:not([formaction])";
pub(crate) const BACK: &str = "form[action*='/check'] .btns button[formaction*='/change']";
pub(crate) const CHECK: &str = "form[action*='/send']";
pub(crate) const SEND: &str = "form[action*='/send'] .btns button:not([formaction])";

/// The button of the answers to be checked that leads to a page.
pub(crate) fn change(page: usize) -> String {
    format!(".part-head button[formaction*='/change'][value='{page}']")
}

/// The questions of a page, or of the whole form where it has one screen.
pub(crate) fn page(n: usize) -> String {
    format!("{QUESTIONS} input[type=hidden][name=page][value='{n}']")
}

/// Clicks, wherever it leads.
pub(crate) async fn click(browser: &Browser, selector: &str) {
    let clicked = browser.find(selector).await.click().await;
    clicked.unwrap_or_else(|error| panic!("{selector} cannot be clicked: {error}"));
}

/// The number of the page that is shown; empty on one screen.
async fn number(browser: &Browser) -> String {
    let script = "return document.querySelector('input[name=page]')?.value ?? ''";
    browser.run(script, []).await.as_str().unwrap_or_default().to_owned()
}

/// Presses the button that goes on and waits for the next page; whether it is the answers to be checked.
pub(crate) async fn go_on(browser: &Browser) -> bool {
    let here = number(browser).await;
    click(browser, GO_ON).await;
    browser.find(&format!("{CHECK}, {QUESTIONS} input[name=page]:not([value='{here}'])")).await;
    browser.run("return document.querySelector(arguments[0]) !== null", [json!(CHECK)]).await == json!(true)
}

/// Goes on until a page has the selector.
pub(crate) async fn go_on_to(browser: &Browser, selector: &str) {
    while browser.run("return document.querySelector(arguments[0]) === null", [json!(selector)]).await == json!(true) {
        assert!(!go_on(browser).await || selector == CHECK, "no page has {selector}");
    }
}

/// What the form would send besides what carries it from page to page, as name=value in the order of the page.
pub(crate) async fn given(browser: &Browser) -> Vec<String> {
    let script = "
        return [...new FormData(document.getElementById('answers')).entries()]
            .filter(([name, value]) => !['nonce', 'page', 'then'].includes(name) && value !== '')
            .map(([name, value]) => name + '=' + value)";
    serde_json::from_value(browser.run(script, []).await).expect("names and values")
}

/// The chosen radio buttons and boxes of the page as name=value, in its order.
pub(crate) async fn chosen(browser: &Browser) -> Vec<String> {
    let script = "return [...document.querySelectorAll('input:checked')].map(i => i.name + '=' + i.value)";
    serde_json::from_value(browser.run(script, []).await).expect("names and values")
}

/// Two groups of four capital letters or digits.
pub(crate) fn is_receipt(code: &str) -> bool {
    let plain = |part: &str| part.len() == 4 && part.bytes().all(|b| b.is_ascii_uppercase() || b.is_ascii_digit());
    code.split_once('-').is_some_and(|(a, b)| plain(a) && plain(b))
}
