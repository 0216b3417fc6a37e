//! `GET /desk`: to the first page of whoever has signed in.

use super::Signed;
use super::frame::first_page;
use crate::serve::{Route, Who};
use crate::store::Role;
use axum::response::Redirect;
use axum::routing::get;

pub(super) const ROUTES: &[Route] = &[Route::new("GET", "/desk", Who::Staff(&Role::ALL), || get(home))];

async fn home(signed: Signed) -> Redirect {
    Redirect::to(first_page(signed.staff.role))
}
