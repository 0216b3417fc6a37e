//! The desk of publishers: releases so far, a dry run, freezing, building the site.

use super::Signed;
use super::manager::{asked, told};
use crate::desk::{PublishingError, ReleaseError, ReleaseOutcome, build_site, releases, shown_by};
use crate::release::Release;
use crate::render::{FileState, ReleasesTold, ReleasesView, TryView};
use crate::serve::error::Failure;
use crate::serve::{Route, Who};
use crate::store::Role;
use crate::text::{Fingerprint, Messages, finnish_date, parse_date};
use axum::extract::rejection::FormRejection;
use axum::extract::{Form, RawQuery};
use axum::http::StatusCode;
use axum::response::{IntoResponse, Redirect, Response};
use axum::routing::{get, post};

const PUBLISHERS: Who = Who::Staff(&[Role::Publisher, Role::Admin]);
/// Longest day that is read.
const LONGEST_DAY: usize = 20;

pub(super) const ROUTES: &[Route] = &[
    Route::new("GET", "/desk/releases", PUBLISHERS, || get(list)),
    Route::new("POST", "/desk/releases/try", PUBLISHERS, || post(dry_run)),
    Route::new("POST", "/desk/releases/freeze", PUBLISHERS, || post(freeze)),
    Route::new("POST", "/desk/releases/build", PUBLISHERS, || post(build)),
];

type Posted = Result<Form<Vec<(String, String)>>, FormRejection>;

/// The fields of a posted form.
struct Fields(Vec<(String, String)>);

impl Fields {
    fn of(signed: &Signed, posted: Posted) -> Result<Self, Failure> {
        let Form(fields) = posted.map_err(|_| Failure::unreadable(&signed.state))?;
        Ok(Self(fields))
    }

    fn get(&self, name: &str) -> &str {
        self.0.iter().find(|(n, _)| n == name).map_or("", |(_, value)| value.trim())
    }
}

async fn list(signed: Signed, query: RawQuery) -> Result<Response, Failure> {
    let m = Messages::of(signed.state.language);
    let known = |name| asked(&query, name).filter(|v| v.chars().all(|c| c.is_ascii_digit() || "-.".contains(c)));
    let (id, files) = (known("id").unwrap_or_default(), known("files").unwrap_or_default());
    let done = match asked(&query, "done") {
        Some("frozen") => Some(m.fill("publisher.frozen", &[("id", id)])),
        Some("built") => Some(m.fill("publisher.built", &[("id", id), ("n", files)])),
        _ => None,
    };
    signed.releases(StatusCode::OK, ReleasesTold { done, ..ReleasesTold::default() }).await
}

async fn dry_run(signed: Signed, posted: Posted) -> Result<Response, Failure> {
    let fields = Fields::of(&signed, posted)?;
    let typed: String = fields.get("as_of").chars().filter(|c| !c.is_control()).take(LONGEST_DAY).collect();
    let m = Messages::of(signed.state.language);
    let Some(as_of) = parse_date(&typed) else {
        let bad_day = Some(m.get("publisher.wrong_day").to_owned());
        let told = ReleasesTold { as_of: typed, bad_day, ..ReleasesTold::default() };
        return signed.releases(StatusCode::UNPROCESSABLE_ENTITY, told).await;
    };
    match signed.state.desk.dry_run(&signed.state.publishing, as_of).await {
        Ok(outcome) => Ok(signed.tried(StatusCode::OK, &outcome, None)),
        Err(PublishingError::Release(refused @ ReleaseError::NotOver(_))) => {
            let bad_day = Some(told(&refused, signed.state.language));
            let told = ReleasesTold { as_of: typed, bad_day, ..ReleasesTold::default() };
            signed.releases(StatusCode::UNPROCESSABLE_ENTITY, told).await
        }
        Err(error) => signed.refused(error).await,
    }
}

async fn freeze(signed: Signed, posted: Posted) -> Result<Response, Failure> {
    let fields = Fields::of(&signed, posted)?;
    let Some(as_of) = parse_date(fields.get("as_of")) else { return Err(Failure::unreadable(&signed.state)) };
    let publishing = &signed.state.publishing;
    if fields.get("confirm") != "yes" {
        let wrong = Messages::of(signed.state.language).get("publisher.wrong_confirm").to_owned();
        return match signed.state.desk.dry_run(publishing, as_of).await {
            Ok(o) => Ok(signed.tried(StatusCode::UNPROCESSABLE_ENTITY, &o, Some(wrong))),
            Err(error) => signed.refused(error).await,
        };
    }
    match signed.state.desk.freeze(publishing, as_of, (fields.get("id"), fields.get("content"))).await {
        Ok(release) => Ok(Redirect::to(&format!("/desk/releases?done=frozen&id={}", release.id())).into_response()),
        Err(error) => signed.refused(error).await,
    }
}

