//! Moves everything from a database file to an empty PostgreSQL.
//!
//! Enters: the file, which no server may be using, and the PostgreSQL. Leaves: the rows of every table and the numbers
//! that come next. The file is only read, and nobody else writes to it meanwhile. Refuses: a PostgreSQL that holds
//! rows, and a move after which both sides do not give the same. Until then the rows are in one transaction, so that
//! a failure leaves the PostgreSQL as empty as it was.

use super::{Database, Engine, Store, StoreError, Verified, attempting, writer};
use crate::text::Fingerprint;
use sqlx::any::{AnyArguments, AnyRow, AnyTypeInfoKind};
use sqlx::query::Query;
use sqlx::{Any, AnyConnection, AssertSqlSafe, Connection, Row, ValueRef};
use std::fs::File;
use std::path::Path;

/// Rows that are read or written at once.
const PAGE: i64 = 100;

/// Every table of the schema with how many columns its key has and its columns, the key's first. A table stands after
/// those that its rows refer to.
const TABLES: [Table; 20] = [
    table(
        "cases",
        1,
        "number imported_number office ended_on file blind coach officer started_on outcome hours meetings trials stage words problem",
    ),
    table("case_events", 2, "case_number sequence at event"),
    table("invitations", 1, "id case_number party form expires_at revoked_at counted contact gate"),
    table("links", 1, "token_hash invitation made_at channel shared owner"),
    table("submissions", 1, "id invitation nonce_hash content receipt form version received_at answers blind channel"),
    table("codebooks", 1, "fingerprint book"),
    table("facts", 1, "sequence subject sign codebook codes"),
    table("cube", 1, "one cube"),
    table("reports", 2, "case_number version content written_on json html pdf sent_at sha256"),
    table("annexes", 2, "case_number version closed_on json html pdf"),
    table("forms", 1, "version form"),
    table("audit_log", 1, "sequence at verb subject chain commitment"),
    table("erasures", 2, "subject mark kind imported reason at wiped"),
    table("drafts", 2, "invitation owner_hash version answers saved_at nonce"),
    table("contacts", 1, "id case_number party address language added_at"),
    table("staff", 1, "id address name role added_at removed_at language"),
    table("sessions", 1, "id_hash staff opened_at used_at ends_at language"),
    table("sign_ins", 1, "id asking_hash staff secret_hash asked_at ends_at language"),
    table(
        "outbox",
        1,
        "id invitation staff case_number sign_in address queued_at tries next_try state kind contact trouble settled_at",
    ),
    table("releases_known", 1, "id fingerprint as_of made_at"),
];
/// Tables whose `sequence` is counted by the database and never given twice.
const COUNTED: [&str; 2] = ["facts", "audit_log"];

struct Table {
    name: &'static str,
    keys: usize,
    columns: &'static str,
}

const fn table(name: &'static str, keys: usize, columns: &'static str) -> Table {
    Table { name, keys, columns }
}

impl Table {
    fn columns(&self) -> Vec<&'static str> {
        self.columns.split(' ').collect()
    }

    fn failing(&self, attempt: &'static str) -> impl FnOnce(sqlx::Error) -> StoreError + use<> {
        let table = self.name;
        move |source| StoreError::Transfer { table, attempt, source }
    }
}

