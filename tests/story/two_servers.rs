//! Several processes on one database at once: each thing is done, and done once.

use crate::instance::Instance;
use palaute::store::Store;
use std::collections::BTreeSet;
use std::thread;

const SHEET: &str = include_str!("../../demo/veto-plus-ledger.csv");

fn block<T>(work: impl Future<Output = T>) -> T {
    tokio::runtime::Builder::new_current_thread().enable_all().build().unwrap().block_on(work)
}

#[test]
fn imports_that_begin_together_on_a_new_database_make_one_schema_and_number_every_case_once() {
    let instance = Instance::pilot();
    let sheets: Vec<String> = ["V", "A", "B", "C"]
        .map(|letter| instance.sheet(&format!("{letter}.csv"), &SHEET.replace("\nV-", &format!("\n{letter}-"))))
        .into();
    thread::scope(|scope| {
        for sheet in &sheets {
            scope.spawn(|| instance.must(&["import", sheet]));
        }
    });
    instance.must(&["release"]);
    let numbers = block(async {
        let store = Store::open(&instance.database()).await.unwrap();
        let cases = store.cases().await.unwrap();
        store.close().await;
        cases.iter().map(|c| (c.number().to_string(), c.imported_number().map(str::to_owned))).collect::<Vec<_>>()
    });
    let known: BTreeSet<_> = numbers.iter().filter_map(|(_, own)| own.clone()).collect();
    assert_eq!((numbers.len(), known.len()), (4 * 22, 4 * 22));
    assert_eq!(numbers.last().map(|(n, _)| n.as_str()), Some("2025-000088"), "no number is left out");
    crate::the_history_and_the_facts_agree_with_what_is_stored(&instance);
}

#[test]
fn a_mail_is_taken_by_one_of_several_servers_and_is_due_again_when_that_one_dies() {
    let instance = Instance::pilot();
    instance.must(&["import", &instance.sheet("a.csv", SHEET)]);
    for n in 1..=17 {
        instance.must(&["invite", &format!("V-{n:03}"), "--mail", "client@example.invalid"]);
    }
    let now = crate::instance::NOW.parse().unwrap();
    let lease = "2025-12-01T09:15:00+02:00".parse().unwrap();
    let take = || {
        block(async {
            let store = Store::open(&instance.database()).await.unwrap();
            let mut taken = Vec::new();
            loop {
                let mails = store.claim_mails(now, lease).await.unwrap();
                if mails.is_empty() {
                    break;
                }
                taken.extend(mails.into_iter().map(|m| m.id));
            }
            store.close().await;
            taken
        })
    };
    let taken: Vec<Vec<String>> = thread::scope(|scope| {
        let servers: Vec<_> = (0..3).map(|_| scope.spawn(take)).collect();
        servers.into_iter().map(|s| s.join().unwrap()).collect()
    });
    let all: Vec<&String> = taken.iter().flatten().collect();
    assert_eq!((all.len(), all.iter().collect::<BTreeSet<_>>().len()), (17, 17), "each once: {taken:?}");
    let again = block(async {
        let store = Store::open(&instance.database()).await.unwrap();
        let mails = store.claim_mails(lease, "2025-12-01T10:00:00+02:00".parse().unwrap()).await.unwrap();
        store.close().await;
        mails.len()
    });
    assert_eq!(again, 10, "nobody settled them, so they are due again, ten at a time");
}
