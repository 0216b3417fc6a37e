//! `POST /f/<token>/send`: stores the answers, then gives the receipt. Sent twice, it is stored once.

use super::error::Failure;
use super::journey;
use super::language::Asked;
use super::sent_form::SentForm;
use super::visit::{Page, Visit};
use super::{State, cookie};
use crate::desk::{Arrival, Closed, ReceiveError};
use crate::render::ReceiptView;
use crate::store::{Part, Receipt, Received};
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
    let (closed, invitation, form) = match state.arrive(&token).await? {
        Arrival::Open(invitation, form) => (None, invitation, form),
        Arrival::Closed(why, invitation, form) => (Some(why), invitation, form),
        Arrival::Nowhere => return Err(Failure::nowhere(&state)),
    };
    let visit = state.meet(&token, invitation, form).await?;
    let told = |why: Closed| Failure::closed(&state, why, form, visit.language);
    // A retry after a lost answer, or after a crash: the same page gets the same receipt, wherever it was stored.
    if matches!(closed, Some(Closed::Answered | Closed::Full)) || visit.invitation.shared {
        let before = desk.receive_again(&visit.invitation, form, &sent.nonce, &sent.answers).await;
        if let Some(receipt) = before.map_err(|error| Failure::unavailable(&state, &error))? {
            return show(&state, &visit, &receipt).await;
        }
    }
    if let Some(why) = closed {
        return Err(told(why));
    }
    let owner = visit.key.as_ref().map(|key| &key.owner);
    match desk.receive_of(&visit.invitation, form, &sent.nonce, &sent.answers, owner).await {
        Ok(Received::Stored(receipt)) => {
            if form.is_closing_report()
                && let Err(error) = desk.send_report(visit.invitation.case).await
            {
                // What the coach sent is stored; the rounds make its version.
                tracing::error!(%error, "a closing report was stored and not yet sent on");
            }
            show(&state, &visit, &receipt).await
        }
        Ok(Received::AlreadyAnswered) => Err(told(Closed::Answered)),
        Ok(Received::Full) => Err(told(Closed::Full)),
        Err(ReceiveError::Mistakes(mistakes)) => {
            let kept = state.keep(&visit, &sent.nonce, &sent.answers, &Part::All).await?;
            let step = journey::to_mend(form, visit.keying(), mistakes);
            let status = StatusCode::UNPROCESSABLE_ENTITY;
            let (nonce, given) = (&kept.nonce, &kept.given);
            state
                .questions(
                    &visit,
                    &step,
                    Page { status, nonce, given, removed: None, then_check: sent.then_check, saved: kept.saved },
                )
                .await
        }
        Err(ReceiveError::Store(error)) => Err(Failure::unavailable(&state, &error)),
    }
}

async fn show(state: &State, visit: &Visit<'_>, receipt: &Receipt) -> Result<Response, Failure> {
    let (form, language) = (&visit.told, visit.language);
    let at = told_instant(receipt.stored_at, &state.desk.instance.zone(), language);
    let stored_at = Messages::of(language).fill("form.stored_at", &[("at", &at)]);
    let front = format!("{}/index.html", language.code());
    let results = state.site.join(&front).is_file().then(|| format!("/{front}"));
    // Two groups of four are easier to read aloud.
    let code = format!("{}-{}", &receipt.code[..4], &receipt.code[4..]);
    let view = ReceiptView::new(state.frame(visit), form, &code, stored_at, results, language);
    let view = view.back(visit.desk());
    let page = match state.desk.renderer.fill("form/receipt.html", &view) {
        Ok(html) => (StatusCode::OK, Html(html)).into_response(),
        Err(error) => {
            // What is stored is stored: a broken template of the instance must not hide the receipt.
            tracing::error!(%error, "the page of the receipt failed");
            let thanks = Messages::of(language).get("form.thanks");
            let page = format!("<!doctype html><title>{code}</title><p>{thanks}<p id=\"receipt\">{code}</p>");
            (StatusCode::OK, Html(page)).into_response()
        }
    };
    // There is no draft any more that the browser would have to show it for.
    Ok(if visit.invitation.shared && visit.key.is_some() { cookie::set(state, &visit.token, "", page) } else { page })
}
