-- Times are milliseconds since 1970 by our clock. Bodies are JSON; none of them ever holds a link, a secret's id or a token.

-- A confirmation card: what a person was shown, and whether they answered.
CREATE TABLE cards (
    id          TEXT    PRIMARY KEY,
    request     TEXT    NOT NULL,
    command     TEXT    NOT NULL,           -- what to type to ask again
    created_at  BIGINT  NOT NULL,
    expires_at  BIGINT  NOT NULL,
    answered_at BIGINT,
    operation   BIGINT
);

-- One row an operation. `origin` is the card or the press that opened it: it opens nothing twice.
CREATE TABLE operations (
    id         INTEGER PRIMARY KEY AUTOINCREMENT,
    origin     TEXT    NOT NULL UNIQUE,
    account    TEXT    NOT NULL,
    server     TEXT    NOT NULL,
    kind       TEXT    NOT NULL,
    requester  BIGINT  NOT NULL,
    request    TEXT    NOT NULL,
    version    BIGINT  NOT NULL,
    reported   BIGINT  NOT NULL DEFAULT -1, -- the version that its messages show
    live       INTEGER NOT NULL,            -- 1 until it has ended
    holds      INTEGER NOT NULL,            -- 1 while it keeps the server from the next operation
    due_at     BIGINT,                      -- when the runner looks at it next; null: nothing is due
    opened_at  BIGINT  NOT NULL,
    changed_at BIGINT  NOT NULL
);
CREATE UNIQUE INDEX one_operation_holds_a_server ON operations (server) WHERE holds = 1;
CREATE INDEX due_operations ON operations (due_at) WHERE live = 1;
CREATE INDEX operations_of_a_server ON operations (server, id);

-- What happened, in order. Nothing here is ever changed or removed.
CREATE TABLE events (
    operation BIGINT NOT NULL REFERENCES operations (id),
    version   BIGINT NOT NULL,
    at        BIGINT NOT NULL,
    event     TEXT   NOT NULL,
    PRIMARY KEY (operation, version)
);

-- A rescue of a server. Active while ended_at is null.
CREATE TABLE leases (
    operation   BIGINT PRIMARY KEY REFERENCES operations (id),
    server      TEXT   NOT NULL,
    lease       TEXT   NOT NULL,
    deadline    BIGINT NOT NULL,
    ended_at    BIGINT,
    replaced_by BIGINT
);
CREATE UNIQUE INDEX one_active_lease_a_server ON leases (server) WHERE ended_at IS NULL;

-- A message of an operation: posted once, then edited. `shown` is a digest of what it shows.
CREATE TABLE messages (
    operation  BIGINT NOT NULL REFERENCES operations (id),
    slot       TEXT   NOT NULL,
    channel    BIGINT NOT NULL,
    message    BIGINT,                      -- null: an attempt was made and its outcome is not known; or it can be shown nowhere
    shown      TEXT   NOT NULL,
    attempted_at BIGINT NOT NULL,
    PRIMARY KEY (operation, slot)
);

-- Where a link went, so that the message can be wiped; never the link.
CREATE TABLE deliveries (
    operation BIGINT NOT NULL REFERENCES operations (id),
    server    TEXT   NOT NULL,
    person    BIGINT NOT NULL,
    channel   BIGINT NOT NULL,
    message   BIGINT NOT NULL,
    wipe      INTEGER NOT NULL DEFAULT 0,   -- 1: to be wiped
    wiped_at  BIGINT,
    PRIMARY KEY (channel, message)
);
CREATE INDEX deliveries_to_wipe ON deliveries (wipe) WHERE wipe = 1 AND wiped_at IS NULL;

-- The fleet as it was last seen, so that a new process answers from memory at once.
CREATE TABLE inventory (
    server  TEXT   PRIMARY KEY,
    account TEXT   NOT NULL,
    body    TEXT   NOT NULL,
    seen_at BIGINT NOT NULL
);

-- Small facts about ourselves, such as a digest of the commands that were last registered.
CREATE TABLE facts (
    name  TEXT PRIMARY KEY,
    value TEXT NOT NULL
);
