//! How many submissions a second are stored durably, beside bare rows of the same size committed in the same
//! groups: `cargo bench --bench submissions`; `./scripts/with-postgres cargo bench --bench submissions` for both engines.
#![expect(clippy::print_stdout, reason = "the figures are what a bench is for")]
#![expect(clippy::unwrap_used, reason = "a bench that cannot go on stops")]

mod bare;

use bare::{bare_rows, per_second};
use palaute::desk::Desk;
use palaute::form::Form;
use palaute::instance::Instance;
use palaute::ledger::{check_rows, read_sheet};
use palaute::render::{PdfPrinter, Renderer};
use palaute::statistics::Statistics;
use palaute::store::{Database, Invitation, Received, Store};
use palaute::submission::{RawAnswers, Submission};
use std::collections::BTreeMap;
use std::path::Path;
use std::sync::Arc;
use std::time::{Duration, Instant};

/// Submissions of a run.
const SUBMISSIONS: usize = 3000;
/// Of these, answered before the clock runs.
const WARM_UP: usize = 300;
/// People who send at the same time.
const AT_ONCE: usize = 64;

#[tokio::main]
async fn main() {
    sqlx::any::install_default_drivers();
    let folder = tempfile::tempdir().unwrap();
    measure("SQLite", Database::File(folder.path().join("bench.sqlite")), folder.path()).await;
    #[expect(clippy::disallowed_methods, reason = "tells where a server is")]
    match std::env::var("PALAUTE_TEST_SERVER") {
        Ok(server) => {
            let address = format!("postgres://palaute@localhost/postgres?host={server}");
            measure("PostgreSQL", Database::Server(address), folder.path()).await;
        }
        Err(_) => println!("PostgreSQL: not measured; run this through ./scripts/with-postgres"),
    }
}

async fn measure(engine: &str, database: Database, folder: &Path) {
    let desk = desk(&database, folder).await;
    let mut invitations = Vec::new();
    for case in desk.store.cases().await.unwrap() {
        invitations.extend(desk.store.invitations_of(case.number()).await.unwrap());
    }
    invitations.retain(|i| i.form == "client-feedback");
    assert_eq!(invitations.len(), SUBMISSIONS);
    let rest = invitations.split_off(WARM_UP);
    send(&desk, invitations).await;
    let (n, took) = (rest.len(), send(&desk, rest).await);
    desk.store.close().await;
    let answers = serde_json::to_string(
        Submission::parse(&answers(), &form(), &palaute::form::Circumstances::default()).unwrap().answers(),
    )
    .unwrap();
    let bare = bare_rows(&database, folder, &answers, n, AT_ONCE).await;
    let (stored, rows) = (per_second(n, took), per_second(n, bare));
    println!(
        "{engine}: {stored:.0} submissions a second from {AT_ONCE} senders, {rows:.0} bare rows a second in groups of {AT_ONCE}; ratio {:.2}",
        stored / rows
    );
}

/// Everything is sent and acknowledged; how long it took.
async fn send(desk: &Desk, invitations: Vec<Invitation>) -> Duration {
    let (raw, form) = (Arc::new(answers()), Arc::new(form()));
    let queue = Arc::new(std::sync::Mutex::new(invitations));
    let start = Instant::now();
    let senders: Vec<_> = (0..AT_ONCE)
        .map(|_| {
            let (desk, raw, form, queue) = (desk.clone(), Arc::clone(&raw), Arc::clone(&form), Arc::clone(&queue));
            tokio::spawn(async move {
                loop {
                    let Some(invitation) = queue.lock().unwrap().pop() else { break };
                    let received = desk.receive(&invitation, &form, &invitation.id, &raw).await.unwrap();
                    assert!(matches!(received, Received::Stored(_)));
                }
            })
        })
        .collect();
    for sender in senders {
        sender.await.unwrap();
    }
    start.elapsed()
}

/// The demo's, without reports of coaches.
fn instance() -> Instance {
    let settings = Instance::read("palaute.yaml", include_str!("../demo/palaute.yaml")).unwrap();
    Instance { report_form: None, ..settings }
}

fn form() -> Form {
    let text = include_str!("../forms/client-feedback.yaml");
    Form::read("forms/client-feedback.yaml", text, Some(&instance())).unwrap()
}

fn answers() -> RawAnswers {
    let given = [("c_info_clear", "yes"), ("c_goals_mine", "partly"), ("c_trust", "yes"), ("c_overall", "4")];
    let mut raw: RawAnswers = given.iter().map(|(k, v)| ((*k).to_owned(), vec![(*v).to_owned()])).collect();
    raw.insert("c_open".to_owned(), vec!["Sain apua juuri silloin, kun sitä tarvitsin.".to_owned()]);
    raw
}

/// A desk over as many ended cases as there are submissions.
async fn desk(database: &Database, folder: &Path) -> Desk {
    let now = "2025-12-01T07:00:00Z".parse().unwrap();
    let desk = Desk {
        store: Store::open(database).await.unwrap(),
        instance: Arc::new(instance()),
        statistics: Arc::new(Statistics::usual(&instance(), &[form()])),
        published: Arc::default(),
        forms: Arc::new(vec![form()]),
        renderer: Arc::new(Renderer::new(&BTreeMap::new()).unwrap()),
        printer: Arc::new(PdfPrinter::new(Vec::new())),
        clock: Arc::new(move || now),
        entropy: Arc::new(|bytes| getrandom::fill(bytes).unwrap()),
    };
    let mut sheet = include_str!("../demo/veto-plus-ledger.csv").lines().next().unwrap().to_owned();
    for n in 1..=SUBMISSIONS {
        let row = "Valmentaja 1;;nainen;kantasuomalainen;30-39;7.4.2024;18.11.2024;14.5.2025;työ;;1;18,0;5;ei";
        sheet.push_str(&format!("\nK-{n:05};{row}"));
    }
    let file = folder.join("sheet.csv");
    std::fs::write(&file, sheet).unwrap();
    let (rows, ..) = check_rows(&read_sheet(&file).unwrap(), &desk.instance, desk.today());
    desk.import(&rows).await.unwrap();
    desk
}
