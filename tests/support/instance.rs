//! An instance in a folder of its own, driven through the compiled program as its users drive it.

use palaute::store::Database;
use serde_json::Value;
use sqlx::Connection;
use std::collections::BTreeMap;
use std::fs;
use std::io::{BufRead, BufReader, Lines};
use std::net::SocketAddr;
use std::path::{Path, PathBuf};
use std::process::{Child, ChildStdout, Command, Output, Stdio};
use std::sync::atomic::{AtomicU32, Ordering};
use tempfile::TempDir;

/// The instant at which the pilot's story is told.
pub(crate) const NOW: &str = "2025-12-01T09:00:00+02:00";

/// The next day: answers are published from the day after they came.
pub(crate) const DAY_AFTER: &str = "2025-12-02T09:00:00+02:00";

/// A folder with the demo's palaute.yaml and statistics, and the embedded forms and content.
pub(crate) struct Instance {
    dir: TempDir,
    /// A database of a PostgreSQL, when the tests run on one.
    server: Option<ServerDatabase>,
}

/// A new database of the server whose socket lies in the folder that `PALAUTE_TEST_SERVER` names.
pub(crate) struct ServerDatabase {
    folder: String,
    name: String,
}

impl ServerDatabase {
    /// None when the run is not for PostgreSQL.
    pub(crate) fn new() -> Option<Self> {
        static COUNT: AtomicU32 = AtomicU32::new(0);
        #[expect(clippy::disallowed_methods, reason = "tells the engine that the whole run is for")]
        let folder = std::env::var("PALAUTE_TEST_SERVER").ok()?;
        let name = format!("p{}_{}", std::process::id(), COUNT.fetch_add(1, Ordering::Relaxed));
        let made =
            Command::new("createdb").args(["-h", &folder, "-U", "palaute", "-T", "template0", &name]).output().unwrap();
        assert!(made.status.success(), "{}", String::from_utf8_lossy(&made.stderr));
        Some(Self { folder, name })
    }

    pub(crate) fn address(&self) -> String {
        format!("postgres://palaute@localhost/{}?host={}", self.name, self.folder)
    }
}

impl Drop for ServerDatabase {
    fn drop(&mut self) {
        // It goes with its server, whether this succeeds or not.
        let _ = Command::new("dropdb").args(["-f", "-h", &self.folder, "-U", "palaute", &self.name]).output();
    }
}

/// Does something in a database; how many rows it touched.
pub(crate) fn execute(address: &str, statement: &'static str) -> u64 {
    sqlx::any::install_default_drivers();
    let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build().unwrap();
    runtime.block_on(async {
        let mut connection = sqlx::AnyConnection::connect(address).await.unwrap();
        let changed = sqlx::raw_sql(statement).execute(&mut connection).await.unwrap();
        connection.close().await.unwrap();
        changed.rows_affected()
    })
}

/// What the program printed; the test fails when it failed.
pub(crate) fn expect_success(output: &Output) -> String {
    let text = |bytes: &[u8]| String::from_utf8_lossy(bytes).into_owned();
    assert!(output.status.success(), "stdout: {}\nstderr: {}", text(&output.stdout), text(&output.stderr));
    text(&output.stdout)
}

/// The compiled program.
pub(crate) fn program() -> Command {
    Command::new(env!("CARGO_BIN_EXE_palaute"))
}

/// A file of the repository.
pub(crate) fn repository(path: &str) -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join(path)
}

impl Instance {
    /// `palaute init`, then the demo's settings in place of the neutral ones.
    pub(crate) fn pilot() -> Self {
        Self { server: ServerDatabase::new(), ..Self::on_file() }
    }

    /// The same with its data in a file, whatever the run is for.
    pub(crate) fn on_file() -> Self {
        let dir = tempfile::tempdir().unwrap();
        expect_success(&program().arg("init").arg(dir.path()).output().unwrap());
        for own in ["palaute.yaml", "statistics.yaml", "areas.yaml"] {
            fs::copy(repository("demo").join(own), dir.path().join(own)).unwrap();
        }
        Self { dir, server: None }
    }

    /// Figures that the pilot's own report told begin the ledger of its releases.
    pub(crate) fn knows_the_pilots_report(&self) {
        fs::copy(repository("demo/published.yaml"), self.path().join("published.yaml")).unwrap();
    }

