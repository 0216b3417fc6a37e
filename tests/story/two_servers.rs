//! Several processes on one database at once: each thing is done, and done once.

use crate::instance::Instance;
use palaute::store::{Database, Store};
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
    let invited = block(async {
        let store = Store::open(&instance.database()).await.unwrap();
        let mut invited = Vec::new();
        for (number, _) in &numbers {
            let of_case = store.invitations_of(number.parse().unwrap()).await.unwrap();
            invited.extend(of_case.into_iter().map(|i| (i.case, i.form)));
        }
        store.close().await;
        invited
    });
    // Client and coach of each of the 17 that ended in every sheet.
    assert_eq!((invited.len(), invited.iter().collect::<BTreeSet<_>>().len()), (4 * 17 * 2, 4 * 17 * 2));
}

#[test]
fn verify_finds_nothing_wrong_until_something_stored_is_changed() {
    let instance = Instance::pilot();
    instance.must(&["import", &instance.sheet("a.csv", SHEET)]);
    let link = crate::link_for(&instance, "V-001");
    let server = instance.serve();
    let page = crate::http::get(server.address, &format!("/f/{link}/answer")).unwrap();
    let nonce = page.body.split("name=\"nonce\" value=\"").nth(1).unwrap().split('"').next().unwrap();
    let fields = [("nonce", nonce), ("c_overall", "4"), ("c_open", "Kiitos")];
    let sent = crate::http::post(server.address, &format!("/f/{link}/send"), &fields).unwrap();
    assert!(sent.receipt().is_some());
    drop(server);
    instance.must(&["release"]);
    instance.must(&["report", "V-001", "--out", &instance.path().join("reports").display().to_string()]);
    let well = instance.must(&["verify"]);
    assert!(well.contains("22 cases, 1 submissions") && well.contains("Everything agrees."), "{well}");

    for (change, complaint) in [
        ("UPDATE submissions SET answers = replace(answers, 'Kiitos', 'Moite')", "are not those that were received"),
        ("UPDATE audit_log SET subject = 'x' WHERE sequence = 3", "broken at entry 3"),
        ("UPDATE audit_log SET commitment = '' WHERE sequence <= 5", "broken at entry 1"),
        ("DELETE FROM facts WHERE sequence = 2", "it is not counted once"),
        (
            "INSERT INTO erasures (subject, mark, kind, reason, at) VALUES ('2025-000009', 'x', 'case', 'asked', '2025-12-01T07:00:00Z')",
            "the erasure of 2025-000009 is not as the audit log tells it",
        ),
        (
            "UPDATE case_events SET event = replace(event, 'Valmentaja 1', 'Valmentaja 8')",
            "are not those of the audit log",
        ),
        ("DELETE FROM submissions", "it was received and is gone"),
        ("DELETE FROM reports", "its closing reports are not those"),
        (
            "UPDATE cases SET file = replace(file, 'Valmentaja 2', 'Valmentaja 9') WHERE number = '2025-000001'",
            "case 2025-000001",
        ),
        ("UPDATE facts SET sign = -sign WHERE sequence = 1", "the stored cube is not"),
    ] {
        instance.change(change);
        let failed = instance.run(&["verify"]);
        let told = format!("{}{}", String::from_utf8_lossy(&failed.stdout), String::from_utf8_lossy(&failed.stderr));
        assert!(told.contains(complaint) && told.contains("do not agree"), "{change}: {told}");
        assert!(!failed.status.success(), "{change}");
    }
}

#[test]
fn an_answer_after_postgresql_cut_every_connection_is_stored_and_none_before_it_is_lost() {
    let instance = Instance::pilot();
    if matches!(instance.database(), Database::File(_)) {
        return;
    }
    instance.must(&["import", &instance.sheet("a.csv", SHEET)]);
    let links = ["V-001", "V-002", "V-003"].map(|case| crate::link_for(&instance, case));
    let server = instance.serve();
    for link in &links {
        let page = crate::http::get(server.address, &format!("/f/{link}/answer")).unwrap();
        let nonce = page.body.split("name=\"nonce\" value=\"").nth(1).unwrap().split('"').next().unwrap();
        instance.change(
            "SELECT pg_terminate_backend(pid) FROM pg_stat_activity
             WHERE datname = current_database() AND pid <> pg_backend_pid()",
        );
        let fields = [("nonce", nonce), ("c_overall", "4")];
        let sent = crate::http::post(server.address, &format!("/f/{link}/send"), &fields).unwrap();
        assert!(sent.receipt().is_some(), "{}", sent.body);
    }
    let told = instance.must(&["verify"]);
    assert!(told.contains("3 submissions") && told.contains("Everything agrees."), "{told}");
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

#[test]
fn a_mail_that_cannot_be_read_is_given_up_instead_of_being_taken_for_ever() {
    let instance = Instance::pilot();
    instance.must(&["import", &instance.sheet("a.csv", SHEET)]);
    instance.must(&["invite", "V-001", "--mail", "client@example.invalid"]);
    instance.must(&["invite", "V-002", "--mail", "client@example.invalid"]);
    instance.change(
        "UPDATE outbox SET address = NULL
         WHERE invitation IN (SELECT id FROM invitations WHERE case_number = '2025-000001')",
    );
    let now = crate::instance::NOW.parse().unwrap();
    let lease = "2025-12-01T09:15:00+02:00".parse().unwrap();
    let (taken, state) = block(async {
        let store = Store::open(&instance.database()).await.unwrap();
        let taken = store.claim_mails(now, lease).await.unwrap().len();
        let state = store.mail_state().await.unwrap();
        store.close().await;
        (taken, state)
    });
    assert_eq!((taken, state.waiting, state.dead), (1, 1, 1));
}
