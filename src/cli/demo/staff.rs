//! Staff of the demo. Their mails go to the folder of mails, where the link and the code of a sign-in can be read.

use crate::desk::Desk;
use crate::store::{Role, Staff, StoreError};
use std::collections::BTreeSet;

/// Adds an officer, a manager, a publisher, an admin, and the coaches of the cases; who can be tried first, with how the
/// terminal names them.
pub(super) async fn add(desk: &Desk) -> Result<Vec<(&'static str, String)>, StoreError> {
    let mut tried = Vec::new();
    let coaches: BTreeSet<String> = desk.store.cases().await?.iter().map(|c| c.opening().coach.clone()).collect();
    for (n, name) in (1..).zip(coaches) {
        let address = format!("coach{n}@example.invalid");
        if n == 1 {
            tried.push(("A coach", address.clone()));
        }
        add_one(desk, Role::Coach, address, name).await?;
    }
    for (role, label, name) in [
        (Role::Officer, "An officer", "Asiantuntija 1"),
        (Role::Manager, "A manager", "Esihenkilö 1"),
        (Role::Publisher, "A publisher", "Julkaisija 1"),
        (Role::Admin, "An admin", "Ylläpitäjä 1"),
    ] {
        let address = format!("{}@example.invalid", role.code());
        add_one(desk, role, address.clone(), name.to_owned()).await?;
        tried.push((label, address));
    }
    Ok(tried)
}

async fn add_one(desk: &Desk, role: Role, address: String, name: String) -> Result<(), StoreError> {
    let staff = Staff { id: desk.fresh_id(), address, name, role };
    desk.store.add_staff(staff, desk.now()).await.map(drop)
}
