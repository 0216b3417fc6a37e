//! Places behind a shared link: the link leads to one of them, and to another when that one goes.

use super::{StoreError, attempting};
use sqlx::AnyConnection;

/// The other place behind the shared link of an invitation `$1` to which the link can lead.
macro_rules! other_place {
    () => {
        "(SELECT min(o.id) FROM invitations o JOIN invitations i ON i.gate = o.gate
          WHERE i.id = $1 AND o.id <> $1 AND o.revoked_at IS NULL)"
    };
}

const HAND_ON_DRAFTS: &str = concat!(
    "UPDATE drafts SET invitation = ",
    other_place!(),
    " WHERE invitation = $1 AND ",
    other_place!(),
    " IS NOT NULL"
);
const HAND_ON_LINKS: &str = concat!(
    "UPDATE links SET invitation = ",
    other_place!(),
    " WHERE invitation = $1 AND shared = 1 AND ",
    other_place!(),
    " IS NOT NULL"
);

/// What colleagues behind the same shared link have and write stays theirs when one place is erased.
pub(super) async fn hand_on(connection: &mut AnyConnection, invitation: &str) -> Result<(), StoreError> {
    for statement in [HAND_ON_DRAFTS, HAND_ON_LINKS] {
        let done = sqlx::query(statement).bind(invitation).execute(&mut *connection).await;
        done.map_err(attempting("hand a shared link on"))?;
    }
    Ok(())
}
