//! Attacks the compiled program from outside: kill -9 under load, forged links, other sites' posts, bombs, slow clients.
#![expect(clippy::print_stderr, reason = "a run tells its figures")]

#[path = "support/attacked.rs"]
mod attacked;
#[path = "support/postgres.rs"]
mod cluster;
#[path = "support/http.rs"]
mod http;
#[path = "faults/links.rs"]
mod links;
#[path = "faults/losses.rs"]
mod losses;
#[path = "faults/postgres.rs"]
mod postgres;
#[path = "faults/postgres_shared.rs"]
mod postgres_shared;
#[path = "faults/requests.rs"]
mod requests;
#[path = "faults/secrets.rs"]
mod secrets;
#[path = "faults/steady.rs"]
mod steady;
