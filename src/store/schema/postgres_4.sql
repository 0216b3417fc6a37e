-- What an entry of the audit log commits to is hidden by a random blind, which stands beside the thing and
-- goes with it: what was erased cannot be guessed from the log. Rows from before this step have none.
ALTER TABLE cases ADD COLUMN blind TEXT COLLATE "C" NOT NULL DEFAULT '';
ALTER TABLE submissions ADD COLUMN blind TEXT COLLATE "C" NOT NULL DEFAULT '';

-- What was erased, by the names that the audit log has for it. Nothing here tells what it was.
CREATE TABLE erasures (
  subject  TEXT COLLATE "C" NOT NULL,                -- the number of a case or the id of a submission
  mark     TEXT COLLATE "C" NOT NULL,                -- of this very thing, made from its blind
  kind     TEXT COLLATE "C" NOT NULL CHECK (kind IN ('case', 'submission', 'part')), -- a part went with its case
  imported TEXT COLLATE "C",                         -- of the number in the sheet, so that an import does not bring it back
  reason   TEXT COLLATE "C" NOT NULL CHECK (reason IN ('asked', 'age')),
  at       TEXT COLLATE "C" NOT NULL,
  wiped    BIGINT NOT NULL DEFAULT 0,   -- 1 once the place where it stood was written over
  PRIMARY KEY (subject, mark)
);

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

-- The planner's samples of a column are no place for what people wrote.
ALTER TABLE submissions ALTER COLUMN answers SET STATISTICS 0;
ALTER TABLE drafts ALTER COLUMN answers SET STATISTICS 0;
ALTER TABLE cases ALTER COLUMN file SET STATISTICS 0;
ALTER TABLE cases ALTER COLUMN imported_number SET STATISTICS 0;
ALTER TABLE case_events ALTER COLUMN event SET STATISTICS 0;
ALTER TABLE facts ALTER COLUMN codes SET STATISTICS 0;
ALTER TABLE reports ALTER COLUMN json SET STATISTICS 0;
ALTER TABLE reports ALTER COLUMN html SET STATISTICS 0;
ALTER TABLE reports ALTER COLUMN pdf SET STATISTICS 0;
ALTER TABLE annexes ALTER COLUMN json SET STATISTICS 0;
ALTER TABLE annexes ALTER COLUMN html SET STATISTICS 0;
ALTER TABLE annexes ALTER COLUMN pdf SET STATISTICS 0;
ALTER TABLE outbox ALTER COLUMN address SET STATISTICS 0;
ALTER TABLE cases ALTER COLUMN blind SET STATISTICS 0;
ALTER TABLE submissions ALTER COLUMN blind SET STATISTICS 0;
ALTER TABLE submissions ALTER COLUMN content SET STATISTICS 0;
ALTER TABLE submissions ALTER COLUMN nonce_hash SET STATISTICS 0;
ALTER TABLE submissions ALTER COLUMN receipt SET STATISTICS 0;
ALTER TABLE links ALTER COLUMN token_hash SET STATISTICS 0;
ALTER TABLE reports ALTER COLUMN content SET STATISTICS 0;
ALTER TABLE drafts ALTER COLUMN owner_hash SET STATISTICS 0;
ALTER TABLE sessions ALTER COLUMN id_hash SET STATISTICS 0;
ALTER TABLE staff ALTER COLUMN address SET STATISTICS 0;
ALTER TABLE staff ALTER COLUMN name SET STATISTICS 0;
ALTER TABLE erasures ALTER COLUMN mark SET STATISTICS 0;
ALTER TABLE erasures ALTER COLUMN imported SET STATISTICS 0;
ALTER TABLE audit_log ALTER COLUMN commitment SET STATISTICS 0;
ALTER TABLE audit_log ALTER COLUMN chain SET STATISTICS 0;
