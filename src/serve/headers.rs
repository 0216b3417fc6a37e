//! The headers of every answer, and the check that a post comes from our own pages.

use super::State;
use super::error::Failure;
use super::listen::ServeError;
use axum::Router;
use axum::extract::Request;
use axum::http::{HeaderName, HeaderValue, header};
use axum::middleware::{Next, from_fn};
use axum::response::{IntoResponse, Response};
use tower_http::csrf::{CsrfLayer, ProtectionError};
use tower_http::set_header::SetResponseHeaderLayer;

/// Nothing but our own style and images, no script, no frames, posts to ourselves only.
const POLICY: &str =
    "default-src 'none'; style-src 'self'; img-src 'self'; form-action 'self'; base-uri 'none'; frame-ancestors 'none'";

type Set = SetResponseHeaderLayer<HeaderValue>;

fn set(name: HeaderName, value: &'static str) -> Set {
    Set::overriding(name, HeaderValue::from_static(value))
}

/// Pages of forms and of staff are kept by no cache, whatever they say; others are asked for again.
async fn cached(request: Request, next: Next) -> Response {
    let path = request.uri().path();
    let form =
        ["/f", "/desk"].iter().any(|of| path.strip_prefix(of).is_some_and(|r| r.is_empty() || r.starts_with('/')));
    let mut response = next.run(request).await;
    let value = HeaderValue::from_static(if form { "no-store" } else { "no-cache" });
    if form || !response.headers().contains_key(header::CACHE_CONTROL) {
        response.headers_mut().insert(header::CACHE_CONTROL, value);
    }
    response
}

/// Security headers on everything.
pub(super) fn secured(router: Router, https: bool) -> Router {
    let router = router
        // A report that carries its style inside says by its hash which one that is.
        .layer(Set::if_not_present(header::CONTENT_SECURITY_POLICY, HeaderValue::from_static(POLICY)))
        // No path leaves, and browsers still send the Origin that the cross-site check reads.
        .layer(set(header::REFERRER_POLICY, "strict-origin"))
        .layer(set(header::X_CONTENT_TYPE_OPTIONS, "nosniff"))
        .layer(set(header::X_FRAME_OPTIONS, "DENY"))
        .layer(from_fn(cached));
    if https { router.layer(set(header::STRICT_TRANSPORT_SECURITY, "max-age=31536000")) } else { router }
}

/// Refuses posts from other sites by `Sec-Fetch-Site` and `Origin`.
pub(super) fn cross_site_check(
    state: &State,
) -> Result<CsrfLayer<impl FnMut(ProtectionError) -> Response + Clone + Send + Sync + 'static + use<>>, ServeError> {
    let base = &state.desk.instance.base_url.value;
    let layer = CsrfLayer::new().add_trusted_origin(base);
    let layer = layer.map_err(|source| ServeError::Origin { base: base.clone(), source })?;
    let state = state.clone();
    Ok(layer.with_rejection_response(move |_: ProtectionError| Failure::cross_site(&state).into_response()))
}
