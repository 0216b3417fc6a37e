//! Staff who have signed in, without going through the sign-in itself.

use jiff::{Timestamp, ToSpan};
use palaute::store::{Database, NewSession, Role, Staff, Store};
use palaute::text::Fingerprint;

/// Opens a session at `at` for somebody of that role and name, who is added where there is nobody; the `Cookie` header that
/// shows it. Of a coach the name is that on the cases.
pub(crate) async fn signed_in(data: &Database, role: Role, name: &str, at: Timestamp) -> String {
    let store = Store::open(data).await.expect("the store opens");
    let known = store.staff().await.expect("the staff").into_iter().find(|s| s.role == role && s.name == name);
    let id = match known {
        Some(staff) => staff.id,
        None => {
            let id = Fingerprint::of(format!("{} {name}", role.code())).as_str()[..32].to_owned();
            let address = format!("{}@example.invalid", &id[..12]);
            let staff = Staff { id: id.clone(), address, name: name.to_owned(), role };
            store.add_staff(staff, at).await.expect("staff is added");
            id
        }
    };
    let value = Fingerprint::of(format!("session {id} {at}")).as_str().to_owned();
    let ends_at = at.checked_add(12.hours()).expect("a later instant");
    let new = NewSession { id_hash: Fingerprint::of(&value), staff: id, opened_at: at, ends_at, replaces: None };
    store.open_session(new).await.expect("a session opens");
    store.close().await;
    format!("palaute-session={value}")
}
