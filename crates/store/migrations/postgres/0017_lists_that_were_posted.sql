-- The rescues that a posted list names, a row each: one of ours, by the operation that began it, or one that others began, with its
-- server, which is all that is left of it when it is over.
CREATE TABLE listed_rescues (
    notice BIGINT  NOT NULL,
    number BIGINT  NOT NULL,           -- which row of the list, from 0
    at     BIGINT  NOT NULL,           -- when the list was so
    ours   BIGINT,
    others BIGINT,
    server TEXT,
    told   BIGINT  NOT NULL DEFAULT 0, -- 1: the row says that it is over
    PRIMARY KEY (notice, number)
);
CREATE INDEX untold_rescues ON listed_rescues (notice) WHERE told = 0;
