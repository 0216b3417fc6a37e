//! `palaute invite`.

use super::clock;
use super::folder::Folder;
use super::run::Outcome;
use super::terminal::say;
use crate::text::finnish_date;
use jiff::Timestamp;
use std::path::Path;

/// How a link reaches whoever answers.
#[derive(Clone, Copy, Debug)]
pub(super) enum Way<'a> {
    /// It is printed and handed over.
    Printed,
    /// It is mailed to this address.
    Mailed(&'a str),
    /// It is for whoever keys in a paper form.
    Keyed {
        /// The code on the paper.
        code: Option<&'a str>,
    },
}

impl<'a> Way<'a> {
    pub(super) fn of(mail: Option<&'a str>, paper: bool, code: Option<&'a str>) -> Self {
        match mail {
            Some(address) => Self::Mailed(address),
            None if paper => Self::Keyed { code },
            None => Self::Printed,
        }
    }
}

pub(super) async fn invite(
    dir: &Path,
    now: Option<Timestamp>,
    case: &str,
    form: Option<&str>,
    way: Way<'_>,
) -> Outcome {
    let (desk, _) = Folder::read(dir)?.desk(clock::clock(now)).await?;
    let number = desk.find_case(case).await?;
    let form = form.unwrap_or(&desk.instance.closing_form.value).to_owned();
    match way {
        Way::Mailed(address) => {
            desk.mail_link(number, &form, address).await?;
            say("The mail is in the outbox; `palaute serve` delivers it.");
        }
        Way::Printed | Way::Keyed { .. } => {
            let link = match way {
                Way::Keyed { code } => desk.open_keying(number, &form, code).await?,
                _ => desk.open_link(number, &form).await?,
            };
            let keyed = matches!(way, Way::Keyed { .. });
            let until = finnish_date(link.expires_at.to_zoned(desk.instance.zone()).date());
            let whose =
                if keyed { "Key in the paper form there; it is for you alone" } else { "Whoever has it can answer" };
            say(format_args!("{}", link.address));
            say(format_args!("Open until {until}. The link is shown this once. {whose}."));
        }
    }
    desk.store.close().await;
    Ok(())
}
