//! Figures before they are released, and releases made at a desk.

use super::release::{Past, ReleaseError};
use super::{Desk, ReleaseOutcome};
use crate::release::Release;
use crate::store::StoreError;
use crate::text::Fingerprint;
use jiff::civil::Date;
use std::sync::Arc;
use tokio::sync::Mutex;

/// Reads what was published so far.
pub type EarlierReleases = Arc<dyn Fn() -> Result<Past, String> + Send + Sync>;
/// Writes the files of a release, never over another, and its lines to the ledger.
pub type WriteRelease = Arc<dyn Fn(&ReleaseOutcome) -> Result<(), String> + Send + Sync>;
/// Builds the site of the release of that id into the folder that is served, unless the audit finds something; how many
/// files.
pub type BuildSite = Arc<dyn Fn(&str) -> Result<usize, String> + Send + Sync>;

/// What reads and writes the folders of releases and of the site, which only the entrance knows. All of it blocks.
#[derive(Clone)]
pub struct Publishing {
    /// The releases.
    pub earlier: EarlierReleases,
    /// A new one.
    pub write: WriteRelease,
    /// The site.
    pub build: BuildSite,
    /// One at a time: two releases must not get one id, and two sites not be written into one folder.
    pub turn: Arc<Mutex<()>>,
}

impl std::fmt::Debug for Publishing {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Publishing").finish_non_exhaustive()
    }
}

/// Why a release was not frozen or a site not built.
#[derive(Debug, thiserror::Error)]
pub enum PublishingError {
    /// There is a release of that id.
    #[error("the release {0} was made already")]
    Made(String),
    /// The figures are not those that were looked at.
    #[error("the figures have changed since they were looked at")]
    Changed,
    /// There can be no release.
    #[error(transparent)]
    Release(#[from] ReleaseError),
    /// A folder could not be read or written, or the audit found something.
    #[error("{0}")]
    Folder(String),
    /// The store failed.
    #[error(transparent)]
    Store(#[from] StoreError),
}

/// What a release shows, however it is called and whenever it was made.
#[must_use]
pub fn shown_by(release: &Release) -> Fingerprint {
    Fingerprint::of(
        serde_json::to_vec(&(release.tables(), release.earlier(), release.withheld(), release.comparison()))
            .unwrap_or_default(),
    )
}

impl Desk {
    /// The figures as the next release would have them. Answers come in batches of at least the threshold, those of
    /// yesterday the last: whoever looks every day sees no single answer arrive. And that day.
    ///
    /// # Errors
    /// See [`PublishingError`].
    pub async fn figures(&self, publishing: &Publishing) -> Result<(Release, Date), PublishingError> {
        let yesterday = self.today().yesterday().unwrap_or(self.today());
        let past = past(publishing).await?;
        Ok((self.previewed(self.reporting_day(), &past).await?, yesterday))
    }

    /// What a release for that day would show, beside the earlier ones.
    ///
    /// # Errors
    /// See [`PublishingError`].
    pub async fn dry_run(&self, publishing: &Publishing, as_of: Date) -> Result<ReleaseOutcome, PublishingError> {
        Ok(self.try_release(as_of, &past(publishing).await?).await?)
    }

    /// Makes the release that was looked at: of that id, showing that.
    ///
    /// # Errors
    /// See [`PublishingError`].
    pub async fn freeze(
        &self,
        publishing: &Publishing,
        as_of: Date,
        (id, shown): (&str, &str),
    ) -> Result<Release, PublishingError> {
        let _turn = publishing.turn.lock().await;
        let past = past(publishing).await?;
        let known = self.store.known_releases().await?;
        if known.iter().any(|(known, _)| known == id) || past.releases.iter().any(|r| r.id().to_string() == id) {
            return Err(PublishingError::Made(id.to_owned()));
        }
        let tried = self.try_release(as_of, &past).await?.release;
        if tried.id().to_string() != id || shown_by(&tried).as_str() != shown {
            return Err(PublishingError::Changed);
        }
        let outcome = self.release(as_of, &past).await?;
        if shown_by(&outcome.release).as_str() != shown {
            return Err(PublishingError::Changed);
        }
        let (write, made) = (Arc::clone(&publishing.write), outcome.clone());
        blocking(move || write(&made)).await?;
        self.know_release(&outcome.release).await?;
        Ok(outcome.release)
    }
}

/// What was published so far.
///
/// # Errors
/// When a file cannot be read.
pub async fn past(publishing: &Publishing) -> Result<Past, PublishingError> {
    let earlier = Arc::clone(&publishing.earlier);
    blocking(move || earlier()).await
}

/// The releases made so far.
///
/// # Errors
/// When a file cannot be read.
pub async fn releases(publishing: &Publishing) -> Result<Vec<Release>, PublishingError> {
    Ok(past(publishing).await?.releases)
}

/// Builds the site of a release; how many files.
///
/// # Errors
/// When the audit finds something, or the site cannot be written.
pub async fn build_site(publishing: &Publishing, id: &str) -> Result<usize, PublishingError> {
    let _turn = publishing.turn.lock().await;
    let (build, id) = (Arc::clone(&publishing.build), id.to_owned());
    blocking(move || build(&id)).await
}

/// Does something that takes long beside what is served.
async fn blocking<T: Send + 'static>(
    job: impl FnOnce() -> Result<T, String> + Send + 'static,
) -> Result<T, PublishingError> {
    let done = tokio::task::spawn_blocking(job).await;
    done.map_err(|error| PublishingError::Folder(error.to_string()))?.map_err(PublishingError::Folder)
}
