-- As for SQLite; texts compare byte by byte (COLLATE "C") there and here.
-- Times are RFC 3339 in UTC. Events, facts and the audit log are only ever added to.

CREATE TABLE cases (
  number          TEXT COLLATE "C" PRIMARY KEY,
  imported_number TEXT COLLATE "C" UNIQUE,
  office          TEXT COLLATE "C" NOT NULL,
  ended_on        TEXT COLLATE "C",
  file            TEXT COLLATE "C" NOT NULL          -- the fold of the case's events, as JSON
);

CREATE TABLE case_events (
  case_number TEXT COLLATE "C" NOT NULL REFERENCES cases (number),
  sequence    BIGINT NOT NULL,
  at          TEXT COLLATE "C" NOT NULL,
  event       TEXT COLLATE "C" NOT NULL,             -- JSON
  PRIMARY KEY (case_number, sequence)
);

CREATE TABLE invitations (
  id          TEXT COLLATE "C" PRIMARY KEY,
  case_number TEXT COLLATE "C" NOT NULL REFERENCES cases (number),
  party       TEXT COLLATE "C" NOT NULL,
  form        TEXT COLLATE "C" NOT NULL,
  expires_at  TEXT COLLATE "C" NOT NULL,
  revoked_at  TEXT COLLATE "C"
);
CREATE INDEX invitations_by_case ON invitations (case_number);

-- The ways in to an invitation. Only the SHA-256 of a link's token is kept.
CREATE TABLE links (
  token_hash TEXT COLLATE "C" PRIMARY KEY,
  invitation TEXT COLLATE "C" NOT NULL REFERENCES invitations (id),
  made_at    TEXT COLLATE "C" NOT NULL
);

CREATE TABLE submissions (
  id          TEXT COLLATE "C" PRIMARY KEY,
  invitation  TEXT COLLATE "C" NOT NULL UNIQUE REFERENCES invitations (id),
  nonce_hash  TEXT COLLATE "C" NOT NULL,
  content     TEXT COLLATE "C" NOT NULL,             -- fingerprint of the answers
  receipt     TEXT COLLATE "C" NOT NULL UNIQUE,
  form        TEXT COLLATE "C" NOT NULL,
  version     TEXT COLLATE "C" NOT NULL,
  received_at TEXT COLLATE "C" NOT NULL,
  answers     TEXT COLLATE "C" NOT NULL              -- JSON by question id
);

CREATE TABLE codebooks (
  fingerprint TEXT COLLATE "C" PRIMARY KEY,
  book        TEXT COLLATE "C" NOT NULL              -- JSON
);

CREATE TABLE facts (
  sequence BIGINT GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
  subject  TEXT COLLATE "C" NOT NULL,                -- what a correction takes away again
  sign     BIGINT NOT NULL CHECK (sign IN (-1, 1)),
  codebook TEXT COLLATE "C" NOT NULL REFERENCES codebooks (fingerprint),
  codes    TEXT COLLATE "C" NOT NULL                 -- JSON list of integers
);
CREATE INDEX facts_by_subject ON facts (subject);

CREATE TABLE cube (
  one  BIGINT PRIMARY KEY CHECK (one = 1),
  cube TEXT COLLATE "C" NOT NULL                     -- JSON with its watermark
);

CREATE TABLE reports (
  case_number TEXT COLLATE "C" NOT NULL REFERENCES cases (number),
  version     BIGINT NOT NULL,
  content     TEXT COLLATE "C" NOT NULL,             -- fingerprint of the coach's part
  written_on  TEXT COLLATE "C" NOT NULL,
  json        TEXT COLLATE "C" NOT NULL,
  html        TEXT COLLATE "C" NOT NULL,
  PRIMARY KEY (case_number, version)
);

-- What is to be mailed. The link is made when the mail goes out, so that no token stands here.
CREATE TABLE outbox (
  id         TEXT COLLATE "C" PRIMARY KEY,
  invitation TEXT COLLATE "C" NOT NULL REFERENCES invitations (id),
  address    TEXT COLLATE "C",                       -- removed once the mail is delivered
  queued_at  TEXT COLLATE "C" NOT NULL,
  tries      BIGINT NOT NULL DEFAULT 0,
  next_try   TEXT COLLATE "C" NOT NULL,
  state      TEXT COLLATE "C" NOT NULL CHECK (state IN ('waiting', 'delivered', 'obsolete', 'dead'))
);

CREATE TABLE audit_log (
  sequence BIGINT GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
  at       TEXT COLLATE "C" NOT NULL,
  verb     TEXT COLLATE "C" NOT NULL,
  subject  TEXT COLLATE "C" NOT NULL,
  chain    TEXT COLLATE "C" NOT NULL                 -- SHA-256 of the entry before and this one's commitment
);
