//! Chart geometry: figures in, positions out; templates draw them.
//!
//! Enters: published figures. Leaves: positions along the plot in per cent and across it in pixels,
//! so that one SVG stretches from 320 to 1280 px while its text keeps its size. Refuses nothing; a
//! withheld figure becomes a place without length, the same whatever is hidden.

mod bars;
mod flow;
mod funnel;
mod line;
mod range;
mod stack;

pub use bars::{Bar, Bars};
pub use flow::{Flow, FlowInput, FlowRow, FlowStep, response_rate};
pub use funnel::{Funnel, FunnelInput, FunnelPoint};
pub use line::{Line, LineInput, LinePoint, Tick};
pub use range::{Range, RangeInput, RangeRow};
pub use stack::{Segment, Stack};

/// A share of the plot as an attribute value: `43.33%`, at most two decimals, no trailing zeros.
#[must_use]
pub fn percent(share: f64) -> String {
    format!("{}%", coordinate(share * 100.0))
}

/// A coordinate with at most two decimals and no trailing zeros, so the same input gives the same bytes.
#[must_use]
pub fn coordinate(x: f64) -> String {
    let text = format!("{x:.2}");
    let short = text.trim_end_matches('0').trim_end_matches('.');
    if short.is_empty() || short == "-0" { "0".to_owned() } else { short.to_owned() }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn coordinates_are_short_and_stable() {
        assert_eq!(percent(0.433_333), "43.33%");
        assert_eq!(percent(0.5), "50%");
        assert_eq!(coordinate(-0.001), "0");
        assert_eq!(coordinate(100.0), "100");
    }
}
