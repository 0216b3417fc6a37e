//! Erases what belongs to a person, or has been kept long enough.

use super::{Desk, InviteError};
use crate::case::CaseNumber;
use crate::form::Party;
use crate::report::{READING, SELF_ASSESSMENTS};
use crate::store::{Erased, Erasure, ErasureKind, ErasureReason, StoreError, submission_mark};
use jiff::civil::Date;
use jiff::{SignedDuration, Timestamp, ToSpan};
use std::io;

/// How far the clock may stand behind the last entry of the audit log.
const BEHIND: SignedDuration = SignedDuration::from_hours(2);
/// Days without any entry after which a clock is doubted when cases are erased for their age, and for how long: also
/// what was noted by a clock that had jumped does not vouch for it.
const QUIET_DAYS: i64 = 31;
const DOUBTED_DAYS: i64 = 2 * QUIET_DAYS;

/// Cases that are erased in one transaction: others wait for it.
pub const AT_ONCE: usize = 100;

/// What is to be erased; nothing is before [`Desk::erase`].
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ErasurePlan {
    /// What is erased.
    pub erasures: Vec<Erasure>,
    /// How much that takes.
    pub takes: Erased,
    /// Of one case: its number, and the one in the sheet.
    pub named: Option<(CaseNumber, Option<String>)>,
    /// Of one answer: who gave it, about which case.
    pub whose: String,
    /// Of erasures for age: the last day on which a coaching may have ended that is due.
    pub ended_by: Option<Date>,
}

/// A clock that does not fit what was noted by it before.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
#[error(
    "the clock says {now}, but the last entry of the audit log is of {last}: either the clock is wrong now, or it was then"
)]
pub struct ClockDoubt {
    /// What the clock says.
    pub now: Timestamp,
    /// When something was noted last.
    pub last: Timestamp,
}

/// Why nothing was erased.
#[derive(Debug, thiserror::Error)]
pub enum EraseError {
    /// There is no such case.
    #[error("there is no case {0}, neither by our number nor by the sheet's")]
    NoCase(String),
    /// It is not clear which case is meant.
    #[error(transparent)]
    Ambiguous(InviteError),
    /// The case was erased before.
    #[error("case {case} was erased on {on}")]
    ErasedBefore {
        /// Its number.
        case: String,
        /// The day.
        on: Date,
    },
    /// There is no such submission.
    #[error("there is no answer with the receipt {0}; it has eight letters and digits, such as ABCD-2345")]
    NoReceipt(String),
    /// The coach's part of the closing report belongs to the case.
    #[error(
        "this is the coach's closing report, which belongs to case {0}: `palaute erase {0}` erases the whole case, and a corrected report is sent through a new link"
    )]
    Report(CaseNumber),
    /// What a sent report holds goes with the case alone.
    #[error(
        "these answers stand in the closing report of case {0}, which was sent and is frozen: `palaute erase {0}` erases the whole case with its reports; ask the office to erase its copies, too"
    )]
    InReport(CaseNumber),
    /// How long cases are kept is not set.
    #[error("palaute.yaml sets no `retention_days`, so every case is kept")]
    NoRetention,
    /// More is due than was said.
    #[error(
        "{due} case(s) are due, more than the {at_most} that were allowed; nothing was erased. Look at what `palaute purge` lists"
    )]
    TooMany {
        /// How many are due.
        due: usize,
        /// How many may be.
        at_most: usize,
    },
    /// The clock cannot be trusted with it.
    #[error(transparent)]
    Clock(#[from] ClockDoubt),
    /// The clock may have jumped forward.
    #[error(
        "nothing was noted between {from} and {until}: either nobody used the program for so long, or the clock has jumped"
    )]
    Quiet {
        /// The last day before.
        from: Date,
        /// The first day after, or today.
        until: Date,
    },
    /// The list of erasures could not be written.
    #[error("erasures.jsonl could not be written; nothing was erased")]
    List(#[source] io::Error),
    /// The list is written, but the store failed.
    #[error(
        "the database could not erase it now; it stands in erasures.jsonl, and the next command or start of the server erases it"
    )]
    Later(#[source] StoreError),
    /// The database takes the case for erased, and has it.
    #[error(
        "case {0} is still there, although the database says that it was erased: somebody has changed the database; run `palaute verify`"
    )]
    StillThere(String),
    /// The store failed; nothing was erased.
    #[error(transparent)]
    Store(#[from] StoreError),
}