    /// Has its data in that database from now on.
    pub(crate) fn use_server(&mut self, server: ServerDatabase) {
        self.server = Some(server);
    }

    /// Where its data are.
    pub(crate) fn database(&self) -> Database {
        match &self.server {
            Some(server) => Database::Server(server.address()),
            None => Database::File(self.path().join("data/palaute.sqlite")),
        }
    }

    /// Where the server keeps the bytes of the database: its data folder and the database's number in it.
    pub(crate) fn data_folder(&self) -> Option<(PathBuf, String)> {
        let server = self.server.as_ref()?;
        let query = "SELECT oid FROM pg_database WHERE datname = current_database()";
        let arguments = ["-h", &server.folder, "-U", "palaute", "-Atc", query, &server.name];
        let oid = expect_success(&Command::new("psql").args(arguments).output().unwrap());
        Some((Path::new(&server.folder).join("data"), oid.trim().to_owned()))
    }

    /// Lets a server take its samples of every column, as it does by itself from time to time.
    pub(crate) fn analyze(&self) {
        if let Some(server) = &self.server {
            let arguments = ["-h", &server.folder, "-U", "palaute", "-c", "ANALYZE", &server.name];
            expect_success(&Command::new("psql").args(arguments).output().unwrap());
        }
    }

    /// How many columns' samples hold the text; a file has none.
    pub(crate) fn sampled(&self, text: &str) -> usize {
        let Some(server) = &self.server else { return 0 };
        let query = format!(
            "SELECT count(*) FROM pg_stats WHERE schemaname = 'public'
             AND concat(histogram_bounds, most_common_vals) LIKE '%{text}%'"
        );
        let arguments = ["-h", &server.folder, "-U", "palaute", "-Atc", &query, &server.name];
        expect_success(&Command::new("psql").args(arguments).output().unwrap()).trim().parse().unwrap()
    }

    /// Runs a command on another database of the server.
    pub(crate) fn run_elsewhere(&self, arguments: &[&str], name: &str) -> Output {
        let folder = self.server.as_ref().map_or("", |server| server.folder.as_str());
        let mut command = self.at(NOW);
        command.env("PALAUTE_DATABASE", format!("postgres://palaute@localhost/{name}?host={folder}"));
        command.args(arguments).output().unwrap()
    }

    /// Copies the database as its administrator would.
    pub(crate) fn copy_database(&self, to: &Path) {
        match &self.server {
            None => drop(self.must(&["backup", &to.display().to_string()])),
            Some(server) => {
                let mut dump = Command::new("pg_dump");
                dump.args(["-Fc", "-h", &server.folder, "-U", "palaute", &server.name]).arg("-f").arg(to);
                expect_success(&dump.output().unwrap());
            }
        }
    }

    /// Puts a copy in the place of the database, then looks at it with the program; what that told.
    pub(crate) fn restore_database(&self, from: &Path) -> String {
        let output = match &self.server {
            None => self.run(&["restore", &from.display().to_string(), "--replace"]),
            Some(server) => {
                let common = ["-h", &server.folder, "-U", "palaute"];
                let own = |program: &str| {
                    expect_success(&Command::new(program).args(common).arg(&server.name).output().unwrap())
                };
                own("dropdb");
                own("createdb");
                let mut restore = Command::new("pg_restore");
                restore.args(common).args(["-d", &server.name]).arg(from);
                expect_success(&restore.output().unwrap());
                self.run(&["verify"])
            }
        };
        expect_success(&output) + &String::from_utf8_lossy(&output.stderr)
    }

    /// Changes what is stored behind the program's back.
    pub(crate) fn change(&self, statement: &'static str) {
        assert!(execute(&self.address(), statement) > 0, "{statement} changes nothing");
    }

    /// Where its data are, for a test that looks there itself.
    pub(crate) fn address(&self) -> String {
        match &self.server {
            Some(server) => server.address(),
            None => format!("sqlite://{}", self.path().join("data/palaute.sqlite").display()),
        }
    }

    /// The program on this instance at the instant of the story.
    fn command(&self) -> Command {
        self.at(NOW)
    }

    /// The program on this instance at that instant.
    pub(crate) fn at(&self, now: &str) -> Command {
        let mut command = program();
        command.arg("--instance").arg(self.path()).args(["--now", now]);
        if let Some(server) = &self.server {
            command.env("PALAUTE_DATABASE", server.address());
        }
        command
    }

