//! Headless Chromium behind chromedriver, driven through WebDriver.

use super::process::Process;
use serde_json::{Value, json};
use std::net::TcpStream;
use std::path::Path;
use std::process::Command;
use std::sync::Arc;
use std::time::Duration;
use thirtyfour::extensions::query::{ElementPollerWithTimeout, ElementQueryable};
use thirtyfour::{
    By, CapabilitiesHelper, ChromeCapabilities, ChromiumLikeCapabilities, DesiredCapabilities, Key, TypingData,
    WebDriver, WebElement,
};

/// Where Debian puts the browser and its driver.
const CHROMIUM: &str = "/usr/bin/chromium";
const CHROMEDRIVER: &str = "/usr/bin/chromedriver";

/// Longest wait for something on a page, and how often it is looked for.
const APPEARS_WITHIN: Duration = Duration::from_secs(20);
const LOOK_EVERY: Duration = Duration::from_millis(25);
/// Height of the window; pages scroll down, never sideways.
const HEIGHT: u32 = 800;
/// Most presses of Tab on the way to a control; the longest form has fewer stops.
const MOST_TABS: usize = 80;

/// Whether pages may run scripts.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Scripts {
    On,
    Off,
}

/// Chromedriver on a port of its own.
#[derive(Debug)]
struct Chromedriver {
    _process: Process,
    port: u16,
}

impl Chromedriver {
    fn start(folder: &Path) -> Self {
        for program in [CHROMIUM, CHROMEDRIVER] {
            assert!(
                Path::new(program).is_file(),
                "{program} is missing; run ./scripts/test, which installs what the tests need and then runs them"
            );
        }
        let mut command = Command::new(CHROMEDRIVER);
        // What it unpacks goes with the folder, even when it is killed.
        let command = command.arg("--port=0").env("TMPDIR", folder);
        let process = Process::start(command, folder.join("chromedriver.txt"));
        let port = loop {
            if let Some((_, told)) = process.line().split_once("started successfully on port ") {
                break told.trim_end_matches('.').parse().expect("chromedriver tells its port");
            }
        };
        Self { _process: process, port }
    }
}

impl Drop for Chromedriver {
    /// Asks it to close its browsers, which would outlive it otherwise.
    fn drop(&mut self) {
        use std::io::{Read, Write};
        if let Ok(mut stream) = TcpStream::connect(("127.0.0.1", self.port)) {
            // What cannot be asked is killed next.
            let _ = stream.set_read_timeout(Some(Duration::from_secs(10)));
            let _ = stream.write_all(b"GET /shutdown HTTP/1.1\r\nHost: 127.0.0.1\r\nConnection: close\r\n\r\n");
            let _ = stream.read_to_end(&mut Vec::new());
        }
    }
}

/// A browser with a fresh profile.
#[derive(Debug)]
pub(crate) struct Browser {
    pub(crate) driver: WebDriver,
    _chromedriver: Chromedriver,
    // Last, so that the folder goes after those who write to it.
    profile: tempfile::TempDir,
}

impl Drop for Browser {
    /// The session ends with chromedriver. Its own way of ending would wait for a runtime that a
    /// failed test has stopped.
    fn drop(&mut self) {
        let _ = self.driver.clone().leak();
    }
}

impl Browser {
    /// Starts it and makes sure that scripts are on or off as told.
    pub(crate) async fn start(scripts: Scripts) -> Self {
        let profile = tempfile::tempdir().expect("a folder for the browser's profile");
        let chromedriver = Chromedriver::start(profile.path());
        let address = format!("http://127.0.0.1:{}", chromedriver.port);
        let driver = WebDriver::new(address, capabilities(profile.path(), scripts)).await;
        let driver = driver.unwrap_or_else(|error| panic!("chromium does not start: {error}"));
        driver.set_poller(Arc::new(ElementPollerWithTimeout::new(APPEARS_WITHIN, LOOK_EVERY)));
        let browser = Self { driver, _chromedriver: chromedriver, profile };
        browser.check_scripts(scripts).await;
        browser
    }

    /// A page whose title its own script changes.
    async fn check_scripts(&self, scripts: Scripts) {
        let page = self.profile.path().join("scripts.html");
        std::fs::write(&page, "<!doctype html><title>Off</title><script>document.title = 'On'</script>")
            .expect("a page in the profile's folder");
        self.open(&format!("file://{}", page.display())).await;
        assert_eq!(self.driver.title().await.expect("a title"), format!("{scripts:?}"), "scripts of pages");
    }

