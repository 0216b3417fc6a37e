//! Disclosure control: the gate between exact tables and what anybody may see.
//!
//! Enters: what the cube counted, the policy, everything ever published. Leaves: a [`Release`], which exists only through
//! [`Release::control`] or by reading back the file that one wrote; its [`Witnesses`], which prove it and are never
//! public; the lines it adds to the [`Ledger`]. Refuses: a release in which a sensitive figure could be told, files that
//! were changed by hand.
//!
//! `primary` says what is sensitive, `solve` lets the engine (`witness`) grant figure after figure, `control` holds the
//! order. What a party answered is withheld whole while few of the invited, or none, did not answer (`response`).

mod block;
mod choices;
mod control;
mod correct;
mod elsewhere;
mod explain;
mod file;
mod ledger;
mod lined;
mod measured;
mod primary;
mod quality;
mod refusal;
mod response;
mod solve;
mod sums;
#[cfg(test)]
mod tests;
mod told;
pub mod witness;
mod witnesses;

pub use control::Before;
pub use correct::Correction;
pub use elsewhere::{Elsewhere, published_elsewhere};
pub use explain::explain;
pub use file::{ReleaseId, UnreadableRelease};
pub use ledger::{BrokenLedger, Ledger, LedgerEntry};
pub use lined::published_by;
pub use quality::Quality;
pub use refusal::{OpenCell, Refusal};
pub use witnesses::{Joint, WitnessBlock, WitnessPair, Witnesses};

use crate::comparison::Standing;
use crate::cube::{Attribute, Axis, Class, Cohort, Counted, Reading};
use crate::instance::Instance;
use crate::text::{Figure, Fingerprint, Text};
use jiff::Timestamp;
use jiff::civil::Date;
use serde::{Deserialize, Serialize};
use std::collections::BTreeMap;

/// What disclosure control leaves.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Controlled {
    /// What may be seen.
    pub release: Release,
    /// Its proof, never public.
    pub witnesses: Witnesses,
    /// What it adds to the ledger.
    pub entries: Vec<LedgerEntry>,
}

/// A frozen, disclosure-controlled set of tables.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Release {
    id: ReleaseId,
    as_of: Date,
    published_at: Timestamp,
    threshold: u32,
    mean_threshold: i64,
    threshold_reason: Option<Text>,
    notice: Option<Text>,
    licence: String,
    tables: Vec<PublishedTable>,
    /// Blocks of people with every code that their attributes can have.
    #[serde(default, skip_serializing_if = "BTreeMap::is_empty")]
    blocks: BTreeMap<String, Vec<Attribute>>,
    /// Tables of earlier cohorts as they were released, oldest first.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    earlier: Vec<PublishedTable>,
    withheld: Vec<Withheld>,
    /// The fair comparison.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    comparison: Vec<Standing>,
    /// What was corrected, the latest last.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    notes: Vec<Note>,
    /// Fingerprint of the ledger before this release.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    ledger: Option<Fingerprint>,
    /// Fingerprint of the internal file of this release.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    witnesses: Option<Fingerprint>,
    /// Fingerprint of everything above.
    fingerprint: Fingerprint,
}

/// A dated note for readers: figures that were corrected, or found wrong and left as they were.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Note {
    /// The day of the note.
    pub on: Date,
    /// The last day of the cohort.
    pub cohort: Date,
    /// What happened and why.
    pub text: Text,
}

/// A table as it is published; `None` is a withheld figure.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct PublishedTable {
    /// Its id, also its address.
    pub id: String,
    /// What it is about.
    pub title: Text,
    /// How its figures are to be understood.
    pub definition: Text,
    /// How it was protected.
    pub class: Class,
    /// The day at whose end its figures hold.
    pub as_of: Date,
    /// Where its figures come from.
    pub source: Text,
    /// Its axes.
    pub axes: Vec<Axis>,
    /// Its figures, the last axis running fastest.
    pub cells: Vec<Option<Figure>>,
    /// What each figure tells of people, as many as cells; empty where the table is open.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub reads: Vec<Reading>,
    /// The days whose people it counts; none where it counts everything so far.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub cohort: Option<Cohort>,
}

impl PublishedTable {
    /// The figure at these category codes, one for each axis.
    #[must_use]
    pub fn figure(&self, codes: &[&str]) -> Option<Figure> {
        if codes.len() != self.axes.len() {
            return None;
        }
        let mut at = 0;
        for (axis, code) in self.axes.iter().zip(codes) {
            at = at * axis.categories.len() + axis.categories.iter().position(|c| c.code == *code)?;
        }
        self.cells.get(at).copied().flatten()
    }

    /// The category codes of the cell at `at`, one for each axis.
    #[must_use]
    pub fn codes_at(&self, at: usize) -> Vec<&str> {
        codes_at(&self.axes, at)
    }

