//! A database file moves to a PostgreSQL whole or not at all, and everything goes on from where it was.
//!
//! On a run without PostgreSQL each story ends with a move that is refused.

use crate::http::{get, post};
use crate::instance::{Instance, NOW, ServerDatabase, execute, expect_success};
use palaute::store::Store;
use sqlx::{AnyConnection, AssertSqlSafe, Connection, Row};
use std::collections::BTreeMap;
use std::fs;
use std::net::SocketAddr;
use std::process::{Output, Stdio};
use std::thread;

const SHEET: &str = include_str!("../../demo/veto-plus-ledger.csv");
/// A server that is not there.
const NOWHERE: &str = "postgres://palaute:hunter2@localhost/palaute?host=/nonexistent";

fn told(output: &Output) -> String {
    format!("{}{}", String::from_utf8_lossy(&output.stdout), String::from_utf8_lossy(&output.stderr))
}

fn block<T>(work: impl Future<Output = T>) -> T {
    sqlx::any::install_default_drivers();
    tokio::runtime::Builder::new_current_thread().enable_all().build().unwrap().block_on(work)
}

/// A new database to move to. Without PostgreSQL there is none, and the move is refused.
fn target(instance: &Instance) -> Option<ServerDatabase> {
    let made = ServerDatabase::new();
    if made.is_none() {
        let before = contents(&instance.address(), instance);
        let refused = instance.at(NOW).arg("migrate-store").env("PALAUTE_MIGRATE_TO", NOWHERE).output().unwrap();
        assert!(!refused.status.success());
        assert!(told(&refused).contains("the new database cannot be used; nothing was moved"), "{}", told(&refused));
        assert!(!told(&refused).contains("hunter2"), "{}", told(&refused));
        assert!(contents(&instance.address(), instance) == before);
    }
    made
}

/// A new database with its schema, and then what the statement does to it.
fn prepared(instance: &Instance, statement: &'static str) -> Option<ServerDatabase> {
    let made = target(instance)?;
    expect_success(&instance.at(NOW).arg("verify").env("PALAUTE_DATABASE", made.address()).output().unwrap());
    execute(&made.address(), statement);
    Some(made)
}

/// Every row of every table as text. Tables and columns are those that the instance's file has.
fn contents(address: &str, instance: &Instance) -> BTreeMap<String, Vec<String>> {
    let file = format!("sqlite://{}", instance.path().join("data/palaute.sqlite").display());
    block(async {
        let mut schema = AnyConnection::connect(&file).await.unwrap();
        let columns = sqlx::query(
            "SELECT t.name AS t, c.name AS c, c.type AS kind FROM sqlite_master t JOIN pragma_table_info(t.name) c
             WHERE t.type = 'table' AND t.name NOT IN ('_sqlx_migrations', 'sqlite_sequence') ORDER BY t.name, c.cid",
        );
        let mut texts: BTreeMap<String, Vec<String>> = BTreeMap::new();
        for row in columns.fetch_all(&mut schema).await.unwrap() {
            let (column, kind): (String, String) = (row.get("c"), row.get("kind"));
            let text = match (kind.as_str(), address.starts_with("sqlite")) {
                ("BLOB", true) => format!("lower(hex({column}))"),
                ("BLOB", false) => format!("encode({column}, 'hex')"),
                _ => format!("CAST({column} AS TEXT)"),
            };
            texts.entry(row.get("t")).or_default().push(format!("COALESCE({text}, 'nothing')"));
        }
        schema.close().await.unwrap();
        let mut connection = AnyConnection::connect(address).await.unwrap();
        let mut found = BTreeMap::new();
        for (table, texts) in texts {
            let statement = format!("SELECT {} AS line FROM {table}", texts.join(" || '|' || "));
            let rows = sqlx::query(AssertSqlSafe(statement)).fetch_all(&mut connection).await.unwrap();
            let mut lines: Vec<String> = rows.iter().map(|row| row.get("line")).collect();
            lines.sort();
            found.insert(table, lines);
        }
        connection.close().await.unwrap();
        found
    })
}

fn is_empty(target: &ServerDatabase, instance: &Instance) -> bool {
    contents(&target.address(), instance).values().all(Vec::is_empty)
}

fn migrate(instance: &Instance, target: &ServerDatabase) -> Output {
    instance.run(&["migrate-store", &target.address()])
}

/// A link and the nonce of the page that it gave.
fn page(instance: &Instance, server: SocketAddr, case: &str) -> (String, String) {
    let link = crate::link_for(instance, case);
    let nonce = crate::nonce(&get(server, &format!("/f/{link}/answer")).unwrap());
    (link, nonce)
}

