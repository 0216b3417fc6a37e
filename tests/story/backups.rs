//! A copy is taken while the server runs, and is there when it is needed.

use crate::http::{get, post};
use crate::instance::Instance;
use palaute::store::Database;
use std::fs;
use std::net::SocketAddr;

const SHEET: &str = include_str!("../../demo/veto-plus-ledger.csv");

/// Answers as the client of a case; the receipt.
fn answer(instance: &Instance, server: SocketAddr, case: &str) -> String {
    let link = crate::link_for(instance, case);
    let page = get(server, &format!("/f/{link}/answer")).unwrap();
    let nonce = page.body.split("name=\"nonce\" value=\"").nth(1).unwrap().split('"').next().unwrap();
    let sent = post(server, &format!("/f/{link}/send"), &[("nonce", nonce), ("c_overall", "4")]).unwrap();
    sent.receipt().expect("a receipt").to_owned()
}

fn told(output: &std::process::Output) -> String {
    format!("{}{}", String::from_utf8_lossy(&output.stdout), String::from_utf8_lossy(&output.stderr))
}

#[test]
fn a_backup_taken_beside_a_running_server_is_restored_whole_and_the_old_database_is_kept() {
    let instance = Instance::pilot();
    instance.must(&["import", &instance.sheet("a.csv", SHEET)]);
    let file = instance.path().join("copies/first.backup");
    fs::create_dir(instance.path().join("copies")).unwrap();
    let to = file.display().to_string();
    if matches!(instance.database(), Database::Server(_)) {
        for command in [vec!["backup", &to], vec!["restore", &to]] {
            let refused = instance.run(&command);
            assert!(!refused.status.success() && told(&refused).contains("its own tools"), "{}", told(&refused));
        }
        return;
    }
    let server = instance.serve();
    let before = answer(&instance, server.address, "V-001");
    assert!(instance.must(&["backup", &to]).contains("22 cases, 1 submissions"));
    assert!(told(&instance.run(&["backup", &to])).contains("exists already"), "a backup is never written over");
    let after = answer(&instance, server.address, "V-002");
    assert_ne!(before, after);
    assert!(told(&instance.run(&["restore", &to, "--replace"])).contains("another Palaute server"), "while it runs");
    drop(server);

    assert!(told(&instance.run(&["restore", &to])).contains("--replace"), "nothing is replaced unasked");
    let restored = instance.must(&["restore", &to, "--replace"]);
    assert!(restored.contains("22 cases, 1 submissions") && restored.contains("before-restore"), "{restored}");
    assert!(instance.must(&["verify"]).contains("22 cases, 1 submissions"));
    let kept = instance.path().join("data/palaute.sqlite.before-restore");
    instance.must(&["restore", &kept.display().to_string(), "--replace"]);
    assert!(instance.must(&["verify"]).contains("22 cases, 2 submissions"), "and back again");
}

#[test]
fn a_file_that_is_no_good_backup_changes_nothing() {
    let instance = Instance::pilot();
    instance.must(&["import", &instance.sheet("a.csv", SHEET)]);
    if matches!(instance.database(), Database::Server(_)) {
        return;
    }
    let file = instance.path().join("copy");
    let to = file.display().to_string();
    instance.must(&["backup", &to]);
    let good = fs::read(&file).unwrap();
    for (name, bytes) in [("no-database", b"hello".to_vec()), ("cut", good[..good.len() / 2].to_vec())] {
        let path = instance.path().join(name);
        fs::write(&path, bytes).unwrap();
        let refused = instance.run(&["restore", &path.display().to_string(), "--replace"]);
        assert!(!refused.status.success(), "{name}");
    }
    assert!(instance.must(&["verify"]).contains("22 cases"), "the database is as it was");
    assert!(!instance.path().join("data/palaute.sqlite.restoring").exists());
}
