-- An invitation to feedback or to a closing report is counted and stands among the responses; one to a plan or a
-- self-assessment is not.
ALTER TABLE invitations ADD COLUMN counted INTEGER NOT NULL DEFAULT 1;
-- How somebody comes in: on the web, or to key in what was written on paper.
ALTER TABLE links ADD COLUMN channel TEXT NOT NULL DEFAULT 'web';
ALTER TABLE submissions ADD COLUMN channel TEXT NOT NULL DEFAULT 'web';
