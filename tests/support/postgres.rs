//! A PostgreSQL of the test's own: in a new folder, on a socket in it and on no port, killed and removed when dropped.
//! Whoever wants durable commits must ask for them: its own setting is `synchronous_commit = off`.

use crate::attacked::{SOON, block, eventually};
use palaute::store::Database;
use sqlx::{AnyConnection, Connection};
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};
use tempfile::TempDir;

/// Everything in that folder is the cluster's.
pub(crate) struct Cluster {
    folder: TempDir,
    programs: PathBuf,
}

impl Cluster {
    /// A running cluster with these lines in its settings.
    pub(crate) fn start(settings: &[&str]) -> Self {
        let programs = programs();
        let folder = tempfile::Builder::new().prefix("palaute-postgres-").tempdir().expect("a folder");
        let cluster = Self { folder, programs };
        if is_root() {
            let given = Command::new("chown").arg("postgres").arg(cluster.folder.path()).status();
            assert!(given.is_ok_and(|s| s.success()), "the folder is given to the user postgres");
        }
        cluster.must("initdb", &["--no-sync", "-D", "data", "-U", "palaute", "--auth=trust", "--locale=C.UTF-8"]);
        let mut lines = format!(
            "\nlisten_addresses = ''\nunix_socket_directories = '{}'\nmax_connections = 200\nsynchronous_commit = off\n",
            cluster.folder.path().display()
        );
        for line in settings {
            lines.push_str(line);
            lines.push('\n');
        }
        let file = cluster.data().join("postgresql.conf");
        let before = std::fs::read_to_string(&file).expect("the settings");
        std::fs::write(&file, before + &lines).expect("the settings are written");
        cluster.up();
        cluster
    }

    fn data(&self) -> PathBuf {
        self.folder.path().join("data")
    }

    /// A new database.
    pub(crate) fn create(&self, name: &str) -> Database {
        self.must("createdb", &["-h", &self.socket(), "-U", "palaute", "-T", "template0", name]);
        self.database(name)
    }

    pub(crate) fn database(&self, name: &str) -> Database {
        Database::Server(format!("postgres://palaute@localhost/{name}?host={}", self.socket()))
    }

    /// The folder with its socket, as its own programs are told with `-h`.
    pub(crate) fn socket(&self) -> String {
        self.folder.path().display().to_string()
    }

    /// Runs one of its programs, such as `pg_dump`, in its folder as its owner.
    pub(crate) fn must(&self, program: &str, arguments: &[&str]) {
        let path = self.programs.join(program);
        // PostgreSQL refuses to run as root.
        let mut command = if is_root() {
            let mut command = Command::new("runuser");
            command.args(["-u", "postgres", "--"]).arg(path);
            command
        } else {
            Command::new(path)
        };
        let output = command.args(arguments).current_dir(self.folder.path()).stdin(Stdio::null()).output();
        let output = output.unwrap_or_else(|error| panic!("{program} does not run: {error}"));
        let log = || std::fs::read_to_string(self.folder.path().join("log")).unwrap_or_default();
        let told = String::from_utf8_lossy(&output.stderr);
        assert!(output.status.success(), "{program} {arguments:?}: {told}\n{}", log());
    }

    fn up(&self) {
        self.must("pg_ctl", &["-D", "data", "-l", "log", "-w", "-s", "start"]);
    }

    /// `fast` ends all sessions first; `immediate` leaves the work to the recovery after a crash.
    pub(crate) fn restart(&self, mode: &str) {
        self.must("pg_ctl", &["-D", "data", "-l", "log", "-w", "-s", "-m", mode, "restart"]);
    }

    /// Executes a statement in a session of its own, again until there is one to be had.
    pub(crate) fn execute(&self, database: &str, sql: &'static str) {
        let Database::Server(address) = self.database(database) else { panic!("a server") };
        sqlx::any::install_default_drivers();
        eventually("a session", || {
            block(async {
                let mut connection = AnyConnection::connect(&address).await.ok()?;
                sqlx::raw_sql(sql).execute(&mut connection).await.ok()
            })
        });
    }

