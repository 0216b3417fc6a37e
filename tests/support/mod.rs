//! What the tests of the whole program share: a running demo and the processes behind it.

pub(crate) mod axe;
pub(crate) mod browser;
pub(crate) mod demo;
pub(crate) mod preview;
pub(crate) mod process;
