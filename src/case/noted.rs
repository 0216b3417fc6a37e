//! What a coach's notes say beforehand for the closing report.

use super::{CaseFile, Note};

/// Most characters of the findings; the report's field holds no more.
const FINDINGS: usize = 300;
/// Of the hours that were noted with a phase, this share and more is a lot, in hundredths.
const A_LOT: i64 = 40;

impl CaseFile {
    /// The findings of feedback and three-party talks, one after the other, cut at what the report holds.
    #[must_use]
    pub fn noted_findings(&self) -> Option<String> {
        let mut talks: Vec<&Note> = self.notes().values().filter(|n| n.kind.is_talk() && n.text.is_some()).collect();
        talks.sort_by_key(|n| n.on);
        let told: Vec<&str> = talks.iter().filter_map(|n| n.text.as_deref()).collect();
        let told: String = told.join("\n").chars().take(FINDINGS).collect();
        (!told.is_empty()).then_some(told)
    }

    /// How much there was of a phase by the hours noted: `none`, `some` or `a_lot`; nothing where no hours tell their phase.
    #[must_use]
    pub fn noted_amount(&self, phase: &str) -> Option<&'static str> {
        let hours = |wanted: Option<&str>| -> i64 {
            let told = self.notes().values().filter(|n| n.phase.is_some());
            told.filter(|n| wanted.is_none() || n.phase.as_deref() == wanted).map(|n| n.hours_tenths).sum()
        };
        let noted = self.notes().values().any(|n| n.phase.as_deref() == Some(phase));
        match (hours(None), hours(Some(phase))) {
            (_, 0) if noted => Some("some"),
            (0, _) => None,
            (_, 0) => Some("none"),
            (all, of_phase) if of_phase * 100 >= all * A_LOT => Some("a_lot"),
            _ => Some("some"),
        }
    }
}

#[cfg(test)]
mod tests {
    use crate::case::{CaseEvent, CaseFile, CaseNumber, Note, NoteKind, Opening};
    use jiff::civil::date;

    #[test]
    fn notes_tell_the_findings_of_talks_in_the_order_of_days_and_how_much_there_was_of_each_phase() {
        let opening = Opening {
            office: "area".into(),
            provider: "provider".into(),
            coach: "Valmentaja 1".into(),
            municipality: None,
            gender: None,
            origin: None,
            age_group: None,
            client_since: date(2024, 8, 5),
            coaching_started: date(2024, 11, 4),
            language: None,
        };
        let opened = CaseEvent::Opened { imported_number: None, opening };
        let mut case = CaseFile::fold(CaseNumber::new(2025, 1), &[opened]).unwrap();
        assert_eq!((case.noted_findings(), case.noted_amount("find")), (None, None));
        let note = |day, kind, hours_tenths, phase: Option<&str>, text: &str| CaseEvent::Noted {
            note: Note {
                on: date(2024, 12, day),
                kind,
                hours_tenths,
                phase: phase.map(str::to_owned),
                text: Some(text.to_owned()),
            },
        };
        for event in [
            note(9, NoteKind::FeedbackTalk, 10, Some("find"), "Toinen."),
            note(2, NoteKind::ThreePartyTalk, 10, None, "Ensin."),
            note(3, NoteKind::Work, 60, Some("direct"), "Ei keskustelu."),
            note(4, NoteKind::Meeting, 20, Some("path"), ""),
        ] {
            case.apply(&event).unwrap();
        }
        assert_eq!(case.noted_findings().as_deref(), Some("Ensin.\nToinen."));
        let amounts = ["direct", "find", "stabilise", "path"].map(|phase| case.noted_amount(phase));
        assert_eq!(amounts, [Some("a_lot"), Some("some"), Some("none"), Some("some")]);
    }
}
