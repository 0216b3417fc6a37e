//! An instance with links, a running server and pages of answers, for tests that attack them.

use crate::http::{Answer, encode, get, post};
use palaute::desk::Desk;
use palaute::form::{Circumstances, Form, FormFile, FormSet, Kind};
use palaute::instance::Instance;
use palaute::render::{PdfPrinter, Renderer};
use palaute::statistics::Statistics;
use palaute::store::{Database, Store};
use palaute::submission::{RawAnswers, Submission};
use palaute::text::{Fingerprint, hex};
use sqlx::sqlite::{SqliteConnectOptions, SqliteConnection};
use sqlx::{Any, AnyConnection, Connection};
use std::collections::BTreeMap;
use std::ffi::OsStr;
use std::io::{BufRead, BufReader};
use std::net::SocketAddr;
use std::path::{Path, PathBuf};
use std::process::{Child, Command, Output, Stdio};
use std::sync::{Arc, Mutex, mpsc};
use std::time::{Duration, Instant};
use tempfile::TempDir;

/// Where the clock of every server stands when it starts.
pub(crate) const NOW: &str = "2025-12-01T09:00:00+02:00";
/// After every invitation has ended.
pub(crate) const LATER: &str = "2030-01-01T09:00:00+02:00";
/// Longest time for a program to be ready or to end.
pub(crate) const SOON: Duration = Duration::from_secs(20);
/// Has the shape of an identity code; individual numbers 900-999 are never given to a person.
pub(crate) const IDENTITY_CODE: &str = "010190-999X";
/// Found nowhere by chance.
pub(crate) const CANARY: &str = "kanarialintu 5d41";

pub(crate) fn block<T>(work: impl Future<Output = T>) -> T {
    let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build();
    runtime.expect("a runtime").block_on(work)
}

pub(crate) fn form() -> Form {
    let ar =
        ("forms/client-feedback.ar.yaml".to_owned(), include_str!("../../forms/client-feedback.ar.yaml").to_owned());
    let (file, source) = ("forms/client-feedback.yaml", include_str!("../../forms/client-feedback.yaml"));
    let file = FormFile { file: file.to_owned(), source: source.to_owned(), translations: vec![ar] };
    let mut set = FormSet::read(&[file], None, None);
    set.forms.pop().unwrap_or_else(|| panic!("{:?}", set.found))
}

// An instance with ended cases and links to them.

pub(crate) struct House {
    pub(crate) root: TempDir,
    /// One token a case.
    pub(crate) tokens: Vec<String>,
    /// The cases that the tokens belong to.
    pub(crate) cases: Vec<String>,
    /// Where its data are: its own file, or a database of a PostgreSQL.
    pub(crate) data: Database,
    /// What runs as its commands and servers.
    pub(crate) program: PathBuf,
}

impl House {
    /// An instance whose first `links` clients can answer.
    pub(crate) fn with_links(links: usize) -> Self {
        Self::on(links, None)
    }