/// What was done with a table, and how many rows it has.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Step {
    /// Its rows were written to the new database.
    Copied(&'static str, usize),
    /// Its rows were read from both databases and are the same.
    Compared(&'static str, usize),
}

/// What stands in one column of a row.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
enum Value {
    Null,
    Number(i64),
    Text(String),
    Bytes(Vec<u8>),
}

type Values = Vec<Value>;

impl Store {
    /// Moves the rows of the file `from` to the empty PostgreSQL `to`, compares both, then the new database with
    /// itself. `told` hears of every table twice. The file stays as it is; only its schema is brought up to date first. A
    /// marker beside it keeps every command from using it further.
    ///
    /// # Errors
    /// When `from` is no file or is in use, `to` is no server or holds rows, or the two differ afterwards. Nothing was
    /// moved then, unless the error says otherwise.
    pub async fn transfer(from: &Database, to: &Database, mut told: impl FnMut(Step)) -> Result<Verified, StoreError> {
        let Database::File(path) = from else { return Err(StoreError::NoFile) };
        if to.engine() != Engine::Postgres {
            return Err(StoreError::NoServer);
        }
        File::open(path).map_err(|source| StoreError::File { path: path.display().to_string(), source })?;
        let _lock = Self::lock_for_server(from)?;
        Self::open(from).await?.close().await;
        let store = Self::open(to).await.map_err(of_the_new)?;
        let verified = match move_rows(from, path, to, &mut told).await {
            Ok(()) => store.verify().await.map_err(|source| StoreError::Moved { source: Box::new(source) }),
            Err(error) => Err(error),
        };
        store.close().await;
        verified
    }
}

fn of_the_new(source: StoreError) -> StoreError {
    StoreError::Target { source: Box::new(source) }
}

async fn move_rows(from: &Database, path: &Path, to: &Database, told: &mut impl FnMut(Step)) -> Result<(), StoreError> {
    let mut old = from.connect().await.map_err(attempting("be opened"))?;
    // A writer's turn, although nothing is written: what is read stays as it is until the rows have moved.
    let turn = writer::begin(&mut old, Engine::Sqlite).await;
    let mut turn = turn.map_err(attempting("be kept from changing: another command writes to it, run this again"))?;
    let outcome = into_new(&mut turn, to, told).await.and_then(|()| {
        // While the turn is held: whoever waits for it finds the marker, and writes nothing that would be lost.
        let marker = Store::moved_marker(path);
        std::fs::write(&marker, format!("moved to {}\n", to.shown())).map_err(|source| {
            let source = StoreError::File { path: marker.display().to_string(), source };
            StoreError::Moved { source: Box::new(source) }
        })
    });
    // Nothing was written to it, so nothing is lost should it not close well.
    let _ = turn.rollback().await;
    let _ = old.close().await;
    outcome
}

async fn into_new(old: &mut AnyConnection, to: &Database, told: &mut impl FnMut(Step)) -> Result<(), StoreError> {
    let mut connection = to.connect().await.map_err(attempting("be opened")).map_err(of_the_new)?;
    // Writers of other servers wait, and so does another of these commands, which then finds rows.
    let new = writer::begin(&mut connection, Engine::Postgres).await;
    let busy = "be had alone: something else writes to it, run this again later";
    let mut new = new.map_err(attempting(busy)).map_err(of_the_new)?;
    // When anything fails, the transaction goes with its connection, and the rows with it.
    for table in &TABLES {
        let rows = count(&mut new, table).await.map_err(table.failing("looked for in the new database"))?;
        if rows > 0 {
            return Err(StoreError::NotEmpty { table: table.name, rows });
        }
    }
    if let Some(table) = stranger(&mut new).await.map_err(attempting("be looked at")).map_err(of_the_new)? {
        return Err(StoreError::Stranger { table });
    }
    for table in &TABLES {
        told(Step::Copied(table.name, copy(old, &mut new, table).await?));
    }
    for table in &TABLES {
        told(Step::Compared(table.name, compare(old, &mut new, table).await?));
    }
    for table in TABLES.iter().filter(|t| COUNTED.contains(&t.name)) {
        count_on(old, &mut new, table).await?;
    }
    new.commit().await.map_err(|source| StoreError::Unsettled { source })?;
    // The rows are there; the server ends the session if this does not.
    let _ = connection.close().await;
    Ok(())
}

async fn copy(old: &mut AnyConnection, new: &mut AnyConnection, table: &'static Table) -> Result<usize, StoreError> {
    let (mut copied, mut after) = (0, None);
    loop {
        let rows = page(old, table, after.as_deref()).await.map_err(table.failing("read from the old database"))?;
        let Some(last) = rows.last() else { return Ok(copied) };
        after = Some(last[..table.keys].to_vec());
        let nul = |row: &&Values| row.iter().any(|v| matches!(v, Value::Text(text) if text.contains('\0')));
        if let Some(row) = rows.iter().find(nul) {
            return Err(StoreError::Nul { table: table.name, key: key(table, row) });
        }
        insert(new, table, &rows).await.map_err(table.failing("written to the new database"))?;
        copied += rows.len();
    }
}

/// The rows after that key, in the order of keys, which is the same in both engines: texts byte by byte.
async fn page(
    connection: &mut AnyConnection,
    table: &Table,
    after: Option<&[Value]>,
) -> Result<Vec<Values>, sqlx::Error> {
    let columns = table.columns();
    let keys = columns[..table.keys].join(", ");
    let later = match after {
        Some(_) => format!(" WHERE ({keys}) > ({})", places(1, table.keys)),
        None => String::new(),
    };
    let statement = format!("SELECT {} FROM {}{later} ORDER BY {keys} LIMIT {PAGE}", columns.join(", "), table.name);
    let query = after.into_iter().flatten().fold(sqlx::query(AssertSqlSafe(statement)), bind);
    query.fetch_all(connection).await?.iter().map(values).collect()
}

async fn insert(connection: &mut AnyConnection, table: &Table, rows: &[Values]) -> Result<(), sqlx::Error> {
    let columns = table.columns();
    let row = |at: usize| format!("({})", places(1 + at * columns.len(), columns.len()));
    let rows_of_places = (0..rows.len()).map(row).collect::<Vec<_>>().join(", ");
    let statement =
        format!("INSERT INTO {} ({}) OVERRIDING SYSTEM VALUE VALUES {rows_of_places}", table.name, columns.join(", "));
    let query = rows.iter().flatten().fold(sqlx::query(AssertSqlSafe(statement)), bind);
    query.execute(connection).await?;
    Ok(())
}

/// `$3, $4`, so many from that number on.
fn places(from: usize, n: usize) -> String {
    (from..from + n).map(|place| format!("${place}")).collect::<Vec<_>>().join(", ")
}

fn bind<'q>(query: Query<'q, Any, AnyArguments>, value: &'q Value) -> Query<'q, Any, AnyArguments> {
    match value {
        // Only texts may be missing.
        Value::Null => query.bind(None::<String>),
        Value::Number(number) => query.bind(number),
        Value::Text(text) => query.bind(text.as_str()),
        Value::Bytes(bytes) => query.bind(bytes.as_slice()),
    }
}

fn values(row: &AnyRow) -> Result<Values, sqlx::Error> {
    let value = |at: usize| {
        let raw = row.try_get_raw(at)?;
        if raw.is_null() {
            return Ok(Value::Null);
        }
        match raw.type_info().kind() {
            AnyTypeInfoKind::Text => row.try_get(at).map(Value::Text),
            AnyTypeInfoKind::Blob => row.try_get(at).map(Value::Bytes),
            _ => row.try_get(at).map(Value::Number),
        }
    };
    (0..row.len()).map(value).collect()
}

/// A table of somebody else in the new database.
async fn stranger(connection: &mut AnyConnection) -> Result<Option<String>, sqlx::Error> {
    let query = "SELECT CAST(tablename AS TEXT) AS name FROM pg_tables WHERE schemaname = current_schema() ORDER BY 1";
    let rows = sqlx::query(query).fetch_all(connection).await?;
    let ours = |name: &String| name == "_sqlx_migrations" || TABLES.iter().any(|t| t.name == name);
    Ok(rows.iter().map(|row| row.get::<String, _>("name")).find(|name| !ours(name)))
}

/// The key of a row, as it is told to people.
fn key(table: &Table, row: &[Value]) -> String {
    let part = |value: &Value| match value {
        Value::Text(text) => text.clone(),
        Value::Number(number) => number.to_string(),
        Value::Null | Value::Bytes(_) => "?".to_owned(),
    };
    row.iter().take(table.keys).map(part).collect::<Vec<_>>().join(" ")
}

async fn count(connection: &mut AnyConnection, table: &Table) -> Result<i64, sqlx::Error> {
    let statement = format!("SELECT count(*) AS n FROM {}", table.name);
    sqlx::query(AssertSqlSafe(statement)).fetch_one(connection).await?.try_get("n")
}

/// The rows of a table as one database gives them, with their number and their fingerprint so far.
struct Side {
    table: &'static Table,
    page: std::vec::IntoIter<Values>,
    last: Option<Values>,
    rows: usize,
    fingerprint: Fingerprint,
}

impl Side {
    fn new(table: &'static Table) -> Self {
        Self { table, page: Vec::new().into_iter(), last: None, rows: 0, fingerprint: Fingerprint::of("") }
    }

    async fn next(&mut self, connection: &mut AnyConnection) -> Result<Option<Values>, sqlx::Error> {
        if self.page.len() == 0 {
            self.page = page(connection, self.table, self.last.as_deref()).await?.into_iter();
        }
        let row = self.page.next();
        if let Some(row) = &row {
            self.last = Some(row[..self.table.keys].to_vec());
            self.rows += 1;
            self.fingerprint = link(&self.fingerprint, row);
        }
        Ok(row)
    }
}

/// A fingerprint of the row and of that of all rows before.
fn link(before: &Fingerprint, row: &[Value]) -> Fingerprint {
    let mut bytes = before.as_str().as_bytes().to_vec();
    for value in row {
        let (kind, content) = match value {
            Value::Null => ("null", Vec::new()),
            Value::Number(number) => ("number", number.to_string().into_bytes()),
            Value::Text(text) => ("text", text.clone().into_bytes()),
            Value::Bytes(content) => ("bytes", content.clone()),
        };
        bytes.extend(format!("\n{kind} {}\n", content.len()).into_bytes());
        bytes.extend(content);
    }
    Fingerprint::of(bytes)
}

/// Reads both sides row by row; how many rows each has, when they are the same.
async fn compare(from: &mut AnyConnection, to: &mut AnyConnection, table: &'static Table) -> Result<usize, StoreError> {
    let (mut old, mut new) = (Side::new(table), Side::new(table));
    let mut first = None;
    loop {
        let left = old.next(from).await.map_err(table.failing("read again from the old database"))?;
        let right = new.next(to).await.map_err(table.failing("read back from the new database"))?;
        if left.is_none() && right.is_none() {
            break;
        }
        if first.is_none() && left != right {
            first = Some(difference(table, left.as_deref(), right.as_deref()));
        }
    }
    let counted = [
        count(from, table).await.map_err(table.failing("counted in the old database"))?,
        count(to, table).await.map_err(table.failing("counted in the new database"))?,
    ];
    let all_read = counted.into_iter().zip([old.rows, new.rows]).all(|(n, rows)| usize::try_from(n) == Ok(rows));
    if all_read && old.rows == new.rows && old.fingerprint == new.fingerprint {
        return Ok(old.rows);
    }
    let difference = first.unwrap_or_else(|| "not every row was read".to_owned());
    Err(StoreError::Differs { table: table.name, old: counted[0], new: counted[1], difference })
}

fn difference(table: &Table, old: Option<&[Value]>, new: Option<&[Value]>) -> String {
    let key_of = |row: &[Value]| row[..table.keys].to_vec();
    match (old, new) {
        (Some(old), Some(new)) if key_of(old) == key_of(new) => {
            let column = table.columns().into_iter().zip(old.iter().zip(new)).find(|(_, (old, new))| old != new);
            format!("the new database has another {} in row {}", column.map_or("", |(c, _)| c), key(table, old))
        }
        (Some(old), new) if new.is_none_or(|new| key_of(old) < key_of(new)) => {
            format!("row {} is in the old database only", key(table, old))
        }
        (_, new) => format!("row {} is in the new database only", new.map(|new| key(table, new)).unwrap_or_default()),
    }
}

/// Lets the new database count on after the last number that the old one ever gave, also to a row that is gone.
async fn count_on(old: &mut AnyConnection, new: &mut AnyConnection, table: &Table) -> Result<(), StoreError> {
    let statement = format!(
        "SELECT max(seq) AS seq FROM (SELECT seq FROM sqlite_sequence WHERE name = $1
                                      UNION ALL SELECT max(sequence) FROM {})",
        table.name
    );
    let last = sqlx::query(AssertSqlSafe(statement)).bind(table.name).fetch_one(old).await;
    let last = last.and_then(|row| row.try_get::<Option<i64>, _>("seq"));
    let next = last.map_err(table.failing("counted in the old database"))?.unwrap_or(0) + 1;
    let set = sqlx::query("SELECT setval(pg_get_serial_sequence($1, 'sequence'), $2, false)").bind(table.name);
    set.bind(next).execute(new).await.map_err(table.failing("counted on in the new database"))?;
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::collections::BTreeMap;

    /// A column of the schema as SQLite tells it.
    struct Column {
        table: String,
        name: String,
        kind: String,
        may_be_missing: bool,
        in_key: bool,
    }

    async fn catalogue(connection: &mut AnyConnection) -> Vec<Column> {
        let rows = sqlx::query(
            "SELECT t.name AS t, c.name AS c, c.type AS kind, 1 - c.\"notnull\" AS free, c.pk AS pk
             FROM sqlite_master t JOIN pragma_table_info(t.name) c
             WHERE t.type = 'table' AND t.name NOT IN ('_sqlx_migrations', 'sqlite_sequence') ORDER BY t.name, c.cid",
        );
        let column = |row: &AnyRow| Column {
            table: row.get("t"),
            name: row.get("c"),
            kind: row.get("kind"),
            may_be_missing: row.get::<i64, _>("free") == 1 && row.get::<i64, _>("pk") == 0,
            in_key: row.get::<i64, _>("pk") > 0,
        };
        rows.fetch_all(connection).await.unwrap().iter().map(column).collect()
    }

    async fn pairs(connection: &mut AnyConnection, statement: &'static str) -> Vec<(String, String)> {
        let rows = sqlx::query(statement).fetch_all(connection).await.unwrap();
        rows.iter().map(|row| (row.get(0), row.get(1))).collect()
    }

    fn on_a_new_file<T>(work: impl AsyncFnOnce(&mut AnyConnection) -> T) -> T {
        let folder = tempfile::tempdir().unwrap();
        let database = Database::File(folder.path().join("new.sqlite"));
        let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build().unwrap();
        runtime.block_on(async {
            Store::open(&database).await.unwrap().close().await;
            work(&mut database.connect().await.unwrap()).await
        })
    }

    #[test]
    fn every_column_of_the_schema_is_moved_by_its_key() {
        let found = on_a_new_file(catalogue);
        assert!(found.iter().all(|c| !c.may_be_missing || c.kind == "TEXT"), "what is missing is moved as a text");
        let mut schema: BTreeMap<String, (Vec<String>, Vec<String>)> = BTreeMap::new();
        for column in found {
            let (keys, columns) = schema.entry(column.table).or_default();
            if column.in_key {
                keys.push(column.name.clone());
            }
            columns.push(column.name);
        }
        let of = |t: &Table| {
            let columns: Vec<String> = t.columns().into_iter().map(str::to_owned).collect();
            (t.name.to_owned(), (columns[..t.keys].to_vec(), columns))
        };
        assert_eq!(TABLES.iter().map(of).collect::<BTreeMap<_, _>>(), schema);
    }

    #[test]
    fn a_table_is_moved_after_those_that_it_refers_to_and_counted_on_where_the_database_counts() {
        let (references, counted) = on_a_new_file(async |c: &mut AnyConnection| {
            let references = "SELECT t.name, f.\"table\" FROM sqlite_master t JOIN pragma_foreign_key_list(t.name) f";
            let counted = "SELECT name, name FROM sqlite_master WHERE sql LIKE '%AUTOINCREMENT%' ORDER BY name DESC";
            (pairs(c, references).await, pairs(c, counted).await)
        });
        let place = |name: &String| TABLES.iter().position(|t| t.name == name);
        assert!(references.len() > 8 && references.iter().all(|(from, to)| place(to) < place(from)), "{references:?}");
        assert_eq!(counted.iter().map(|(name, _)| name.as_str()).collect::<Vec<_>>(), COUNTED);
    }

    #[test]
    fn the_first_difference_is_told_with_row_and_column_or_side() {
        let row = |key: &str, receipt: &str| vec![Value::Text(key.to_owned()), Value::Text(receipt.to_owned())];
        let table = table("links", 1, "token_hash invitation made_at");
        let told = |old: Option<Values>, new: Option<Values>| difference(&table, old.as_deref(), new.as_deref());
        assert_eq!(told(Some(row("a", "1")), Some(row("a", "2"))), "the new database has another invitation in row a");
        assert_eq!(told(Some(row("a", "1")), Some(row("b", "1"))), "row a is in the old database only");
        assert_eq!(told(Some(row("a", "1")), None), "row a is in the old database only");
        assert_eq!(told(Some(row("b", "1")), Some(row("a", "1"))), "row a is in the new database only");
        assert_eq!(told(None, Some(row("a", "1"))), "row a is in the new database only");
        let shifted = [vec![Value::Text("a".into()), Value::Null], vec![Value::Null, Value::Text("a".into())]];
        let of = |row: &Values| link(&Fingerprint::of(""), row);
        assert_ne!(of(&shifted[0]), of(&shifted[1]), "a value in another column gives another fingerprint");
    }
}
