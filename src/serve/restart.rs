//! `POST /f/<token>/restart`: the draft goes, and the questions begin anew.

use super::error::Failure;
use super::language::Asked;
use super::sent_form::SentForm;
use axum::extract::Path;
use axum::response::Redirect;

pub(super) async fn restart(
    Asked(state): Asked,
    Path(token): Path<String>,
    sent: SentForm,
) -> Result<Redirect, Failure> {
    let visit = state.visit(&token).await?;
    if let Some(key) = visit.key.clone() {
        // The nonce is that of the draft which the reader has been told of: whoever knows the link alone removes nothing.
        let dropped = state.desk.store.drop_draft(key, &sent.nonce).await;
        dropped.map_err(|error| Failure::unavailable(&state, &error))?;
    }
    Ok(Redirect::to(&visit.address("answer", &[])))
}
