//! Uniform reports, always in the same order of sections.
//!
//! Enters: a [`CaseFile`](crate::case::CaseFile), what the coach answered, what the parties answered and
//! the instance's names. Leaves: a [`ClosingReport`], the same for the same case, the officer's
//! [`FeedbackAnnex`] and the JSON Schema of both. Refuses: a case that has not ended; a party's answer
//! in the coach's part; an answer that its form promised to nobody, in the annex too.

mod annex;
mod clients_part;
mod coach;
mod doubts;
mod feedback;
mod file;
mod interim;
mod parts;
mod schema;
mod sections;
mod sent;
mod summary;
#[cfg(test)]
mod tests;

pub use annex::{ANNEX_DAYS, AnnexState, COMMUNITY_NEEDED, annex_state};
pub use clients_part::{Change as AssessedChange, READING, Remark, SELF_ASSESSMENTS, reading, self_assessment};
pub use coach::{contract, settles};
pub use doubts::{Doubt, doubts};
pub use feedback::{
    AnsweredQuestion, FeedbackAnnex, FeedbackState, PartyFeedback, QuestionTogether, Received, Share, Sheet,
};
pub use file::{Edition, ReportFile, ReportName};
pub use interim::{INTERIM, InterimLine, InterimReport, InterimSection};
pub use parts::{
    Achievement, Background, ClosingReport, Coaching, Coded, Course, Goal, GoalReached, NextAction, Phase, Plan,
    Response, Source,
};
pub use schema::{SCHEMA_ID, SCHEMA_VERSION, schema};
pub use sections::{NotEnded, recorded, responses};
pub use sent::{Difference, FormUsed, Sent};
pub use summary::{GoalCounts, Summary};

/// The choice of a goal that did not change.
const UNCHANGED: &str = "unchanged";
