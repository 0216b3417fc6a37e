-- What lists of cases sort and filter by; every column can be told from the case's events.
ALTER TABLE cases ADD COLUMN coach TEXT COLLATE "C" NOT NULL DEFAULT '';
ALTER TABLE cases ADD COLUMN officer TEXT COLLATE "C";                      -- id of the staff, where one is named
ALTER TABLE cases ADD COLUMN started_on TEXT COLLATE "C" NOT NULL DEFAULT '';
ALTER TABLE cases ADD COLUMN outcome TEXT COLLATE "C";
ALTER TABLE cases ADD COLUMN hours BIGINT NOT NULL DEFAULT -1;           -- in tenths; -1 where nothing is known
ALTER TABLE cases ADD COLUMN meetings BIGINT NOT NULL DEFAULT -1;
ALTER TABLE cases ADD COLUMN trials BIGINT NOT NULL DEFAULT -1;
ALTER TABLE cases ADD COLUMN stage TEXT COLLATE "C" NOT NULL DEFAULT 'ongoing';
ALTER TABLE cases ADD COLUMN words TEXT COLLATE "C" NOT NULL DEFAULT '';    -- what is searched in, in lower case
ALTER TABLE cases ADD COLUMN problem TEXT COLLATE "C";                    -- seen or unseen, where the coach told of one
UPDATE cases SET
  coach = (CAST(file AS json) -> 'opening' ->> 'coach'),
  started_on = (CAST(file AS json) -> 'opening' ->> 'coaching_started'),
  outcome = (CAST(file AS json) -> 'ending' ->> 'outcome'),
  hours = coalesce(CAST(CAST(file AS json) -> 'work' ->> 'hours_tenths' AS BIGINT), -1),
  meetings = coalesce(CAST(CAST(file AS json) -> 'work' ->> 'meetings' AS BIGINT), -1),
  trials = coalesce(CAST(CAST(file AS json) -> 'work' ->> 'work_trials' AS BIGINT), -1),
  stage = CASE WHEN ended_on IS NULL THEN 'ongoing' WHEN (CAST(file AS json) -> 'settled' ->> 'outcome') IS NULL THEN 'ended' ELSE 'reported' END,
  words = replace(replace(replace(lower(number || ' ' || coalesce(imported_number, '') || ' '
          || coalesce((CAST(file AS json) -> 'opening' ->> 'municipality'), '') || ' '
          || coalesce((CAST(file AS json) -> 'ending' ->> 'field'), '')), 'Å', 'å'), 'Ä', 'ä'), 'Ö', 'ö');
CREATE INDEX cases_by_coach ON cases (coach, started_on);
CREATE INDEX cases_by_stage ON cases (stage);
-- What managers count is read from indexes alone: rows of cases and submissions are long.
CREATE INDEX cases_in_numbers ON cases (coach, stage, hours, ended_on, number);
CREATE INDEX submissions_by_day ON submissions (received_at, invitation);
CREATE INDEX invitations_open ON invitations (id, expires_at, revoked_at);
DROP INDEX invitations_by_case;
CREATE INDEX invitations_by_case ON invitations (case_number, form, revoked_at, id);

-- When a version of a report was sent to the office, and the SHA-256 of its JSON; a version from a sheet is not sent.
ALTER TABLE reports ADD COLUMN sent_at TEXT COLLATE "C";
ALTER TABLE reports ADD COLUMN sha256 TEXT COLLATE "C" NOT NULL DEFAULT '';
-- Lists read it alone, not the reports with their files.
CREATE INDEX reports_sent ON reports (case_number, version, sent_at, written_on) WHERE sent_at IS NOT NULL;
CREATE INDEX cases_received ON cases (officer, number, stage, problem);
CREATE INDEX invitations_by_form ON invitations (form);
-- Of the reports that were sent, without going through their bytes.
CREATE INDEX reports_by_sending ON reports (case_number, sent_at);

-- A mail to staff carries no invitation, but leads to a case, or carries a sign-in.
CREATE TABLE outbox_7 (
  id          TEXT COLLATE "C" PRIMARY KEY,
  invitation  TEXT COLLATE "C" REFERENCES invitations (id),
  staff       TEXT COLLATE "C" REFERENCES staff (id),
  case_number TEXT COLLATE "C",                      -- what a mail to staff is about
  sign_in     TEXT COLLATE "C",
  address     TEXT COLLATE "C",                      -- removed once nothing more is to be sent there
  queued_at   TEXT COLLATE "C" NOT NULL,
  tries       BIGINT NOT NULL DEFAULT 0,
  next_try    TEXT COLLATE "C" NOT NULL,
  state       TEXT COLLATE "C" NOT NULL CHECK (state IN ('waiting', 'delivered', 'obsolete', 'dead')),
  kind        TEXT COLLATE "C" NOT NULL DEFAULT 'invitation',
  contact     TEXT COLLATE "C",
  trouble     TEXT COLLATE "C",
  settled_at  TEXT COLLATE "C",
  CHECK (invitation IS NOT NULL OR staff IS NOT NULL)
);
INSERT INTO outbox_7 (id, invitation, address, queued_at, tries, next_try, state, kind, contact, trouble, settled_at)
  SELECT id, invitation, address, queued_at, tries, next_try, state, kind, contact, trouble, settled_at FROM outbox;
DROP TABLE outbox;
ALTER TABLE outbox_7 RENAME TO outbox;
CREATE INDEX outbox_by_invitation ON outbox (invitation, state, kind, settled_at, queued_at);
CREATE INDEX outbox_due ON outbox (state, next_try);

-- The language in which somebody reads the pages of staff, and the last one, in which mails are written.
ALTER TABLE sessions ADD COLUMN language TEXT COLLATE "C";
ALTER TABLE staff ADD COLUMN language TEXT COLLATE "C";

-- Somebody asks to be let in. The secret is made as its mail goes out; only its SHA-256 is kept, and only the browser
-- that asked can use it. Of an address that is nobody's there is a row, too, without staff.
CREATE TABLE sign_ins (
  id          TEXT COLLATE "C" PRIMARY KEY,
  asking_hash TEXT COLLATE "C" NOT NULL,             -- SHA-256 of the browser's cookie
  staff       TEXT COLLATE "C" REFERENCES staff (id),
  secret_hash TEXT COLLATE "C" UNIQUE,
  asked_at    TEXT COLLATE "C" NOT NULL,
  ends_at     TEXT COLLATE "C" NOT NULL,
  language    TEXT COLLATE "C" NOT NULL
);
CREATE INDEX sign_ins_by_asking ON sign_ins (asking_hash);
CREATE INDEX outbox_by_staff ON outbox (staff);

-- The planner's samples of a column are no place for these.
ALTER TABLE cases ALTER COLUMN words SET STATISTICS 0;
ALTER TABLE outbox ALTER COLUMN address SET STATISTICS 0;
ALTER TABLE sign_ins ALTER COLUMN asking_hash SET STATISTICS 0;
ALTER TABLE sign_ins ALTER COLUMN secret_hash SET STATISTICS 0;
