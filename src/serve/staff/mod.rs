//! The desks of staff under `/desk`. Whoever may use a route is said where the route is listed, and held before its
//! handler runs; which case a handler may show, by [`Desk::case_for`](crate::desk::Desk::case_for).

mod admin;
mod asks;
mod coach;
mod correct;
mod frame;
mod gate;
mod home;
mod manager;
mod officer;
mod publisher;
mod reading;
mod sent_report;
mod sign_in;

pub(super) use asks::Asks;
pub(super) use gate::{Signed, gate, session_cookie};

use super::Route;

/// The routes of every desk.
pub(super) const ROUTES: [&[Route]; 10] = [
    sign_in::ROUTES,
    home::ROUTES,
    coach::ROUTES,
    reading::ROUTES,
    sent_report::ROUTES,
    correct::ROUTES,
    officer::ROUTES,
    manager::ROUTES,
    publisher::ROUTES,
    admin::ROUTES,
];
