-- What replicas that work side by side on PostgreSQL share. Here it stays empty.

-- The replicas, by the database's clock in milliseconds.
CREATE TABLE replicas (
    name    TEXT    PRIMARY KEY,
    version TEXT    NOT NULL,
    began   INTEGER NOT NULL,
    seen_at INTEGER NOT NULL,
    until   INTEGER NOT NULL                -- how long it counts as there, unless it is seen again
) STRICT;
-- Who has which work to itself, and until when by the database's clock. Who died keeps its row until somebody else takes it.
CREATE TABLE work (
    name      TEXT    PRIMARY KEY,
    operation INTEGER,                      -- the operation that is carried on; NULL: work of another kind
    owner     TEXT    NOT NULL,
    former    TEXT    NOT NULL DEFAULT '',  -- whose it was before
    until     INTEGER NOT NULL,
    fence     INTEGER NOT NULL              -- one more each time that it is taken
) STRICT;
CREATE INDEX work_on_operations ON work (operation) WHERE operation IS NOT NULL;
-- Interactions that a replica serves, so that no other does.
CREATE TABLE taken_interactions (
    id       INTEGER PRIMARY KEY,
    taken_at INTEGER NOT NULL
) STRICT;
-- The ways on from an answer, for as long as they can be taken.
CREATE TABLE offered_ways (
    answer TEXT    PRIMARY KEY,
    person INTEGER NOT NULL,
    until  INTEGER NOT NULL,
    ways   TEXT    NOT NULL
) STRICT;
-- How far ahead of the clock each limit and budget has been used up.
CREATE TABLE rates (
    name    TEXT    PRIMARY KEY,
    full_at INTEGER NOT NULL
) STRICT;
-- Which transaction wrote it, where there are several writers.
ALTER TABLE inventory ADD COLUMN written INTEGER NOT NULL DEFAULT 0;
ALTER TABLE known_boots ADD COLUMN written INTEGER NOT NULL DEFAULT 0;
