//! `/desk/cases/{case}/invite`: whom else to ask, with the addresses that are kept; one that is wrong is taken away.

use super::page_of;
use super::posted::Sent;
use crate::case::CaseFile;
use crate::form::Party;
use crate::serve::error::Failure;
use crate::serve::inviting::{Coach, Way};
use crate::serve::staff::Signed;
use axum::extract::{Form, Path, RawQuery};
use axum::response::{IntoResponse, Redirect, Response};

pub(super) async fn show(signed: Signed, Path(number): Path<String>, query: RawQuery) -> Result<Response, Failure> {
    let case = signed.own_case(&number).await?;
    signed.state.inviting_shown(&signed.inviter(case), &query).await
}

pub(super) async fn add(signed: Signed, Path(number): Path<String>, sent: Sent) -> Result<Response, Failure> {
    let case = signed.own_case(&number).await?;
    let Form(fields) = sent.map_err(|_| Failure::unreadable(&signed.state))?;
    signed.state.inviting_posted(&signed.inviter(case), &fields).await
}

/// Takes an address away; links that were mailed there are closed, what waits is not sent.
pub(super) async fn remove(
    signed: Signed,
    Path((number, contact)): Path<(String, String)>,
) -> Result<Response, Failure> {
    let case = signed.own_case(&number).await?;
    let store = &signed.state.desk.store;
    let unavailable = |error| Failure::unavailable(&signed.state, &error);
    let known = store.contacts_of(case.number()).await.map_err(unavailable)?;
    let Some(known) = known.iter().find(|c| c.id == contact) else { return Err(Failure::no_page(&signed.state)) };
    let inviter = signed.inviter(case.clone());
    if known.party == Party::Client && !signed.state.may_reach_client(&inviter).await? {
        // The system has asked the client there; nobody takes the invitation away.
        return Ok(Redirect::to(&format!("{}/invite", page_of(&case))).into_response());
    }
    store.drop_contact(&contact, signed.state.desk.now()).await.map_err(unavailable)?;
    Ok(Redirect::to(&format!("{}/invite?done=removed", page_of(&case))).into_response())
}

impl Signed {
    fn inviter(&self, case: CaseFile) -> Coach<'_> {
        let crumbs = self.crumbs(Some(&case));
        Coach { language: self.state.language, way: Way::Desk { signed: self, crumbs }, case }
    }
}