    /// Loads an address.
    pub(crate) async fn open(&self, address: &str) {
        self.driver.goto(address).await.unwrap_or_else(|error| panic!("{address}: {error}"));
    }

    /// Makes the window's inside that many CSS pixels wide.
    pub(crate) async fn set_width(&self, width: u32) {
        let metrics = json!({ "width": width, "height": HEIGHT, "deviceScaleFactor": 1, "mobile": false });
        self.devtools("Emulation.setDeviceMetricsOverride", metrics).await;
        assert_eq!(self.run("return window.innerWidth", []).await, json!(width), "width of the window");
    }

    /// A window of 1280 by 1024 pixels at 400 % zoom: 320 by 256 CSS pixels, four device pixels each.
    pub(crate) async fn set_zoom_400(&self) {
        let metrics = json!({ "width": 320, "height": 256, "deviceScaleFactor": 4, "mobile": false });
        self.devtools("Emulation.setDeviceMetricsOverride", metrics).await;
        assert_eq!(self.run("return [window.innerWidth, window.devicePixelRatio]", []).await, json!([320, 4]));
    }

    /// Makes the reader prefer `light` or `dark`.
    pub(crate) async fn set_colour_scheme(&self, scheme: &str) {
        let features = json!({ "features": [{ "name": "prefers-color-scheme", "value": scheme }] });
        self.devtools("Emulation.setEmulatedMedia", features).await;
    }

    /// Sends a command of the Chrome DevTools Protocol.
    pub(crate) async fn devtools(&self, command: &str, parameters: Value) {
        let answer = self.driver.cdp().send_raw(command, parameters).await;
        answer.unwrap_or_else(|error| panic!("{command}: {error}"));
    }

    /// Runs a script of the test, which works where pages may run none.
    pub(crate) async fn run<const N: usize>(&self, script: &str, arguments: [Value; N]) -> Value {
        let answer = self.driver.execute(script, arguments.to_vec()).await;
        answer.unwrap_or_else(|error| panic!("{script}: {error}")).json().clone()
    }

    /// The first element of the selector, waited for.
    pub(crate) async fn find(&self, selector: &str) -> WebElement {
        match self.driver.query(By::Css(selector.to_owned())).first().await {
            Ok(element) => element,
            Err(error) => {
                // A page with an open dialog tells neither.
                let address = self.driver.current_url().await.map(|a| a.to_string());
                let source = self.driver.source().await;
                panic!("no {selector}: {error}\n{}\n{}", address.unwrap_or_default(), source.unwrap_or_default())
            }
        }
    }

    /// Waits until the page has no element of the selector, as after something was removed.
    pub(crate) async fn gone(&self, selector: &str) {
        let left = self.driver.query(By::Css(selector.to_owned())).not_exists().await;
        assert!(matches!(left, Ok(true)), "{selector} stays: {left:?}");
    }

    /// Waits until the first element of the selector can be seen.
    pub(crate) async fn seen(&self, selector: &str) {
        let found = self.driver.query(By::Css(selector.to_owned())).and_displayed().first().await;
        assert!(found.is_ok(), "{selector} is not shown: {:?}", found.err());
    }

    /// Waits until the first element of the selector is there and cannot be seen.
    pub(crate) async fn unseen(&self, selector: &str) {
        let found = self.driver.query(By::Css(selector.to_owned())).and_not_displayed().first().await;
        assert!(found.is_ok(), "{selector} is shown: {:?}", found.err());
    }

    /// Waits until an element of that name has the text.
    pub(crate) async fn reads(&self, element: &str, text: &str) {
        let path = format!("//{element}[contains(normalize-space(.), '{text}')]");
        let found = self.driver.query(By::XPath(path)).first().await;
        assert!(found.is_ok(), "no {element} reads {text}: {:?}", found.err());
    }

    /// What stands in the first field of the selector, waited for. Asked in one step, so that a page that is
    /// being replaced cannot come between finding the field and reading it.
    pub(crate) async fn value(&self, selector: &str) -> String {
        self.find(selector).await;
        let script = "const e = document.querySelector(arguments[0]); return e ? e.value : null";
        self.run(script, [json!(selector)]).await.as_str().expect("a field of this page").to_owned()
    }

