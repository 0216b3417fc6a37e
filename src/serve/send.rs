//! `POST /f/<token>/send`: stores the answers, then gives the receipt. Sent twice, it is stored once.

use super::State;
use super::error::Failure;
use super::journey;
use super::language::Asked;
use super::sent_form::SentForm;
use super::visit::Page;
use crate::desk::{Arrival, ReceiveError};
use crate::form::Form;
use crate::render::{FormFrame, ReceiptView};
use crate::store::{Receipt, Received};
use crate::text::{Language, Messages, told_instant};
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
            let visit = state.meet(invitation, form).await?;
            match desk.receive(&visit.invitation, form, &sent.nonce, &sent.answers).await {
                Ok(Received::Stored(receipt)) => {
                    Ok(show(&state, state.frame(&visit, &token), form, visit.language, &receipt))
                }
                Ok(Received::AlreadyAnswered) => Err(Failure::answered(&state)),
                Err(ReceiveError::Mistakes(mistakes)) => {
                    let step = journey::to_mend(form, visit.keying(), mistakes);
                    let status = StatusCode::UNPROCESSABLE_ENTITY;
                    let page = Page {
                        status,
                        nonce: &sent.nonce,
                        given: &sent.answers,
                        removed: None,
                        then_check: sent.then_check,
                    };
                    state.questions(&token, &visit, &step, page).await
                }
                Err(ReceiveError::Store(error)) => Err(Failure::unavailable(&state, &error)),
            }
        }
        // A retry after a lost answer, or after a crash: the same page gets the same receipt.
        Ok(Arrival::Answered) => match desk.receive_again(&token, &sent.nonce, &sent.answers).await {
            Ok(Some((receipt, form))) => {
                let language = state.language_of(form);
                Ok(show(&state, state.frame_of(form, &token, None, language), form, language, &receipt))
            }
            Ok(None) | Err(ReceiveError::Mistakes(_)) => Err(Failure::answered(&state)),
            Err(ReceiveError::Store(error)) => Err(Failure::unavailable(&state, &error)),
        },
        Ok(Arrival::Expired) => Err(Failure::expired(&state)),
        Ok(Arrival::NotEnded) => Err(Failure::not_ended(&state)),
        Ok(Arrival::Nowhere) => Err(Failure::nowhere(&state)),
        Err(error) => Err(Failure::unavailable(&state, &error)),
    }
}

fn show(state: &State, frame: FormFrame, form: &Form, language: Language, receipt: &Receipt) -> Response {
    let at = told_instant(receipt.stored_at, &state.desk.instance.zone(), language);
    let stored_at = Messages::of(language).fill("form.stored_at", &[("at", &at)]);
    let front = format!("{}/index.html", language.code());
    let results = state.site.join(&front).is_file().then(|| format!("/{front}"));
    // Two groups of four are easier to read aloud.
    let code = format!("{}-{}", &receipt.code[..4], &receipt.code[4..]);
    let view = ReceiptView::new(frame, form, &code, stored_at, results, language);
    match state.desk.renderer.fill("form/receipt.html", &view) {
        Ok(html) => (StatusCode::OK, Html(html)).into_response(),
        Err(error) => {
            // What is stored is stored: a broken template of the instance must not hide the receipt.
            tracing::error!(%error, "the page of the receipt failed");
            let thanks = Messages::of(language).get("form.thanks");
            let page = format!("<!doctype html><title>{code}</title><p>{thanks}<p id=\"receipt\">{code}</p>");
            (StatusCode::OK, Html(page)).into_response()
        }
    }
}
