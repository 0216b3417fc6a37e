//! The desk of managers: numbers of everything at once, the outbox, import, figures. No case and no answer.

mod import;

use super::Signed;
use crate::desk::{PublishingError, ReleaseError, ResendError};
use crate::render::{FiguresView, OverviewView};
use crate::serve::error::Failure;
use crate::serve::{Route, Who};
use crate::store::Role;
use crate::text::{Messages, told_date};
use axum::extract::{Path, RawQuery};
use axum::http::StatusCode;
use axum::response::{IntoResponse, Redirect, Response};
use axum::routing::{get, post};

const MANAGERS: Who = Who::Staff(&[Role::Manager, Role::Admin]);
const FIGURES: Who = Who::Staff(&[Role::Manager, Role::Admin, Role::Publisher]);

pub(super) const ROUTES: &[Route] = &[
    Route::new("GET", "/desk/overview", MANAGERS, || get(overview)),
    Route::new("POST", "/desk/mails/{id}/resend", MANAGERS, || post(resend)),
    Route::new("POST", "/desk/mails/resend-all", MANAGERS, || post(resend_all)),
    Route::new("GET", "/desk/import", MANAGERS, || get(import::show)),
    Route::new("POST", "/desk/import", MANAGERS, || post(import::upload).layer(import::body_limit())),
    Route::new("POST", "/desk/import/rows", MANAGERS, || post(import::mend).layer(import::body_limit())),
    Route::new("POST", "/desk/import/rows.xlsx", MANAGERS, || post(import::sheet).layer(import::body_limit())),
    Route::new("GET", "/desk/figures", FIGURES, || get(figures)),
];

/// The value of a name in a query.
pub(super) fn asked<'q>(query: &'q RawQuery, name: &str) -> Option<&'q str> {
    query.0.as_deref()?.split('&').filter_map(|pair| pair.split_once('=')).find(|(n, _)| *n == name).map(|(_, v)| v)
}

async fn overview(signed: Signed, query: RawQuery) -> Result<Response, Failure> {
    let state = &signed.state;
    let overview = state.desk.overview(state.language).await.map_err(|error| Failure::unavailable(state, &error))?;
    let m = Messages::of(state.language);
    let number = asked(&query, "n").and_then(|n| n.parse::<usize>().ok()).unwrap_or(0);
    let done = match asked(&query, "done") {
        Some("resent") if number > 0 => Some(m.fill("manager.resent", &[("n", &number.to_string())])),
        Some("resent") => Some(m.get("manager.resent_none").to_owned()),
        Some("ended") => Some(m.get("manager.resend_ended").to_owned()),
        Some("no_address") => Some(m.get("manager.resend_no_address").to_owned()),
        Some("not_dead") => Some(m.get("manager.resend_not_dead").to_owned()),
        _ => None,
    };
    let frame = signed.frame(m.get("manager.title"), "/desk/overview");
    let view = OverviewView::new(frame, &overview, done, &state.desk.instance.zone(), state.language);
    Ok(state.page(StatusCode::OK, "staff/overview.html", &view))
}

async fn resend(signed: Signed, Path(id): Path<String>) -> Result<Redirect, Failure> {
    again(&signed, Some(&id)).await
}

async fn resend_all(signed: Signed) -> Result<Redirect, Failure> {
    again(&signed, None).await
}

async fn again(signed: &Signed, id: Option<&str>) -> Result<Redirect, Failure> {
    let state = &signed.state;
    let resent = state.desk.resend_dead(id).await.map_err(|error| Failure::unavailable(state, &error))?;
    Ok(match resent {
        Ok(n) => Redirect::to(&format!("/desk/overview?done=resent&n={n}")),
        Err(ResendError::NoAddress) => Redirect::to("/desk/overview?done=no_address"),
        Err(ResendError::NotDead) => Redirect::to("/desk/overview?done=not_dead"),
        Err(_) => Redirect::to("/desk/overview?done=ended"),
    })
}

async fn figures(signed: Signed) -> Result<Response, Failure> {
    let state = &signed.state;
    let frame = signed.frame(Messages::of(state.language).get("manager.figures"), "/desk/figures");
    let view = match state.desk.figures(&state.publishing).await {
        Ok((release, until)) => FiguresView::new(frame, &release, until, state.language),
        Err(PublishingError::Release(ReleaseError::Store(error)) | PublishingError::Store(error)) => {
            return Err(Failure::unavailable(state, &error));
        }
        Err(PublishingError::Release(refused)) => FiguresView::refused(frame, told(&refused, state.language)),
        Err(other) => FiguresView::refused(frame, other.to_string()),
    };
    Ok(state.page(StatusCode::OK, "staff/figures.html", &view).into_response())
}

/// Why there can be no release, in the reader's language.
pub(super) fn told(refused: &ReleaseError, language: crate::text::Language) -> String {
    let m = Messages::of(language);
    match refused {
        ReleaseError::NotOver(day) => m.fill("publisher.wrong_not_over", &[("day", &told_date(*day, language))]),
        ReleaseError::UnknownCategory { dimension, code } => {
            m.fill("publisher.wrong_category", &[("dimension", dimension), ("code", code)])
        }
        ReleaseError::Refused(_) => m.get("publisher.wrong_refused").to_owned(),
        ReleaseError::Store(_) | ReleaseError::Lost(_) => m.get("publisher.wrong_folder").to_owned(),
    }
}
