//! Forms page by page: back and forth, conditions without scripts, right to left, from paper, and previewed.

use crate::form::{
    BACK, CHECK, GO_ON, QUESTIONS, SEND, START, change, chosen, click, given, go_on, go_on_to, is_receipt, page,
};
use crate::support::browser::{Browser, Scripts};
use crate::support::demo::Demo;
use crate::support::preview::Preview;
use crate::{Audit, NARROW, WIDE};
use serde_json::json;

/// A question that is asked of those only who are in work.
const SAME: &str = "[data-q=f_same]";
const SAME_TEXT: &str = "Oletko samassa työssä kuin silloin, kun valmennus päättyi?";

#[tokio::test]
async fn a_question_appears_with_its_condition_without_scripts_and_its_answer_falls_away_with_it() {
    let demo = Demo::start();
    let browser = Browser::start(Scripts::Off).await;
    browser.open(&format!("{}/answer?lang=fi", demo.invite("follow-up-client"))).await;
    browser.find(&page(1)).await;
    browser.unseen(SAME).await;
    click(&browser, "#f_working-yes").await;
    browser.seen(SAME).await;
    click(&browser, "#f_working-no").await;
    browser.unseen(SAME).await;
    click(&browser, "#f_working-yes").await;
    browser.seen(SAME).await;
    click(&browser, "#f_same-same_employer").await;
    click(&browser, "#f_form-hourly").await;

    // The server has seen the answer: what hangs on it is there when the reader comes back.
    go_on(&browser).await;
    click(&browser, BACK).await;
    browser.find(&page(1)).await;
    browser.seen(SAME).await;
    assert_eq!(chosen(&browser).await, ["f_working=yes", "f_same=same_employer", "f_form=hourly"]);
    click(&browser, "#f_working-no").await;
    browser.unseen(SAME).await;
    go_on_to(&browser, CHECK).await;

    let shown = browser.text("main").await;
    assert!(shown.contains("Nämä vastaukset jäivät pois"), "what falls away is told: {shown}");
    assert_eq!(shown.matches(SAME_TEXT).count(), 1, "told as dropped, not as an answer: {shown}");
    assert!(!shown.contains("Työnantaja on sama"), "the answer is not shown: {shown}");
    assert_eq!(given(&browser).await, ["f_working=no"], "the server has dropped what hung on it");

    // Asked again, it is empty; nothing has come back by itself.
    click(&browser, &change(1)).await;
    browser.find(&page(1)).await;
    browser.unseen(SAME).await;
    click(&browser, "#f_working-yes").await;
    browser.seen(SAME).await;
    assert_eq!(chosen(&browser).await, ["f_working=yes"]);
    assert!(go_on(&browser).await, "back to the answers to be checked");
    assert!(!browser.text("main").await.contains("jäivät pois"), "nothing has fallen away now");
    click(&browser, SEND).await;
    browser.find("#receipt").await;
}

#[tokio::test]
async fn on_one_screen_a_section_with_its_heading_appears_with_its_condition() {
    let demo = Demo::start();
    let browser = Browser::start(Scripts::Off).await;
    browser.open(&format!("{}/answer?lang=fi", demo.invite("coaching-agreement"))).await;
    for (choice, shown) in [("", false), ("#k_covered-no", true), ("#k_covered-yes", false)] {
        if !choice.is_empty() {
            click(&browser, choice).await;
        }
        // The work, the subsidies and the supervisor.
        for part in 2..=4 {
            let section = format!("section[data-part='{part}']");
            if shown { browser.seen(&section).await } else { browser.unseen(&section).await }
        }
        browser.seen("section[data-part='5']").await;
    }
}

