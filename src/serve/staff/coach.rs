//! TO BE WRITTEN.

use crate::serve::Route;

pub(super) const ROUTES: &[Route] = &[];
