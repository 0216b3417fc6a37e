-- The forms as they were when they were answered.
CREATE TABLE forms (
  version TEXT PRIMARY KEY,
  form    TEXT NOT NULL                  -- JSON
) STRICT, WITHOUT ROWID;

ALTER TABLE reports ADD COLUMN pdf BLOB NOT NULL DEFAULT x'';

-- The officer's edition of a report: with the feedback annex, once that has closed.
CREATE TABLE annexes (
  case_number TEXT NOT NULL,
  version     INTEGER NOT NULL,          -- of the report
  closed_on   TEXT NOT NULL,
  json        TEXT NOT NULL,
  html        TEXT NOT NULL,
  pdf         BLOB NOT NULL,
  PRIMARY KEY (case_number, version),
  FOREIGN KEY (case_number, version) REFERENCES reports (case_number, version)
) STRICT, WITHOUT ROWID;
