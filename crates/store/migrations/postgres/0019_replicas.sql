-- Replicas that work side by side. `leader` is from here on only whose turn it is to write (`sequence`), and what it was found to lack
-- (`doubts`), and why nobody has a turn (`owner`). A replica from before that has its lease loses it, and none of its kind gets it again.
UPDATE leader SET owner = '', until = 9223372036854775807, fence = fence + 1;

CREATE TABLE replicas (
    name    TEXT   PRIMARY KEY,
    version TEXT   NOT NULL,
    began   BIGINT NOT NULL,
    seen_at BIGINT NOT NULL,
    until   BIGINT NOT NULL
);
CREATE TABLE work (
    name      TEXT   PRIMARY KEY,
    operation BIGINT,
    owner     TEXT   NOT NULL,
    former    TEXT   NOT NULL DEFAULT '',
    until     BIGINT NOT NULL,
    fence     BIGINT NOT NULL
);
CREATE INDEX work_on_operations ON work (operation) WHERE operation IS NOT NULL;
-- What the one that worked was writing may show up late: whoever carries it on looks.
INSERT INTO work (name, operation, owner, until, fence)
SELECT 'operation ' || id, id, 'before', 0, 0 FROM operations WHERE live = 1;
CREATE TABLE taken_interactions (
    id       BIGINT PRIMARY KEY,
    taken_at BIGINT NOT NULL
);
CREATE TABLE offered_ways (
    answer TEXT   PRIMARY KEY,
    person BIGINT NOT NULL,
    until  BIGINT NOT NULL,
    ways   TEXT   NOT NULL
);
CREATE TABLE rates (
    name    TEXT   PRIMARY KEY,
    full_at BIGINT NOT NULL
);
ALTER TABLE inventory ADD COLUMN written BIGINT NOT NULL DEFAULT 0;
ALTER TABLE known_boots ADD COLUMN written BIGINT NOT NULL DEFAULT 0;
