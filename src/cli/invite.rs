//! `palaute invite`.

use super::clock;
use super::folder::Folder;
use super::run::Outcome;
use super::terminal::say;
use crate::text::finnish_date;
use jiff::Timestamp;
use std::path::Path;

pub(super) async fn invite(
    dir: &Path,
    now: Option<Timestamp>,
    case: &str,
    form: Option<&str>,
    mail: Option<&str>,
) -> Outcome {
    let (desk, _) = Folder::read(dir)?.desk(clock::clock(now)).await?;
    let number = desk.find_case(case).await?;
    let form = form.unwrap_or(&desk.instance.closing_form.value).to_owned();
    match mail {
        Some(address) => {
            desk.mail_link(number, &form, address).await?;
            say("The mail is in the outbox; `palaute serve` delivers it.");
        }
        None => {
            let link = desk.open_link(number, &form).await?;
            let until = finnish_date(link.expires_at.to_zoned(desk.instance.zone()).date());
            say(format_args!("{}", link.address));
            say(format_args!("Open until {until}. The link is shown this once; whoever has it can answer."));
        }
    }
    desk.store.close().await;
    Ok(())
}
