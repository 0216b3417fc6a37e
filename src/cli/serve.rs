//! `palaute serve`.

use super::arguments::Serve;
use super::clock;
use super::folder::Folder;
use super::form_files;
use super::mail::way_out;
use super::publish::publishing;
use super::run::Outcome;
use super::staff::FIRST;
use super::terminal::{say, warn};
use crate::desk::{Desk, Publishing, Rounds};
use crate::mail::Mailer;
use crate::serve::{bind, router, serve as serve_http};
use crate::store::Store;
use jiff::{SignedDuration, Timestamp};
use std::net::SocketAddr;
use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::time::Duration;

/// How often the outbox is looked at.
const OUTBOX_EVERY: Duration = Duration::from_secs(15);
/// How often it is looked whether somebody is to be reminded or asked again, and what is old.
const ROUNDS_EVERY: Duration = Duration::from_secs(3600);
/// How often the log is told at most that something is wrong with the outbox.
const WARN_AGAIN: SignedDuration = SignedDuration::from_hours(1);

pub(super) async fn serve(dir: &Path, now: Option<Timestamp>, options: &Serve) -> Outcome {
    let folder = Folder::read(dir)?;
    let _lock = Store::lock_for_server(&folder.database()?)?;
    let mailer = way_out(dir, &folder.instance.mail)?;
    let site = dir.join(&options.site);
    let listener = bind(SocketAddr::new(options.host, options.port)).await?;
    let address = listener.local_addr()?;
    let clock = now.map_or_else(|| clock::clock(None), clock::running_from);
    let (mut desk, pages) = folder.desk(clock).await?;
    // Answers to a form whose meaning changed could not be counted with the earlier ones.
    form_files::refuse_changed(dir, &desk).await?;
    if let Some(doubt) = desk.clock_doubt().await?.filter(|_| !options.trust_clock) {
        return Err(format!(
            "{doubt}. Links that have expired would open again. Set the clock, or say --trust-clock when it is right"
        )
        .into());
    }
    let last = if options.trust_clock { None } else { desk.store.last_noted_at().await? };
    desk.clock = clock::never_back(desk.clock, last);
    if let Some(warning) = desk.outbox_warning().await? {
        warn(warning);
    }
    let nobody = desk.store.staff().await?.is_empty();
    say(format_args!("Serving on http://{address}. Stop with Ctrl-C."));
    if !site.is_dir() {
        say(format_args!(
            "There is no site in {} yet; `palaute release` and `palaute build` make one.",
            site.display()
        ));
    }
    if nobody {
        say(format_args!("Nobody can sign in at the desks yet: `{FIRST}` adds the first."));
    }
    let publishing = publishing(dir, &site, &desk, pages);
    run(listener, desk, site, mailer, publishing).await
}

/// Serves and delivers mail until the process is told to stop.
pub(super) async fn run(
    listener: tokio::net::TcpListener,
    desk: Desk,
    site: PathBuf,
    mailer: Mailer,
    publishing: Publishing,
) -> Outcome {
    let desk = Arc::new(desk);
    let router = router(Arc::clone(&desk), site, publishing)?;
    let post = tokio::spawn(deliver_forever(Arc::clone(&desk), mailer));
    let rounds = tokio::spawn(make_rounds_forever(Arc::clone(&desk)));
    serve_http(listener, router, stop_signal()).await;
    rounds.abort();
    post.abort();
    desk.store.clone().close().await;
    Ok(())
}

/// The outbox is worked through beside the site, which never waits for it.
async fn deliver_forever(desk: Arc<Desk>, mailer: Mailer) {
    let mut tick = tokio::time::interval(OUTBOX_EVERY);
    // The terminal was told when the server started.
    let mut told = desk.now();
    loop {
        // Whoever asks to be let in waits at the screen.
        tokio::select! {
            _ = tick.tick() => {}
            () = desk.store.mail_is_waited_for() => {}
        }
        if let Err(error) = desk.deliver(&mailer).await {
            tracing::error!(%error, "the outbox could not be worked through");
        }
        let now = desk.now();
        if now.duration_since(told) >= WARN_AGAIN {
            match desk.outbox_warning().await {
                Ok(Some(warning)) => {
                    tracing::warn!("{warning}");
                    told = now;
                }
                Ok(None) => {}
                Err(error) => tracing::error!(%error, "the outbox could not be looked at"),
            }
        }
    }
}

/// Reminders, follow-ups, and the addresses and drafts that are done with.
async fn make_rounds_forever(desk: Arc<Desk>) {
    let mut tick = tokio::time::interval(ROUNDS_EVERY);
    loop {
        tick.tick().await;
        match desk.make_rounds().await {
            Ok(rounds) if rounds == Rounds::default() => {}
            Ok(rounds) => {
                tracing::info!(rounds.reminded, rounds.asked, rounds.unreachable, rounds.removed, "made the rounds");
            }
            Err(error) => tracing::error!(%error, "reminders and follow-ups could not be looked through"),
        }
        if let Err(error) = desk.tidy().await {
            tracing::error!(%error, "old drafts could not be removed");
        }
    }
}

/// Ctrl-C, or the signal by which a service manager stops a process.
pub(super) async fn stop_signal() {
    use tokio::signal::unix::{SignalKind, signal};
    match signal(SignalKind::terminate()) {
        Ok(mut terminate) => {
            tokio::select! {
                _ = tokio::signal::ctrl_c() => {}
                _ = terminate.recv() => {}
            }
        }
        Err(_) => drop(tokio::signal::ctrl_c().await),
    }
}
