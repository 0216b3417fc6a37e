//! Attacks the compiled program from outside: kill -9 and power cuts under load, failing disks, jumping clocks, locked
//! databases, mail servers that misbehave, forged links, other sites' posts, bombs, slow clients. Each fault tells its figures in one line;
//! `scripts/faults` runs all of them at full length.
#![expect(clippy::print_stderr, reason = "a run tells its figures")]

#[path = "support/attacked.rs"]
mod attacked;
#[path = "faults/clock.rs"]
mod clock;
#[path = "support/postgres.rs"]
mod cluster;
#[path = "faults/copies.rs"]
mod copies;
#[path = "faults/desks.rs"]
mod desks;
#[path = "faults/disk.rs"]
mod disk;
#[path = "faults/failing_disk.rs"]
mod failing_disk;
#[path = "faults/figures.rs"]
mod figures;
#[path = "support/http.rs"]
mod http;
#[path = "faults/kills.rs"]
mod kills;
#[path = "faults/links.rs"]
mod links;
#[path = "faults/load.rs"]
mod load;
#[path = "faults/locks.rs"]
mod locks;
#[path = "faults/losses.rs"]
mod losses;
#[path = "faults/postgres.rs"]
mod postgres;
#[path = "faults/postgres_shared.rs"]
mod postgres_shared;
#[path = "faults/power.rs"]
mod power;
#[path = "faults/requests.rs"]
mod requests;
#[path = "faults/routes.rs"]
mod routes;
#[path = "faults/secrets.rs"]
mod secrets;
#[path = "faults/sign_in.rs"]
mod sign_in;
#[path = "faults/slow.rs"]
mod slow;
#[path = "faults/smtp.rs"]
mod smtp;
#[path = "support/smtp.rs"]
mod smtp_servers;
#[path = "support/staff.rs"]
mod staff;
#[path = "faults/steady.rs"]
mod steady;