    /// The processes of sessions for which this condition on `pg_stat_activity` holds.
    pub(crate) fn sessions(&self, condition: &str) -> Vec<String> {
        let Database::Server(address) = self.database("postgres") else { panic!("a server") };
        let sql =
            format!("SELECT CAST(pid AS TEXT) FROM pg_stat_activity WHERE pid <> pg_backend_pid() AND {condition}");
        sqlx::any::install_default_drivers();
        eventually("a session", || {
            block(async {
                let mut connection = AnyConnection::connect(&address).await.ok()?;
                sqlx::query_scalar(sqlx::AssertSqlSafe(sql.clone())).fetch_all(&mut connection).await.ok()
            })
        })
    }

    /// The first process and all that it has started, which are all there are.
    fn processes(&self) -> Vec<String> {
        let Ok(text) = std::fs::read_to_string(self.data().join("postmaster.pid")) else { return Vec::new() };
        let first = text.lines().next().unwrap_or_default().to_owned();
        let all = std::fs::read_dir("/proc").into_iter().flatten().flatten();
        let all = all.filter_map(|entry| entry.file_name().into_string().ok());
        let children: Vec<String> = all.filter(|p| status(p, 1).is_some_and(|parent| parent == first)).collect();
        std::iter::once(first).chain(children).collect()
    }

    /// Everything stands still, as on a machine that hangs: connections stay open and nothing answers.
    pub(crate) fn hang(&self) {
        // The first alone, so that it starts nobody while the others are stopped.
        signal("STOP", &self.processes()[..1]);
        signal("STOP", &self.processes());
    }

    /// After [`Cluster::hang`].
    pub(crate) fn go_on(&self) {
        let mut processes = self.processes();
        processes.reverse();
        signal("CONT", &processes);
    }

    fn kill(&self) {
        let processes = self.processes();
        if processes.is_empty() {
            return;
        }
        signal("STOP", &processes[..1]);
        let processes = self.processes();
        signal("KILL", &processes);
        eventually("the end of all processes", || processes.iter().all(|p| gone(p)).then_some(()));
    }

    /// kill -9 for all of it at once; then it is started again and recovers.
    pub(crate) fn crash(&self) {
        self.kill();
        // A dead process that nobody has asked after yet still counts as one where these name it.
        for left in [self.data().join("postmaster.pid"), self.folder.path().join(".s.PGSQL.5432.lock")] {
            // Gone already, then.
            let _ = std::fs::remove_file(left);
        }
        self.up();
    }
}

impl Drop for Cluster {
    fn drop(&mut self) {
        let processes = self.processes();
        if !processes.is_empty() {
            signal("KILL", &processes);
            let began = std::time::Instant::now();
            // Sessions end with the first process; the folder is removed when nobody writes into it any more.
            while !processes.iter().all(|p| gone(p)) && began.elapsed() < SOON {
                std::thread::sleep(std::time::Duration::from_millis(5));
            }
        }
    }
}

/// Sends it to all of these processes; one that has ended is passed over.
pub(crate) fn signal(name: &str, processes: &[String]) {
    let mut kill = Command::new("sh");
    kill.args(["-c", "kill -s \"$@\"", "sh", name]).args(processes).stderr(Stdio::null());
    kill.status().expect("sh runs");
}

/// It has ended, whether or not anybody has asked after it.
fn gone(process: &str) -> bool {
    status(process, 0).is_none_or(|state| state == "Z")
}

/// What `/proc` tells of a process after its name: 0 is its state, 1 its parent.
fn status(process: &str, at: usize) -> Option<String> {
    let text = std::fs::read_to_string(format!("/proc/{process}/stat")).ok()?;
    text.rsplit_once(") ")?.1.split(' ').nth(at).map(str::to_owned)
}

fn is_root() -> bool {
    use std::os::unix::fs::MetadataExt;
    std::fs::metadata("/proc/self").is_ok_and(|own| own.uid() == 0)
}

/// The folder of the newest PostgreSQL of Debian.
fn programs() -> PathBuf {
    let version = |path: &Path| path.file_name().and_then(|n| n.to_str()).and_then(|n| n.parse::<u32>().ok());
    let entries = std::fs::read_dir("/usr/lib/postgresql").into_iter().flatten().flatten().map(|e| e.path());
    let newest = entries.filter(|p| p.join("bin/initdb").is_file()).max_by_key(|p| version(p));
    newest.expect("these tests need Debian's package postgresql; ./scripts/test installs it").join("bin")
}
