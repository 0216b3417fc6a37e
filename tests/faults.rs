//! Attacks the compiled program from outside: kill -9 under load, forged links, other sites' posts, bombs, slow clients.
#![expect(clippy::print_stderr, reason = "a run tells its figures")]

#[path = "support/http.rs"]
mod http;

use http::{Answer, FORM, connect, encode, exchange, get, post, read_to_close, request};
use palaute::desk::Desk;
use palaute::form::{Form, Kind};
use palaute::instance::Instance;
use palaute::render::Renderer;
use palaute::store::Store;
use palaute::submission::{RawAnswers, Submission};
use palaute::text::{Fingerprint, hex};
use sqlx::Connection;
use sqlx::sqlite::{SqliteConnectOptions, SqliteConnection};
use std::collections::{BTreeMap, BTreeSet};
use std::io::{BufRead, BufReader, Write};
use std::net::SocketAddr;
use std::path::PathBuf;
use std::process::{Child, Command, Output, Stdio};
use std::sync::atomic::{AtomicBool, AtomicUsize, Ordering};
use std::sync::{Arc, Barrier, Mutex, mpsc};
use std::time::{Duration, Instant};
use tempfile::TempDir;

/// Where the clock of every server stands when it starts.
const NOW: &str = "2025-12-01T09:00:00+02:00";
/// After every invitation has ended.
const LATER: &str = "2030-01-01T09:00:00+02:00";
/// Longest time for a program to be ready or to end.
const SOON: Duration = Duration::from_secs(20);
/// Has the shape of an identity code; individual numbers 900-999 are never given to a person.
const IDENTITY_CODE: &str = "010190-999X";
/// Found nowhere by chance.
const CANARY: &str = "kanarialintu 5d41";

fn block<T>(work: impl Future<Output = T>) -> T {
    let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build();
    runtime.expect("a runtime").block_on(work)
}

fn form() -> Form {
    Form::read("forms/client-feedback.yaml", include_str!("../forms/client-feedback.yaml")).expect("the form is good")
}

// An instance with ended cases and links to them.

struct House {
    root: TempDir,
    /// One token a case.
    tokens: Vec<String>,
    /// The cases that the tokens belong to.
    cases: Vec<String>,
}

impl House {
    /// An instance whose first `links` clients can answer.
    fn with_links(links: usize) -> Self {
        let root = tempfile::tempdir().expect("a folder");
        let mut house = Self { root, tokens: Vec::new(), cases: Vec::new() };
        let dir = house.dir().display().to_string();
        house.must(&["init", &dir]);
        let mut sheet = include_str!("../demo/veto-plus-ledger.csv").lines().next().expect("headings").to_owned();
        for n in 1..=links {
            sheet.push_str(&format!(
                "\nK-{n:04};Valmentaja 1;;nainen;kantasuomalainen;30-39;7.4.2024;18.11.2024;14.5.2025;työ;;1;18,0;5;ei"
            ));
        }
        let file = house.root.path().join("sheet.csv");
        std::fs::write(&file, sheet).expect("the sheet is written");
        house.must(&["import", &file.display().to_string()]);
        (house.cases, house.tokens) = block(house.open_links()).into_iter().unzip();
        assert_eq!(house.tokens.len(), links);
        house
    }

    /// Makes links before any server runs; together, so that they share commits.
    async fn open_links(&self) -> Vec<(String, String)> {
        let source = std::fs::read_to_string(self.dir().join("palaute.yaml")).expect("the settings");
        let now = NOW.parse().expect("an instant");
        let desk = Desk {
            store: Store::open(&self.database()).await.expect("the store opens"),
            instance: Arc::new(Instance::read("palaute.yaml", &source).expect("good settings")),
            forms: Arc::new(vec![form()]),
            renderer: Arc::new(Renderer::new(&BTreeMap::new()).expect("good templates")),
            clock: Arc::new(move || now),
            entropy: Arc::new(|bytes| getrandom::fill(bytes).expect("randomness")),
        };
        let mut opening = Vec::new();
        for case in desk.store.cases().await.expect("the cases") {
            let desk = desk.clone();
            opening.push(tokio::spawn(async move {
                let link = desk.open_link(case.number(), "client-feedback").await.expect("a link");
                (case.number().to_string(), link.token)
            }));
        }
        let mut links = Vec::new();
        for link in opening {
            links.push(link.await.expect("the link is made"));
        }
        desk.store.close().await;
        links
    }

    fn dir(&self) -> PathBuf {
        self.root.path().join("instance")
    }

    fn database(&self) -> PathBuf {
        self.dir().join("data/palaute.sqlite")
    }

    fn run(&self, arguments: &[&str]) -> Output {
        let mut command = Command::new(env!("CARGO_BIN_EXE_palaute"));
        command.arg("--instance").arg(self.dir()).args(["--now", NOW]).args(arguments);
        command.output().expect("the program runs")
    }

    fn must(&self, arguments: &[&str]) {
        let output = self.run(arguments);
        assert!(output.status.success(), "{arguments:?}: {}", String::from_utf8_lossy(&output.stderr));
    }

    fn serve(&self) -> Server {
        Server::start(self, NOW, "warn")
    }

    /// All stored receipts with the fingerprints of their answers.
    fn stored(&self) -> Vec<(String, Fingerprint)> {
        block(async {
            let store = Store::open(&self.database()).await.expect("the store opens");
            let receipts = store.receipts().await.expect("the receipts");
            store.close().await;
            receipts
        })
    }

