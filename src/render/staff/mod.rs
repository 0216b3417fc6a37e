//! The pages of staff.

mod frame;
mod people;
mod sign_in;

pub use frame::{SignedOutView, StaffFrame};
pub use people::{RemoveStaffView, StaffTyped, StaffView};
pub use sign_in::{AskedView, EnterView, EntryView, SignInView};
