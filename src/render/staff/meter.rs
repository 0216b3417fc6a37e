//! How full something is, as a bar with a mark at its limit.

use crate::case::CaseFile;
use crate::text::{Figure, Messages};
use serde::Serialize;

/// A bar: how far it is filled and where its mark stands, in per cent of its width.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub(super) struct Meter {
    fill: String,
    mark: String,
    /// Beyond the mark.
    over: bool,
}

impl Meter {
    /// So much of a limit; a limit that is passed leaves room for what passes it.
    #[must_use]
    pub(super) fn of(value: i64, limit: i64) -> Self {
        Self::within(value, limit, limit * 11 / 9)
    }

    /// The same with the mark in the middle of more room, for what may go far beyond it.
    pub(super) fn with_room(value: i64, limit: i64) -> Self {
        Self::within(value, limit, limit * 5 / 3)
    }

    fn within(value: i64, limit: i64, room: i64) -> Self {
        let whole = room.max(value).max(1);
        Self { fill: percent(value, whole), mark: percent(limit, whole), over: value > limit }
    }
}

/// A part of a whole in per cent with two decimals.
pub(super) fn percent(part: i64, whole: i64) -> String {
    let hundredths = part.clamp(0, whole) * 10_000 / whole.max(1);
    format!("{}.{:02}%", hundredths / 100, hundredths % 100)
}

/// Hours against the cap.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub(super) struct HoursView {
    told: String,
    over: bool,
    meter: Meter,
}

impl HoursView {
    /// Those of a case; none where nothing is known.
    #[must_use]
    pub(super) fn of(case: &CaseFile, cap: u32, m: Messages) -> Option<Self> {
        let tenths = case.work().hours_tenths?;
        let meter = Meter::of(tenths, i64::from(cap) * 10);
        Some(Self { told: format!("{}\u{a0}h", Figure::tenths(tenths).told(m.language())), over: meter.over, meter })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_bar_leaves_room_beyond_its_mark_and_is_never_longer_than_itself() {
        let below = Meter::of(90, 180);
        assert_eq!((below.fill.as_str(), below.mark.as_str(), below.over), ("40.90%", "81.81%", false));
        let over = Meter::of(400, 180);
        assert_eq!((over.fill.as_str(), over.mark.as_str(), over.over), ("100.00%", "45.00%", true));
        assert_eq!(Meter::of(0, 0).fill, "0.00%");
    }
}