    /// What a query of one number or text gives.
    fn ask<T>(&self, sql: &'static str) -> T
    where
        T: Send + Unpin + for<'r> sqlx::Decode<'r, sqlx::Sqlite> + sqlx::Type<sqlx::Sqlite>,
    {
        block(async {
            let mut connection = self.connection().await;
            let value = sqlx::query_scalar(sql).fetch_one(&mut connection).await.expect(sql);
            connection.close().await.expect("the connection closes");
            value
        })
    }

    async fn connection(&self) -> SqliteConnection {
        let options = SqliteConnectOptions::new().filename(self.database());
        SqliteConnection::connect_with(&options).await.expect("the database opens")
    }

    /// The bytes of the database with its log.
    fn database_bytes(&self) -> Vec<u8> {
        let mut bytes = std::fs::read(self.database()).expect("the database");
        for beside in ["-wal", "-shm"] {
            let path = PathBuf::from(format!("{}{beside}", self.database().display()));
            bytes.extend(std::fs::read(path).unwrap_or_default());
        }
        bytes
    }

    /// What servers have written to their log.
    fn log(&self) -> String {
        std::fs::read_to_string(self.root.path().join("log")).expect("the log")
    }
}

// A running server.

struct Server {
    child: Mutex<Child>,
    address: SocketAddr,
    /// Lines of its standard output after the first.
    told: Mutex<mpsc::Receiver<String>>,
    ready_after: Duration,
}

impl Server {
    fn start(house: &House, now: &str, log: &str) -> Self {
        let began = Instant::now();
        let file = std::fs::File::options().create(true).append(true).open(house.root.path().join("log"));
        // A write beyond the limit of file sizes is to be an error, as on a full disk, not a signal.
        let mut command = Command::new("sh");
        command.args(["-c", "trap '' XFSZ; exec \"$0\" \"$@\"", env!("CARGO_BIN_EXE_palaute"), "--instance"]);
        command.arg(house.dir()).args(["--now", now, "serve", "--port", "0"]);
        command.env("PALAUTE_LOG", log).stdin(Stdio::null()).stdout(Stdio::piped()).stderr(file.expect("the log"));
        let mut child = command.spawn().expect("the server starts");
        let stdout = child.stdout.take().expect("its output");
        let (sender, told) = mpsc::channel();
        std::thread::spawn(move || {
            for line in BufReader::new(stdout).lines().map_while(Result::ok) {
                // Nobody need listen to the end.
                let _ = sender.send(line);
            }
        });
        let first = told.recv_timeout(SOON).unwrap_or_else(|e| panic!("{e}; the server says: {}", house.log()));
        let address = first.split("http://").nth(1).and_then(|rest| rest.split(". ").next());
        let address = address.and_then(|a| a.parse().ok()).unwrap_or_else(|| panic!("no address in `{first}`"));
        Self { child: Mutex::new(child), address, told: Mutex::new(told), ready_after: began.elapsed() }
    }

    /// kill -9.
    fn kill(&self) {
        let mut child = self.child.lock().expect("nobody panicked with it");
        // It may be dead already.
        let _ = child.kill();
        let _ = child.wait();
    }

    /// Lets none of its files grow beyond that many bytes, or any size again.
    fn limit_files(&self, bytes: Option<u64>) {
        let id = self.child.lock().expect("nobody panicked with it").id();
        let limit = bytes.map_or_else(|| "unlimited".to_owned(), |n| n.to_string());
        let set = Command::new("prlimit").arg(format!("--pid={id}")).arg(format!("--fsize={limit}:unlimited")).status();
        assert!(set.is_ok_and(|s| s.success()), "prlimit of util-linux sets the limit");
    }

    fn healthy(&self) -> bool {
        get(self.address, "/healthz").is_some_and(|a| a.status == 200)
    }

    /// The most memory it has had, in kilobytes.
    fn peak_memory(&self) -> u64 {
        let id = self.child.lock().expect("nobody panicked with it").id();
        let status = std::fs::read_to_string(format!("/proc/{id}/status")).expect("its status");
        let line = status.lines().find(|l| l.starts_with("VmHWM:")).expect("its peak");
        line.split_whitespace().nth(1).and_then(|n| n.parse().ok()).expect("a number")
    }
}

impl Drop for Server {
    fn drop(&mut self) {
        self.kill();
    }
}

/// Asks again until it is so, within bounds.
fn eventually<T>(what: &str, mut found: impl FnMut() -> Option<T>) -> T {
    let deadline = Instant::now() + SOON;
    loop {
        if let Some(value) = found() {
            return value;
        }
        assert!(Instant::now() < deadline, "{what} did not happen within {SOON:?}");
        std::thread::sleep(Duration::from_millis(20));
    }
}

// What is sent.

/// A page of answers ready to be sent, as often as one likes.
#[derive(Clone)]
struct Page {
    target: String,
    nonce: String,
    answers: Vec<(String, String)>,
    /// The fingerprint under which the store must have it.
    content: Fingerprint,
}

impl Page {
    /// Page `n` of the link: the choices and the words depend on `n`.
    fn new(form: &Form, token: &str, n: usize) -> Self {
        let mut answers = Vec::new();
        for question in form.questions() {
            let value = match question.kind {
                Kind::Text(_) => format!("{CANARY} {n}"),
                _ => question.choices[n % question.choices.len()].code.clone(),
            };
            answers.push((question.id.clone(), value));
        }
        let mut raw = RawAnswers::new();
        for (name, value) in &answers {
            raw.entry(name.clone()).or_default().push(value.clone());
        }
        let submission = Submission::parse(&raw, form).expect("the answers fit");
        let json = serde_json::to_string(submission.answers()).expect("JSON");
        let content = Fingerprint::of(format!("{}\n{json}", submission.version().as_str()));
        Self { target: format!("/f/{token}"), nonce: nonce(), answers, content }
    }

    fn fields(&self) -> Vec<(&str, &str)> {
        let nonce = std::iter::once(("nonce", self.nonce.as_str()));
        nonce.chain(self.answers.iter().map(|(n, v)| (n.as_str(), v.as_str()))).collect()
    }

    fn send(&self, server: SocketAddr) -> Option<Answer> {
        post(server, &format!("{}/send", self.target), &self.fields())
    }