async fn build(signed: Signed, posted: Posted) -> Result<Response, Failure> {
    let fields = Fields::of(&signed, posted)?;
    let id = fields.get("id");
    let known = releases(&signed.state.publishing).await;
    match known {
        Ok(known) if known.iter().all(|r| r.id().to_string() != id) => Err(Failure::no_page(&signed.state)),
        Ok(_) => match build_site(&signed.state.publishing, id).await {
            Ok(files) => Ok(Redirect::to(&format!("/desk/releases?done=built&id={id}&files={files}")).into_response()),
            Err(error) => signed.refused(error).await,
        },
        Err(error) => signed.refused(error).await,
    }
}

impl Signed {
    /// The page of a dry run.
    fn tried(&self, status: StatusCode, outcome: &ReleaseOutcome, wrong: Option<String>) -> Response {
        let state = &self.state;
        let frame = self.frame(Messages::of(state.language).get("publisher.try_title"), "/desk/releases");
        let content = shown_by(&outcome.release).as_str().to_owned();
        let view = TryView::new(frame, (&outcome.release, &outcome.explanation), content, wrong, state.language);
        state.page(status, "staff/try.html", &view)
    }

    /// The list with what hindered.
    async fn refused(&self, error: PublishingError) -> Result<Response, Failure> {
        let m = Messages::of(self.state.language);
        let problem = match error {
            PublishingError::Made(id) => (m.fill("publisher.wrong_made", &[("id", &id)]), None),
            PublishingError::Changed => (m.get("publisher.wrong_changed").to_owned(), None),
            PublishingError::Release(ReleaseError::Store(error)) | PublishingError::Store(error) => {
                return Err(Failure::unavailable(&self.state, &error));
            }
            PublishingError::Release(refused @ ReleaseError::Refused(_)) => {
                (told(&refused, self.state.language), Some(refused.to_string()))
            }
            PublishingError::Release(refused) => (told(&refused, self.state.language), None),
            PublishingError::Folder(found) => (m.get("publisher.wrong_folder").to_owned(), Some(found)),
        };
        let told = ReleasesTold { problem: Some(problem), ..ReleasesTold::default() };
        self.releases(StatusCode::UNPROCESSABLE_ENTITY, told).await
    }

    /// The list of releases.
    async fn releases(&self, status: StatusCode, told: ReleasesTold) -> Result<Response, Failure> {
        let state = &self.state;
        let unavailable = |error: &dyn std::error::Error| Failure::unavailable(state, error);
        let (files, unreadable) = match releases(&state.publishing).await {
            Ok(files) => (files, None),
            Err(error) => (Vec::new(), Some(error.to_string())),
        };
        let known = state.desk.store.known_releases().await.map_err(|e| unavailable(&e))?;
        let mut made: Vec<(String, Option<&Release>, FileState)> = Vec::new();
        for (id, fingerprint) in &known {
            let file = files.iter().find(|r| r.id().to_string() == *id);
            let same = file.map(|r| Fingerprint::of(r.to_json()) == *fingerprint);
            made.push((
                id.clone(),
                file,
                match same {
                    Some(true) => FileState::Known,
                    Some(false) => FileState::Other,
                    None => FileState::Missing,
                },
            ));
        }
        let strangers = files.iter().filter(|r| known.iter().all(|(id, _)| *id != r.id().to_string()));
        made.extend(strangers.map(|r| (r.id().to_string(), Some(r), FileState::Unknown)));
        made.sort_by_key(|(id, ..)| id.parse::<crate::release::ReleaseId>().ok());
        let m = Messages::of(state.language);
        let unreadable = unreadable.map(|found| (m.get("publisher.wrong_folder").to_owned(), Some(found)));
        let as_of = if told.as_of.is_empty() { finnish_date(state.desk.reporting_day()) } else { told.as_of };
        let told = ReleasesTold { as_of, problem: told.problem.or(unreadable), ..told };
        let frame = self.frame(m.get("publisher.title"), "/desk/releases");
        let view = ReleasesView::new(frame, &made, told, &state.desk.instance.zone(), state.language);
        Ok(state.page(status, "staff/releases.html", &view))
    }
}