impl Desk {
    /// What erasing a case would take: everything about it, whoever gave it.
    ///
    /// # Errors
    /// When there is no such case, or the store fails.
    pub async fn plan_erasing_case(&self, case: &str) -> Result<ErasurePlan, EraseError> {
        let number = match self.find_case(case).await {
            Ok(number) => number,
            Err(InviteError::Store(error)) => return Err(error.into()),
            Err(error @ InviteError::Ambiguous { .. }) => return Err(EraseError::Ambiguous(error)),
            Err(_) => return Err(self.no_case(case).await?),
        };
        let mut plan = ErasurePlan {
            erasures: Vec::new(),
            takes: Erased::default(),
            named: None,
            whose: String::new(),
            ended_by: None,
        };
        plan.named = self.store.case(number).await?.map(|c| (number, c.imported_number().map(str::to_owned)));
        self.add_case(&mut plan, number, ErasureReason::Asked).await?;
        Ok(plan)
    }

    /// Why there is no such case.
    pub(super) async fn no_case(&self, case: &str) -> Result<EraseError, StoreError> {
        let erasures = self.store.erasures().await?;
        let known = erasures.into_iter().find(|e| e.subject == case || e.is_of_imported(case));
        Ok(match known {
            Some(e) => EraseError::ErasedBefore { on: e.at.to_zoned(self.instance.zone()).date(), case: e.subject },
            None => EraseError::NoCase(case.to_owned()),
        })
    }

    /// What erasing one submission would take, by the receipt that the person has.
    ///
    /// # Errors
    /// When there is none with that receipt, it is a coach's report, or the store fails.
    pub async fn plan_erasing_answer(&self, receipt: &str) -> Result<ErasurePlan, EraseError> {
        let plain = plain_receipt(receipt);
        let named = self.store.submission_by_receipt(&plain).await?;
        let named = named.ok_or_else(|| EraseError::NoReceipt(receipt.to_owned()))?;
        if named.party == Party::Coach {
            return Err(EraseError::Report(named.case));
        }
        let sent = self.store.sent_versions(named.case).await?;
        if !sent.is_empty() && stands_in_reports(&named.form) {
            return Err(EraseError::InReport(named.case));
        }
        let whose = format!("{}, about case {}", named.party.code(), named.case);
        let erasure = Erasure {
            kind: ErasureKind::Submission,
            mark: submission_mark(&named.id),
            subject: named.id,
            imported: None,
            reason: ErasureReason::Asked,
            at: self.now(),
        };
        let takes = Erased { submissions: 1, ..Erased::default() };
        Ok(ErasurePlan { erasures: vec![erasure], takes, named: None, whose, ended_by: None })
    }

    /// Which cases have been kept for as long as the settings say, counted from the end of the coaching.
    ///
    /// # Errors
    /// When the settings do not say how long, or the store fails.
    pub async fn plan_purge(&self) -> Result<ErasurePlan, EraseError> {
        let days = self.instance.retention_days.as_ref().ok_or(EraseError::NoRetention)?.value;
        let ended_by = self.today().saturating_sub(i64::from(days).days());
        let mut plan = ErasurePlan {
            erasures: Vec::new(),
            takes: Erased::default(),
            named: None,
            whose: String::new(),
            ended_by: Some(ended_by),
        };
        for case in self.store.cases().await? {
            if case.ending().is_some_and(|e| e.on <= ended_by) {
                self.add_case(&mut plan, case.number(), ErasureReason::Age).await?;
            }
        }
        Ok(plan)
    }

