//! Adds and removes staff, and tells what becomes of their cases.

use super::Desk;
use crate::case::{CaseEvent, CaseNumber};
use crate::mail::is_address;
use crate::store::{Role, Staff, StoreError, Subject};
use crate::submission::holds_identity_code;
use crate::text::is_email;
use std::collections::BTreeSet;

/// Most characters of a name.
const LONGEST_NAME: usize = 80;

/// Somebody to be added.
#[derive(Clone, Copy, Debug)]
pub struct Newcomer<'a> {
    /// E-mail.
    pub address: &'a str,
    /// Name; of a coach as it stands on the cases.
    pub name: &'a str,
    /// What he or she may do.
    pub role: Role,
}

/// What becomes of the cases of whoever leaves.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Departure {
    /// Cases that carry the name of a coach and keep it.
    pub named: u32,
    /// Cases of an officer, which go back to all officers.
    pub handed_back: u32,
}

/// Why staff is not added or removed.
#[derive(Debug, thiserror::Error)]
pub enum StaffError {
    /// No mail could go there.
    #[error("`{0}` is no address")]
    NoAddress(String),
    /// A name is missing, too long or holds an identity code.
    #[error("a name of 1 to {LONGEST_NAME} characters is needed, without an identity code")]
    NoName,
    /// Somebody has it.
    #[error("the address is in use: {name} ({role}) has it; remove them first")]
    AddressInUse {
        /// Who.
        name: String,
        /// As what.
        role: &'static str,
    },
    /// A coach sees the cases that carry the name, so no two may have it.
    #[error("another coach is called {0}, and both would see the same cases; add a letter to the name")]
    NameTaken(String),
    /// Nobody has it.
    #[error("nobody of the staff has the address {0}; `palaute staff list` shows them")]
    Nobody(String),
    /// The store failed.
    #[error(transparent)]
    Store(#[from] StoreError),
}

impl Desk {
    /// Adds somebody; with how many cases carry the name, of a coach.
    ///
    /// # Errors
    /// See [`StaffError`].
    pub async fn add_staff(&self, new: &Newcomer<'_>) -> Result<(Staff, u32), StaffError> {
        let address = new.address.trim().to_lowercase();
        if !is_email(&address) || !is_address(&address) || holds_identity_code(&address) {
            return Err(StaffError::NoAddress(new.address.trim().to_owned()));
        }
        let name: String = new.name.split_whitespace().collect::<Vec<_>>().join(" ");
        let name: String = name.chars().filter(|c| !c.is_control()).collect();
        if name.is_empty() || name.chars().count() > LONGEST_NAME || holds_identity_code(&name) {
            return Err(StaffError::NoName);
        }
        if let Some(other) = self.store.staff_at(&address).await? {
            return Err(StaffError::AddressInUse { name: other.name, role: other.role.code() });
        }
        let staff = Staff { id: self.fresh_id(), address: address.clone(), name: name.clone(), role: new.role };
        if !self.store.add_staff(staff, self.now()).await? {
            return Err(StaffError::NameTaken(name));
        }
        // Somebody who comes back has the former id.
        let staff = self.store.staff_at(&address).await?.ok_or(StaffError::Nobody(address))?;
        let named = self.departure(&staff).await?.named;
        Ok((staff, named))
    }

    /// What would become of the cases of somebody who leaves.
    ///
    /// # Errors
    /// When the store fails.
    pub async fn departure(&self, staff: &Staff) -> Result<Departure, StoreError> {
        Ok(match staff.role {
            Role::Coach => {
                let names = self.store.coaches_on_cases().await?;
                let named = names.into_iter().find(|(name, _)| *name == staff.name).map_or(0, |(_, n)| n);
                Departure { named, handed_back: 0 }
            }
            Role::Officer => {
                let cases = self.store.cases_of_officer(&staff.id).await?;
                Departure { named: 0, handed_back: u32::try_from(cases.len()).unwrap_or(u32::MAX) }
            }
            Role::Manager | Role::Publisher | Role::Admin => Departure::default(),
        })
    }

