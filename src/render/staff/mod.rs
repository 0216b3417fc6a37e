//! The pages of staff.

mod figures;
mod frame;
mod import;
mod overview;
mod people;
mod releases;
mod sign_in;
mod tables;

pub use figures::FiguresView;
pub use frame::{SignedOutView, StaffFrame};
pub use import::{ImportTold, ImportView, Imported, RejectedCell, RejectedRow};
pub use overview::{CoachNumbers, DeadMailLine, Overview, OverviewView, Response};
pub use people::{RemoveStaffView, StaffTyped, StaffView};
pub use releases::{FileState, ReleasesTold, ReleasesView, TryView};
pub use sign_in::{AskedView, EnterView, EntryView, SignInView};
pub use tables::ReleasedTable;
