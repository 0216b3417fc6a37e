-- Where a party of a case is reached; client, employer and coach in one place. It goes when nothing more is to be asked there.
CREATE TABLE contacts (
  id          TEXT PRIMARY KEY,          -- also owns the drafts of the links that are mailed there
  case_number TEXT NOT NULL REFERENCES cases (number),
  party       TEXT NOT NULL,
  address     TEXT NOT NULL,
  language    TEXT,
  added_at    TEXT NOT NULL
) STRICT, WITHOUT ROWID;
CREATE INDEX contacts_by_case ON contacts (case_number);
CREATE INDEX contacts_by_address ON contacts (address);

-- Who is reached; and of several places behind one shared link, the link's group.
ALTER TABLE invitations ADD COLUMN contact TEXT;
ALTER TABLE invitations ADD COLUMN gate TEXT;
CREATE INDEX invitations_by_gate ON invitations (gate);

-- A shared link takes one free place of its group. The owner of the drafts written at a link is the link itself unless told.
ALTER TABLE links ADD COLUMN shared INTEGER NOT NULL DEFAULT 0;
ALTER TABLE links ADD COLUMN owner TEXT;

-- Of the page that a draft will be sent from: the same draft sent twice is one submission.
ALTER TABLE drafts ADD COLUMN nonce TEXT NOT NULL DEFAULT '';

-- What a mail is for, whom it reaches, what its last try came to (never an address), and when it was settled.
ALTER TABLE outbox ADD COLUMN kind TEXT NOT NULL DEFAULT 'invitation';
ALTER TABLE outbox ADD COLUMN contact TEXT;
ALTER TABLE outbox ADD COLUMN trouble TEXT;
ALTER TABLE outbox ADD COLUMN settled_at TEXT;