#[tokio::test]
async fn a_section_is_changed_from_the_answers_to_be_checked_and_nothing_else_is() {
    let demo = Demo::start();
    let browser = Browser::start(Scripts::Off).await;
    browser.open(&format!("{}/answer?lang=fi", demo.link())).await;
    click(&browser, "#c_info_clear-yes").await;
    click(&browser, "#c_own_choice-self").await;
    go_on(&browser).await;
    click(&browser, "#c_trust-no").await;
    go_on_to(&browser, "#c_phases-find").await;
    click(&browser, "#c_phases-find").await;
    click(&browser, "#c_phases-path").await;
    go_on_to(&browser, "textarea[name=c_open]").await;
    browser.find("textarea[name=c_open]").await.send_keys("Kiitos.\nHei hei.").await.unwrap();
    assert!(go_on(&browser).await);
    let before = given(&browser).await;
    for answer in ["c_info_clear=yes", "c_own_choice=self", "c_trust=no", "c_phases=find", "c_phases=path"] {
        assert!(before.iter().any(|a| a == answer), "{answer} is not among {before:?}");
    }

    click(&browser, &change(2)).await;
    browser.find(&page(2)).await;
    assert_eq!(chosen(&browser).await, ["c_trust=no"]);
    click(&browser, "#c_trust-yes").await;
    // Of two pages, too: the way back to the answers stays open.
    click(&browser, BACK).await;
    browser.find(&page(1)).await;
    assert_eq!(chosen(&browser).await, ["c_info_clear=yes", "c_own_choice=self"]);
    assert!(go_on(&browser).await, "straight back to the answers to be checked");
    let after = given(&browser).await;
    let expected: Vec<String> = before.iter().map(|a| a.replace("c_trust=no", "c_trust=yes")).collect();
    assert_eq!(after, expected, "one answer has changed");
    click(&browser, SEND).await;
    browser.find("#receipt").await;
}

#[tokio::test]
async fn going_back_and_changing_the_language_keeps_page_and_answers() {
    let demo = Demo::start();
    let browser = Browser::start(Scripts::Off).await;
    browser.open(&format!("{}/answer?lang=fi", demo.link())).await;
    browser.find(&page(1)).await;
    browser.gone(BACK).await;
    click(&browser, "#c_goals_mine-partly").await;
    go_on(&browser).await;
    click(&browser, "#c_language-no").await;
    click(&browser, BACK).await;
    browser.find(&page(1)).await;
    assert_eq!(chosen(&browser).await, ["c_goals_mine=partly"]);
    go_on(&browser).await;
    browser.find(&page(2)).await;
    assert_eq!(chosen(&browser).await, ["c_language=no"]);
    click(&browser, ".langs button[lang=ar]").await;
    browser.find("html[lang=ar][dir=rtl]").await;
    browser.find(&page(2)).await;
    assert_eq!(chosen(&browser).await, ["c_language=no"]);
    go_on(&browser).await;
    browser.find("html[lang=ar]").await;
    browser.find(&page(3)).await;
    assert!(given(&browser).await.contains(&"c_goals_mine=partly".to_owned()));
}

/// Where the first and the last letter of the receipt stand, from the left.
const ENDS: &str = "
    const text = document.getElementById('receipt').firstChild, range = document.createRange();
    return [0, text.length - 1].map(at => {
        range.setStart(text, at);
        range.setEnd(text, at + 1);
        return range.getBoundingClientRect().left;
    });";

#[tokio::test]
async fn arabic_reads_from_right_to_left_at_320_pixels_and_its_receipt_from_left_to_right() {
    let demo = Demo::start();
    let browser = Browser::start(Scripts::Off).await;
    browser.set_width(NARROW).await;
    browser.open(&format!("{}?lang=ar", demo.link())).await;
    browser.find("html[lang=ar][dir=rtl]").await;
    browser.assert_fits("the explanation").await;
    click(&browser, START).await;
    browser.find(&page(1)).await;
    // A choice stands at the right of its words.
    let sides = "
        const box = document.querySelector('.opt input').getBoundingClientRect();
        return box.left - document.querySelector('.opt span').getBoundingClientRect().right";
    assert!(browser.run(sides, []).await.as_f64().is_some_and(|gap| gap > 0.0), "the boxes are on the wrong side");
    loop {
        browser.assert_fits("a page of questions").await;
        if go_on(&browser).await {
            break;
        }
        browser.find("html[dir=rtl]").await;
    }
    browser.assert_fits("the answers to be checked").await;
    click(&browser, SEND).await;
    browser.find("#receipt").await;
    browser.assert_fits("the receipt").await;
    let code = browser.text("#receipt").await;
    assert!(is_receipt(&code), "{code} is no receipt such as ABCD-1234");
    let ends: Vec<f64> = serde_json::from_value(browser.run(ENDS, []).await).expect("two places");
    assert!(ends[0] < ends[1], "{code} is shown from right to left: {ends:?}");
    // What the office has not translated stands apart, in its own direction.
    browser.find("main p[lang=fi][dir=auto]").await;
}

