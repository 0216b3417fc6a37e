//! Everybody about one case: asked by mail, by one code for several and on paper, in three languages; and what is told
//! to each of them, to the officer and to the statistics is the same.

use crate::form::{CHECK, QUESTIONS, SEND, START, click, go_on_to, is_receipt};
use crate::http::{connect, get, post, read_to_close, request};
use crate::smtp_servers::{PASSWORD, Postfix, free_port};
use crate::support::browser::{Browser, Scripts};
use crate::support::process::Process;
use palaute::store::{Database, Store};
use serde_json::{Value, json};
use std::collections::{BTreeMap, BTreeSet};
use std::path::{Path, PathBuf};
use std::process::Command;

pub(crate) const NOW: &str = "2025-12-01T09:00:00+02:00";
pub(crate) const NEXT_DAY: &str = "2025-12-02T09:00:00+02:00";
const CLIENT: &str = "asiakas@mailbox.example";
const EMPLOYER: &str = "tyonantaja@mailbox.example";

/// The pilot's cases, a mail server of its own, and a server whose links lead to itself.
pub(crate) struct House {
    pub(crate) postfix: Postfix,
    folder: tempfile::TempDir,
    server: Option<Process>,
    port: u16,
}

impl House {
    /// Serves already.
    fn open() -> Self {
        let mut house = Self::prepare();
        house.serve(NOW);
        house
    }

    /// Everything but the server.
    pub(crate) fn prepare() -> Self {
        let folder = tempfile::tempdir().expect("a folder");
        let house = Self { postfix: Postfix::start(), folder, server: None, port: free_port() };
        let dir = house.dir();
        must(program().arg("init").arg(&dir));
        let settings = include_str!("../../demo/palaute.yaml");
        let secret = house.folder.path().join("secret");
        let smtp = house.postfix.lines(house.postfix.starttls, &secret, PASSWORD);
        let settings: Vec<String> = settings
            .lines()
            .map(|line| match line.split(':').next() {
                Some("base_url") => format!("base_url: http://127.0.0.1:{}", house.port),
                Some("mail") => format!("mail: {{ smtp: {{ {smtp} }} }}"),
                _ => line.to_owned(),
            })
            .collect();
        std::fs::write(dir.join("palaute.yaml"), settings.join("\n")).expect("the settings");
        let demo = Path::new(env!("CARGO_MANIFEST_DIR")).join("demo");
        for name in ["statistics.yaml", "areas.yaml"] {
            std::fs::copy(demo.join(name), dir.join(name)).expect("the demo's statistics");
        }
        let sheet = demo.join("veto-plus-ledger.csv");
        house.run(NOW, &["import", &sheet.display().to_string()]);
        house
    }

    /// Starts the server at an instant, in the place of the one before.
    pub(crate) fn serve(&mut self, now: &str) {
        self.server = None;
        let mut command = program();
        command.arg("--instance").arg(self.dir()).args(["--now", now, "serve", "--port", &self.port.to_string()]);
        let server = Process::start(&mut command, self.folder.path().join("stderr.txt"));
        assert!(server.line().contains("Serving on"));
        self.server = Some(server);
    }

    /// The address of a page.
    pub(crate) fn at(&self, path: &str) -> String {
        format!("http://127.0.0.1:{}{path}", self.port)
    }

    fn dir(&self) -> PathBuf {
        self.folder.path().join("instance")
    }

    pub(crate) fn run(&self, now: &str, arguments: &[&str]) -> String {
        must(program().arg("--instance").arg(self.dir()).args(["--now", now]).args(arguments))
    }

    /// The first link that a command prints.
    fn link(&self, arguments: &[&str]) -> String {
        let printed = self.run(NOW, &[&["invite", "V-001"], arguments].concat());
        printed.lines().find(|l| l.contains("/f/")).unwrap_or_else(|| panic!("no link in {printed}")).to_owned()
    }