    /// Removes somebody: the sessions end. A coach's cases keep the name, and another coach of that name is given them; an
    /// officer's go back to all officers.
    ///
    /// # Errors
    /// When the store fails.
    pub async fn remove_staff(&self, staff: &Staff) -> Result<Departure, StoreError> {
        let departure = self.departure(staff).await?;
        if staff.role == Role::Officer {
            // First, so that no case is left to somebody who is gone should this end here.
            let cases = self.store.cases_of_officer(&staff.id).await?;
            self.name_officer(&cases, None).await?;
        }
        self.store.remove_staff(&staff.id, self.now()).await?;
        Ok(departure)
    }

    /// Names the officer of cases, or nobody: then they are every officer's.
    ///
    /// # Errors
    /// When the store fails.
    pub async fn name_officer(&self, cases: &[CaseNumber], officer: Option<&Staff>) -> Result<(), StoreError> {
        if cases.is_empty() {
            return Ok(());
        }
        let named = || vec![CaseEvent::OfficerNamed { officer: officer.map(|o| o.id.clone()) }];
        let changes = cases.iter().map(|case| self.change(Subject::Known(*case), named())).collect();
        let now = self.now();
        let year = now.to_zoned(self.instance.zone()).year();
        self.store.record(changes, year, now).await?;
        Ok(())
    }

    /// The names that stand on cases and that no coach has, with how many cases carry each.
    ///
    /// # Errors
    /// When the store fails.
    pub async fn names_without_coach(&self) -> Result<Vec<(String, u32)>, StoreError> {
        let staff = self.store.staff().await?;
        let known: BTreeSet<&str> = staff.iter().filter(|s| s.role == Role::Coach).map(|s| s.name.as_str()).collect();
        let mut names = self.store.coaches_on_cases().await?;
        names.retain(|(name, _)| !known.contains(name.as_str()));
        Ok(names)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::desk::pilot::desk;

    fn new(address: &'static str, name: &'static str, role: Role) -> Newcomer<'static> {
        Newcomer { address, name, role }
    }

    #[tokio::test]
    async fn an_address_is_one_persons_and_a_coachs_name_one_coachs() {
        let folder = tempfile::tempdir().unwrap();
        let (desk, _) = desk(folder.path()).await;
        let (coach, cases) = desk.add_staff(&new(" A@Example.Invalid ", "Valmentaja  1", Role::Coach)).await.unwrap();
        assert_eq!((coach.address.as_str(), coach.name.as_str()), ("a@example.invalid", "Valmentaja 1"));
        assert!(cases > 0);
        let refused = |new: Newcomer<'static>| {
            let desk = desk.clone();
            async move { desk.add_staff(&new).await.unwrap_err().to_string() }
        };
        assert!(refused(new("a@example.invalid", "B", Role::Officer)).await.contains("in use: Valmentaja 1 (coach)"));
        assert!(refused(new("b@example.invalid", "Valmentaja 1", Role::Coach)).await.contains("another coach"));
        assert!(refused(new("b", "B", Role::Officer)).await.contains("`b` is no address"));
        assert!(refused(new("b@example.invalid", " ", Role::Officer)).await.contains("a name of 1 to 80"));
        desk.add_staff(&new("b@example.invalid", "Valmentaja 1", Role::Officer)).await.unwrap();
        let left = desk.remove_staff(&coach).await.unwrap();
        assert_eq!(left, Departure { named: cases, handed_back: 0 });
        let (again, same) = desk.add_staff(&new("c@example.invalid", "Valmentaja 1", Role::Coach)).await.unwrap();
        assert!(same == cases && again.id != coach.id, "the next one of that name is given the cases");
    }

    #[tokio::test]
    async fn the_cases_of_an_officer_who_leaves_are_every_officers_again_and_the_session_ends() {
        let folder = tempfile::tempdir().unwrap();
        let (desk, _) = desk(folder.path()).await;
        let (officer, _) = desk.add_staff(&new("o@example.invalid", "Asiantuntija", Role::Officer)).await.unwrap();
        let session = desk.open_session(&officer, None).await.unwrap();
        let case = desk.find_case("V-001").await.unwrap();
        desk.name_officer(&[case], Some(&officer)).await.unwrap();
        assert_eq!(desk.store.case(case).await.unwrap().unwrap().officer(), Some(officer.id.as_str()));
        assert_eq!(desk.remove_staff(&officer).await.unwrap(), Departure { named: 0, handed_back: 1 });
        assert_eq!(desk.store.case(case).await.unwrap().unwrap().officer(), None);
        assert_eq!(desk.session(&session, None).await.unwrap(), None);
        assert!(desk.store.verify().await.is_ok());
    }
}