#[tokio::test]
async fn somebody_keys_in_a_paper_form_on_one_screen() {
    let demo = Demo::start();
    let browser = Browser::start(Scripts::Off).await;
    browser.open(&format!("{}?lang=fi", demo.invite_to_key("client-feedback"))).await;
    click(&browser, START).await;
    browser.find(QUESTIONS).await;
    browser.reads("p", "Tallennat paperilomaketta").await;
    browser.gone("input[name=page]").await;
    browser.gone(BACK).await;
    // Choices carry the numbers that they have on paper.
    assert!(browser.text("label:has(#c_own_choice-together)").await.starts_with('2'));
    for choice in ["#c_info_clear-yes", "#c_own_choice-together", "#c_phases-find", "#c_overall-4"] {
        click(&browser, choice).await;
    }
    browser.find("textarea[name=c_open]").await.send_keys("Kiitos.").await.unwrap();
    click(&browser, GO_ON).await;
    browser.find(CHECK).await;
    browser.gone(".part-head button").await;
    let shown = browser.text("main").await;
    assert!(shown.contains("Päätimme yhdessä") && shown.contains("Kiitos."), "{shown}");
    // All of it on one screen again.
    click(&browser, "form[action*='/send'] .btns button[formaction*='/change']").await;
    browser.find("#c_info_clear-yes").await;
    assert!(chosen(&browser).await.contains(&"c_overall=4".to_owned()));
    click(&browser, GO_ON).await;
    click(&browser, SEND).await;
    browser.find("#receipt").await;
    let code = browser.text("#receipt").await;
    assert!(is_receipt(&code), "{code} is no receipt such as ABCD-1234");
}

#[tokio::test]
async fn a_preview_follows_the_form_s_file_and_stores_nothing() {
    let preview = Preview::start();
    let browser = Browser::start(Scripts::On).await;
    browser.open(preview.origin()).await;
    let mut audit = Audit::new(&browser);
    audit.page("the forms to be previewed").await;
    browser.set_width(WIDE).await;
    click(&browser, "a[href^='/f/client-feedback/0']").await;
    browser.reads("h1", "Kerro, miten valmennus sujui").await;
    preview.edit("client-feedback", "Kerro, miten valmennus sujui", "Mitä mieltä olit");
    browser.reads("h1", "Mitä mieltä olit").await;

    audit.page("a form that is previewed").await;
    browser.set_width(WIDE).await;

    // A mistake in the file is told, with its place, where the forms are listed; mended, the form is back.
    preview.edit("client-feedback", "type: grade", "type: grad");
    browser.reads("pre", "forms/client-feedback.yaml").await;
    audit.page("the forms to be previewed, with a mistake").await;
    audit.assert_clean(&["color-contrast", "link-name", "region", "target-size"]);
    browser.set_width(WIDE).await;
    preview.edit("client-feedback", "type: grad", "type: grade");
    browser.gone("pre").await;
    click(&browser, "a[href^='/f/client-feedback/0']").await;
    browser.reads("h1", "Mitä mieltä olit").await;

    click(&browser, START).await;
    browser.find(&page(1)).await;
    click(&browser, "#c_info_clear-yes").await;
    go_on_to(&browser, CHECK).await;
    assert_eq!(given(&browser).await, ["c_info_clear=yes", "coach_may_read=no"]);
    click(&browser, SEND).await;
    browser.find("#receipt").await;
    assert_eq!(browser.text("#receipt").await, "2345-ABCD");
    assert_eq!(browser.run("return document.querySelectorAll('script').length", []).await, json!(1));
}
