-- What lists of cases sort and filter by; every column can be told from the case's events.
ALTER TABLE cases ADD COLUMN coach TEXT NOT NULL DEFAULT '';
ALTER TABLE cases ADD COLUMN officer TEXT;                      -- id of the staff, where one is named
ALTER TABLE cases ADD COLUMN started_on TEXT NOT NULL DEFAULT '';
ALTER TABLE cases ADD COLUMN outcome TEXT;
ALTER TABLE cases ADD COLUMN hours INTEGER NOT NULL DEFAULT -1;           -- in tenths; -1 where nothing is known
ALTER TABLE cases ADD COLUMN meetings INTEGER NOT NULL DEFAULT -1;
ALTER TABLE cases ADD COLUMN trials INTEGER NOT NULL DEFAULT -1;
ALTER TABLE cases ADD COLUMN stage TEXT NOT NULL DEFAULT 'ongoing';
ALTER TABLE cases ADD COLUMN words TEXT NOT NULL DEFAULT '';    -- what is searched in, in lower case
ALTER TABLE cases ADD COLUMN problem TEXT;                      -- seen or unseen, where the coach told of one
UPDATE cases SET
  coach = json_extract(file, '$.opening.coach'),
  started_on = json_extract(file, '$.opening.coaching_started'),
  outcome = json_extract(file, '$.ending.outcome'),
  hours = coalesce(json_extract(file, '$.work.hours_tenths'), -1),
  meetings = coalesce(json_extract(file, '$.work.meetings'), -1),
  trials = coalesce(json_extract(file, '$.work.work_trials'), -1),
  stage = CASE WHEN ended_on IS NULL THEN 'ongoing' WHEN json_extract(file, '$.settled.outcome') IS NULL THEN 'ended' ELSE 'reported' END,
  words = replace(replace(replace(lower(number || ' ' || coalesce(imported_number, '') || ' '
          || coalesce(json_extract(file, '$.opening.municipality'), '') || ' '
          || coalesce(json_extract(file, '$.ending.field'), '')), 'Å', 'å'), 'Ä', 'ä'), 'Ö', 'ö');
CREATE INDEX cases_by_coach ON cases (coach, started_on);
CREATE INDEX cases_by_stage ON cases (stage);
-- What managers count is read from indexes alone: rows of cases and submissions are long.
CREATE INDEX cases_in_numbers ON cases (coach, stage, hours, ended_on, number);
CREATE INDEX submissions_by_day ON submissions (received_at, invitation);
CREATE INDEX invitations_open ON invitations (id, expires_at, revoked_at);
DROP INDEX invitations_by_case;
CREATE INDEX invitations_by_case ON invitations (case_number, form, revoked_at, id);

-- When a version of a report was sent to the office, and the SHA-256 of its JSON; a version from a sheet is not sent.
ALTER TABLE reports ADD COLUMN sent_at TEXT;
ALTER TABLE reports ADD COLUMN sha256 TEXT NOT NULL DEFAULT '';
-- Lists read it alone, not the reports with their files.
CREATE INDEX reports_sent ON reports (case_number, version, sent_at, written_on) WHERE sent_at IS NOT NULL;
CREATE INDEX cases_received ON cases (officer, number, stage, problem);
CREATE INDEX invitations_by_form ON invitations (form);
-- Of the reports that were sent, without going through their bytes.
CREATE INDEX reports_by_sending ON reports (case_number, sent_at);

-- A mail to staff carries no invitation, but leads to a case, or carries a sign-in.
CREATE TABLE outbox_7 (
  id          TEXT PRIMARY KEY,
  invitation  TEXT REFERENCES invitations (id),
  staff       TEXT REFERENCES staff (id),
  case_number TEXT,                      -- what a mail to staff is about
  sign_in     TEXT,
  address     TEXT,                      -- removed once nothing more is to be sent there
  queued_at   TEXT NOT NULL,
  tries       INTEGER NOT NULL DEFAULT 0,
  next_try    TEXT NOT NULL,
  state       TEXT NOT NULL CHECK (state IN ('waiting', 'delivered', 'obsolete', 'dead')),
  kind        TEXT NOT NULL DEFAULT 'invitation',
  contact     TEXT,
  trouble     TEXT,
  settled_at  TEXT,
  CHECK (invitation IS NOT NULL OR staff IS NOT NULL)
) STRICT;
INSERT INTO outbox_7 (id, invitation, address, queued_at, tries, next_try, state, kind, contact, trouble, settled_at)
  SELECT id, invitation, address, queued_at, tries, next_try, state, kind, contact, trouble, settled_at FROM outbox;
DROP TABLE outbox;
ALTER TABLE outbox_7 RENAME TO outbox;
CREATE INDEX outbox_by_invitation ON outbox (invitation, state, kind, settled_at, queued_at);
CREATE INDEX outbox_due ON outbox (state, next_try);

-- The language in which somebody reads the pages of staff, and the last one, in which mails are written.
ALTER TABLE sessions ADD COLUMN language TEXT;
ALTER TABLE staff ADD COLUMN language TEXT;

-- Somebody asks to be let in. The secret is made as its mail goes out; only its SHA-256 is kept, and only the browser
-- that asked can use it. Of an address that is nobody's there is a row, too, without staff.
CREATE TABLE sign_ins (
  id          TEXT PRIMARY KEY,
  asking_hash TEXT NOT NULL,             -- SHA-256 of the browser's cookie
  staff       TEXT REFERENCES staff (id),
  secret_hash TEXT UNIQUE,
  asked_at    TEXT NOT NULL,
  ends_at     TEXT NOT NULL,
  language    TEXT NOT NULL
) STRICT, WITHOUT ROWID;
CREATE INDEX sign_ins_by_asking ON sign_ins (asking_hash);
CREATE INDEX outbox_by_staff ON outbox (staff);
