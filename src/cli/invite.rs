//! `palaute invite`.

use super::arguments::Invite;
use super::clock;
use super::folder::Folder;
use super::init::write;
use super::run::Outcome;
use super::terminal::say;
use crate::case::CaseNumber;
use crate::desk::{Desk, InviteError, OpenedLink};
use crate::form::Party;
use crate::render::{PaperLink, QrSheetView};
use crate::text::finnish_date;
use jiff::Timestamp;
use std::path::Path;

pub(super) async fn invite(dir: &Path, now: Option<Timestamp>, options: &Invite) -> Outcome {
    let (desk, _) = Folder::read(dir)?.desk(clock::clock(now)).await?;
    let number = desk.find_case(&options.case).await?;
    let form = options.form.as_deref().unwrap_or(&desk.instance.closing_form.value);
    match &options.mail {
        Some(address) => {
            desk.mail_link(number, form, address, options.lang).await?;
            say("The mail is in the outbox; `palaute serve` delivers it.");
        }
        None => hand_over(&desk, number, form, options).await?,
    }
    desk.store.close().await;
    Ok(())
}

/// Makes links and prints them, on a sheet if that is wanted.
async fn hand_over(desk: &Desk, case: CaseNumber, form: &str, options: &Invite) -> Outcome {
    // The file first: a link that stands nowhere would be a way in for nobody.
    if let Some(out) = options.sheet.as_ref().filter(|out| out.exists()) {
        return Err(format!("{} is there already; name another file", out.display()).into());
    }
    if options.separate.is_some() && desk.form(form).is_some_and(|f| f.party() != Party::Community) {
        return Err(InviteError::NotShared(form.to_owned()).into());
    }
    let links = if options.paper {
        vec![desk.open_keying(case, form, options.code.as_deref()).await?]
    } else if let Some(places) = options.shared {
        vec![desk.open_shared(case, form, places).await?]
    } else {
        let mut links = Vec::new();
        for _ in 0..options.separate.unwrap_or(1) {
            links.push(match options.sheet {
                Some(_) => desk.open_paper_link(case, form).await?,
                None => desk.open_link(case, form).await?,
            });
        }
        links
    };
    if let Some(out) = &options.sheet {
        write(out, sheet(desk, case, form, options, &links).await?)?;
        say(format_args!("Wrote {}.", out.display()));
    }
    let mut until = links.iter().map(|link| link.expires_at.to_zoned(desk.instance.zone()).date());
    for link in &links {
        say(format_args!("{}", link.address));
    }
    let whose = match (options.paper, options.shared) {
        (true, _) => "Key in the paper form there; it is for you alone".to_owned(),
        (false, Some(places)) => format!("Everybody has the same link, and {places} can answer"),
        (false, None) => "Whoever has a link can answer".to_owned(),
    };
    let until = until.next().map_or_else(String::new, finnish_date);
    say(format_args!("Open until {until}. Links are shown this once. {whose}."));
    Ok(())
}

/// The PDF of the links.
async fn sheet(
    desk: &Desk,
    case: CaseNumber,
    form: &str,
    options: &Invite,
    links: &[OpenedLink],
) -> Result<Vec<u8>, Box<dyn std::error::Error>> {
    let form = desk.form(form).ok_or_else(|| format!("there is no form `{form}`"))?;
    let known = form.languages(&desk.instance);
    if let Some(language) = options.lang.filter(|l| !known.contains(l)) {
        return Err(format!("{} is not asked in {}", form.id(), language.english_name()).into());
    }
    let own = desk.store.case(case).await?.and_then(|c| c.opening().language).filter(|l| known.contains(l));
    let language = options.lang.or(own).unwrap_or_else(|| desk.instance.language());
    let of = |link: &OpenedLink| PaperLink {
        address: link.address.clone(),
        code: link.token.clone(),
        open_until: link.expires_at.to_zoned(desk.instance.zone()).date(),
    };
    let links: Vec<PaperLink> = links.iter().map(of).collect();
    let view = QrSheetView::new(form, &desk.instance, language, &links, options.shared.is_some(), desk.today());
    Ok(desk.printer.print_sheet(&view)?)
}
