//! Builds the site and attacks it before anybody else can.

use crate::audit::{self, Evidence, Finding};
use crate::content::Page;
use crate::instance::Instance;
use crate::release::{Release, Witnesses};
use crate::render::Renderer;
use crate::site::{self, Site, SiteError};

/// Why nothing is published.
#[derive(Debug, thiserror::Error)]
pub enum PublishError {
    /// The site could not be built.
    #[error(transparent)]
    Site(#[from] SiteError),
    /// The proof of a release is missing or is another's.
    #[error("{0}; bring releases/ back from a copy: without its proof a release is not published")]
    Unproved(String),
    /// The audit found something.
    #[error("the audit found {} problem(s), so nothing is published:\n{}", .0.len(), list(.0))]
    Findings(Vec<Finding>),
}

fn list(findings: &[Finding]) -> String {
    findings.iter().map(|f| format!("  {f}")).collect::<Vec<_>>().join("\n")
}

/// What the folder of a release keeps beside it: the audit adds it up.
#[derive(Clone, Debug, Default)]
pub struct Proof {
    /// `witness.json`; none for a release of an earlier version.
    pub witnesses: Option<String>,
    /// `ledger.jsonl`.
    pub ledger: Option<String>,
}

/// The files of the site, if the audit of those very bytes finds nothing, with what the audit did (`data/audit.json`).
///
/// # Errors
/// See [`PublishError`].
pub fn publish(
    release: &Release,
    proof: &Proof,
    pages: &[Page],
    instance: &Instance,
    renderer: &Renderer,
) -> Result<Site, PublishError> {
    refuse_unproved(release, proof)?;
    let mut site = site::build(release, pages, instance, renderer)?;
    let witnesses = proof.witnesses.as_deref();
    let ledger = proof.ledger.as_deref().filter(|_| witnesses.is_some());
    let report = audit::audit(&site, Evidence { witnesses, ledger, canaries: &[] });
    if !report.findings.is_empty() {
        return Err(PublishError::Findings(report.findings));
    }
    let told = serde_json::json!({
        "release": release.id().to_string(),
        "released_at": release.published_at().to_string(),
        "audit": report,
    });
    let text = serde_json::to_string_pretty(&told).unwrap_or_default() + "\n";
    site.insert(audit::RESULT.to_owned(), text.into_bytes());
    Ok(site)
}

/// A release that counts people has a proof, and it is its own.
fn refuse_unproved(release: &Release, proof: &Proof) -> Result<(), PublishError> {
    if release.blocks().is_empty() {
        return Ok(());
    }
    let file = format!("witness.json of the release {}", release.id());
    let text = proof.witnesses.as_deref().ok_or_else(|| PublishError::Unproved(format!("{file} is missing")))?;
    let read = Witnesses::from_json(text).map_err(|e| PublishError::Unproved(format!("{file} cannot be read: {e}")))?;
    if release.is_witnessed_by(&read) {
        Ok(())
    } else {
        Err(PublishError::Unproved(format!("{file} is not the file that was made with it")))
    }
}
