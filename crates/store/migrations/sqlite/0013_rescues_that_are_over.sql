-- When a rescue was certainly over, and how: `operation` (the one in over_by ended it or took it over), `others`, `server left`, or
-- `undone` (it never was). Null: it is not over, or was before anybody kept how. A lease that sleeps for a later one is not over
-- before that one's reboot is done; one whose server left without us may be over while something is still to be put back.
ALTER TABLE leases ADD COLUMN over_at BIGINT;
ALTER TABLE leases ADD COLUMN over_how TEXT;
ALTER TABLE leases ADD COLUMN over_by BIGINT;
UPDATE leases SET over_at = ended_at WHERE ended_at IS NOT NULL AND (replaced_by IS NULL OR NOT EXISTS (
    SELECT 1 FROM leases AS later WHERE later.server = leases.server AND later.ended_at IS NULL));
CREATE INDEX rescues_of_a_server ON leases (server, operation);

-- The rescue that a posted notice says is running, by the operation that began it. Null: it speaks of none, or was told that it is
-- over.
ALTER TABLE notices ADD COLUMN about BIGINT;
CREATE INDEX speaking_notices ON notices (about) WHERE about IS NOT NULL;
UPDATE notices SET about = json_extract(letter, '$.notice.lease')
WHERE message IS NOT NULL AND json_extract(letter, '$.notice.lease') IN (SELECT operation FROM leases WHERE ended_at IS NULL);