fn send(server: SocketAddr, (link, nonce): &(String, String)) -> String {
    let fields = [("nonce", nonce.as_str()), ("c_overall", "4"), ("c_open", "Kävi 'hyvin' \u{1F600}")];
    post(server, &format!("/f/{link}/send"), &fields).unwrap().receipt().expect("a receipt")
}

fn reports(instance: &Instance, folder: &str) -> BTreeMap<String, Vec<u8>> {
    let out = instance.path().join(folder);
    instance.must(&["report", "--all", "--out", &out.display().to_string()]);
    crate::files_below(&out)
}

fn figures(instance: &Instance) -> BTreeMap<String, String> {
    instance.must(&["release"]);
    instance.must(&["build"]);
    instance.open_data()
}

/// The number of the last entry of the audit log.
fn last_entry(verified: &str) -> i64 {
    verified.split("ends with entry ").nth(1).unwrap().split(',').next().unwrap().parse().unwrap()
}

#[test]
fn everything_moves_and_every_command_goes_on_from_where_it_was() {
    let mut instance = Instance::on_file();
    instance.must(&["import", &instance.sheet("a.csv", SHEET)]);
    let server = instance.serve();
    let answered = page(&instance, server.address, "V-001");
    let receipt = send(server.address, &answered);
    let opened = page(&instance, server.address, "V-002");
    drop(server);
    instance.must(&["invite", "V-003", "--mail", "client@example.invalid"]);
    instance.must(&["erase", "V-021", "--yes"]);
    let (reports_before, figures_before) = (reports(&instance, "before"), figures(&instance));
    // What no command writes yet, and numbers that were given to rows which are gone.
    instance.change(
        "INSERT INTO staff VALUES ('s1', 'a@example.invalid', 'Åsa \"Ö\" O''Neill', 'coach', '2025-12-01T07:00:00Z', NULL, 'sv');
         INSERT INTO staff VALUES ('s2', 'b@example.invalid', '', 'admin', '2025-12-01T07:00:00Z', '', NULL);
         INSERT INTO sessions VALUES ('h', 's1', '', '', '', 'fi');
         INSERT INTO sign_ins VALUES ('i', 'h', NULL, NULL, '', '', 'sv');
         INSERT INTO sign_ins VALUES ('j', 'h', 's1', 'x', '', '', 'fi');
         INSERT INTO outbox (id, staff, sign_in, queued_at, next_try, state, kind)
           VALUES ('n', 's1', 'j', '', '', 'obsolete', 'sign_in');
         INSERT INTO drafts SELECT id, 'owner', 'version', '{}', '', 'nonce' FROM invitations;
         UPDATE sqlite_sequence SET seq = seq + 7",
    );
    let verified = instance.must(&["verify"]);
    let before = contents(&instance.address(), &instance);
    let Some(target) = target(&instance) else { return };
    let file = instance.path().join("data/palaute.sqlite");
    let bytes = fs::read(&file).unwrap();

    let with_password = target.address().replacen("palaute@", "palaute:hunter2@", 1);
    let output = instance.at(NOW).arg("migrate-store").env("PALAUTE_MIGRATE_TO", with_password).output().unwrap();
    let moved = expect_success(&output);
    assert!(!told(&output).contains("hunter2") && moved.contains("which is not shown"), "{}", told(&output));
    assert!(moved.contains("submissions            1 rows, the same on both sides"), "{moved}");
    assert!(moved.contains("reports               17 rows, the same on both sides"), "{moved}");
    assert!(moved.contains("Moved: 21 cases, 1 submissions") && moved.contains("everything agrees"), "{moved}");
    assert!(moved.contains(&target.address()) && moved.contains("palaute.sqlite was not changed"), "{moved}");
    let after = contents(&target.address(), &instance);
    for (table, rows) in &before {
        assert!(!rows.is_empty() || table == "annexes", "{table} was not tried");
        assert!(after[table] == *rows, "{table}: {rows:?} became {:?}", after[table]);
    }
    assert!(fs::read(&file).unwrap() == bytes, "the file is as it was");

    instance.use_server(target);
    assert_eq!(instance.must(&["verify"]), verified);
    assert!(reports(&instance, "after") == reports_before, "a report stays as it was written");
    assert_eq!(figures(&instance), figures_before);
    let mails = block(async {
        let store = Store::open(&instance.database()).await.unwrap();
        let lease = "2025-12-01T09:15:00+02:00".parse().unwrap();
        let mails = store.claim_mails(NOW.parse().unwrap(), lease).await.unwrap();
        store.close().await;
        mails.into_iter().map(|m| m.address).collect::<Vec<_>>()
    });
    assert_eq!(mails, ["client@example.invalid"]);
    let server = instance.serve();
    assert_eq!(send(server.address, &answered), receipt, "the same page gets the same receipt");
    assert_ne!(send(server.address, &opened), receipt);
    drop(server);
    let more = instance.must(&["import", &instance.sheet("b.csv", &SHEET.replace("\nV-", "\nA-"))]);
    assert!(more.contains("Opened 22, updated 0, unchanged 0."), "{more}");
    instance.must(&["report", "A-001", "--out", &instance.path().join("new").display().to_string()]);
    assert!(instance.path().join("new/2025-000023-v1.html").is_file(), "the numbers of cases go on");
    instance.must(&["release"]);
    let well = instance.must(&["verify"]);
    assert!(well.contains("43 cases, 2 submissions") && well.contains("Everything agrees."), "{well}");
    assert!(last_entry(&well) > last_entry(&verified) + 7, "no number is given twice: {verified}{well}");
}

