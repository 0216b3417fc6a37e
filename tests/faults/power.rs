//! The power goes while the server writes: what was not synced is gone, in whole or in part.

use crate::attacked::House;
use crate::disk::Disk;
use crate::figures::{Figures, dose, progress};
use crate::load::{Account, links_for};
use crate::losses::assert_whole;
use std::fs;
use std::ops::Range;
use std::os::unix::fs::PermissionsExt;
use std::path::{Path, PathBuf};
use std::time::Duration;

const FAULT: &str = "power cut under load";
/// Rounds that one house goes through.
const A_HOUSE: usize = 40;

/// Numbers that look random and are the same in every run (SplitMix64).
struct Dice(u64);

impl Dice {
    fn next(&mut self) -> u64 {
        self.0 = self.0.wrapping_add(0x9e37_79b9_7f4a_7c15);
        let mut z = self.0;
        z = (z ^ (z >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
        z = (z ^ (z >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
        z ^ (z >> 31)
    }
}

/// Of hundred sectors that were not synced, how many reached the disk in a round: none in every third.
fn reaching(round: usize) -> u64 {
    [0, 50, 95, 0, 10, 80][round % 6]
}

/// Which rounds lose their power in the midst of a checkpoint, when the log goes over into the database.
const AT_CHECKPOINT: [bool; 4] = [false, false, false, true];
/// Most links that such a round needs: a checkpoint comes every thousand pages of the log.
const TO_A_CHECKPOINT: usize = 250;

/// What rounds of load and power cuts came to.
#[derive(Default)]
struct Cuts {
    figures: Figures,
    wrong: Vec<String>,
    slowest: Duration,
    /// Sectors that were written and not there afterwards.
    sectors: usize,
    syncs: u32,
    checkpoints: u32,
}

/// Runs a program on a disk that forgets, and cuts its power; in the midst of a checkpoint where `at_checkpoint` says so.
fn cut(program: &Path, rounds: Range<usize>, at_checkpoint: impl Fn(usize) -> bool) -> Cuts {
    let long = rounds.clone().filter(|round| at_checkpoint(*round)).count();
    let house = House::with_links(links_for(rounds.clone()) + long * TO_A_CHECKPOINT);
    let (account, disk) = (Account::of(&house), Disk::that_forgets(&house));
    let mut cuts = Cuts::default();
    for round in rounds.clone() {
        let server = disk.serve(&house, program);
        cuts.slowest = cuts.slowest.max(server.ready_after);
        // What came through the cut before, as the next server has it.
        if round > rounds.start {
            let stored = house.stored();
            cuts.wrong.extend(account.audit(0, &stored).0);
            assert_eq!(house.ask::<String>("PRAGMA integrity_check"), "ok", "after round {round}");
            assert_whole(&house, stored.len());
        }
        if at_checkpoint(round) {
            let before = disk.checkpoints();
            account.until_killed_after(&server, round, || disk.checkpoints() > before);
        } else {
            account.until_killed(&server, round);
        }
        let mut dice = Dice(round as u64);
        cuts.sectors += disk.lose_power(|| dice.next() % 100 < reaching(round));
    }
    let stored = house.stored();
    let (wrong, figures) = account.audit(rounds.len(), &stored);
    cuts.wrong.extend(wrong);
    assert_eq!(house.ask::<String>("PRAGMA integrity_check"), "ok");
    assert_whole(&house, stored.len());
    house.must(&["verify"]);
    (cuts.syncs, cuts.checkpoints) = (disk.syncs(), disk.checkpoints());
    cuts.figures = figures;
    cuts
}

#[test]
fn no_acknowledged_submission_is_lost_when_the_power_goes_under_load() {
    let rounds = dose(12, 200);
    let (mut total, mut slowest, mut wrong) = (Figures::default(), Duration::ZERO, Vec::new());
    let (mut sectors, mut checkpoints) = (0, 0);
    for first in (0..rounds).step_by(A_HOUSE) {
        let some = first..rounds.min(first + A_HOUSE);
        let cuts = cut(Path::new(env!("CARGO_BIN_EXE_palaute")), some, |round| AT_CHECKPOINT[round % 4]);
        assert!(cuts.syncs > 0, "nothing was ever synced: is the disk below the server?");
        total.add(cuts.figures);
        slowest = slowest.max(cuts.slowest);
        sectors += cuts.sectors;
        checkpoints += cuts.checkpoints;
        wrong.extend(cuts.wrong);
        progress(FAULT, total.runs, rounds);
    }
    let ready = format!("ready again within {} ms", slowest.as_millis());
    let disk = format!("{checkpoints} checkpoints, {sectors} written sectors gone");
    total.tell(FAULT, &[total.control(), disk, ready]);
    assert_eq!(wrong, [""; 0]);
    assert!(slowest < Duration::from_secs(5), "ready again only after {slowest:?}");
    assert!(total.lost_on_arrival > 0, "no power cut in the midst of writing");
}

/// The program with another setting of the same length in its bytes.
fn altered(folder: &Path, setting: &str) -> PathBuf {
    const SETTING: &[u8] = b"PRAGMA synchronous = FULL";
    assert_eq!(setting.len(), SETTING.len());
    let mut bytes = fs::read(env!("CARGO_BIN_EXE_palaute")).expect("the program");
    let (mut at, mut found) = (0, 0);
    while let Some(next) = bytes[at..].windows(SETTING.len()).position(|w| w == SETTING) {
        at += next;
        bytes[at..at + SETTING.len()].copy_from_slice(setting.as_bytes());
        found += 1;
    }
    assert!(found > 0, "the program does not hold its setting");
    let program = folder.join("altered");
    fs::write(&program, bytes).expect("room");
    fs::set_permissions(&program, fs::Permissions::from_mode(0o755)).expect("it can be run");
    program
}

fn loses(fault: &str, setting: &str) {
    let folder = tempfile::tempdir().expect("a folder");
    let program = altered(folder.path(), setting);
    // Rounds whose power cut leaves only what was synced: every third.
    let mut total = Figures::default();
    let mut wrong = 0;
    for round in (0..3 * dose(2, 20)).step_by(3) {
        let cuts = cut(&program, round..round + 1, |_| false);
        total.add(cuts.figures);
        wrong += cuts.wrong.len();
    }
    total.tell(fault, &["control: must lose".to_owned()]);
    assert!(wrong > 0, "the harness does not notice `{setting}`");
}

#[test]
fn a_server_that_never_syncs_is_caught_losing_what_it_acknowledged() {
    loses("power cut, synchronous=OFF", "PRAGMA synchronous = OFF ");
}

#[test]
fn a_server_that_does_not_sync_each_commit_is_caught_losing_what_it_acknowledged() {
    loses("power cut, synchronous=NORMAL", "PRAGMA synchronous=NORMAL");
}