    /// What a telephone reads on a page of a PDF.
    fn read_code(&self, pdf: &Path) -> String {
        let picture = pdf.with_extension("");
        must(Command::new("pdftoppm").args(["-png", "-r", "150", "-singlefile"]).arg(pdf).arg(&picture));
        let png = pdf.with_extension("png");
        must(Command::new("zbarimg").args(["--quiet", "--raw", "--nodbus"]).arg(png)).trim().to_owned()
    }

    /// The receipts and facts of the store: answers counted by form, with the place of the choice of one question.
    async fn stored(&self) -> (BTreeSet<String>, BTreeMap<String, Vec<i64>>) {
        let store = Store::open(&Database::File(self.dir().join("data/palaute.sqlite"))).await.expect("the store");
        let receipts = store.receipts().await.expect("the receipts").into_iter().map(|(code, _)| code).collect();
        let mut counted: BTreeMap<String, Vec<i64>> = BTreeMap::new();
        for (_, fact, book) in store.facts_since(0).await.expect("the facts") {
            let grade = book.columns.iter().position(|c| c.name.ends_with("_overall"));
            if let Some(place) = grade {
                counted.entry(book.subject).or_default().push(fact.codes[place] * i64::from(fact.sign));
            }
        }
        store.close().await;
        (receipts, counted)
    }
}

fn program() -> Command {
    Command::new(env!("CARGO_BIN_EXE_palaute"))
}

fn must(command: &mut Command) -> String {
    let output = command.output().unwrap_or_else(|error| panic!("{command:?}: {error}"));
    assert!(output.status.success(), "{command:?}: {}", String::from_utf8_lossy(&output.stderr));
    String::from_utf8_lossy(&output.stdout).into_owned()
}

/// Answers the form at a link: a grade, and these choices where they stand; the receipt without its dash.
pub(crate) async fn answer(browser: &Browser, link: &str, grade: &str, page: &str) -> String {
    browser.open(link).await;
    browser.assert_fits(&format!("the explanation, {page}")).await;
    click(browser, START).await;
    browser.find(QUESTIONS).await;
    go_on_to(browser, grade).await;
    browser.assert_fits(&format!("the questions, {page}")).await;
    click(browser, grade).await;
    go_on_to(browser, CHECK).await;
    browser.assert_fits(&format!("the check page, {page}")).await;
    click(browser, SEND).await;
    browser.find("#receipt").await;
    browser.assert_fits(&format!("the receipt, {page}")).await;
    let code = browser.text("#receipt").await;
    assert!(is_receipt(&code), "{code} is no receipt");
    code.replace('-', "")
}

