-- Nothing is older than marks here.
ALTER TABLE operations ADD COLUMN mark TEXT NOT NULL DEFAULT '';
ALTER TABLE foreign_rescues ADD COLUMN mark TEXT NOT NULL DEFAULT '';
ALTER TABLE notices ADD COLUMN mark TEXT NOT NULL DEFAULT '';
INSERT INTO facts (name, value) VALUES ('last unmarked', '0');
CREATE INDEX posted_messages ON messages (message) WHERE message IS NOT NULL;