/// Lets the file be used again.
fn unmark(instance: &Instance) {
    fs::remove_file(instance.path().join("data/palaute.sqlite.moved")).unwrap();
}

#[test]
fn a_database_with_rows_is_refused_and_left_as_it_was() {
    let instance = Instance::on_file();
    instance.must(&["import", &instance.sheet("a.csv", SHEET)]);
    let row = "INSERT INTO forms VALUES ('v', 'not ours')";
    let Some(target) = prepared(&instance, row) else { return };
    let (file, server) = (contents(&instance.address(), &instance), contents(&target.address(), &instance));
    let refused = migrate(&instance, &target);
    assert!(!refused.status.success());
    assert!(
        told(&refused).contains("has rows already (1 in forms), and nothing is written over"),
        "{}",
        told(&refused)
    );
    assert!(contents(&target.address(), &instance) == server && contents(&instance.address(), &instance) == file);
    execute(&target.address(), "DELETE FROM forms");
    expect_success(&migrate(&instance, &target));
    let again = migrate(&instance, &target);
    assert!(told(&again).contains("was moved to a PostgreSQL"), "a second time: {}", told(&again));
    assert!(told(&instance.at(NOW).arg("verify").output().unwrap()).contains("name that one"), "nor any other command");
    unmark(&instance);
    let again = migrate(&instance, &target);
    assert!(told(&again).contains("has rows already (22 in cases)"), "a second time: {}", told(&again));
}

#[test]
fn what_cannot_be_stored_or_is_changed_on_the_way_is_told_and_leaves_the_database_empty() {
    let instance = Instance::on_file();
    instance.must(&["import", &instance.sheet("a.csv", SHEET)]);
    for (meddling, complaint) in [
        (
            "CREATE FUNCTION meddle() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN RAISE EXCEPTION 'disk full'; END $$;
             CREATE TRIGGER meddle BEFORE INSERT ON audit_log FOR EACH ROW WHEN (NEW.sequence = 30) EXECUTE FUNCTION meddle()",
            "the rows of audit_log could not be written to the new database; nothing was moved",
        ),
        (
            "CREATE FUNCTION meddle() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN NEW.office := 'Elsewhere'; RETURN NEW; END $$;
             CREATE TRIGGER meddle BEFORE INSERT ON cases FOR EACH ROW WHEN (NEW.number = '2025-000007') EXECUTE FUNCTION meddle()",
            "cases is not the same on both sides: the new database has another office in row 2025-000007",
        ),
        (
            "CREATE FUNCTION meddle() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN RETURN NULL; END $$;
             CREATE TRIGGER meddle BEFORE INSERT ON facts FOR EACH ROW WHEN (NEW.sequence = 3) EXECUTE FUNCTION meddle()",
            "facts is not the same on both sides: row 3 is in the old database only (56 rows in the old database, 55 in",
        ),
    ] {
        let Some(target) = prepared(&instance, meddling) else { return };
        let refused = migrate(&instance, &target);
        assert!(!refused.status.success() && told(&refused).contains(complaint), "{}", told(&refused));
        assert!(is_empty(&target, &instance), "{complaint}");
        execute(&target.address(), "DROP FUNCTION meddle() CASCADE");
        expect_success(&migrate(&instance, &target));
        unmark(&instance);
    }
    instance.change("UPDATE case_events SET event = event || char(0) WHERE case_number = '2025-000005'");
    let Some(target) = target(&instance) else { return };
    let refused = told(&migrate(&instance, &target));
    assert!(refused.contains("case_events, row 2025-000005 1: a text holds the character U+0000"), "{refused}");
    assert!(is_empty(&target, &instance));
}