    /// Its folder.
    pub(crate) fn path(&self) -> &Path {
        self.dir.path()
    }

    /// Runs a command on it.
    pub(crate) fn run(&self, arguments: &[&str]) -> Output {
        self.command().args(arguments).output().unwrap()
    }

    /// Runs a command that must succeed; what it printed.
    pub(crate) fn must(&self, arguments: &[&str]) -> String {
        expect_success(&self.run(arguments))
    }

    /// Runs a command at another instant, which must succeed; what it printed.
    pub(crate) fn must_at(&self, now: &str, arguments: &[&str]) -> String {
        expect_success(&self.at(now).args(arguments).output().unwrap())
    }

    /// Writes a sheet beside the instance and returns its path as an argument.
    pub(crate) fn sheet(&self, name: &str, text: &str) -> String {
        let path = self.path().join(name);
        fs::write(&path, text).unwrap();
        path.display().to_string()
    }

    /// Starts the server on a free port.
    pub(crate) fn serve(&self) -> Server {
        self.serve_at(NOW)
    }

    /// Starts the server on a free port with its clock at that instant.
    pub(crate) fn serve_at(&self, now: &str) -> Server {
        self.listen(self.at(now).args(["serve", "--port", "0"]))
    }

    /// Starts the preview of its forms on a free port.
    pub(crate) fn preview(&self) -> Server {
        self.listen(self.at(NOW).args(["preview", "--port", "0"]))
    }

    fn listen(&self, command: &mut Command) -> Server {
        let mut child = command.stdout(Stdio::piped()).stderr(Stdio::null()).spawn().unwrap();
        let mut lines = BufReader::new(child.stdout.take().unwrap()).lines();
        let first = lines.next().expect("the server says where it listens").unwrap();
        let address = first.split("http://").nth(1).unwrap().split(". ").next().unwrap();
        Server { address: address.parse().unwrap(), child, _output: lines }
    }

    /// Every figure of the built site's open data: `table code code` to the value, `...` when withheld.
    pub(crate) fn open_data(&self) -> BTreeMap<String, String> {
        open_data(&self.path().join("public"))
    }
}

/// A running server, killed when dropped.
pub(crate) struct Server {
    pub(crate) address: SocketAddr,
    child: Child,
    /// Kept open: what else the server says has somewhere to go.
    _output: Lines<BufReader<ChildStdout>>,
}

impl Drop for Server {
    fn drop(&mut self) {
        let _ = self.child.kill();
        let _ = self.child.wait();
    }
}

/// Reads every JSON-stat file of a built site, in the instance's first language.
pub(crate) fn open_data(site: &Path) -> BTreeMap<String, String> {
    open_data_in(&site.join("data"))
}

/// The same of one folder: those of an earlier period have their own, named by its last day.
pub(crate) fn open_data_in(folder: &Path) -> BTreeMap<String, String> {
    let mut figures = BTreeMap::new();
    for entry in fs::read_dir(folder).unwrap() {
        let path = entry.unwrap().path();
        if path.extension().is_some_and(|e| e == "json") {
            let table = path.file_stem().unwrap().to_string_lossy().into_owned();
            // The same figures in another language, such as `outcomes.sv`, and what the audit did.
            if table.contains('.') || table == "audit" {
                continue;
            }
            read_table(&table, &serde_json::from_str(&fs::read_to_string(&path).unwrap()).unwrap(), &mut figures);
        }
    }
    figures
}

fn read_table(table: &str, data: &Value, figures: &mut BTreeMap<String, String>) {
    let mut addresses = vec![table.to_owned()];
    for id in data["id"].as_array().unwrap() {
        let codes = data["dimension"][id.as_str().unwrap()]["category"]["index"].as_array().unwrap();
        let longer = |a: &String| codes.iter().map(|c| format!("{a} {}", c.as_str().unwrap())).collect::<Vec<_>>();
        addresses = addresses.iter().flat_map(longer).collect();
    }
    for (at, (address, value)) in addresses.into_iter().zip(data["value"].as_array().unwrap()).enumerate() {
        let text = match (value, data["status"].get(at.to_string())) {
            (Value::Number(n), None) => n.to_string(),
            (Value::Null, Some(sign)) => sign.as_str().unwrap().to_owned(),
            other => panic!("{address}: {other:?}"),
        };
        figures.insert(address, text);
    }
}