    /// The visible text of the first element of the selector.
    pub(crate) async fn text(&self, selector: &str) -> String {
        let script = "const e = document.querySelector(arguments[0]); return e ? e.innerText : ''";
        self.run(script, [json!(selector)]).await.as_str().unwrap_or_default().to_owned()
    }

    /// The main heading.
    pub(crate) async fn heading(&self) -> String {
        self.text("h1").await
    }

    /// The address of the page.
    pub(crate) async fn address(&self) -> String {
        self.driver.current_url().await.expect("an address").to_string()
    }

    /// Presses keys, wherever the focus is.
    pub(crate) async fn press(&self, keys: impl Into<TypingData>) {
        self.driver.action_chain().send_keys(keys).perform().await.expect("the keyboard works");
    }

    /// Presses a key while another is held down.
    pub(crate) async fn press_with(&self, held: Key, key: &str) {
        let keys = self.driver.action_chain().key_down(held.clone()).send_keys(key).key_up(held);
        keys.perform().await.expect("the keyboard works");
    }

    /// Presses Tab until the focus is on an element of the selector; every stop must be visible.
    pub(crate) async fn tab_to(&self, selector: &str) {
        let mut passed = Vec::new();
        for _ in 0..MOST_TABS {
            self.press(Key::Tab).await;
            let stop = self.run(FOCUS, [json!(selector)]).await;
            assert_eq!(stop["visible"], json!(true), "the focus cannot be seen on {}", stop["html"]);
            if stop["there"] == json!(true) {
                return;
            }
            passed.push(stop["html"].to_string());
        }
        panic!("Tab does not lead to {selector} at {}; it leads to\n{}", self.address().await, passed.join("\n"));
    }

    /// Fails when the page is wider than the window, and tells what sticks out.
    pub(crate) async fn assert_fits(&self, page: &str) {
        let measured = self.run(SIDEWAYS, []).await;
        let (content, window) = (measured["content"].as_u64(), measured["window"].as_u64());
        assert!(
            content.is_some() && content <= window,
            "{page} scrolls sideways: {content:?} of {window:?} pixels; outside are {:#}",
            measured["outside"]
        );
    }
}

/// Where the focus is, whether it can be seen, and whether it is on the selector.
const FOCUS: &str = "
    const e = document.activeElement, box = e.getBoundingClientRect();
    const marked = x => x && getComputedStyle(x).outlineStyle !== 'none';
    const onScreen = box.bottom > 0 && box.right > 0 && box.top < innerHeight && box.left < innerWidth;
    return {
        there: e.matches(arguments[0]),
        visible: e === document.body || (onScreen && (marked(e) || marked(e.closest('label')))),
        html: e.outerHTML.slice(0, 160),
    };";

const SIDEWAYS: &str = "
    const root = document.documentElement;
    const out = e => (box => box.right > root.clientWidth + 0.5 || box.left < -0.5)(e.getBoundingClientRect());
    return {
        content: root.scrollWidth,
        window: root.clientWidth,
        outside: [...document.body.querySelectorAll('*')].filter(out).map(e => e.outerHTML.slice(0, 160)).slice(0, 8),
    };";

fn capabilities(profile: &Path, scripts: Scripts) -> ChromeCapabilities {
    let mut wanted = DesiredCapabilities::chrome();
    let profile = format!("--user-data-dir={}", profile.join("profile").display());
    let arguments = [
        "--headless",
        "--no-sandbox",
        "--disable-gpu",
        "--disable-dev-shm-usage",
        "--disable-quic",
        "--disable-background-networking",
        "--disable-component-update",
        "--disable-sync",
        "--no-first-run",
        "--accept-lang=fi",
        &profile,
    ];
    wanted.set_binary(CHROMIUM).expect("a capability");
    for argument in arguments {
        wanted.add_arg(argument).expect("a capability");
    }
    if scripts == Scripts::Off {
        // 2 is "block", as an administrator's policy sets it.
        let off = json!({ "profile.managed_default_content_settings.javascript": 2 });
        wanted.add_experimental_option("prefs", off).expect("a capability");
    }
    // A dialog that a page opens must be found, not closed by the driver.
    wanted.set("unhandledPromptBehavior", "ignore").expect("a capability");
    wanted
}