    /// True when some figure is withheld.
    #[must_use]
    pub fn has_withheld(&self) -> bool {
        self.cells.iter().any(Option::is_none)
    }
}

/// The category codes of the cell at `at`, one for each axis.
fn codes_at(axes: &[Axis], at: usize) -> Vec<&str> {
    let mut rest = at;
    let code = |axis: &'_ Axis| {
        let n = axis.categories.len();
        let place = rest % n;
        rest /= n;
        place
    };
    let places: Vec<usize> = axes.iter().rev().map(code).collect();
    axes.iter().zip(places.into_iter().rev()).map(|(axis, at)| axis.categories[at].code.as_str()).collect()
}

/// Why figures are withheld. Coarse on purpose: the reason must not narrow the figure down further
/// than the published rule does.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Reason {
    /// The group is small, or the figure would give a small group away together with others. One reason for both: which
    /// of them it is would itself tell.
    Protected,
    /// The table has a group of fewer people than the threshold.
    SmallGroup,
    /// A mean rests on too few people, is so extreme that it tells the single grades, or would tell
    /// with other figures how few gave none.
    MeanRule,
    /// The size of the group is not published anywhere; earlier releases told it so.
    GroupSizeNotPublished,
    /// The figure together with those beside it would give the sizes of the groups; earlier releases told it so.
    WouldGiveGroupSizes,
    /// Few were invited, or few cases closed without an invitation.
    FewInvitations,
    /// Few answered, or few or none of the invited did not: the numbers of the others would tell how many.
    FewResponses,
}

/// Which figures of a table are withheld and why; never their values.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Withheld {
    /// The table.
    pub table: String,
    /// The category codes of each withheld cell.
    pub cells: Vec<Vec<String>>,
    /// Why.
    pub reason: Reason,
}

impl Release {
    /// Lets disclosure control decide on everything that was counted.
    ///
    /// # Errors
    /// When a sensitive figure could be told whatever is withheld, or the facts do not fit what was published.
    pub fn control(
        counted: &Counted,
        before: &Before<'_>,
        instance: &Instance,
        (id, published_at): (ReleaseId, Timestamp),
        watermark: i64,
    ) -> Result<Controlled, Refusal> {
        Self::decided(counted, before, instance, (id, published_at), watermark, Vec::new())
    }

    /// Puts corrected tables in the place of those of a released cohort. At least as many records as the threshold must
    /// have changed, or the change itself would tell of a person.
    ///
    /// # Errors
    /// When too few records changed, or a sensitive figure could be told.
    pub fn correct(
        correction: &Correction<'_>,
        before: &Before<'_>,
        instance: &Instance,
        (id, published_at): (ReleaseId, Timestamp),
        watermark: i64,
    ) -> Result<Controlled, Refusal> {
        correct::refuse_again(correction.cohort, before)?;
        let counted = correct::corrected(correction, &instance.policy.value)?;
        let note = Note { on: correction.on, cohort: correction.cohort, text: correction.reason.clone() };
        Self::decided(&counted, before, instance, (id, published_at), watermark, vec![note])
    }

    /// The same figures under another id with one more note; nothing new is told, so the proof stays what it is.
    #[must_use]
    pub fn noted(
        &self,
        note: Note,
        kept: &Witnesses,
        (id, published_at): (ReleaseId, Timestamp),
        ledger: &Ledger,
    ) -> Controlled {
        let witnesses = Witnesses { release: id.to_string(), ..kept.clone() };
        let mut release = Self {
            as_of: id.as_of(),
            id,
            published_at,
            ledger: Some(ledger.head()),
            witnesses: Some(Fingerprint::of(witnesses.to_json())),
            ..self.clone()
        };
        release.notes.push(note);
        release.fingerprint = release.own_fingerprint();
        Controlled { release, witnesses, entries: Vec::new() }
    }

