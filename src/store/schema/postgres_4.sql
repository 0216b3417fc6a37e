-- What an entry of the audit log commits to is hidden by a random blind, which stands beside the thing and
-- goes with it: what was erased cannot be guessed from the log. Rows from before this step have none.
ALTER TABLE cases ADD COLUMN blind TEXT COLLATE "C" NOT NULL DEFAULT '';
ALTER TABLE submissions ADD COLUMN blind TEXT COLLATE "C" NOT NULL DEFAULT '';

-- What was erased, by the names that the audit log has for it. Nothing here tells what it was.
CREATE TABLE erasures (
  subject TEXT COLLATE "C" PRIMARY KEY,              -- the number of a case or the id of a submission
  mark    TEXT COLLATE "C" NOT NULL,                 -- of this very thing, made from its blind
  reason  TEXT COLLATE "C" NOT NULL CHECK (reason IN ('asked', 'age')),
  at      TEXT COLLATE "C" NOT NULL
);
CREATE INDEX erasures_by_mark ON erasures (mark);

-- What somebody has typed and not sent. It belongs to the browser that typed it, or to a personal link.
CREATE TABLE drafts (
  invitation TEXT COLLATE "C" NOT NULL REFERENCES invitations (id),
  owner_hash TEXT COLLATE "C" NOT NULL,              -- SHA-256 of the browser's cookie or of the link's token
  version    TEXT COLLATE "C" NOT NULL,              -- of the form
  answers    TEXT COLLATE "C" NOT NULL,              -- JSON, as typed
  saved_at   TEXT COLLATE "C" NOT NULL,
  PRIMARY KEY (invitation, owner_hash)
);

CREATE TABLE staff (
  id         TEXT COLLATE "C" PRIMARY KEY,
  address    TEXT COLLATE "C" NOT NULL UNIQUE,       -- e-mail, in lower case
  name       TEXT COLLATE "C" NOT NULL,
  role       TEXT COLLATE "C" NOT NULL CHECK (role IN ('coach', 'manager', 'officer', 'publisher', 'admin')),
  added_at   TEXT COLLATE "C" NOT NULL,
  removed_at TEXT COLLATE "C"
);

-- Who has signed in. Only the SHA-256 of a session's id is kept.
CREATE TABLE sessions (
  id_hash   TEXT COLLATE "C" PRIMARY KEY,
  staff     TEXT COLLATE "C" NOT NULL REFERENCES staff (id),
  opened_at TEXT COLLATE "C" NOT NULL,
  used_at   TEXT COLLATE "C" NOT NULL,
  ends_at   TEXT COLLATE "C" NOT NULL
);
CREATE INDEX sessions_by_staff ON sessions (staff);

-- The releases that were made: a file that is missing or another can be told.
CREATE TABLE releases_known (
  id          TEXT COLLATE "C" PRIMARY KEY,
  fingerprint TEXT COLLATE "C" NOT NULL,
  as_of       TEXT COLLATE "C" NOT NULL,
  made_at     TEXT COLLATE "C" NOT NULL
);

CREATE INDEX links_by_invitation ON links (invitation);
CREATE INDEX outbox_by_invitation ON outbox (invitation);
CREATE INDEX outbox_due ON outbox (state, next_try);