#[test]
fn of_two_that_move_to_one_database_one_does() {
    let instances = [Instance::on_file(), Instance::on_file()];
    for (instance, letter) in instances.iter().zip(["V", "A"]) {
        instance.must(&["import", &instance.sheet("a.csv", &SHEET.replace("\nV-", &format!("\n{letter}-")))]);
    }
    let Some(target) = target(&instances[0]) else { return };
    let outputs: Vec<Output> = thread::scope(|scope| {
        let both = instances.each_ref().map(|instance| scope.spawn(|| migrate(instance, &target)));
        both.into_iter().map(|one| one.join().unwrap()).collect()
    });
    let first = outputs.iter().position(|o| o.status.success()).expect("one moves");
    let other = told(&outputs[1 - first]);
    assert!(other.contains("has rows already"), "{other}");
    let moved = contents(&target.address(), &instances[0]);
    assert!(moved == contents(&instances[first].address(), &instances[first]), "rows of one only");
}

#[test]
fn nobody_writes_to_the_file_while_its_rows_move() {
    let instance = Instance::on_file();
    instance.must(&["import", &instance.sheet("a.csv", SHEET)]);
    let Some(target) = prepared(&instance, "SELECT 1") else { return };
    block(async {
        let mut holding = AnyConnection::connect(&target.address()).await.unwrap();
        let mut held = holding.begin().await.unwrap();
        sqlx::raw_sql("LOCK TABLE cases").execute(&mut *held).await.unwrap();
        let mut moving = instance.at(NOW);
        moving.args(["migrate-store", &target.address()]).stdout(Stdio::piped()).stderr(Stdio::piped());
        let moving = moving.spawn().unwrap();
        let waits = "SELECT count(*) AS n FROM pg_locks WHERE relation = 'cases'::regclass AND NOT granted";
        while sqlx::query(waits).fetch_one(&mut *held).await.unwrap().get::<i64, _>("n") == 0 {}
        let mut writer = AnyConnection::connect(&instance.address()).await.unwrap();
        sqlx::raw_sql("PRAGMA busy_timeout = 0").execute(&mut writer).await.unwrap();
        let refused = sqlx::raw_sql("DELETE FROM links").execute(&mut writer).await.unwrap_err().to_string();
        assert!(refused.contains("locked"), "{refused}");
        assert!(told(&instance.run(&["serve", "--port", "0"])).contains("another Palaute server"));
        held.rollback().await.unwrap();
        expect_success(&moving.wait_with_output().unwrap());
        assert!(sqlx::raw_sql("DELETE FROM links").execute(&mut writer).await.is_ok(), "and afterwards again");
    });
}

#[test]
fn only_a_file_without_a_server_moves_and_only_to_a_named_postgresql() {
    let instance = Instance::on_file();
    let missing = instance.run(&["migrate-store", NOWHERE]);
    assert!(told(&missing).contains("palaute.sqlite cannot be used as a database"), "{}", told(&missing));
    assert!(!instance.path().join("data").exists(), "no empty one is made");
    instance.must(&["import", &instance.sheet("a.csv", SHEET)]);
    let before = contents(&instance.address(), &instance);
    for (arguments, complaint) in [
        (vec!["migrate-store"], "name the PostgreSQL to move to"),
        (vec!["migrate-store", "data/new.sqlite"], "the new database must be a PostgreSQL: write postgres://"),
        (vec!["migrate-store", "mysql://u@host/db"], "write postgres://user@host/name"),
        (vec!["migrate-store", NOWHERE], "the new database cannot be used; nothing was moved"),
    ] {
        let refused = instance.run(&arguments);
        assert!(!refused.status.success() && told(&refused).contains(complaint), "{}", told(&refused));
        assert!(!told(&refused).contains("hunter2"), "{}", told(&refused));
        let seen = arguments.last() == Some(&NOWHERE);
        assert_eq!(told(&refused).contains("can read the password on the command line"), seen, "{}", told(&refused));
    }
    let server = instance.serve();
    let refused = told(&instance.run(&["migrate-store", NOWHERE]));
    assert!(refused.contains("another Palaute server uses"), "{refused}");
    drop(server);
    let on_server =
        instance.at(NOW).args(["migrate-store", NOWHERE]).env("PALAUTE_DATABASE", NOWHERE).output().unwrap();
    assert!(told(&on_server).contains("the data are in PostgreSQL already"), "{}", told(&on_server));
    assert!(contents(&instance.address(), &instance) == before);
}
