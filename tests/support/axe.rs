//! The axe rules of accessibility, run on the page that a browser shows.

use super::browser::Browser;
use serde_json::{Value, json};
use std::collections::BTreeSet;

/// The rules; see tests/vendor/README.md.
const AXE: &str = include_str!("../vendor/axe.min.js");

/// Which rules are run.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Rules {
    All,
    /// Those that a colour scheme can break.
    Colours,
}

impl Rules {
    fn only(self) -> Value {
        match self {
            Self::All => {
                json!({ "type": "tag", "values": ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa", "best-practice"] })
            }
            Self::Colours => json!({ "type": "rule", "values": ["color-contrast", "link-in-text-block"] }),
        }
    }
}

/// `target-size` is off in axe unless asked for.
const RUN: &str = "
    const [runOnly, done] = arguments;
    axe.run(document, {
        runOnly,
        rules: { 'target-size': { enabled: true } },
        resultTypes: ['violations'],
    }).then(r => done({
        violations: r.violations,
        ran: [...r.violations, ...r.passes, ...r.incomplete].map(rule => rule.id),
    }), error => done({ failed: String(error) }));";

/// What axe says of one page.
#[derive(Debug)]
pub(crate) struct Look {
    /// The rules that had something to look at.
    pub(crate) ran: BTreeSet<String>,
    /// The rules that the page breaks, with the places.
    pub(crate) violations: Vec<String>,
}

/// Looks at the page as it is shown now.
pub(crate) async fn look(browser: &Browser, rules: Rules) -> Look {
    if browser.run("return typeof axe", []).await == json!("undefined") {
        // As the test's own script, of which the page's policy is not asked.
        browser.run(AXE, []).await;
    }
    let answer = browser.driver.execute_async(RUN, vec![rules.only()]).await;
    let answer = answer.unwrap_or_else(|error| panic!("axe does not run: {error}")).json().clone();
    let ran = serde_json::from_value(answer["ran"].clone()).unwrap_or_else(|_| panic!("axe does not run: {answer}"));
    Look { ran, violations: answer["violations"].as_array().into_iter().flatten().map(told).collect() }
}

/// A broken rule with the elements that break it.
fn told(rule: &Value) -> String {
    let text = |value: &Value| value.as_str().unwrap_or_default().to_owned();
    let place = |node: &Value| {
        format!("  {}\n    {}", text(&node["html"]), text(&node["failureSummary"]).replace('\n', "\n    "))
    };
    let places: Vec<String> = rule["nodes"].as_array().into_iter().flatten().map(place).collect();
    format!("{}: {}\n{}", text(&rule["id"]), text(&rule["help"]), places.join("\n"))
}
