-- How far each sink of the audit has come: the last line that it acknowledged (0: none), and what keeps it from the next.
CREATE TABLE audit_sinks (
    name        TEXT   NOT NULL PRIMARY KEY, -- as the configuration has it
    number      BIGINT NOT NULL,
    hash        TEXT   NOT NULL,             -- of that line
    trouble     TEXT,                        -- as JSON; NULL: none
    troubled_at BIGINT                       -- since when
);