#[tokio::test]
async fn client_employer_colleagues_and_paper_are_asked_about_one_case_and_receipts_annex_and_facts_agree() {
    let house = House::open();
    let browser = Browser::start(Scripts::Off).await;
    browser.set_width(320).await;
    let mut receipts = BTreeSet::new();

    // The client answers in Arabic, from the mail.
    house.run(NOW, &["contact", "V-001", "client", CLIENT, "--lang", "ar"]);
    // The coach adds the employer on the page behind the link to the closing report.
    let coach = house.link(&["--form", "closing-report"]);
    let inviting = format!("{coach}/invite?lang=fi");
    browser.open(&inviting).await;
    browser.assert_fits("the coach's page").await;
    browser.find("#employer-address").await.send_keys("ei osoite").await.expect("typed");
    click(&browser, "section[aria-labelledby=employer-osa] button[value=contact]").await;
    browser.reads("a", "Tarkista sähköpostiosoite").await;
    assert!(browser.driver.title().await.expect("a title").starts_with("Virhe: "));
    assert_eq!(browser.value("#employer-address").await, "ei osoite", "what was typed stays");
    browser.find("#employer-address").await.clear().await.expect("cleared");
    browser.find("#employer-address").await.send_keys(EMPLOYER).await.expect("typed");
    click(&browser, "section[aria-labelledby=employer-osa] input[value=sv]").await;
    click(&browser, "section[aria-labelledby=employer-osa] button[value=contact]").await;
    browser.reads("p", "Osoite on tallennettu.").await;
    assert!(!browser.text("main").await.contains(EMPLOYER), "no address is shown again");
    house.run(NOW, &["mail", "send"]);

    let mail = house.postfix.mail(CLIENT);
    assert_eq!(mail.header("Content-Language"), "ar");
    let link = mail.text.lines().find(|l| l.contains("lang=ar")).expect("a link").trim().to_owned();
    receipts.insert(answer(&browser, &link, "#c_overall-5", "client").await);
    let (lang, dir) = ("document.documentElement.lang", "document.documentElement.dir");
    assert_eq!(browser.run(&format!("return [{lang}, {dir}]"), []).await, json!(["ar", "rtl"]));

    // The employer answers in Swedish from the mail in the mailbox.
    let mail = house.postfix.mail(EMPLOYER);
    assert_eq!(mail.header("Content-Language"), "sv");
    let link = mail.text.lines().find(|l| l.contains("lang=sv")).expect("a link").trim().to_owned();
    assert!(mail.html.contains(&link.replace('&', "&amp;")), "{}", mail.html);
    receipts.insert(answer(&browser, &link, "#e_overall-4", "employer").await);
    assert_eq!(browser.run(&format!("return {lang}"), []).await, json!("sv"));

    // Three colleagues by the code of one sheet, which the coach made.
    let target = format!("/f/{}/invite?lang=fi", coach.rsplit('/').next().expect("a token"));
    let address = format!("127.0.0.1:{}", house.port).parse().expect("an address");
    let body = b"do=sheet&places=3&consent=yes";
    let mut stream = connect(address).expect("a connection");
    let bytes = request(address, "POST", target.as_bytes(), &[crate::http::FORM], body);
    std::io::Write::write_all(&mut stream, &bytes).expect("sent");
    let bytes = read_to_close(&mut stream);
    let at = bytes.windows(4).position(|w| w == b"\r\n\r\n").expect("a head") + 4;
    let sheet = house.folder.path().join("sheet.pdf");
    std::fs::write(&sheet, &bytes[at..]).expect("the sheet");
    let link = house.read_code(&sheet);
    for grade in [3, 4, 5] {
        // Another telephone: it has no cookie.
        browser.driver.delete_all_cookies().await.expect("a new telephone");
        receipts.insert(answer(&browser, &link, &format!("#w_overall-{grade}"), "colleague").await);
    }
    browser.driver.delete_all_cookies().await.expect("a new telephone");
    browser.open(&link).await;
    browser.gone(START).await;
    browser.assert_fits("the link without a free place").await;

    // A fourth wrote on paper.
    let paper = house.folder.path().join("paper.pdf");
    house.run(NOW, &["form", "print", "community-feedback", "--case", "V-001", "--out", &paper.display().to_string()]);
    let code = house.read_code(&paper).rsplit('/').next().expect("a code").to_owned();
    let keying = house.link(&["--form", "community-feedback", "--paper", "--code", &code]);
    browser.open(&format!("{keying}?lang=fi")).await;
    click(&browser, START).await;
    browser.reads("p", "Tallennat paperilomaketta").await;
    click(&browser, "#w_overall-2").await;
    go_on_to(&browser, CHECK).await;
    click(&browser, SEND).await;
    browser.find("#receipt").await;
    receipts.insert(browser.text("#receipt").await.replace('-', ""));

    // The coach reports, and sees tomorrow who has answered.
    let target = format!("/f/{}", coach.rsplit('/').next().expect("a token"));
    let page = get(address, &format!("{target}/answer?lang=fi")).expect("the report").body;
    let nonce = page.split("name=\"nonce\" value=\"").nth(1).and_then(|n| n.split('"').next()).expect("a nonce");
    let fields = [
        ("nonce", nonce),
        ("r_goals.1.r_goal_type", "keep_job"),
        ("r_outcome", "job"),
        ("r_hours", "17"),
        ("r_meetings", "6"),
        ("r_next.1.r_next_action", "Jatkaa työssä"),
    ];
    let reported = post(address, &format!("{target}/send?lang=fi"), &fields).expect("an answer");
    receipts.insert(reported.receipt().unwrap_or_else(|| panic!("{}", reported.body)));
    browser.open(&inviting).await;
    let today = browser.text("main").await;
    assert!(today.contains("Kutsuttu 4, vastannut 0") && today.contains("ei vielä vastannut"), "{today}");
    let told = house.run(NEXT_DAY, &["invitations", "V-001"]);
    for line in
        ["client, client-feedback: 1 invited, 1 answered", "community, community-feedback: 4 invited, 4 answered"]
    {
        assert!(told.contains(line), "{told}");
    }

    // What everybody was told, what the officer reads and what is counted is the same.
    let out = house.folder.path().join("reports");
    house.run(NEXT_DAY, &["report", "V-001", "--out", &out.display().to_string()]);
    let annex = std::fs::read_dir(&out).expect("reports").map(|e| e.expect("a file").path());
    let annex = annex.into_iter().find(|p| p.to_string_lossy().ends_with("-annex.json")).expect("the annex has closed");
    let annex: Value = serde_json::from_slice(&std::fs::read(annex).expect("the annex")).expect("JSON");
    let of = |party: &str| {
        let all = annex["annex"]["parties"].as_array().expect("parties").clone();
        all.into_iter().find(|p| p["party"] == party).expect("every party is told")
    };
    for (party, n) in [("client", 1), ("employer", 1), ("community", 4)] {
        let told = of(party);
        assert_eq!((&told["invited"], &told["answered"]), (&json!(n), &json!(n)), "{party}");
        assert_eq!(told["state"], "answered", "{party}");
    }
    let grade = |party: &str, id: &str| {
        let sheets = of(party)["sheets"].as_array().cloned().unwrap_or_default();
        let answers = sheets.iter().flat_map(|s| s["questions"].as_array().cloned().unwrap_or_default());
        answers.into_iter().find(|a| a["id"] == id).map(|a| a["codes"].clone())
    };
    assert_eq!(grade("client", "c_overall"), Some(json!(["5"])), "{annex}");
    assert_eq!(grade("employer", "e_overall"), Some(json!(["4"])));
    let together = of("community")["together"].as_array().cloned().unwrap_or_default();
    let overall = together.into_iter().find(|q| q["id"] == "w_overall").expect("the grade");
    let counts: Vec<i64> =
        overall["shares"].as_array().into_iter().flatten().filter_map(|s| s["count"].as_i64()).collect();
    assert_eq!(counts, [0, 1, 1, 1, 1, 0], "{overall}");
    let (stored, mut counted) = house.stored().await;
    assert_eq!(stored, receipts, "whoever holds a receipt finds it, and nobody else is there");
    let mut grades = |form: &str| {
        let mut places = counted.remove(form).unwrap_or_default();
        places.sort_unstable();
        places
    };
    let (clients, employers, colleagues) =
        (grades("client-feedback"), grades("employer-feedback"), grades("community-feedback"));
    assert_eq!((clients, employers, colleagues), (vec![4], vec![3], vec![1, 2, 3, 4]), "places of the grades");
    house.run(NEXT_DAY, &["verify"]);
}

#[tokio::test]
async fn axe_finds_nothing_on_the_coach_s_page_of_invitations_in_any_language_and_state() {
    let browser = Browser::start(Scripts::On).await;
    let mut audit = crate::Audit::new(&browser);
    for language in ["fi", "sv", "en"] {
        // Consent that was confirmed once is not asked for again on that case.
        let demo = crate::support::demo::Demo::start();
        let link = demo.invite("closing-report");
        let page = format!("{}/invite?lang={language}", link.split('?').next().unwrap_or(&link));
        browser.open(&page).await;
        audit.page(&format!("the coach's page, {language}")).await;
        click(&browser, "section[aria-labelledby=employer-osa] button[value=contact]").await;
        browser.find(".errors").await;
        audit.page(&format!("the coach's page with a mistake, {language}")).await;
        click(&browser, "button[value=link]").await;
        browser.find("#consent-err").await;
        audit.page(&format!("the coach's page without consent, {language}")).await;
        click(&browser, "#consent").await;
        click(&browser, "button[value=link]").await;
        browser.find("#linkki").await;
        audit.page(&format!("the coach's page with a link, {language}")).await;
    }
    audit.assert_clean(&["label", "target-size", "color-contrast"]);
}