    fn encoded(&self) -> String {
        encode(&self.fields())
    }
}

fn nonce() -> String {
    let mut bytes = [0; 16];
    getrandom::fill(&mut bytes).expect("randomness");
    hex(&bytes)
}

fn sent(page: &Page, server: &Server) -> Answer {
    page.send(server.address).expect("an answer")
}

// 1. Kill -9.

/// What is wrong with the store, given what was tried and what clients hold receipts for.
fn complaints(
    attempted: &BTreeSet<&Fingerprint>,
    acknowledged: &[(String, Fingerprint)],
    stored: &[(String, Fingerprint)],
) -> Vec<String> {
    let by_receipt: BTreeMap<&str, &Fingerprint> = stored.iter().map(|(r, c)| (r.as_str(), c)).collect();
    let mut found = Vec::new();
    for (receipt, content) in acknowledged {
        match by_receipt.get(receipt.as_str()) {
            None => found.push(format!("{receipt} was acknowledged and is lost")),
            Some(kept) if *kept != content => found.push(format!("{receipt} holds other answers than were sent")),
            Some(_) => {}
        }
    }
    let mut seen = BTreeSet::new();
    for (receipt, content) in stored {
        if !attempted.contains(content) {
            found.push(format!("{receipt} is stored but was never sent"));
        }
        if !seen.insert(content) {
            found.push(format!("{receipt} is stored twice"));
        }
    }
    found
}

const ROUNDS: usize = 20;
const CLIENTS: usize = 6;

/// Acknowledgements after which the server is killed in a round: 3 to 25, spread.
fn kill_after(round: usize) -> usize {
    3 + round * 5 % 23
}

#[test]
fn no_acknowledged_submission_is_lost_when_the_server_is_killed_twenty_times_under_load() {
    let most: usize = (0..ROUNDS).map(|round| kill_after(round) + 2 * CLIENTS).sum();
    let house = House::with_links(most);
    let form = form();
    let pages: Vec<Page> = house.tokens.iter().enumerate().map(|(n, token)| Page::new(&form, token, n)).collect();
    let next = AtomicUsize::new(0);
    let acknowledged = Mutex::new(Vec::new());
    let mut slowest = Duration::ZERO;
    for round in 0..ROUNDS {
        let server = house.serve();
        slowest = slowest.max(server.ready_after);
        let (this_round, dead) = (AtomicUsize::new(0), AtomicBool::new(false));
        let client = || {
            while !dead.load(Ordering::SeqCst) {
                let at = next.fetch_add(1, Ordering::SeqCst);
                let Some(answer) = pages[at].send(server.address) else { break };
                let Some(receipt) = answer.receipt() else { panic!("status {} under load", answer.status) };
                // The client that holds the decisive receipt pulls the plug at once, while others send.
                if this_round.fetch_add(1, Ordering::SeqCst) + 1 == kill_after(round) {
                    server.kill();
                    dead.store(true, Ordering::SeqCst);
                }
                acknowledged.lock().expect("no client panicked").push((at, receipt));
            }
        };
        std::thread::scope(|scope| {
            for _ in 0..CLIENTS {
                scope.spawn(client);
            }
        });
        assert!(dead.load(Ordering::SeqCst), "round {round}: the server died before it was killed");
    }
    assert!(slowest < Duration::from_secs(5), "a killed server was ready again only after {slowest:?}");

    let acknowledged: BTreeMap<usize, String> =
        acknowledged.into_inner().expect("no client panicked").into_iter().collect();
    let attempts = &pages[..next.load(Ordering::SeqCst)];
    let attempted: BTreeSet<&Fingerprint> = attempts.iter().map(|p| &p.content).collect();
    let receipts: Vec<(String, Fingerprint)> =
        acknowledged.iter().map(|(at, receipt)| (receipt.clone(), pages[*at].content.clone())).collect();
    let stored = house.stored();
    eprintln!(
        "kill -9 x {ROUNDS}: {} attempted, {} acknowledged, {} stored; ready again within {slowest:?}",
        attempts.len(),
        receipts.len(),
        stored.len()
    );
    assert_eq!(complaints(&attempted, &receipts, &stored), [""; 0]);
    assert_eq!(house.ask::<String>("PRAGMA integrity_check"), "ok");
    assert_whole(&house, stored.len());

    // A retry after the crash, by those who have a receipt and by those who never got an answer.
    let server = house.serve();
    let by_content: BTreeMap<&Fingerprint, &String> = stored.iter().map(|(r, c)| (c, r)).collect();
    let again = AtomicUsize::new(0);
    std::thread::scope(|scope| {
        for _ in 0..CLIENTS {
            scope.spawn(|| {
                while let Some(page) = attempts.get(again.fetch_add(1, Ordering::SeqCst)) {
                    let receipt = sent(page, &server).receipt().expect("a retry gets its receipt");
                    assert!(by_content.get(&page.content).is_none_or(|before| **before == receipt), "another receipt");
                }
            });
        }
    });
    drop(server);
    assert_eq!(complaints(&attempted, &receipts, &house.stored()), [""; 0]);
    assert_whole(&house, attempts.len());
}

/// Everything that belongs to a submission is there exactly once.
fn assert_whole(house: &House, submissions: usize) {
    let n = i64::try_from(submissions).expect("a small number");
    let count = |sql: &'static str| house.ask::<i64>(sql);
    assert_eq!(count("SELECT count(*) FROM submissions"), n);
    assert_eq!(count("SELECT count(DISTINCT invitation) FROM submissions"), n);
    assert_eq!(count("SELECT count(*) FROM facts WHERE subject IN (SELECT id FROM submissions)"), n);
    assert_eq!(count("SELECT count(*) FROM audit_log WHERE verb = 'submission'"), n);
    assert_eq!(count("SELECT count(*) FROM case_events WHERE event LIKE '%nswered%'"), n);
}

#[test]
fn the_check_for_losses_reports_a_lost_a_changed_a_doubled_and_an_unsent_submission() {
    let [one, two, three] = ["one", "two", "three"].map(Fingerprint::of);
    let receipt = |code: &str, content: &Fingerprint| (code.to_owned(), content.clone());
    let attempted = BTreeSet::from([&one, &two]);
    let stored = [receipt("AAAA2222", &one)];
    assert_eq!(complaints(&attempted, &[receipt("AAAA2222", &one)], &stored), [""; 0]);
    // A receipt that no server ever gave.
    let pretended = [receipt("AAAA2222", &one), receipt("BBBB3333", &two)];
    assert_eq!(complaints(&attempted, &pretended, &stored), ["BBBB3333 was acknowledged and is lost"]);
    let changed = complaints(&attempted, &[receipt("AAAA2222", &two)], &stored);
    assert_eq!(changed, ["AAAA2222 holds other answers than were sent"]);
    let extra = [receipt("AAAA2222", &one), receipt("CCCC4444", &one), receipt("DDDD5555", &three)];
    let told = complaints(&attempted, &[], &extra);
    assert_eq!(told, ["CCCC4444 is stored twice", "DDDD5555 is stored but was never sent"]);
}

// 2 and 3. The same and different answers.

/// Sends all pages at the same moment, each from a thread of its own.
fn at_once(pages: &[Page], server: &Server) -> Vec<Answer> {
    let start = Barrier::new(pages.len());
    std::thread::scope(|scope| {
        let one = |page| {
            start.wait();
            sent(page, server)
        };
        let sending: Vec<_> = pages.iter().map(|page| scope.spawn(move || one(page))).collect();
        sending.into_iter().map(|s| s.join().expect("it was answered")).collect()
    })
}

#[test]
fn the_same_page_sent_a_hundred_times_at_once_is_one_row_and_one_receipt() {
    let house = House::with_links(2);
    let server = house.serve();
    let page = Page::new(&form(), &house.tokens[0], 1);
    let answers = at_once(&vec![page.clone(); 100], &server);
    let receipts: BTreeSet<String> = answers.iter().filter_map(Answer::receipt).collect();
    assert!(answers.iter().all(|a| a.status == 200 && a.receipt().is_some()));
    assert_eq!(receipts.len(), 1, "{receipts:?}");
    let expected = (receipts.into_iter().next().expect("one"), page.content.clone());
    assert_eq!(house.stored(), [expected]);
    assert_whole(&house, 1);
}

#[test]
fn of_different_pages_sent_at_once_to_one_link_the_first_stays_and_the_others_get_409() {
    let house = House::with_links(1);
    let server = house.serve();
    let pages: Vec<Page> = (0..40).map(|n| Page::new(&form(), &house.tokens[0], n)).collect();
    let answers = at_once(&pages, &server);
    let won: Vec<(String, Fingerprint)> =
        answers.iter().zip(&pages).filter_map(|(a, p)| Some((a.receipt()?, p.content.clone()))).collect();
    assert_eq!(won.len(), 1);
    assert_eq!(answers.iter().filter(|a| a.status == 409).count(), 39);
    assert_eq!(house.stored(), won);
    assert_whole(&house, 1);
}

#[test]
fn an_answered_link_refuses_other_answers_with_409_and_shows_nothing_that_was_answered() {
    let house = House::with_links(1);
    let server = house.serve();
    let first = Page::new(&form(), &house.tokens[0], 1);
    let receipt = sent(&first, &server).receipt().expect("a receipt");
    let mut other_answers = Page::new(&form(), &house.tokens[0], 2);
    let other_nonce = Page { nonce: nonce(), ..first.clone() };
    assert_eq!(sent(&other_answers, &server).status, 409);
    other_answers.nonce.clone_from(&first.nonce);
    assert_eq!(sent(&other_answers, &server).status, 409, "the nonce alone is not the page");
    assert_eq!(sent(&other_nonce, &server).status, 409);
    assert_eq!(house.stored(), [(receipt.clone(), first.content.clone())]);

    let mut closed = vec![get(server.address, &first.target), get(server.address, &format!("{}/answer", first.target))];
    // What is posted here holds no answer, so nothing that was answered can come back by echo.
    for verb in ["check", "change", "send"] {
        closed.push(post(server.address, &format!("{}/{verb}", first.target), &[("nonce", &first.nonce)]));
    }
    for answer in closed.into_iter().map(|a| a.expect("an answer")) {
        assert_eq!(answer.status, 409);
        assert!(!answer.body.contains(CANARY) && !answer.body.contains(&receipt), "{}", answer.body);
        assert!(!answer.body.contains("checked") && !answer.body.contains("<form"), "{}", answer.body);
    }
    assert_eq!(sent(&first, &server).receipt(), Some(receipt), "the same page still gets its receipt");
}

// 4. Forged links.

/// Some thousand addresses that are near a valid token's, as the bytes of the request line.
fn forgeries(token: &str) -> Vec<Vec<u8>> {
    let plain = token.as_bytes();
    let mut out: Vec<Vec<u8>> = Vec::new();
    for at in 0..plain.len() {
        for bit in 0..8 {
            let mut bytes = plain.to_vec();
            bytes[at] ^= 1 << bit;
            out.push(bytes);
        }
        for digit in b"0123456789abcdef" {
            let mut bytes = plain.to_vec();
            bytes[at] = *digit;
            out.push(bytes);
        }
        for inserted in [&b"0"[..], b"%00", b"%20", b"+", b".", b"%2e", b"/", b"%2f", b"\\", b";", b"\t", b"\0"] {
            out.push([&plain[..at], inserted, &plain[at..]].concat());
        }
        out.push(plain[..at].to_vec());
        out.push(plain[at + 1..].to_vec());
        out.push([&plain[..at], &plain[at + 1..]].concat());
        // Encoded twice.
        out.push([&plain[..at], format!("%25{:02x}", plain[at]).as_bytes(), &plain[at + 1..]].concat());
        // One letter in upper case, plain and encoded.
        let upper = plain[at].to_ascii_uppercase();
        out.push([&plain[..at], &[upper], &plain[at + 1..]].concat());
        if upper != plain[at] {
            out.push([&plain[..at], format!("%{upper:02X}").as_bytes(), &plain[at + 1..]].concat());
        }
    }
    let mut turned = plain.to_vec();
    turned.reverse();
    out.push(turned);
    out.push(token.to_ascii_uppercase().into_bytes());
    out.push([plain, plain].concat());
    for after in [
        "%00",
        "%0a",
        "%0d%0a",
        "%20",
        ".",
        "..",
        "/",
        "/..",
        "/../..",
        "%2f..",
        "/../../palaute.yaml",
        "%",
        "%f",
        "%ff",
        "ä",
    ] {
        out.push([plain, after.as_bytes()].concat());
    }
    for before in
        ["../f/", "..%2ff%2f", "%2e%2e/f/", "./", ".%2f", "%00", "%20", "/", "//", "*", "%", "'", "'%20OR%201=1--"]
    {
        out.push([before.as_bytes(), plain].concat());
    }
    out.push([&b"%"[..], b"_".repeat(63).as_slice()].concat());
    // The same 64 characters written otherwise are the same token, not a forged one.
    out.retain(|bytes| bytes != plain);
    out.sort();
    out.dedup();
    out
}

#[test]
fn no_mutation_of_a_token_opens_anything() {
    let house = House::with_links(2);
    std::fs::create_dir_all(house.dir().join("public")).expect("a site");
    std::fs::write(house.dir().join("public/index.html"), "site").expect("a page");
    let server = house.serve();
    let token = &house.tokens[0];
    let targets = forgeries(token);
    assert!(targets.len() > 2000, "{} forgeries", targets.len());
    let page = Page::new(&form(), token, 1);
    let next = AtomicUsize::new(0);
    std::thread::scope(|scope| {
        for _ in 0..4 {
            scope.spawn(|| {
                loop {
                    let at = next.fetch_add(1, Ordering::SeqCst);
                    let Some(forged) = targets.get(at) else { break };
                    let target = [b"/f/", forged.as_slice()].concat();
                    // Most are only looked at; each seventh is answered, too.
                    let asked = [b"".as_slice(), b"/answer"][at % 2];
                    let mut tried = vec![request(server.address, "GET", &[&target, asked].concat(), &[], b"")];
                    if at.is_multiple_of(7) {
                        let target = [&target, b"/send".as_slice()].concat();
                        tried.push(request(server.address, "POST", &target, &[FORM], page.encoded().as_bytes()));
                    }
                    for bytes in tried {
                        let shown = String::from_utf8_lossy(forged).into_owned();
                        // A request line that is none is answered 400 or not at all.
                        let Some(answer) = exchange(server.address, &bytes) else { continue };
                        assert!((400..500).contains(&answer.status), "{shown}: {}", answer.status);
                        assert!(!answer.body.contains("<form") && answer.receipt().is_none(), "{shown}");
                        assert!(!answer.body.contains("/answer"), "{shown}");
                    }
                }
            });
        }
    });
    eprintln!("{} forged tokens: none opened anything", targets.len());
    let mut unknown = token.clone().into_bytes();
    unknown.reverse();
    let unknown = String::from_utf8(unknown).expect("digits");
    assert_eq!(get(server.address, &format!("/f/{unknown}")).map(|a| a.status), Some(404));
    assert_eq!(get(server.address, &format!("/f/{token}")).map(|a| a.status), Some(200), "the token itself is good");
    assert_eq!(house.stored(), []);
}

#[test]
fn an_expired_link_gives_410_everywhere_and_stores_nothing() {
    let house = House::with_links(1);
    let server = Server::start(&house, LATER, "warn");
    let page = Page::new(&form(), &house.tokens[0], 1);
    for path in ["", "/answer"] {
        let answer = get(server.address, &format!("{}{path}", page.target)).expect("an answer");
        assert_eq!((answer.status, answer.body.contains("<form")), (410, false), "{path}");
    }
    for verb in ["check", "change", "send"] {
        let answer = post(server.address, &format!("{}/{verb}", page.target), &page.fields()).expect("an answer");
        assert_eq!((answer.status, answer.body.contains(CANARY)), (410, false), "{verb}");
    }
    assert_eq!(house.stored(), []);
}

#[test]
fn no_path_leads_out_of_the_site() {
    let house = House::with_links(1);
    std::fs::create_dir_all(house.dir().join("public/fi")).expect("a site");
    std::fs::write(house.dir().join("public/fi/index.html"), "site").expect("a page");
    let server = house.serve();
    assert_eq!(get(server.address, "/fi/index.html").map(|a| a.status), Some(200));
    for up in [
        "..",
        "%2e%2e",
        ".%2e",
        "..%2f..",
        "%2e%2e%2f%2e%2e",
        "fi/../..",
        "fi/%2e%2e/%2e%2e",
        "..\\",
        "%5c..%5c..",
        "/..",
        "%c0%ae%c0%ae",
    ] {
        for file in ["palaute.yaml", "data/palaute.sqlite", "instance/palaute.yaml"] {
            for separator in ["/", "%2f", "//"] {
                let target = format!("/{up}{separator}{file}");
                let Some(answer) = get(server.address, &target) else { continue };
                assert!((400..500).contains(&answer.status), "{target}: {}", answer.status);
                assert!(!answer.body.contains("closing_form") && !answer.body.contains("SQLite"), "{target}");
            }
        }
    }
}

// 5. Other sites.

#[test]
fn posts_from_other_sites_are_refused_and_posts_on_a_mapped_name_over_plain_http_are_taken() {
    let house = House::with_links(2);
    let server = house.serve();
    let page = Page::new(&form(), &house.tokens[0], 1);
    let attacks: [&[(&str, &str)]; 8] = [
        &[("Sec-Fetch-Site", "cross-site")],
        &[("Sec-Fetch-Site", "same-site")],
        &[("Sec-Fetch-Site", "cross-site"), ("Origin", "https://evil.example")],
        &[("Sec-Fetch-Site", "cross-site"), ("Origin", "null")],
        &[("Origin", "https://evil.example")],
        &[("Origin", "null")],
        &[("Origin", "http://127.0.0.1")],
        &[("Origin", "http://palaute.test.evil.example"), ("Host", "palaute.test")],
    ];
    for attack in attacks {
        for verb in ["send", "check", "change"] {
            let headers = [&[FORM], attack].concat();
            let target = format!("{}/{verb}", page.target);
            let bytes = request(server.address, "POST", target.as_bytes(), &headers, page.encoded().as_bytes());
            let answer = exchange(server.address, &bytes).expect("an answer");
            assert_eq!((answer.status, answer.receipt()), (403, None), "{verb} {attack:?}");
            assert!(!answer.body.contains(CANARY), "{verb} {attack:?}");
        }
    }
    assert_eq!(house.stored(), []);

    // As a browser does that knows neither Sec-Fetch-Site nor a secure context.
    let host = format!("palaute.test:{}", server.address.port());
    let origin = format!("http://{host}");
    let headers = [FORM, ("Host", &host), ("Origin", &origin)];
    let target = format!("{}/send", page.target);
    let bytes = request(server.address, "POST", target.as_bytes(), &headers, page.encoded().as_bytes());
    assert!(exchange(server.address, &bytes).expect("an answer").receipt().is_some());
    assert_eq!(house.stored().len(), 1);
    // And as a present browser does.
    let second = Page::new(&form(), &house.tokens[1], 2);
    let headers = [FORM, ("Sec-Fetch-Site", "same-origin"), ("Origin", &origin)];
    let target = format!("{}/send", second.target);
    let bytes = request(server.address, "POST", target.as_bytes(), &headers, second.encoded().as_bytes());
    assert!(exchange(server.address, &bytes).expect("an answer").receipt().is_some());
}

// 6. Headers.

#[test]
fn every_kind_of_answer_carries_the_security_headers_and_no_form_page_is_kept_by_a_cache() {
    let house = House::with_links(3);
    std::fs::create_dir_all(house.dir().join("public")).expect("a site");
    std::fs::write(house.dir().join("public/index.html"), "site").expect("a page");
    let server = house.serve();
    let at = server.address;
    let open = format!("/f/{}", house.tokens[0]);
    let done = Page::new(&form(), &house.tokens[1], 1);
    let unknown = format!("/f/{}", "0".repeat(64));
    let fields = [("nonce", done.nonce.as_str())];
    let wrong = [("nonce", done.nonce.as_str()), ("c_trust", "maybe")];
    let other = |method: &str, target: &str, headers: &[(&str, &str)], body: &str| {
        exchange(at, &request(at, method, target.as_bytes(), headers, body.as_bytes()))
    };
    let evil = ("Sec-Fetch-Site", "cross-site");
    let big = format!("nonce={}&c_open={}", done.nonce, "x".repeat(70 * 1024));
    let answers = [
        ("explanation", 200, get(at, &open)),
        ("questions", 200, get(at, &format!("{open}/answer"))),
        ("check", 200, post(at, &format!("{open}/check"), &fields)),
        ("change", 200, post(at, &format!("{open}/change"), &fields)),
        ("receipt", 200, done.send(at)),
        ("mistakes", 422, post(at, &format!("{open}/check"), &wrong)),
        ("mistakes when sent", 422, post(at, &format!("{open}/send"), &wrong)),
        ("answered", 409, get(at, &done.target)),
        ("unknown link", 404, get(at, &unknown)),
        ("unknown page of a link", 404, get(at, &format!("{open}/nothing"))),
        ("no link", 404, get(at, "/f/")),
        ("bytes that are no text", 400, get(at, "/f/%ff")),
        ("wrong method", 405, other("DELETE", &open, &[], "")),
        ("no nonce", 400, post(at, &format!("{open}/send"), &[])),
        ("other type", 400, other("POST", &format!("{open}/send"), &[("Content-Type", "application/json")], "{}")),
        ("too large", 413, other("POST", &format!("{open}/send"), &[FORM], &big)),
        ("other site", 403, other("POST", &format!("{open}/send"), &[FORM, evil], "")),
        ("other site to nowhere", 403, other("POST", "/f/x/nothing", &[FORM, evil], "")),
        ("style", 200, get(at, "/palaute.css")),
        ("health", 200, get(at, "/healthz")),
        ("site", 200, get(at, "/index.html")),
        ("no page", 404, get(at, "/nothing")),
        ("other site to the site", 403, other("POST", "/index.html", &[FORM, evil], "")),
    ];
    for (name, status, answer) in answers {
        let answer = answer.unwrap_or_else(|| panic!("{name}: no answer"));
        let form_page = !["style", "health", "site", "no page", "other site to the site"].contains(&name);
        assert_eq!(answer.status, status, "{name}");
        let policy = answer.header("content-security-policy");
        assert!(policy.starts_with("default-src 'none';"), "{name}: {policy}");
        assert!(!policy.contains("unsafe") && !policy.contains("script-src"), "{name}: {policy}");
        assert_eq!(answer.header("referrer-policy"), "strict-origin", "{name}");
        assert_eq!(answer.header("x-content-type-options"), "nosniff", "{name}");
        assert_eq!(answer.header("x-frame-options"), "DENY", "{name}");
        if form_page {
            assert_eq!(answer.header("cache-control"), "no-store", "{name}");
        }
    }
}

// 7. Bombs.

#[test]
fn bombs_are_refused_at_little_cost_and_the_server_goes_on() {
    let house = House::with_links(2);
    let server = house.serve();
    let at = server.address;
    let nonce = nonce();
    let send = format!("/f/{}/send", house.tokens[0]);
    let shaped = |headers: &[(&str, &str)], body: &[u8]| request(at, "POST", send.as_bytes(), headers, body);
    let posted = |body: String| shaped(&[FORM], body.as_bytes());
    let chunked = {
        let head = format!(
            "POST {send} HTTP/1.1\r\nHost: {at}\r\nContent-Type: {}\r\nTransfer-Encoding: chunked\r\n\r\n",
            FORM.1
        );
        let chunk = format!("2000\r\n{}\r\n", "a".repeat(0x2000));
        [head, chunk.repeat(128), "0\r\n\r\n".to_owned()].concat().into_bytes()
    };
    let headers = |n: usize| format!("GET / HTTP/1.1\r\n{}\r\n", "X: y\r\n".repeat(n)).into_bytes();
    let bombs: Vec<(&str, Vec<u8>)> = vec![
        ("a megabyte of text", posted(format!("nonce={nonce}&c_open={}", "x".repeat(1 << 20)))),
        ("a megabyte in chunks", chunked),
        ("100,000 fields", posted(format!("nonce={nonce}{}", "&a=b".repeat(100_000)))),
        ("as many fields as fit", posted(format!("nonce={nonce}{}", "&a".repeat(30_000)))),
        (
            "1,000 unknown fields",
            posted(format!("nonce={nonce}{}", (0..998).map(|n| format!("&f{n}=1")).collect::<String>())),
        ),
        ("bytes that are no text in a value", posted(format!("nonce={nonce}&c_open=%ff%fe"))),
        (
            "raw bytes that are no text",
            shaped(&[FORM], &[format!("nonce={nonce}&c_open=").as_bytes(), b"\xff\xc3"].concat()),
        ),
        ("half a character", posted(format!("nonce={nonce}&c_open=hyv%C3"))),
        ("a surrogate", posted(format!("nonce={nonce}&c_open=%ED%A0%80"))),
        ("bytes that are no text in a name", posted(format!("nonce={nonce}&c_open%ff=1"))),
        ("NUL in a choice", posted(format!("nonce={nonce}&c_trust=yes%00"))),
        ("NUL in a name", posted(format!("nonce={nonce}&c_open%00=1"))),
        ("a text over its limit", posted(format!("nonce={nonce}&c_open={}", "%C3%A4".repeat(501)))),
        ("no nonce", posted("c_overall=5".to_owned())),
        ("a short nonce", posted("nonce=abc".to_owned())),
        ("a nonce of other characters", posted(format!("nonce={}", "%C3%A4".repeat(16)))),
        ("an empty body", posted(String::new())),
        ("no type", shaped(&[], format!("nonce={nonce}").as_bytes())),
        ("JSON", shaped(&[("Content-Type", "application/json")], b"{\"nonce\":\"x\"}")),
        ("deep JSON", shaped(&[("Content-Type", "application/json")], "[".repeat(10_000).as_bytes())),
        ("several parts", shaped(&[("Content-Type", "multipart/form-data; boundary=x")], b"--x--\r\n")),
        ("plain text", shaped(&[("Content-Type", "text/plain")], format!("nonce={nonce}").as_bytes())),
        ("90 kB of address", request(at, "GET", "/x".repeat(45_000).as_bytes(), &[], b"")),
        ("5,000 headers", headers(5_000)),
        ("200,000 headers", headers(200_000)),
        ("no HTTP", b"\x16\x03\x01\x02\x00\x01\x00\x01\xfc\x03\x03".repeat(100)),
        (
            "two lengths",
            format!("POST {send} HTTP/1.1\r\nHost: {at}\r\nContent-Length: 5\r\nContent-Length: 6\r\n\r\nnonce=")
                .into_bytes(),
        ),
    ];
    for (name, bytes) in &bombs {
        let began = Instant::now();
        // Closing without an answer is an answer to what is no request, or is still coming.
        if let Some(answer) = exchange(at, bytes) {
            assert!((400..500).contains(&answer.status), "{name}: {}", answer.status);
            assert_eq!(answer.receipt(), None, "{name}");
        }
        assert!(began.elapsed() < Duration::from_secs(5), "{name} took {:?}", began.elapsed());
        assert!(server.healthy(), "after {name}");
    }
    assert_eq!(house.stored(), []);
    assert!(server.peak_memory() < 256 * 1024, "{} kB", server.peak_memory());

    // A NUL in free words is dropped, as every control character is; what is left is an answer.
    let page = Page::new(&form(), &house.tokens[0], 7);
    let body = page.encoded().replace("kanarialintu", "kana%00rialintu");
    assert!(exchange(at, &posted(body)).expect("an answer").receipt().is_some());
    assert_eq!(house.stored()[0].1, page.content);
}

// 8. Slow clients.

#[test]
fn slow_clients_keep_nobody_waiting_and_are_cut_off() {
    let house = House::with_links(1);
    let server = house.serve();
    let at = server.address;
    let page = Page::new(&form(), &house.tokens[0], 1);
    let head = format!("POST {}/send HTTP/1.1\r\nHost: {at}\r\nContent-Type: {}\r\n", page.target, FORM.1);
    let half_head =
        |stream: &mut std::net::TcpStream| stream.write_all(b"GET /healthz HTTP/1.1\r\nHost: x\r\nX-Slow: ");
    let mut slow = Vec::new();
    for _ in 0..200 {
        let mut stream = connect(at).expect("a connection");
        half_head(&mut stream).expect("half a head");
        slow.push(stream);
    }
    let began = Instant::now();
    for _ in 0..50 {
        let asked = Instant::now();
        assert!(server.healthy());
        assert!(asked.elapsed() < Duration::from_secs(1), "others wait {:?}", asked.elapsed());
    }
    assert!(sent(&page, &server).receipt().is_some(), "others can send");

    let mut silent = connect(at).expect("a connection");
    let mut idle = connect(at).expect("a connection");
    idle.write_all(format!("GET /healthz HTTP/1.1\r\nHost: {at}\r\n\r\n").as_bytes()).expect("a request");
    let mut half_body = connect(at).expect("a connection");
    half_body.write_all(format!("{head}Content-Length: 1000\r\n\r\nnonce=").as_bytes()).expect("half a body");
    let mut boaster = connect(at).expect("a connection");
    boaster.write_all(format!("{head}Content-Length: 99999999999999\r\n\r\n").as_bytes()).expect("a boast");
    let cut_off = |stream: &mut std::net::TcpStream, what: &str, within: u64| {
        // The stream's own deadline is longer, so that a server that never closes is noticed.
        let bytes = read_to_close(stream);
        assert!(began.elapsed() < Duration::from_secs(within), "{what} was kept for {:?}", began.elapsed());
        String::from_utf8_lossy(&bytes).into_owned()
    };
    for (n, stream) in slow.iter_mut().enumerate() {
        let told = cut_off(stream, &format!("half a head, {n}"), 15);
        assert!(!told.contains(" 200 "), "{told}");
    }
    cut_off(&mut silent, "a silent connection", 20);
    assert!(cut_off(&mut idle, "an idle connection", 20).contains(" 200 "));
    for (stream, what) in [(&mut half_body, "half a body"), (&mut boaster, "a body that never comes")] {
        let told = cut_off(stream, what, 25);
        assert!(!told.contains(" 200 ") && !told.contains("receipt"), "{told}");
    }
    assert!(server.healthy());
    assert_eq!(house.stored().len(), 1);
}

// 9. What must not be written anywhere.

/// Neither whole nor by its beginning.
fn assert_absent(place: &str, text: &[u8], secrets: &[&str]) {
    for secret in secrets {
        let part = &secret.as_bytes()[..secret.len().min(16)];
        assert!(!text.windows(part.len()).any(|w| w == part), "{place} holds `{secret}`");
    }
}

#[test]
fn no_token_no_answer_and_no_address_stands_in_the_log_or_in_the_database() {
    let house = House::with_links(3);
    house.must(&["invite", &house.cases[2], "--mail", "client@example.invalid"]);
    let server = Server::start(&house, NOW, "trace");
    let at = server.address;
    let page = Page::new(&form(), &house.tokens[0], 1);
    let open = &page.target;
    let wrong = [("nonce", page.nonce.as_str()), ("c_trust", CANARY), ("c_open", CANARY)];
    let referer = format!("http://{at}{open}/answer");
    let mut answers = vec![
        get(at, open),
        get(at, &format!("{open}/answer")),
        get(at, &format!("{open}/nothing")),
        get(at, &format!("{open}%ff")),
        get(at, &format!("/f/{}", house.tokens[0].to_uppercase())),
        post(at, &format!("{open}/check"), &wrong),
        post(at, &format!("{open}/change"), &wrong),
        post(at, &format!("{open}/send"), &wrong),
        post(at, &format!("{open}/send"), &wrong[1..]),
        post(at, &format!("{open}/check"), &page.fields()),
        post(at, open, &page.fields()),
        page.send(at),
        page.send(at),
        Page::new(&form(), &house.tokens[0], 2).send(at),
        get(at, &format!("{open}?{CANARY}")),
    ];
    let headers =
        [FORM, ("Referer", referer.as_str()), ("Origin", "https://evil.example"), ("Cookie", &house.tokens[1])];
    answers.push(exchange(at, &request(at, "POST", open.as_bytes(), &headers, page.encoded().as_bytes())));
    let large = format!("{}&x={}", page.encoded(), "y".repeat(1 << 17));
    answers.push(exchange(at, &request(at, "POST", format!("{open}/send").as_bytes(), &[FORM], large.as_bytes())));
    assert!(answers.iter().flatten().any(|a| a.receipt().is_some()));
    assert!(answers.iter().flatten().filter(|a| a.status >= 400).count() > 8);

    // The mail goes out with a link that opens the form, and its address is forgotten.
    let folder = house.dir().join("mail");
    let mail = eventually("a mail", || {
        let file = std::fs::read_dir(&folder)
            .ok()?
            .filter_map(Result::ok)
            .find(|f| f.path().extension().is_some_and(|e| e == "eml"))?;
        let text = std::fs::read_to_string(file.path()).ok()?;
        linked_token(&text).map(|token| (text, token))
    });
    let (text, mailed) = mail;
    assert!(text.contains("client@example.invalid") && !text.contains("kanarialintu"), "{text}");
    assert_eq!(get(at, &format!("/f/{mailed}")).map(|a| a.status), Some(200));
    eventually("the mail to be settled", || {
        let sql = "SELECT count(*) FROM outbox WHERE state = 'delivered' AND address IS NULL";
        (house.ask::<i64>(sql) == 1).then_some(())
    });

    let bytes = house.database_bytes();
    let secrets = [house.tokens[0].as_str(), &house.tokens[1], &house.tokens[2], &mailed];
    assert_absent("the database", &bytes, &secrets);
    for token in secrets {
        let hash = Fingerprint::of(token);
        let hash = hash.as_str().as_bytes();
        assert!(bytes.windows(hash.len()).any(|w| w == hash), "the search would find what is there");
    }
    server.kill();
    let log = house.log();
    let told: Vec<String> = server.told.lock().expect("nobody panicked with it").iter().collect();
    let hidden = [&secrets[..], &[CANARY, "client@example.invalid"]].concat();
    assert_absent("the log", log.as_bytes(), &hidden);
    assert_absent("the output", told.join("\n").as_bytes(), &hidden);
}

/// The token of the link in a mail, whichever way the mail's text is encoded.
fn linked_token(mail: &str) -> Option<String> {
    let unfolded = mail.replace("=\r\n", "").replace("=\n", "");
    let token: String = unfolded.split("/f/").nth(1)?.chars().take_while(char::is_ascii_hexdigit).collect();
    (token.len() == 64).then_some(token)
}

#[test]
fn what_cannot_be_stored_or_mailed_is_told_without_secrets_and_succeeds_when_the_database_is_free() {
    let house = House::with_links(2);
    // A file where the folder of mails should be.
    std::fs::write(house.dir().join("mail"), "").expect("a file");
    house.must(&["invite", &house.cases[1], "--mail", "client@example.invalid"]);
    let server = Server::start(&house, NOW, "trace");
    let page = Page::new(&form(), &house.tokens[0], 1);
    eventually("a failed delivery", || house.log().contains("a mail was not delivered").then_some(()));
    let waiting = "SELECT count(*) FROM outbox WHERE state = 'waiting' AND tries = 1";
    eventually("the next try to be planned", || (house.ask::<i64>(waiting) == 1).then_some(()));
    // Somebody holds the database for longer than the server waits for it.
    let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build().expect("a runtime");
    let mut holder = runtime.block_on(house.connection());
    runtime.block_on(sqlx::query("BEGIN IMMEDIATE").execute(&mut holder)).expect("the lock is taken");
    let refused = sent(&page, &server);
    assert_eq!((refused.status, refused.receipt()), (503, None));
    assert!(!refused.body.contains(CANARY));
    assert_eq!(get(server.address, &page.target).map(|a| a.status), Some(200), "reading goes on");
    runtime.block_on(sqlx::query("ROLLBACK").execute(&mut holder)).expect("the lock is given back");
    runtime.block_on(holder.close()).expect("the connection closes");
    let receipt = sent(&page, &server).receipt().expect("a receipt without a restart");
    assert_eq!(house.stored(), [(receipt, page.content.clone())]);
    let log = house.log();
    assert!(log.contains("ERROR"), "the failure is told: {log}");
    assert_absent("the log", log.as_bytes(), &[&house.tokens[0], CANARY, "client@example.invalid"]);
}

// 10. Two servers.

#[test]
fn a_full_disk_gives_no_receipt_and_the_server_stores_again_once_there_is_room() {
    let house = House::with_links(12);
    let form = form();
    let pages: Vec<Page> = house.tokens.iter().enumerate().map(|(n, t)| Page::new(&form, t, n)).collect();
    let server = house.serve();
    let mut acknowledged = Vec::new();
    for page in &pages[..4] {
        acknowledged.push((sent(page, &server).receipt().expect("room"), page.content.clone()));
    }
    let log = house.dir().join("data/palaute.sqlite-wal");
    let full = std::fs::metadata(log).expect("the write-ahead log").len();
    for round in 0..3 {
        server.limit_files(Some(full));
        for page in &pages[4..] {
            let refused = sent(page, &server);
            if let Some(receipt) = refused.receipt() {
                // An earlier round stored it.
                assert!(acknowledged.contains(&(receipt, page.content.clone())), "a receipt on a full disk");
            } else {
                assert_eq!(refused.status, 503, "round {round}");
            }
        }
        server.limit_files(None);
        let page = &pages[4 + round];
        let receipt = sent(page, &server).receipt().expect("a receipt without a restart");
        acknowledged.push((receipt, page.content.clone()));
        server.limit_files(Some(full));
    }
    server.limit_files(None);
    for page in &pages[7..] {
        acknowledged.push((sent(page, &server).receipt().expect("room"), page.content.clone()));
    }
    let attempted = pages.iter().map(|p| &p.content).collect();
    assert_eq!(complaints(&attempted, &acknowledged, &house.stored()), [] as [&str; 0]);
}

#[test]
fn a_second_server_on_the_same_database_is_refused_until_the_first_is_gone() {
    let house = House::with_links(1);
    let first = house.serve();
    let mut command = Command::new(env!("CARGO_BIN_EXE_palaute"));
    command.arg("--instance").arg(house.dir()).args(["--now", NOW, "serve", "--port", "0"]);
    let mut second =
        command.stdin(Stdio::null()).stdout(Stdio::null()).stderr(Stdio::piped()).spawn().expect("it starts");
    let began = Instant::now();
    while second.try_wait().expect("its state").is_none() {
        if began.elapsed() > SOON {
            second.kill().expect("it stops");
        }
        std::thread::sleep(Duration::from_millis(20));
    }
    let output = second.wait_with_output().expect("its output");
    let told = String::from_utf8_lossy(&output.stderr);
    assert_eq!(output.status.code(), Some(1), "it goes on until it is killed, or ends otherwise: {told}");
    assert!(told.contains("another Palaute server uses") && told.contains("stop it first"), "{told}");
    assert!(first.healthy(), "the first goes on");
    first.kill();
    assert!(house.serve().healthy(), "the lock went with the process");
}

// 11. Identity codes.

#[test]
fn an_identity_code_is_refused_in_every_field_and_never_stored() {
    let house = House::with_links(1);
    let server = house.serve();
    let target = format!("/f/{}", house.tokens[0]);
    let form = form();
    let mut names: Vec<&str> = form.questions().map(|q| q.id.as_str()).collect();
    names.extend(["extra", IDENTITY_CODE]);
    let nonce = nonce();
    for name in names {
        for value in [IDENTITY_CODE, "010190-999x", " 01 01 90 \u{2013} 999 X.", "hetu:010190A999X"] {
            for verb in ["send", "check"] {
                let fields = [("nonce", nonce.as_str()), (name, value)];
                let answer = post(server.address, &format!("{target}/{verb}"), &fields).expect("an answer");
                assert_eq!((answer.status, answer.receipt()), (422, None), "{verb} {name}={value}");
            }
        }
    }
    // Beside answers that are good, and in place of the nonce.
    let mut page = Page::new(&form, &house.tokens[0], 1);
    let good = page.answers.clone();
    page.answers.push(("c_phases".to_owned(), IDENTITY_CODE.to_owned()));
    assert_eq!(sent(&page, &server).status, 422);
    let as_nonce = post(server.address, &format!("{target}/send"), &[("nonce", IDENTITY_CODE)]);
    assert_eq!(as_nonce.map(|a| a.status), Some(400));
    assert_eq!(house.stored(), []);
    page.answers = good;
    assert!(sent(&page, &server).receipt().is_some(), "without it the page is taken");
    server.kill();
    assert_absent("the database", &house.database_bytes(), &["010190-999X", "010190A999X"]);
    assert_absent("the log", house.log().as_bytes(), &["010190-999X", "010190A999X", "999X"]);
}
