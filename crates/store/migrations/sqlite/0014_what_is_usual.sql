-- How long an operation took, in milliseconds, if that says something about what is usual; and what was usual for its kind when it
-- was accepted. Null: not measured; nothing was known.
ALTER TABLE operations ADD COLUMN took BIGINT;
ALTER TABLE operations ADD COLUMN usual BIGINT;

-- What earlier programs saw of rescues: from the moment it was accepted to the DM. Those that waited for somebody's word are left out.
UPDATE operations SET took = (
    SELECT MIN(events.at) - operations.opened_at FROM events
    WHERE events.operation = operations.id AND json_extract(event, '$.event') = 'link_delivered')
WHERE kind = 'enable' AND live = 0 AND NOT EXISTS (
    SELECT 1 FROM events WHERE events.operation = operations.id
    AND json_extract(event, '$.event') IN ('approval_given', 'not_settled', 'reboot_again_approved', 'task_stands'));
UPDATE operations SET took = NULL WHERE took <= 0;

CREATE INDEX what_is_usual_of_a_server ON operations (server, kind, id) WHERE took IS NOT NULL;
CREATE INDEX what_is_usual ON operations (kind, id) WHERE took IS NOT NULL;
