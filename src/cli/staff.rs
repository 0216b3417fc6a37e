//! `palaute staff`: who may sign in at the desks.

use super::arguments::StaffCommand;
use super::clock;
use super::folder::Folder;
use super::run::Outcome;
use super::terminal::say;
use crate::desk::{Departure, Desk, Newcomer, StaffError};
use crate::store::{Role, Staff};
use jiff::Timestamp;
use std::path::Path;

/// How the first is added, told where there is nobody.
pub(super) const FIRST: &str = "palaute staff add ADDRESS --role admin --name NAME";

pub(super) async fn staff(dir: &Path, now: Option<Timestamp>, command: &StaffCommand) -> Outcome {
    let (desk, _) = Folder::read(dir)?.desk(clock::clock(now)).await?;
    let done = match command {
        StaffCommand::Add { address, role, name } => add(&desk, address, role, name).await,
        StaffCommand::List => list(&desk).await,
        StaffCommand::Remove { address } => remove(&desk, address).await,
    };
    desk.store.close().await;
    done
}

/// The role of that name.
fn role_of(name: &str) -> Result<Role, String> {
    let known = || Role::ALL.map(Role::code).join(", ");
    Role::from_code(name).ok_or_else(|| format!("there is no role `{name}`: {}", known()))
}

async fn add(desk: &Desk, address: &str, role: &str, name: &str) -> Outcome {
    let (staff, named) = desk.add_staff(&Newcomer { address, name, role: role_of(role)? }).await?;
    say(format_args!("{} ({}) can sign in with {}.", staff.name, staff.role.code(), staff.address));
    if staff.role == Role::Coach {
        say(match named {
            0 => "No case carries this name yet; those that will are seen by this coach.".to_owned(),
            n => format!("{n} case(s) carry this name and are seen by this coach."),
        });
        let others = desk.names_without_coach().await?;
        if named == 0 && !others.is_empty() {
            let told: Vec<String> = others.iter().map(|(name, n)| format!("{name} ({n})")).collect();
            say(format_args!("Names on cases that no coach has: {}.", told.join(", ")));
        }
    }
    Ok(())
}

async fn list(desk: &Desk) -> Outcome {
    let all = desk.store.staff().await?;
    if all.is_empty() {
        say(format_args!("Nobody can sign in yet: `{FIRST}` adds the first."));
        return Ok(());
    }
    let widths = |of: fn(&Staff) -> &str| all.iter().map(|s| of(s).chars().count()).max().unwrap_or(0);
    let (names, roles) = (widths(|s| &s.name), widths(|s| s.role.code()));
    for staff in &all {
        say(format_args!("{:<roles$}  {:<names$}  {}", staff.role.code(), staff.name, staff.address));
    }
    Ok(())
}

async fn remove(desk: &Desk, address: &str) -> Outcome {
    let address = address.trim().to_lowercase();
    let found = desk.store.staff_at(&address).await?;
    let staff = found.ok_or_else(|| StaffError::Nobody(address))?;
    let departure = desk.remove_staff(&staff).await?;
    say(format_args!("{} ({}) is not let in any more, and open sessions have ended.", staff.name, staff.role.code()));
    match departure {
        Departure { named: 0, handed_back: 0 } => {}
        Departure { named: 0, handed_back: n } => say(format_args!("{n} case(s) are every officer's again.")),
        Departure { named: n, .. } => say(format_args!(
            "{n} case(s) keep the name {0}; adding another coach with --name \"{0}\" gives them over.",
            staff.name
        )),
    }
    Ok(())
}