    fn decided(
        counted: &Counted,
        before: &Before<'_>,
        instance: &Instance,
        (id, published_at): (ReleaseId, Timestamp),
        watermark: i64,
        notes: Vec<Note>,
    ) -> Result<Controlled, Refusal> {
        let policy = &instance.policy.value;
        let mut decided = control::control(counted, before, policy);
        refusal::refuse(counted, before, &decided)?;
        // Blocks of which nothing new is told keep their proof.
        let kept = before.witnesses.last().map_or(&[][..], |w| &w.blocks);
        let is_there = |b: &&WitnessBlock| decided.blocks.iter().any(|d| d.id == b.id);
        let kept: Vec<WitnessBlock> = kept.iter().filter(|b| !is_there(b)).cloned().collect();
        decided.blocks.extend(kept);
        let mut blocks = before.earlier.last().map_or_else(BTreeMap::new, |r| r.blocks.clone());
        for people in &counted.people {
            let corrected =
                blocks.get(&people.id).and_then(|b: &Vec<Attribute>| b.iter().find(|a| a.id == block::RECORD)).cloned();
            let has = people.attributes.iter().any(|a| a.id == block::RECORD);
            let mut attributes: Vec<Attribute> =
                people.attributes.iter().cloned().chain(corrected.filter(|_| !has)).collect();
            // Codes that earlier tables name stay, such as cohorts that nothing counts any more.
            for attribute in &mut attributes {
                let known = blocks.get(&people.id).and_then(|b| b.iter().find(|a| a.id == attribute.id));
                let codes = known.into_iter().flat_map(|a| &a.codes);
                let gone: Vec<String> = codes.filter(|c| !attribute.codes.contains(c)).cloned().collect();
                attribute.codes.splice(0..0, gone);
            }
            blocks.insert(people.id.clone(), attributes);
        }
        let earlier_notes = before.earlier.last().map_or_else(Vec::new, |r| r.notes.clone());
        let comparison = lined::comparison(counted, &decided.tables, before.earlier);
        let witnesses = Witnesses {
            release: id.to_string(),
            threshold: policy.threshold,
            watermark,
            joint: decided.joint,
            blocks: decided.blocks,
        };
        let lined::Lined { tables, earlier, entries } =
            lined::lined(decided.tables, before.earlier, &id, !notes.is_empty());
        let mut release = Self {
            as_of: id.as_of(),
            id,
            published_at,
            threshold: policy.threshold,
            mean_threshold: policy.mean_threshold(),
            threshold_reason: policy.threshold_reason.clone(),
            notice: instance.notice.clone(),
            licence: instance.licence.clone(),
            tables,
            blocks,
            earlier,
            withheld: decided.withheld,
            comparison,
            notes: earlier_notes.into_iter().chain(notes).collect(),
            ledger: Some(before.ledger.head()),
            witnesses: Some(Fingerprint::of(witnesses.to_json())),
            fingerprint: Fingerprint::of(b""),
        };
        release.fingerprint = release.own_fingerprint();
        Ok(Controlled { release, witnesses, entries })
    }

    /// Its id, such as `2025-11-30.1`.
    #[must_use]
    pub fn id(&self) -> &ReleaseId {
        &self.id
    }

    /// The day at whose end the figures hold.
    #[must_use]
    pub fn as_of(&self) -> Date {
        self.as_of
    }

    /// When it was released.
    #[must_use]
    pub fn published_at(&self) -> Timestamp {
        self.published_at
    }

    /// The threshold k.
    #[must_use]
    pub fn threshold(&self) -> u32 {
        self.threshold
    }

    /// People a mean needs.
    #[must_use]
    pub fn mean_threshold(&self) -> i64 {
        self.mean_threshold
    }

    /// Why the threshold is below five, if it is.
    #[must_use]
    pub fn threshold_reason(&self) -> Option<&Text> {
        self.threshold_reason.as_ref()
    }

    /// The label that must stand on every page.
    #[must_use]
    pub fn notice(&self) -> Option<&Text> {
        self.notice.as_ref()
    }

    /// Licence of the open data.
    #[must_use]
    pub fn licence(&self) -> &str {
        &self.licence
    }

    /// The tables in order.
    #[must_use]
    pub fn tables(&self) -> &[PublishedTable] {
        &self.tables
    }

    /// Every code of each attribute of the blocks that tables count, by the id of the block.
    #[must_use]
    pub fn blocks(&self) -> &BTreeMap<String, Vec<Attribute>> {
        &self.blocks
    }

    /// The tables of earlier cohorts as they were released, oldest first; an id may be there more than once.
    #[must_use]
    pub fn earlier(&self) -> &[PublishedTable] {
        &self.earlier
    }

    /// Notes on corrections, the latest last.
    #[must_use]
    pub fn notes(&self) -> &[Note] {
        &self.notes
    }

    /// True when this is the internal file that was made with the release.
    #[must_use]
    pub fn is_witnessed_by(&self, witnesses: &Witnesses) -> bool {
        self.witnesses.as_ref().is_none_or(|f| *f == Fingerprint::of(witnesses.to_json()))
    }

    /// Fingerprint of the ledger as it was before this release.
    #[must_use]
    pub fn ledger(&self) -> Option<&Fingerprint> {
        self.ledger.as_ref()
    }

    /// The fair comparison of providers; empty where there is none.
    #[must_use]
    pub fn comparison(&self) -> &[Standing] {
        &self.comparison
    }

    /// The same release with a comparison that was invented for a test.
    #[cfg(test)]
    pub(crate) fn with_comparison(mut self, comparison: Vec<Standing>) -> Self {
        self.comparison = comparison;
        self
    }

    /// The table of that id.
    #[must_use]
    pub fn table(&self, id: &str) -> Option<&PublishedTable> {
        self.tables.iter().find(|t| t.id == id)
    }

    /// What is withheld and why.
    #[must_use]
    pub fn withheld(&self) -> &[Withheld] {
        &self.withheld
    }
}
