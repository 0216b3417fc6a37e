//! `POST /f/<token>/send`: stores the answers, then gives the receipt. Sent twice, it is stored once.

use super::State;
use super::error::Failure;
use super::language::Asked;
use super::sent_form::SentForm;
use crate::desk::{Arrival, ReceiveError};
use crate::form::Form;
use crate::render::{About, Filled, ReceiptView};
use crate::store::{Receipt, Received};
use crate::text::{Messages, told_instant};
use axum::extract::Path;
use axum::http::StatusCode;
use axum::response::{Html, IntoResponse, Response};

pub(super) async fn receive(
    Asked(state): Asked,
    Path(token): Path<String>,
    sent: SentForm,
) -> Result<Response, Failure> {
    let desk = &state.desk;
    match desk.arrive(&token).await {
        Ok(Arrival::Open(invitation, form)) => {
            match desk.receive(&invitation, form, &sent.nonce, &sent.answers).await {
                Ok(Received::Stored(receipt)) => {
                    let about = state.about(&invitation).await.ok().flatten();
                    Ok(show(&state, form, &token, about, &receipt))
                }
                Ok(Received::AlreadyAnswered) => Err(Failure::answered(&state)),
                Err(ReceiveError::Mistakes(mistakes)) => {
                    let known = state.known(&invitation, form).await?;
                    let filled = Filled { given: &sent.answers, known: &known, mistakes: &mistakes, removed: None };
                    let status = StatusCode::UNPROCESSABLE_ENTITY;
                    state.questions(status, &token, (&invitation, form), &sent.nonce, filled).await
                }
                Err(ReceiveError::Store(error)) => Err(Failure::unavailable(&state, &error)),
            }
        }
        // A retry after a lost answer, or after a crash: the same page gets the same receipt.
        Ok(Arrival::Answered) => match desk.receive_again(&token, &sent.nonce, &sent.answers).await {
            Ok(Some((receipt, form))) => Ok(show(&state, form, &token, None, &receipt)),
            Ok(None) | Err(ReceiveError::Mistakes(_)) => Err(Failure::answered(&state)),
            Err(ReceiveError::Store(error)) => Err(Failure::unavailable(&state, &error)),
        },
        Ok(Arrival::Expired) => Err(Failure::expired(&state)),
        Ok(Arrival::NotEnded) => Err(Failure::not_ended(&state)),
        Ok(Arrival::Nowhere) => Err(Failure::nowhere(&state)),
        Err(error) => Err(Failure::unavailable(&state, &error)),
    }
}

fn show(state: &State, form: &Form, token: &str, about: Option<About>, receipt: &Receipt) -> Response {
    let at = told_instant(receipt.stored_at, &state.desk.instance.zone(), state.language);
    let stored_at = Messages::of(state.language).fill("form.stored_at", &[("at", &at)]);
    let front = format!("{}/index.html", state.language.code());
    let results = state.site.join(&front).is_file().then(|| format!("/{front}"));
    // Two groups of four are easier to read aloud.
    let code = format!("{}-{}", &receipt.code[..4], &receipt.code[4..]);
    let view = ReceiptView::new(state.frame(form, token, about), form, &code, stored_at, results, state.language);
    match state.desk.renderer.fill("form/receipt.html", &view) {
        Ok(html) => (StatusCode::OK, Html(html)).into_response(),
        Err(error) => {
            // What is stored is stored: a broken template of the instance must not hide the receipt.
            tracing::error!(%error, "the page of the receipt failed");
            let thanks = Messages::of(state.language).get("form.thanks");
            let page = format!("<!doctype html><title>{code}</title><p>{thanks}<p id=\"receipt\">{code}</p>");
            (StatusCode::OK, Html(page)).into_response()
        }
    }
}
