//! What can be done, one verb a file.
//!
//! Enters: commands from the entrances, with the clock and the source of randomness. Leaves: changes
//! in the store, reports, releases, sites, delivered mails. Refuses: what the rooms below refuse.

mod accept;
mod access;
mod ask_completion;
mod case_changes;
mod case_desk;
mod case_list;
mod contacts;
mod correct;
mod correct_release;
mod deliver;
mod draft;
mod erase;
mod export;
mod figures;
mod fill;
mod import;
mod import_rows;
mod interim;
mod invite;
mod next_step;
mod notify;
mod open_case;
mod overview;
mod paper;
#[cfg(test)]
mod pilot;
mod publish;
mod reading;
mod receive;
mod received_report;
mod rehearse;
mod release;
mod remind;
mod report_preview;
mod responses;
mod samples;
mod send_report;
mod shared_link;
mod sign_in;
mod staff;
mod token;
mod write_report;

pub use accept::{HandleError, QuestionFault};
pub use access::{IDLE, may_see};
pub use ask_completion::QUESTION_LENGTH;
pub use case_changes::ChangeError;
pub use case_desk::{CaseDesk, FilledForm, coach_reads, is_of_work};
pub use case_list::{CASES_A_PAGE, CaseList, CaseRow, PartyStands, TOLD_PARTIES};
pub use contacts::Added;
pub use correct::{REASON_LENGTH, ReasonFault, correction_reason};
pub use deliver::{DeliverySummary, ResendError};
pub use draft::{DRAFT_DAYS, Typed, is_kept};
pub use erase::{AT_ONCE, ClockDoubt, EraseError, ErasurePlan};
pub use export::{Copied, ExportError, Whose};
pub use figures::{
    BuildSite, EarlierReleases, Publishing, PublishingError, WriteRelease, build_site, past, releases, shown_by,
};
pub use fill::{filled_by, is_filled_again};
pub use import::{ImportError, ImportSummary};
pub use import_rows::{LeftRow, MendedRow, SheetImported};
pub use interim::InterimEdition;
pub use invite::{InviteError, OpenedLink};
pub use next_step::NextStep;
pub use open_case::{NewCase, OpenCaseError};
pub use publish::{Proof, PublishError, publish};
pub use reading::{Agreed, AskError, AssessedPair, ReadState, Reading, ToRead};
pub use receive::{Arrival, Closed, ReceiveError};
pub use received_report::ReceivedReport;
pub use rehearse::rehearse;
pub use release::{Past, ReleaseError, ReleaseOutcome};
pub use remind::Rounds;
pub use responses::{Mailed, PartyResponse};
pub use samples::{SAMPLE_DAY, sample_cases};
pub use sign_in::SIGN_IN_WITHIN;
pub use staff::{Departure, Newcomer, StaffError};
pub use token::{short_code, sign_in_code, typed_code};
pub use write_report::{OfficerEdition, ReportError, WrittenReport};

use crate::case::{CaseFile, CaseNumber};
use crate::form::Form;
use crate::instance::Instance;
use crate::render::{PdfPrinter, Renderer};
use crate::statistics::{Published, Statistics};
use crate::store::{Store, StoreError};
use crate::text::{Fingerprint, Language, hex};
use jiff::Timestamp;
use jiff::civil::Date;
use std::sync::Arc;

/// Tells the time; no room from here down reads the machine's clock.
pub type Clock = Arc<dyn Fn() -> Timestamp + Send + Sync>;
/// Fills bytes at random.
pub type Entropy = Arc<dyn Fn(&mut [u8]) + Send + Sync>;

/// Everything a verb needs.
#[derive(Clone)]
pub struct Desk {
    /// The store.
    pub store: Store,
    /// The settings.
    pub instance: Arc<Instance>,
    /// The forms.
    pub forms: Arc<Vec<Form>>,
    /// What is published.
    pub statistics: Arc<Statistics>,
    /// What was published elsewhere.
    pub published: Arc<Published>,
    /// The templates.
    pub renderer: Arc<Renderer>,
    /// Prints reports.
    pub printer: Arc<PdfPrinter>,
    /// The clock.
    pub clock: Clock,
    /// The source of randomness.
    pub entropy: Entropy,
}

impl std::fmt::Debug for Desk {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Desk").field("store", &self.store).finish_non_exhaustive()
    }
}

impl Desk {
    /// The form of that id.
    #[must_use]
    pub fn form(&self, id: &str) -> Option<&Form> {
        self.forms.iter().find(|f| f.id() == id)
    }

    /// Now.
    #[must_use]
    pub fn now(&self) -> Timestamp {
        (self.clock)()
    }

    /// A fresh 128-bit name for a row or a form page.
    #[must_use]
    pub fn fresh_id(&self) -> String {
        let mut bytes = [0; 16];
        (self.entropy)(&mut bytes);
        hex(&bytes)
    }

    /// A fresh 256-bit token and the hash under which alone it is kept.
    fn fresh_token(&self) -> (String, Fingerprint) {
        let mut bytes = [0; 32];
        (self.entropy)(&mut bytes);
        let token = hex(&bytes);
        let hash = token_hash(&token);
        (token, hash)
    }

    /// The language in which a form is put before somebody on a case: the case's own where the form has it, else
    /// the instance's.
    async fn language_of(&self, case: CaseNumber, form: &Form) -> Result<Language, StoreError> {
        let own = self.store.case(case).await?.and_then(|c| c.opening().language);
        let has = |l: &Language| form.languages(&self.instance).contains(l);
        Ok(own.filter(has).unwrap_or_else(|| self.instance.language()))
    }

    /// The language of a case's reports: its own where reports speak it, else the instance's.
    fn report_language(&self, case: &CaseFile) -> Language {
        let spoken = |l: &Language| self.instance.languages.value.contains(l);
        case.opening().language.filter(spoken).unwrap_or_else(|| self.instance.language())
    }

    /// The day in the instance's time zone.
    #[must_use]
    pub fn today(&self) -> Date {
        self.now().to_zoned(self.instance.zone()).date()
    }

    /// A link that opens in that language where the instance has several.
    fn in_language(&self, link: String, language: Language) -> String {
        if self.instance.languages.value.len() > 1 { format!("{link}?lang={}", language.code()) } else { link }
    }

    /// The address of a form behind a token, from the configured base, never from a request.
    fn link(&self, token: &str) -> String {
        format!("{}/f/{token}", self.instance.base_url.value)
    }
}

/// The hash under which a token is looked up.
#[must_use]
pub fn token_hash(token: &str) -> Fingerprint {
    Fingerprint::of(token)
}
