//! Builds the site and attacks it before anybody else can.

use crate::audit::{self, Finding};
use crate::content::Page;
use crate::instance::Instance;
use crate::release::Release;
use crate::render::Renderer;
use crate::site::{self, Site, SiteError};

/// Why nothing is published.
#[derive(Debug, thiserror::Error)]
pub enum PublishError {
    /// The site could not be built.
    #[error(transparent)]
    Site(#[from] SiteError),
    /// The audit found something.
    #[error("the audit found {} problem(s), so nothing is published:\n{}", .0.len(), list(.0))]
    Findings(Vec<Finding>),
}

fn list(findings: &[Finding]) -> String {
    findings.iter().map(|f| format!("  {f}")).collect::<Vec<_>>().join("\n")
}

/// The files of the site, if the audit of those very bytes finds nothing.
///
/// # Errors
/// See [`PublishError`].
pub fn publish(
    release: &Release,
    pages: &[Page],
    instance: &Instance,
    renderer: &Renderer,
) -> Result<Site, PublishError> {
    let site = site::build(release, pages, instance, renderer)?;
    let findings = audit::attack(&site);
    if findings.is_empty() { Ok(site) } else { Err(PublishError::Findings(findings)) }
}
