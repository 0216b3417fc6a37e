//! `palaute preview`: the forms in a browser while their files are edited.

use super::folder::{Draw, draw};
use super::run::Outcome;
use super::terminal::{say, warn};
use super::{clock, serve as serving};
use crate::desk::sample_cases;
use crate::serve::{Draft, bind, preview, serve};
use jiff::Timestamp;
use std::collections::BTreeMap;
use std::net::{IpAddr, Ipv4Addr, SocketAddr};
use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::time::{Duration, SystemTime};
use tokio::sync::watch;

/// How often the files are looked at.
const LOOK_EVERY: Duration = Duration::from_millis(300);

/// What is known of a file without reading it.
type Seen = BTreeMap<PathBuf, (u64, Option<SystemTime>)>;

pub(super) async fn run(dir: &Path, now: Option<Timestamp>, port: u16) -> Outcome {
    let today = |draw: &Draw| (clock::clock(now))().to_zoned(draw.instance.zone()).date();
    // What changes while it is read is seen at the first look.
    let before = look(dir);
    let first = draw(dir)?;
    let day = today(&first);
    let address = SocketAddr::new(IpAddr::V4(Ipv4Addr::LOCALHOST), port);
    let listener = bind(address).await?;
    let (sender, receiver) = watch::channel(Arc::new(draft(1, first, day)?));
    say(format_args!(
        "Preview of the forms on http://{}. Nothing is stored. Stop with Ctrl-C.",
        listener.local_addr()?
    ));
    let watched = dir.to_owned();
    let watching = tokio::spawn(async move {
        let (mut number, mut seen) = (1, before);
        let mut tick = tokio::time::interval(LOOK_EVERY);
        loop {
            tick.tick().await;
            let found = look(&watched);
            if found == seen {
                continue;
            }
            seen = found;
            number += 1;
            // While palaute.yaml itself is broken, the last draft stays and the terminal tells.
            match draw(&watched)
                .map_err(|e| e.to_string())
                .and_then(|d| draft(number, d, day).map_err(|e| e.to_string()))
            {
                Ok(next) => {
                    say(format_args!(
                        "Read again: {} form(s), {} to mend or look at.",
                        next.forms.len(),
                        next.told.len()
                    ));
                    drop(sender.send(Arc::new(next)));
                }
                Err(error) => warn(format_args!("{error}")),
            }
        }
    });
    serve(listener, preview(receiver), serving::stop_signal()).await;
    watching.abort();
    Ok(())
}

fn draft(number: u64, draw: Draw, today: jiff::civil::Date) -> Result<Draft, Box<dyn std::error::Error>> {
    let Draw { instance, forms, told, renderer } = draw;
    let samples = sample_cases(&instance)?;
    Ok(Draft { number, instance, forms, told, renderer, samples, today })
}

/// The files that make forms what they are.
fn look(dir: &Path) -> Seen {
    let mut seen = Seen::new();
    let folders = ["", "forms", "templates/form"].map(|name| dir.join(name));
    for entry in folders.iter().filter_map(|f| std::fs::read_dir(f).ok()).flatten().flatten() {
        if let Ok(known) = entry.metadata().map(|m| (m.len(), m.modified().ok()))
            && entry.path().is_file()
        {
            seen.insert(entry.path(), known);
        }
    }
    seen
}