    async fn add_case(
        &self,
        plan: &mut ErasurePlan,
        number: CaseNumber,
        reason: ErasureReason,
    ) -> Result<(), StoreError> {
        if let Some(erasure) = self.store.erasure_of_case(number, reason, self.now()).await? {
            plan.takes.add(&self.store.holdings(number).await?);
            plan.erasures.push(erasure);
        }
        Ok(())
    }

    /// Refuses a purge of more cases than `at_most`, and one by a clock that may have jumped.
    ///
    /// # Errors
    /// See [`EraseError`].
    pub async fn allow_purge(&self, plan: &ErasurePlan, at_most: usize, trust_clock: bool) -> Result<(), EraseError> {
        let due = plan.erasures.len();
        if due > at_most {
            return Err(EraseError::TooMany { due, at_most });
        }
        if trust_clock {
            return Ok(());
        }
        if let Some(doubt) = self.clock_doubt().await? {
            return Err(doubt.into());
        }
        self.quiet().await?.map_or(Ok(()), |(from, until)| Err(EraseError::Quiet { from, until }))
    }

    /// Two days of late between which nothing was noted for so long that the clock may have jumped.
    pub(super) async fn quiet(&self) -> Result<Option<(Date, Date)>, StoreError> {
        let now = self.now();
        let from = now.checked_sub((24 * DOUBTED_DAYS).hours()).unwrap_or(now);
        let mut days = self.store.days_noted_since(from).await?;
        days.push(now.to_zoned(jiff::tz::TimeZone::UTC).date());
        let quiet = days.windows(2).find(|pair| i64::from((pair[1] - pair[0]).get_days()) > QUIET_DAYS);
        Ok(quiet.map(|pair| (pair[0], pair[1])))
    }

    /// Whether the clock stands far behind the last entry of the audit log.
    ///
    /// # Errors
    /// When the store fails.
    pub async fn clock_doubt(&self) -> Result<Option<ClockDoubt>, StoreError> {
        let now = self.now();
        let Some(last) = self.store.last_noted_at().await? else { return Ok(None) };
        let passed = now.duration_since(last);
        Ok((passed < -BEHIND).then_some(ClockDoubt { now, last }))
    }

    /// Erases what was planned. `remember` writes the erasures to the list that survives a restore, first: should
    /// the program be cut off between, whoever opens the store next does the rest.
    ///
    /// # Errors
    /// When the list or the store cannot be written: then nothing was erased.
    pub async fn erase(
        &self,
        plan: ErasurePlan,
        remember: impl FnOnce(&[Erasure]) -> io::Result<()>,
    ) -> Result<Erased, EraseError> {
        remember(&plan.erasures).map_err(EraseError::List)?;
        let (planned, mut erased) = (plan.erasures, Erased::default());
        for some in planned.chunks(AT_ONCE) {
            erased.add(&self.store.erase(some.to_vec(), self.now()).await.map_err(EraseError::Later)?);
        }
        for erasure in planned.iter().filter(|e| e.kind == ErasureKind::Case) {
            let Ok(number) = erasure.subject.parse() else { continue };
            let there = self.store.erasure_of_case(number, erasure.reason, erasure.at).await?;
            if there.is_some_and(|e| e.mark == erasure.mark) {
                return Err(EraseError::StillThere(erasure.subject.clone()));
            }
        }
        // Somebody else's command may have found them in the list and erased them first.
        Ok(if erased.cases + erased.submissions == 0 { plan.takes } else { erased })
    }
}

/// True for a form whose answers are told in the closing report itself: they are frozen with it.
fn stands_in_reports(form: &str) -> bool {
    form == READING || SELF_ASSESSMENTS.contains(&form)
}

/// A receipt as it is stored, however it was written down.
pub(super) fn plain_receipt(receipt: &str) -> String {
    receipt.chars().filter(char::is_ascii_alphanumeric).map(|c| c.to_ascii_uppercase()).collect()
}
