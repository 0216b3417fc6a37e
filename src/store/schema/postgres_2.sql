-- The forms as they were when they were answered.
CREATE TABLE forms (
  version TEXT COLLATE "C" PRIMARY KEY,
  form    TEXT COLLATE "C" NOT NULL                  -- JSON
);

ALTER TABLE reports ADD COLUMN pdf BYTEA NOT NULL DEFAULT '';

-- The officer's edition of a report: with the feedback annex, once that has closed.
CREATE TABLE annexes (
  case_number TEXT COLLATE "C" NOT NULL,
  version     BIGINT NOT NULL,          -- of the report
  closed_on   TEXT COLLATE "C" NOT NULL,
  json        TEXT COLLATE "C" NOT NULL,
  html        TEXT COLLATE "C" NOT NULL,
  pdf         BYTEA NOT NULL,
  PRIMARY KEY (case_number, version),
  FOREIGN KEY (case_number, version) REFERENCES reports (case_number, version)
);
