//! What people do at a desk: they sign in by mail, write, press, and wait for the page that says it is done.

use crate::asking::House;
use crate::form::{CHECK, QUESTIONS, SEND, START, click, is_receipt};
use crate::smtp_servers::ReceivedMail;
use crate::support::browser::Browser;
use serde_json::json;
use std::collections::BTreeSet;
use std::time::{Duration, Instant};

/// Longest wait for a mail: the server looks at its outbox every quarter of a minute.
const MAIL_WITHIN: Duration = Duration::from_secs(40);

/// Everybody's mailbox; what was read is not new any more.
#[derive(Default)]
pub(crate) struct Read(BTreeSet<String>);

impl Read {
    /// The next new mail to an address that holds the text, waited for.
    pub(crate) async fn next(&mut self, house: &House, address: &str, holding: &str) -> ReceivedMail {
        let began = Instant::now();
        loop {
            for raw in house.postfix.mails(address) {
                let mail = ReceivedMail::read(&raw);
                if mail.text.contains(holding) && self.0.insert(raw) {
                    return mail;
                }
            }
            assert!(began.elapsed() < MAIL_WITHIN, "no mail with {holding} came to {address}");
            tokio::time::sleep(Duration::from_millis(50)).await;
        }
    }
}

/// The line of a mail that holds the text.
pub(crate) fn line<'m>(mail: &'m ReceivedMail, holding: &str) -> &'m str {
    let found = mail.text.lines().find(|l| l.contains(holding));
    found.unwrap_or_else(|| panic!("no {holding} in {}", mail.text)).trim()
}

/// How somebody uses the mail of a sign-in.
pub(crate) enum By {
    Link,
    Code,
}

/// Signs in from the page that asks for an address; it may have been reached from elsewhere.
pub(crate) async fn sign_in(browser: &Browser, house: &House, read: &mut Read, address: &str, by: By) {
    write(browser, "#address", address).await;
    browser.assert_fits("sign-in").await;
    click(browser, "main form button").await;
    browser.find("#code").await;
    browser.assert_fits("look into your mail").await;
    let mail = read.next(house, address, "/desk/sign-in/").await;
    let link = line(&mail, "/desk/sign-in/");
    match by {
        By::Link => {
            browser.open(link).await;
            browser.find("main form[action*='/desk/sign-in/'] button").await;
            browser.assert_fits("the button that lets in").await;
            click(browser, "main form button").await;
        }
        By::Code => {
            let code = link.rsplit('/').next().and_then(|c| c.split('?').next()).expect("a code");
            assert!(mail.text.lines().any(|l| l.trim() == code), "the code stands alone, too: {}", mail.text);
            write(browser, "#code", &code.to_lowercase()).await;
            click(browser, "main form button").await;
        }
    }
    browser.find(".account .who-is").await;
}

pub(crate) async fn sign_out(browser: &Browser) {
    click(browser, "form[action='/desk/sign-out'] button").await;
    browser.find("#address").await;
}

/// Writes into a field in the place of what stands there.
pub(crate) async fn write(browser: &Browser, selector: &str, text: &str) {
    let field = browser.find(selector).await;
    field.clear().await.unwrap_or_else(|error| panic!("{selector}: {error}"));
    field.send_keys(text).await.unwrap_or_else(|error| panic!("{selector}: {error}"));
}

/// Waits for a page and looks whether it fits; its visible text.
pub(crate) async fn page(browser: &Browser, selector: &str, name: &str) -> String {
    browser.find(selector).await;
    browser.assert_fits(name).await;
    browser.text("main").await
}

/// Presses and waits for the page that says it is done; its visible text.
pub(crate) async fn press(browser: &Browser, selector: &str, says: &str) -> String {
    click(browser, selector).await;
    browser.reads("*[@role='status']", says).await;
    browser.assert_fits(says).await;
    browser.text("main").await
}

/// Waits for the questions of a form, behind its explanation or at once.
pub(crate) async fn questions(browser: &Browser, name: &str) {
    browser.find(&format!("{START}, {QUESTIONS}")).await;
    if browser.run("return document.querySelector(arguments[0]) === null", [json!(QUESTIONS)]).await == json!(true) {
        browser.assert_fits(&format!("the explanation of {name}")).await;
        click(browser, START).await;
    }
    page(browser, QUESTIONS, name).await;
}

/// Sends what was answered.
pub(crate) async fn send(browser: &Browser, name: &str) {
    page(browser, CHECK, &format!("the answers to be checked, {name}")).await;
    click(browser, SEND).await;
    let receipt = page(browser, "#receipt", &format!("the receipt, {name}")).await;
    assert!(is_receipt(&browser.text("#receipt").await), "{receipt}");
}
