-- The second factors that were enrolled at the machine.
CREATE TABLE second_factors (
    person       INTEGER PRIMARY KEY,
    secret       TEXT    NOT NULL,               -- encrypted with a key that is not in here
    enrolled_at  INTEGER NOT NULL,
    last_step    INTEGER NOT NULL DEFAULT -1,    -- the last half minute whose code counted: each counts once
    wrong        INTEGER NOT NULL DEFAULT 0,     -- wrong codes since `wrong_since`
    wrong_since  INTEGER,
    locked_until INTEGER                         -- until then no code is looked at
) STRICT;
