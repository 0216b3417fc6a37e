//! The pages of staff.

mod frame;

pub use frame::{SignedOutView, StaffFrame};
