//! `palaute demo`: the whole job on the pilot's figures, labelled as a model everywhere.

mod answers;
mod coach;
mod random;
mod sheet;
mod staff;

use super::arguments::Demo;
use super::folder::{Folder, io_at};
use super::import::import_file;
use super::init::{INSTANCE, STATISTICS, beside_its_schema, write, write_instance};
use super::publish::{make_release, past_in, proof_of, publishing, write_site};
use super::report::write_reports;
use super::run::Outcome;
use super::terminal::say;
use super::{clock, serve};
use crate::desk::{Desk, Publishing, publish};
use crate::form::Party;
use crate::mail::Mailer;
use crate::serve::bind;
use crate::store::{Database, Store};
use indicatif::{ProgressBar, ProgressStyle};
use jiff::{Timestamp, ToSpan};
use random::Random;
use std::net::{IpAddr, Ipv4Addr, SocketAddr};
use std::path::Path;

/// The morning after the pilot's last figures; the demo's clock stands here.
const PILOT_NOW: &str = "2025-12-01T09:00:00+02:00";
/// File by which a folder is known to be a demo.
const MARK: &str = ".palaute-demo";
/// What a demo writes, and removes when it is made again.
const OWN: [&str; 8] = ["data", "public", "reports", "releases", "mail", "forms", "content", "ledger"];
/// Who can try the demo, and how the terminal names them.
const VISITORS: [(Party, &str); 4] = [
    (Party::Client, "Answer as a client"),
    (Party::Employer, "Answer as an employer"),
    (Party::Community, "Answer as a co-worker"),
    (Party::Coach, "Write a closing report"),
];
/// Port tried first when none is named.
const FIRST_PORT: u16 = 8080;

const PILOT: &str = include_str!("../../../demo/palaute.yaml");
/// What the demo publishes, its invented areas and what the pilot published itself.
const PILOT_STATISTICS: [(&str, &str); 3] = [
    ("statistics.yaml", include_str!("../../../demo/statistics.yaml")),
    ("areas.yaml", include_str!("../../../demo/areas.yaml")),
    ("published.yaml", include_str!("../../../demo/published.yaml")),
];
const PILOT_SHEET: &[u8] = include_bytes!("../../../demo/veto-plus-ledger.xlsx");

pub(super) async fn demo(now: Option<Timestamp>, options: &Demo) -> Outcome {
    let now = match now {
        Some(now) => now,
        None => PILOT_NOW.parse()?,
    };
    let dir = &options.dir;
    prepare(dir)?;
    let listener = if options.once { None } else { Some(listen(options.port).await?) };
    let port = match &listener {
        Some(listener) => listener.local_addr()?.port(),
        None => options.port.unwrap_or(FIRST_PORT),
    };
    let steps = ProgressBar::new(6);
    steps.set_style(ProgressStyle::with_template("{pos}/{len} {bar:24} {msg}")?);

    steps.set_message("writing the instance");
    let sheet = write_demo_instance(dir, port, options)?;
    // A demo keeps its own file, whatever database the environment names.
    let folder = Folder { elsewhere: None, ..Folder::read(dir)? };
    let lock = Store::lock_for_server(&folder.database()?)?;
    let (desk, pages) = folder.desk(clock::clock(Some(now))).await?;
    // Feedback comes in on the day before, so that annexes which have everything are closed by now.
    let eve = now.checked_sub(24.hours()).unwrap_or(now);
    let before = Desk { clock: clock::clock(Some(eve)), ..desk.clone() };
    steps.inc(1);

    steps.set_message("importing the follow-up sheet");
    let imported = import_file(&before, &dir.join(sheet), false).await?;
    let staff = staff::add(&before).await?;
    steps.inc(1);

    steps.set_message("sending synthetic answers and closing reports");
    let random = &mut Random::new(options.seed);
    answers::invite_workplaces(&before, random).await?;
    let mut answered = 0;
    for party in [Party::Client, Party::Employer, Party::Community] {
        answered += answers::send(&before, party, random).await?;
    }
    let reported = answers::send(&before, Party::Coach, random).await?;
    answered += answers::send_for_purchasers(&desk, random).await?;
    steps.inc(1);

    steps.set_message("writing closing reports");
    let written = write_reports(&desk, &dir.join("reports")).await?;
    steps.inc(1);

    steps.set_message("releasing the figures");
    let release = make_release(&desk, dir, None, &past_in(dir)?).await?;
    steps.inc(1);

    steps.set_message("building the site");
    let site = publish(&release, &proof_of(dir, &release)?, &pages, &desk.instance, &desk.renderer)?;
    write_site(&site, &dir.join("public"))?;
    steps.inc(1);
    steps.finish_and_clear();

    say(format_args!(
        "{} cases imported, {answered} synthetic answers and {reported} reports of coaches stored, {written} closing reports written, release {}, {} files of the site.",
        imported.opened,
        release.id(),
        site.len()
    ));
    say(format_args!("Reports   {}", dir.join("reports").display()));
    say(format_args!(
        "Release   {}",
        dir.join("releases").join(release.id().to_string()).join("release.json").display()
    ));
    say(format_args!("Site      {}", dir.join("public").join("index.html").display()));
    match listener {
        None => {
            desk.store.close().await;
            drop(lock);
            Ok(())
        }
        Some(listener) => {
            let publishing = publishing(dir, &dir.join("public"), &desk, pages);
            serve_demo(listener, desk, (dir, publishing), now, &staff).await
        }
    }
}

