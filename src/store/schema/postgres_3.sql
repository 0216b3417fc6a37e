-- What an entry of the audit log commits to: a fingerprint, never the thing itself. Entries made before
-- this step have none, and their links of the chain cannot be checked.
ALTER TABLE audit_log ADD COLUMN commitment TEXT COLLATE "C" NOT NULL DEFAULT '';
