//! Attacks what disclosure control publishes, with code of its own.
#![expect(clippy::unwrap_used, reason = "a test that cannot go on fails")]

#[path = "redteam/attack.rs"]
mod attack;
#[path = "redteam/between.rs"]
mod between;
#[path = "redteam/emitted.rs"]
mod emitted;
#[path = "redteam/histories.rs"]
mod histories;
#[path = "redteam/planting.rs"]
mod planting;
#[path = "redteam/releases.rs"]
mod releases;
#[path = "redteam/rule.rs"]
mod rule;
#[path = "redteam/worlds.rs"]
mod worlds;
