-- What an entry of the audit log commits to is hidden by a random blind, which stands beside the thing and
-- goes with it: what was erased cannot be guessed from the log. Rows from before this step have none.
ALTER TABLE cases ADD COLUMN blind TEXT NOT NULL DEFAULT '';
ALTER TABLE submissions ADD COLUMN blind TEXT NOT NULL DEFAULT '';

-- What was erased, by the names that the audit log has for it. Nothing here tells what it was.
CREATE TABLE erasures (
  subject  TEXT NOT NULL,                -- the number of a case or the id of a submission
  mark     TEXT NOT NULL,                -- of this very thing, made from its blind
  kind     TEXT NOT NULL CHECK (kind IN ('case', 'submission', 'part')), -- a part went with its case
  imported TEXT,                         -- of the number in the sheet, so that an import does not bring it back
  reason   TEXT NOT NULL CHECK (reason IN ('asked', 'age')),
  at       TEXT NOT NULL,
  wiped    INTEGER NOT NULL DEFAULT 0,   -- 1 once the place where it stood was written over
  PRIMARY KEY (subject, mark)
) STRICT, WITHOUT ROWID;

-- What somebody has typed and not sent. It belongs to the browser that typed it, or to a personal link.
CREATE TABLE drafts (
  invitation TEXT NOT NULL REFERENCES invitations (id),
  owner_hash TEXT NOT NULL,              -- SHA-256 of the browser's cookie or of the link's token
  version    TEXT NOT NULL,              -- of the form
  answers    TEXT NOT NULL,              -- JSON, as typed
  saved_at   TEXT NOT NULL,
  PRIMARY KEY (invitation, owner_hash)
) STRICT, WITHOUT ROWID;

CREATE TABLE staff (
  id         TEXT PRIMARY KEY,
  address    TEXT NOT NULL UNIQUE,       -- e-mail, in lower case
  name       TEXT NOT NULL,
  role       TEXT NOT NULL CHECK (role IN ('coach', 'manager', 'officer', 'publisher', 'admin')),
  added_at   TEXT NOT NULL,
  removed_at TEXT
) STRICT;

-- Who has signed in. Only the SHA-256 of a session's id is kept.
CREATE TABLE sessions (
  id_hash   TEXT PRIMARY KEY,
  staff     TEXT NOT NULL REFERENCES staff (id),
  opened_at TEXT NOT NULL,
  used_at   TEXT NOT NULL,
  ends_at   TEXT NOT NULL
) STRICT, WITHOUT ROWID;
CREATE INDEX sessions_by_staff ON sessions (staff);

-- The releases that were made: a file that is missing or another can be told.
CREATE TABLE releases_known (
  id          TEXT PRIMARY KEY,
  fingerprint TEXT NOT NULL,
  as_of       TEXT NOT NULL,
  made_at     TEXT NOT NULL
) STRICT, WITHOUT ROWID;

CREATE INDEX links_by_invitation ON links (invitation);
CREATE INDEX outbox_by_invitation ON outbox (invitation);
CREATE INDEX outbox_due ON outbox (state, next_try);
