ALTER TABLE operations ADD COLUMN took BIGINT;
ALTER TABLE operations ADD COLUMN usual BIGINT;
CREATE INDEX what_is_usual_of_a_server ON operations (server, kind, id) WHERE took IS NOT NULL;
CREATE INDEX what_is_usual ON operations (kind, id) WHERE took IS NOT NULL;
