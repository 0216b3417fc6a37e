-- Times are RFC 3339 in UTC. Events, facts and the audit log are only ever added to.

CREATE TABLE cases (
  number          TEXT PRIMARY KEY,
  imported_number TEXT UNIQUE,
  office          TEXT NOT NULL,
  ended_on        TEXT,
  file            TEXT NOT NULL          -- the fold of the case's events, as JSON
) STRICT;

CREATE TABLE case_events (
  case_number TEXT NOT NULL REFERENCES cases (number),
  sequence    INTEGER NOT NULL,
  at          TEXT NOT NULL,
  event       TEXT NOT NULL,             -- JSON
  PRIMARY KEY (case_number, sequence)
) STRICT, WITHOUT ROWID;

CREATE TABLE invitations (
  id          TEXT PRIMARY KEY,
  case_number TEXT NOT NULL REFERENCES cases (number),
  party       TEXT NOT NULL,
  form        TEXT NOT NULL,
  expires_at  TEXT NOT NULL,
  revoked_at  TEXT
) STRICT;
CREATE INDEX invitations_by_case ON invitations (case_number);

-- The ways in to an invitation. Only the SHA-256 of a link's token is kept.
CREATE TABLE links (
  token_hash TEXT PRIMARY KEY,
  invitation TEXT NOT NULL REFERENCES invitations (id),
  made_at    TEXT NOT NULL
) STRICT, WITHOUT ROWID;

CREATE TABLE submissions (
  id          TEXT PRIMARY KEY,
  invitation  TEXT NOT NULL UNIQUE REFERENCES invitations (id),
  nonce_hash  TEXT NOT NULL,
  content     TEXT NOT NULL,             -- fingerprint of the answers
  receipt     TEXT NOT NULL UNIQUE,
  form        TEXT NOT NULL,
  version     TEXT NOT NULL,
  received_at TEXT NOT NULL,
  answers     TEXT NOT NULL              -- JSON by question id
) STRICT;

CREATE TABLE codebooks (
  fingerprint TEXT PRIMARY KEY,
  book        TEXT NOT NULL              -- JSON
) STRICT;

CREATE TABLE facts (
  sequence INTEGER PRIMARY KEY AUTOINCREMENT,
  subject  TEXT NOT NULL,                -- what a correction takes away again
  sign     INTEGER NOT NULL CHECK (sign IN (-1, 1)),
  codebook TEXT NOT NULL REFERENCES codebooks (fingerprint),
  codes    TEXT NOT NULL                 -- JSON list of integers
) STRICT;
CREATE INDEX facts_by_subject ON facts (subject);

CREATE TABLE cube (
  one  INTEGER PRIMARY KEY CHECK (one = 1),
  cube TEXT NOT NULL                     -- JSON with its watermark
) STRICT;

CREATE TABLE reports (
  case_number TEXT NOT NULL REFERENCES cases (number),
  version     INTEGER NOT NULL,
  content     TEXT NOT NULL,             -- fingerprint of the coach's part
  written_on  TEXT NOT NULL,
  json        TEXT NOT NULL,
  html        TEXT NOT NULL,
  PRIMARY KEY (case_number, version)
) STRICT, WITHOUT ROWID;

-- What is to be mailed. The link is made when the mail goes out, so that no token stands here.
CREATE TABLE outbox (
  id         TEXT PRIMARY KEY,
  invitation TEXT NOT NULL REFERENCES invitations (id),
  address    TEXT,                       -- removed once the mail is delivered
  queued_at  TEXT NOT NULL,
  tries      INTEGER NOT NULL DEFAULT 0,
  next_try   TEXT NOT NULL,
  state      TEXT NOT NULL CHECK (state IN ('waiting', 'delivered', 'obsolete', 'dead'))
) STRICT;

CREATE TABLE audit_log (
  sequence INTEGER PRIMARY KEY AUTOINCREMENT,
  at       TEXT NOT NULL,
  verb     TEXT NOT NULL,
  subject  TEXT NOT NULL,
  chain    TEXT NOT NULL                 -- SHA-256 of the entry before and this one's commitment
) STRICT;
