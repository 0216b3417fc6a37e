//! `/desk/staff`: who may sign in; adding and removing.

use super::Signed;
use crate::desk::{Newcomer, StaffError};
use crate::render::{RemoveStaffView, StaffTyped, StaffView};
use crate::serve::error::Failure;
use crate::serve::{Route, Who};
use crate::store::{Role, Staff};
use axum::extract::rejection::FormRejection;
use axum::extract::{Form, Path, RawQuery};
use axum::http::StatusCode;
use axum::response::{IntoResponse, Redirect, Response};
use axum::routing::{get, post};

const ADMIN: Who = Who::Staff(&[Role::Admin]);

pub(super) const ROUTES: &[Route] = &[
    Route::new("GET", "/desk/staff", ADMIN, || get(list)),
    Route::new("POST", "/desk/staff", ADMIN, || post(add)),
    Route::new("GET", "/desk/staff/{staff}/remove", ADMIN, || get(ask)),
    Route::new("POST", "/desk/staff/{staff}/remove", ADMIN, || post(remove)),
];

type Wrong = Vec<(&'static str, String)>;

fn row(staff: &Staff) -> [String; 4] {
    [staff.id.clone(), staff.name.clone(), staff.address.clone(), staff.role.code().to_owned()]
}

impl Signed {
    async fn staff_page(&self, done: Option<&str>, typed: StaffTyped, wrong: &Wrong) -> Result<Response, Failure> {
        let (state, m) = (&self.state, self.messages());
        let staff = state.desk.store.staff().await.map_err(|error| Failure::unavailable(state, &error))?;
        let names = state.desk.names_without_coach().await.map_err(|error| Failure::unavailable(state, &error))?;
        let frame = self.frame(m.get("admin.title"), "/desk/staff");
        let people: Vec<[String; 4]> = staff.iter().map(row).collect();
        let done = match done {
            Some("added") => Some(m.get("admin.done_added").to_owned()),
            Some("removed") => Some(m.get("admin.done_removed").to_owned()),
            _ => None,
        };
        let roles = Role::ALL.map(Role::code);
        let view = StaffView::new(frame, &self.staff.id, &people, &roles, typed, wrong, state.language);
        let view = view.done(done).names(names.into_iter().map(|(name, _)| name).collect());
        let status = if wrong.is_empty() { StatusCode::OK } else { StatusCode::UNPROCESSABLE_ENTITY };
        Ok(state.page(status, "staff/staff.html", &view))
    }

    /// Somebody else of that id; oneself is removed by another, so that somebody is left who can.
    async fn other(&self, id: &str) -> Result<Staff, Failure> {
        let found = self.state.desk.store.staff_of(id).await;
        let found = found.map_err(|error| Failure::unavailable(&self.state, &error))?;
        found.filter(|staff| staff.id != self.staff.id).ok_or_else(|| Failure::no_page(&self.state))
    }
}

async fn list(signed: Signed, query: RawQuery) -> Result<Response, Failure> {
    let done = query.0.as_deref().and_then(|q| q.split('&').find_map(|pair| pair.strip_prefix("done=")));
    signed.staff_page(done, StaffTyped::default(), &Vec::new()).await
}

async fn add(signed: Signed, posted: Result<Form<Vec<(String, String)>>, FormRejection>) -> Result<Response, Failure> {
    let Form(fields) = posted.map_err(|_| Failure::unreadable(&signed.state))?;
    let field = |name: &str| fields.iter().find(|(n, _)| n == name).map_or("", |(_, v)| v.trim()).to_owned();
    let typed = StaffTyped { address: field("address"), name: field("name"), role: field("role") };
    let m = signed.messages();
    let mut wrong = Wrong::new();
    match Role::from_code(&typed.role) {
        None => wrong.push(("role", m.get("admin.wrong_role").to_owned())),
        Some(role) => {
            let new = Newcomer { address: &typed.address, name: &typed.name, role };
            match signed.state.desk.add_staff(&new).await {
                Ok(_) => return Ok(Redirect::to("/desk/staff?done=added").into_response()),
                Err(StaffError::NoAddress(_)) => wrong.push(("address", m.get("admin.wrong_address").to_owned())),
                Err(StaffError::NoName) => wrong.push(("name", m.get("admin.wrong_name").to_owned())),
                Err(StaffError::AddressInUse { name, .. }) => {
                    wrong.push(("address", m.fill("admin.taken_address", &[("name", &name)])));
                }
                Err(StaffError::NameTaken(_)) => wrong.push(("name", m.get("admin.taken_name").to_owned())),
                Err(error @ (StaffError::Nobody(_) | StaffError::Store(_))) => {
                    return Err(Failure::unavailable(&signed.state, &error));
                }
            }
        }
    }
    signed.staff_page(None, typed, &wrong).await
}

async fn ask(signed: Signed, Path(id): Path<String>) -> Result<Response, Failure> {
    let other = signed.other(&id).await?;
    let (state, m) = (&signed.state, signed.messages());
    let departure = state.desk.departure(&other).await.map_err(|error| Failure::unavailable(state, &error))?;
    let consequence = match (departure.named, departure.handed_back) {
        (0, 0) => m.get("admin.no_cases").to_owned(),
        (0, n) => m.fill("admin.back", &[("n", &n.to_string())]),
        (n, _) => m.fill("admin.keeps", &[("n", &n.to_string())]),
    };
    let frame = signed.frame(m.get("admin.remove_title"), &format!("/desk/staff/{}/remove", other.id));
    let view = RemoveStaffView::new(frame, row(&other), consequence, state.language);
    Ok(state.page(StatusCode::OK, "staff/remove-staff.html", &view))
}

async fn remove(signed: Signed, Path(id): Path<String>) -> Result<Response, Failure> {
    let other = signed.other(&id).await?;
    let removed = signed.state.desk.remove_staff(&other).await;
    removed.map_err(|error| Failure::unavailable(&signed.state, &error))?;
    Ok(Redirect::to("/desk/staff?done=removed").into_response())
}