    /// The same on a database of a PostgreSQL, if one is given.
    pub(crate) fn on(links: usize, server: Option<Database>) -> Self {
        let root = tempfile::tempdir().expect("a folder");
        let data = server.unwrap_or_else(|| Database::File(root.path().join("instance/data/palaute.sqlite")));
        let program = PathBuf::from(env!("CARGO_BIN_EXE_palaute"));
        let mut house = Self { root, tokens: Vec::new(), cases: Vec::new(), data, program };
        let dir = house.dir().display().to_string();
        house.must(&["init", &dir]);
        let mut sheet = include_str!("../../demo/veto-plus-ledger.csv").lines().next().expect("headings").to_owned();
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

    /// The same instance in another folder, for another server on the same PostgreSQL.
    pub(crate) fn copy(&self) -> Self {
        let root = tempfile::tempdir().expect("a folder");
        let copied = Command::new("cp").arg("-r").arg(self.dir()).arg(root.path()).status();
        assert!(copied.is_ok_and(|s| s.success()), "the instance is copied");
        let (tokens, cases) = (self.tokens.clone(), self.cases.clone());
        Self { root, tokens, cases, data: self.data.clone(), program: self.program.clone() }
    }

    /// A desk over its data, for what no command does.
    pub(crate) async fn desk(&self) -> Desk {
        let source = std::fs::read_to_string(self.dir().join("palaute.yaml")).expect("the settings");
        let now = NOW.parse().expect("an instant");
        let (instance, forms) = (Instance::read("palaute.yaml", &source).expect("good settings"), vec![form()]);
        Desk {
            store: Store::open(&self.data).await.expect("the store opens"),
            statistics: Arc::new(Statistics::usual(&instance, &forms)),
            published: Arc::default(),
            instance: Arc::new(instance),
            forms: Arc::new(forms),
            renderer: Arc::new(Renderer::new(&BTreeMap::new()).expect("good templates")),
            printer: Arc::new(PdfPrinter::new(Vec::new())),
            clock: Arc::new(move || now),
            entropy: Arc::new(|bytes| getrandom::fill(bytes).expect("randomness")),
        }
    }

    /// Makes links before any server runs; together, so that they share commits.
    pub(crate) async fn open_links(&self) -> Vec<(String, String)> {
        let desk = self.desk().await;
        let mut links = Vec::new();
        // Not more at once than may wait for the writer.
        for cases in desk.store.cases().await.expect("the cases").chunks(1000) {
            let opening = cases.iter().map(|case| {
                let (desk, case) = (desk.clone(), case.number());
                tokio::spawn(async move {
                    let link = desk.open_link(case, "client-feedback").await.expect("a link");
                    (case.to_string(), link.token)
                })
            });
            for link in opening.collect::<Vec<_>>() {
                links.push(link.await.expect("the link is made"));
            }
        }
        desk.store.close().await;
        links
    }

    pub(crate) fn dir(&self) -> PathBuf {
        self.root.path().join("instance")
    }

    pub(crate) fn database(&self) -> PathBuf {
        self.dir().join("data/palaute.sqlite")
    }

    pub(crate) fn run(&self, arguments: &[&str]) -> Output {
        let mut command = Command::new(&self.program);
        command.arg("--instance").arg(self.dir()).args(["--now", NOW]).args(arguments);
        command.envs(self.environment()).output().expect("the program runs")
    }

    pub(crate) fn must(&self, arguments: &[&str]) {
        let output = self.run(arguments);
        assert!(output.status.success(), "{arguments:?}: {}", String::from_utf8_lossy(&output.stderr));
    }

    /// What tells a command where the data are, if that is not in the settings.
    pub(crate) fn environment(&self) -> Option<(&'static str, String)> {
        match &self.data {
            Database::File(_) => None,
            Database::Server(address) => Some(("PALAUTE_DATABASE", address.clone())),
        }
    }

    pub(crate) fn serve(&self) -> Server {
        Server::start(self, NOW, "warn")
    }

    /// All stored receipts with the fingerprints of their answers.
    pub(crate) fn stored(&self) -> Vec<(String, Fingerprint)> {
        block(async {
            let store = Store::open(&self.data).await.expect("the store opens");
            let receipts = store.receipts().await.expect("the receipts");
            store.close().await;
            receipts
        })
    }

    /// What a query of one number or text gives.
    pub(crate) fn ask<T>(&self, sql: &'static str) -> T
    where
        T: Send + Unpin + for<'r> sqlx::Decode<'r, Any> + sqlx::Type<Any>,
    {
        sqlx::any::install_default_drivers();
        let address = match &self.data {
            Database::File(path) => format!("sqlite://{}", path.display()),
            Database::Server(address) => address.clone(),
        };
        block(async {
            let mut connection = AnyConnection::connect(&address).await.expect("the database opens");
            let value = sqlx::query_scalar(sql).fetch_one(&mut connection).await.expect(sql);
            connection.close().await.expect("the connection closes");
            value
        })
    }

    pub(crate) async fn connection(&self) -> SqliteConnection {
        let options = SqliteConnectOptions::new().filename(self.database());
        SqliteConnection::connect_with(&options).await.expect("the database opens")
    }

    /// The bytes of the database with its log.
    pub(crate) fn database_bytes(&self) -> Vec<u8> {
        let mut bytes = std::fs::read(self.database()).expect("the database");
        for beside in ["-wal", "-shm"] {
            let path = PathBuf::from(format!("{}{beside}", self.database().display()));
            bytes.extend(std::fs::read(path).unwrap_or_default());
        }
        bytes
    }

    /// What servers have written to their log.
    pub(crate) fn log(&self) -> String {
        std::fs::read_to_string(self.root.path().join("log")).expect("the log")
    }
}

// A running server.

pub(crate) struct Server {
    pub(crate) child: Mutex<Child>,
    pub(crate) address: SocketAddr,
    /// Lines of its standard output after the first.
    pub(crate) told: Mutex<mpsc::Receiver<String>>,
    pub(crate) ready_after: Duration,
}

impl Server {
    pub(crate) fn start(house: &House, now: &str, log: &str) -> Self {
        Self::start_with(house, Some(now), log, &house.program, &[])
    }

    /// Another program in the place of the compiled one, in an environment; without `now` it reads the machine's clock.
    pub(crate) fn start_with(
        house: &House,
        now: Option<&str>,
        log: &str,
        program: &Path,
        environment: &[(&str, &OsStr)],
    ) -> Self {
        let began = Instant::now();
        let file = std::fs::File::options().create(true).append(true).open(house.root.path().join("log"));
        // A write beyond the limit of file sizes is to be an error, as on a full disk, not a signal.
        let mut command = Command::new("sh");
        command.args(["-c", "trap '' XFSZ; exec \"$0\" \"$@\""]).arg(program).arg("--instance").arg(house.dir());
        command.args(now.map_or_else(Vec::new, |now| vec!["--now", now])).args(["serve", "--port", "0"]);
        command
            .envs(house.environment())
            .envs(environment.iter().copied())
            .env("PALAUTE_LOG", log)
            .stdin(Stdio::null())
            .stdout(Stdio::piped())
            .stderr(file.expect("the log"));
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
    pub(crate) fn kill(&self) {
        let mut child = self.child.lock().expect("nobody panicked with it");
        // It may be dead already.
        let _ = child.kill();
        let _ = child.wait();
    }

    /// Lets none of its files grow beyond that many bytes, or any size again.
    pub(crate) fn limit_files(&self, bytes: Option<u64>) {
        let id = self.child.lock().expect("nobody panicked with it").id();
        let limit = bytes.map_or_else(|| "unlimited".to_owned(), |n| n.to_string());
        let set = Command::new("prlimit").arg(format!("--pid={id}")).arg(format!("--fsize={limit}:unlimited")).status();
        assert!(set.is_ok_and(|s| s.success()), "prlimit of util-linux sets the limit");
    }

    pub(crate) fn healthy(&self) -> bool {
        get(self.address, "/healthz").is_some_and(|a| a.status == 200)
    }

    /// The most memory it has had, in kilobytes.
    pub(crate) fn peak_memory(&self) -> u64 {
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
pub(crate) fn eventually<T>(what: &str, mut found: impl FnMut() -> Option<T>) -> T {
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
pub(crate) struct Page {
    pub(crate) target: String,
    pub(crate) nonce: String,
    pub(crate) answers: Vec<(String, String)>,
    /// The fingerprint under which the store must have it.
    pub(crate) content: Fingerprint,
}

impl Page {
    /// Page `n` of the link: the choices and the words depend on `n`.
    pub(crate) fn new(form: &Form, token: &str, n: usize) -> Self {
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
        let submission = Submission::parse(&raw, form, &Circumstances::default()).expect("the answers fit");
        let json = serde_json::to_string(&submission.to_stored()).expect("JSON");
        let content = Fingerprint::of(format!("{}\n{json}", submission.version().as_str()));
        Self { target: format!("/f/{token}"), nonce: nonce(), answers, content }
    }

    pub(crate) fn fields(&self) -> Vec<(&str, &str)> {
        let nonce = std::iter::once(("nonce", self.nonce.as_str()));
        nonce.chain(self.answers.iter().map(|(n, v)| (n.as_str(), v.as_str()))).collect()
    }

    pub(crate) fn send(&self, server: SocketAddr) -> Option<Answer> {
        post(server, &format!("{}/send", self.target), &self.fields())
    }

    pub(crate) fn encoded(&self) -> String {
        encode(&self.fields())
    }
}

pub(crate) fn nonce() -> String {
    let mut bytes = [0; 16];
    getrandom::fill(&mut bytes).expect("randomness");
    hex(&bytes)
}

pub(crate) fn sent(page: &Page, server: &Server) -> Answer {
    page.send(server.address).expect("an answer")
}

/// Neither whole nor by its beginning.
pub(crate) fn assert_absent(place: &str, text: &[u8], secrets: &[&str]) {
    for secret in secrets {
        let part = &secret.as_bytes()[..secret.len().min(16)];
        assert!(!text.windows(part.len()).any(|w| w == part), "{place} holds `{secret}`");
    }
}