/// An empty or new folder, or an earlier demo, whose files go.
fn prepare(dir: &Path) -> Outcome {
    let empty = !dir.exists() || (dir.is_dir() && std::fs::read_dir(dir).map_err(io_at(dir))?.next().is_none());
    if !empty && !dir.join(MARK).is_file() {
        return Err(format!("{} is not empty and is no demo; name another folder with --dir", dir.display()).into());
    }
    // Held while the folder is emptied: a demo that is being served must not lose its answers.
    let database = dir.join("data/palaute.sqlite");
    let _held = if database.is_file() { Store::lock_for_server(&Database::File(database))? } else { None };
    for own in OWN {
        let path = dir.join(own);
        if path.is_dir() && !path.is_symlink() {
            std::fs::remove_dir_all(&path).map_err(io_at(&path))?;
        }
    }
    // Invented cases have published nothing elsewhere.
    let published = dir.join("published.yaml");
    if published.is_file() {
        std::fs::remove_file(&published).map_err(io_at(&published))?;
    }
    write(&dir.join(MARK), "This folder was made by `palaute demo`; the next demo replaces it.\n")
}

async fn listen(port: Option<u16>) -> Result<tokio::net::TcpListener, Box<dyn std::error::Error>> {
    let address = |port| SocketAddr::new(IpAddr::V4(Ipv4Addr::LOCALHOST), port);
    match port {
        Some(port) => Ok(bind(address(port)).await?),
        None => match bind(address(FIRST_PORT)).await {
            Ok(listener) => Ok(listener),
            Err(_) => Ok(bind(address(0)).await?),
        },
    }
}

/// Writes palaute.yaml, forms, content and the sheet; the sheet's path in the folder.
fn write_demo_instance(dir: &Path, port: u16, options: &Demo) -> Result<&'static str, Box<dyn std::error::Error>> {
    let own_port = format!("base_url: http://127.0.0.1:{port}");
    let with_port = |text: &str| text.replacen("base_url: http://127.0.0.1:8080", &own_port, 1);
    match options.cases {
        None => {
            write_instance(dir, &with_port(PILOT))?;
            for (name, text) in PILOT_STATISTICS {
                write(&dir.join(name), beside_its_schema(text))?;
            }
            write(&dir.join("ledger/veto-plus-ledger.xlsx"), PILOT_SHEET)?;
            Ok("ledger/veto-plus-ledger.xlsx")
        }
        Some(cases) => {
            write_instance(dir, &with_port(&sheet::synthetic_instance(INSTANCE)))?;
            write(&dir.join("statistics.yaml"), beside_its_schema(&sheet::synthetic_statistics(STATISTICS)))?;
            write(&dir.join("ledger/synthetic.csv"), sheet::synthetic_sheet(cases, options.seed))?;
            Ok("ledger/synthetic.csv")
        }
    }
}

async fn serve_demo(
    listener: tokio::net::TcpListener,
    desk: Desk,
    (dir, publishing): (&Path, Publishing),
    now: Timestamp,
    staff: &[(&'static str, String)],
) -> Outcome {
    let desk = Desk { clock: clock::running_from(now), ..desk };
    let site = format!("http://{}", listener.local_addr()?);
    say("");
    say("Open in a browser; everything stays on this machine:");
    say(format_args!("  The site                {site}/"));
    for (party, label) in VISITORS {
        if let Some(link) = answers::open_link(&desk, party).await? {
            say(format_args!("  {label:<23} {}", link.address));
        }
    }
    if let Some(case) = answers::shown_whole(&desk).await? {
        for (label, edition) in [("A closing report", ""), ("With its annex", "-annex")] {
            let file = dir.join("reports").join(format!("{case}-v1{edition}.pdf"));
            if file.is_file() {
                say(format_args!("  {label:<23} {} (.html and .json beside it)", file.display()));
            }
        }
    }
    let case = desk.store.cases().await?.into_iter().rev().find(|c| c.ending().is_some());
    if let Some(case) = case {
        let form = desk.instance.closing_form.value.clone();
        // The last client may have answered; then there is nothing to mail.
        if desk.mail_link(case.number(), &form, "client@example.invalid", None).await.is_ok() {
            say(format_args!("  The mail of one of these invitations is written to {}", dir.join("mail").display()));
        }
    }
    say("");
    say(format_args!("Staff sign in at {site}/desk by one of these addresses:"));
    for (label, address) in staff {
        say(format_args!("  {label:<23} {address}"));
    }
    say(format_args!("  The mail with the code is written to {} within moments.", dir.join("mail").display()));
    say("Answers are really stored; the site shows them after the next release. Stop with Ctrl-C.");
    let mailer = Mailer::Folder(dir.join("mail"));
    serve::run(listener, desk, dir.join("public"), mailer, publishing).await
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_folder_that_is_not_empty_and_no_demo_is_refused_and_kept() {
        let dir = tempfile::tempdir().unwrap();
        std::fs::write(dir.path().join("mine.txt"), "x").unwrap();
        assert!(prepare(dir.path()).unwrap_err().to_string().contains("not empty"));
        assert!(dir.path().join("mine.txt").exists() && !dir.path().join(MARK).exists());
    }
}
