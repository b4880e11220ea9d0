-- What tells a thing from another store's thing with the same number: buttons and nonces carry it. What there is gets its mark
-- here; its older messages carry none, and are known by their ids.
ALTER TABLE operations ADD COLUMN mark TEXT NOT NULL DEFAULT '';
UPDATE operations SET mark = lower(hex(randomblob(8)));
ALTER TABLE foreign_rescues ADD COLUMN mark TEXT NOT NULL DEFAULT '';
UPDATE foreign_rescues SET mark = lower(hex(randomblob(8)));
ALTER TABLE notices ADD COLUMN mark TEXT NOT NULL DEFAULT '';
UPDATE notices SET mark = lower(hex(randomblob(8)));
UPDATE leases SET lease = json_set(lease, '$.mark', (SELECT mark FROM operations WHERE id = leases.operation));

-- The last operation whose messages may carry none: a DM of such a one is also found by its number alone.
INSERT INTO facts (name, value) SELECT 'last unmarked', COALESCE(MAX(id), 0) FROM operations;

-- A press on a message of before is taken if the message is ours.
CREATE INDEX posted_messages ON messages (message) WHERE message IS NOT NULL;
