//! How much a run does, and the one line that each fault leaves behind.

/// How often a row is repeated: few times beside the other tests, often when `PALAUTE_FAULTS=full`.
pub(crate) fn dose(quick: usize, full: usize) -> usize {
    #[expect(clippy::disallowed_methods, reason = "tells how thorough the whole run is to be")]
    let asked = std::env::var("PALAUTE_FAULTS").is_ok_and(|dose| dose == "full");
    if asked { full } else { quick }
}

/// Tells now and then how far a long row is.
pub(crate) fn progress(fault: &str, done: usize, of: usize) {
    let step = (of / 10).max(10);
    if done.is_multiple_of(step) && done < of {
        eprintln!("{fault}: {done} of {of}");
    }
}

/// What a row has tried, and what came of it.
#[derive(Clone, Copy, Debug, Default)]
pub(crate) struct Figures {
    pub(crate) runs: usize,
    pub(crate) attempted: usize,
    pub(crate) acknowledged: usize,
    pub(crate) stored: usize,
    /// Complaints about the store.
    pub(crate) lost: usize,
    /// Complaints if the server had acknowledged each page when it arrived.
    pub(crate) lost_on_arrival: usize,
}

impl Figures {
    pub(crate) fn add(&mut self, more: Self) {
        self.runs += more.runs;
        self.attempted += more.attempted;
        self.acknowledged += more.acknowledged;
        self.stored += more.stored;
        self.lost += more.lost;
        self.lost_on_arrival += more.lost_on_arrival;
    }

    /// The line of this row, for people and for `scripts/faults`, which collects them.
    pub(crate) fn tell(&self, fault: &str, notes: &[String]) {
        let Self { runs, attempted, acknowledged, stored, lost, .. } = self;
        let figures = format!("{attempted} attempted | {acknowledged} acknowledged | {stored} stored | {lost} lost");
        let notes: String = notes.iter().map(|note| format!(" | {note}")).collect();
        eprintln!("fault | {fault} | {runs} runs | {figures}{notes}");
    }

    /// A note: the same account of a server that answers before its commit. It must find losses.
    pub(crate) fn control(&self) -> String {
        format!("control: {} would be lost if acknowledged on arrival", self.lost_on_arrival)
    }
}
