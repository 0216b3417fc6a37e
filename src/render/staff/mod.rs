//! The pages of staff.

mod figures;
mod frame;
mod import;
mod overview;
mod people;
mod releases;
mod report_page;
mod reports;
mod sent_report;
mod sign_in;
mod tables;
mod to_read;

pub use figures::FiguresView;
mod case;
mod cases;
mod field;
mod filled;
mod meter;
pub use case::{CaseShown, CaseView, Lane, NoteTyped, ShownForm, ShownNext};
pub use cases::{CaseRowView, CasesFilter, CasesView, ColumnHeading, GoalView, TabView};
pub use field::{DeskField, DeskFormView, FieldChoice, FieldMistake};
pub use filled::{FilledView, FormWayView, KnownAddress};
pub use frame::{SignedOutView, StaffFrame};
pub use import::{ImportTold, ImportView, Imported, RejectedCell, RejectedRow, rows_workbook};
pub use overview::{CoachNumbers, DeadMailLine, Overview, OverviewView, Response};
pub use people::{RemoveStaffView, StaffTyped, StaffView};
pub use releases::{FileState, ReleasesTold, ReleasesView, TryView};
pub use report_page::{FilledPart, NotDoneView, ReportPage, ReportPageView, TypedQuestion, VersionView};
pub use reports::{OutcomeChoice, ReportHeading, ReportRowView, ReportTabView, ReportsShown, ReportsView};
pub use sent_report::{CorrectView, DraftState, InterimRow, SentReportView, VersionRow};
pub use sign_in::{AskedView, EnterView, EntryView, SignInView};
pub use tables::ReleasedTable;
pub use to_read::ToReadView;
