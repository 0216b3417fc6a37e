//! One PostgreSQL for several: two servers that deliver the same outbox, and a backup while clients send.

use crate::attacked::House;
use crate::cluster::Cluster;
use crate::figures::dose;
use crate::losses::complaints;
use crate::steady::{Load, pages};
use palaute::store::Database;
use sqlx::{AnyConnection, Connection};
use std::collections::BTreeMap;
use std::path::Path;
use std::time::{Duration, Instant};

/// How often each mail stands in a folder.
fn mails(folder: &Path) -> BTreeMap<String, usize> {
    let mut found = BTreeMap::new();
    for entry in std::fs::read_dir(folder).into_iter().flatten() {
        let text = std::fs::read_to_string(entry.expect("a mail").path()).expect("its text");
        let id = text.lines().find_map(|l| l.strip_prefix("Message-ID: ")).expect("its id");
        *found.entry(id.to_owned()).or_default() += 1;
    }
    found
}

#[test]
fn two_servers_on_one_postgresql_deliver_each_mail_once_and_lose_no_submission() {
    let (wanted, sending) = (dose(300, 20_000), dose(200, 2_000));
    let queued = i64::try_from(wanted).expect("a number");
    // Five cases more, to whose invitations the mails belong: they stay unanswered.
    let cluster = Cluster::start(&[]);
    let house = House::on(sending + 5, Some(cluster.create("palaute")));
    let other = house.copy();
    let pages = pages(&house);
    let pages = &pages[..sending];
    let Database::Server(address) = &house.data else { panic!("a server") };
    let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build().expect("a runtime");
    let (to, due) = (house.cases[sending..].to_vec(), "2025-12-01T07:00:00Z");
    let holder = runtime.block_on(async {
        let mut holder = AnyConnection::connect(address).await.expect("a session");
        let inserted = sqlx::query(
            "INSERT INTO outbox (id, invitation, address, queued_at, next_try, state)
             SELECT 'mail-' || n, i.id, 'client-' || n || '@example.invalid', $1, $1, 'waiting'
             FROM generate_series(1, CAST($2 AS INTEGER)) AS n
             JOIN invitations i ON i.form = 'client-feedback' AND i.case_number = CASE n % 5
               WHEN 0 THEN $3 WHEN 1 THEN $4 WHEN 2 THEN $5 WHEN 3 THEN $6 ELSE $7 END",
        );
        let mut inserted = inserted.bind(due).bind(queued);
        for case in &to {
            inserted = inserted.bind(case);
        }
        let inserted = inserted.execute(&mut holder).await;
        assert_eq!(inserted.expect("the mails are queued").rows_affected(), queued.unsigned_abs());
        // Nobody takes a mail before both servers are there.
        let hold = "BEGIN; LOCK TABLE outbox IN EXCLUSIVE MODE";
        sqlx::raw_sql(hold).execute(&mut holder).await.expect("the lock");
        holder
    });
    let (first, second) = (house.serve(), other.serve());
    runtime.block_on(holder.close()).expect("the outbox is free");
    let began = Instant::now();
    let load = Load::new(pages);
    load.run(&[first.address, second.address], || {
        load.ends(Duration::from_secs(120));
        while house.ask::<i64>("SELECT count(*) FROM outbox WHERE state = 'waiting'") > 0 {
            assert!(began.elapsed() < Duration::from_secs(1800), "mails still wait");
            std::thread::sleep(Duration::from_millis(50));
        }
    });
    let took = began.elapsed();
    let shares = [mails(&house.dir().join("mail")), mails(&other.dir().join("mail"))];
    let [ours, theirs] = shares.each_ref().map(|share| share.values().sum::<usize>());
    let mut all = shares[0].clone();
    for (id, times) in &shares[1] {
        *all.entry(id.clone()).or_default() += times;
    }
    let twice = all.values().filter(|times| **times > 1).count();
    eprintln!(
        "fault | two servers on one PostgreSQL | 1 runs | {queued} mails | {ours} + {theirs} delivered | \
         {twice} twice | {} missing | in {:.1} s",
        wanted - all.len(),
        took.as_secs_f64()
    );
    assert_eq!((twice, all.len()), (0, wanted));
    assert!(ours > 0 && theirs > 0, "both take a share: {ours} and {theirs}");
    let delivered = "SELECT count(*) FROM outbox WHERE state = 'delivered' AND address IS NULL AND tries = 0";
    assert_eq!(house.ask::<i64>(delivered), queued);
    // What the one has stored, the other gives the receipt for.
    load.judge("two servers on one PostgreSQL", 1, &house, second.address);
    assert_eq!(load.refused(), 0, "nothing was in the way of any submission");
}

#[test]
fn a_dump_under_load_restores_to_a_database_that_agrees_and_holds_what_was_acknowledged_before() {
    let runs = dose(1, 10);
    let cluster = Cluster::start(&[]);
    let house = House::on(runs * 400, Some(cluster.create("palaute")));
    let (server, pages) = (house.serve(), pages(&house));
    let load = Load::new(&pages);
    let socket = cluster.socket();
    let (mut before, mut restored, mut missed) = (0, 0, 0);
    for run in 0..runs {
        let (file, name) = (format!("dump-{run}"), format!("copy_{run}"));
        let (acknowledged, later) = load.run(&[server.address], || {
            load.goes_on(20);
            let acknowledged = load.acknowledged();
            cluster.must("pg_dump", &["-h", &socket, "-U", "palaute", "-Fc", "-f", &file, "palaute"]);
            load.goes_on(20);
            (acknowledged, load.acknowledged())
        });
        let copy = House { data: cluster.create(&name), ..house.copy() };
        cluster.must("pg_restore", &["-h", &socket, "-U", "palaute", "--exit-on-error", "-d", &name, &file]);
        copy.must(&["verify"]);
        let stored = copy.stored();
        assert_eq!(complaints(&load.contents(), &acknowledged, &stored), [""; 0], "run {run}");
        // What came after the dump is not in it, and the comparison tells.
        let late = complaints(&load.contents(), &later, &stored).len();
        assert!(late > 0, "run {run}: the comparison finds nothing missing");
        (before, restored, missed) = (before + acknowledged.len(), restored + stored.len(), missed + late);
    }
    eprintln!(
        "fault | PostgreSQL dumped under load | {runs} runs | {} attempted | {before} acknowledged before | \
         {restored} restored | 0 lost | control: {missed} acknowledged later are missing",
        load.attempted().len()
    );
    load.judge("PostgreSQL dumped under load", runs, &house, server.address);
}
