-- What is told outside of any operation's card: reminders, announcements, the digest. `origin` is what a notice stands for: it
-- is never said twice. Bodies are JSON and hold no link, no secret's id and no token.
CREATE TABLE notices (
    id         INTEGER PRIMARY KEY AUTOINCREMENT,
    origin     TEXT    NOT NULL UNIQUE,
    letter     TEXT    NOT NULL,            -- what, and to whom
    place      TEXT    NOT NULL,            -- which of its two places it is tried at
    written_at BIGINT  NOT NULL,
    due_at     BIGINT,                      -- when it is tried next; null: done with
    attempts   INTEGER NOT NULL DEFAULT 0,
    tried_at   BIGINT,                      -- the first attempt at its present place
    shown      TEXT,                        -- a digest of what was tried then
    channel    BIGINT,
    message    BIGINT,                      -- null: not posted, or its outcome is not known
    outcome    TEXT                         -- posted, needless or nowhere
);
CREATE INDEX due_notices ON notices (due_at) WHERE due_at IS NOT NULL;
CREATE INDEX posted_notices ON notices (message) WHERE message IS NOT NULL;

-- When a lease is looked at next, so that what is due is said once, late rather than never.
ALTER TABLE leases ADD COLUMN since_at BIGINT;  -- when the present deadline was set; null: at the lease's start
ALTER TABLE leases ADD COLUMN said INTEGER NOT NULL DEFAULT 0; -- how many reminders of the present deadline are behind it
ALTER TABLE leases ADD COLUMN due_at BIGINT;    -- null: not planned yet
CREATE INDEX due_leases ON leases (due_at) WHERE ended_at IS NULL;

-- A person's language is that of their latest operation.
CREATE INDEX operations_of_a_requester ON operations (requester, id);

-- What comes round by the clock, such as the digest.
CREATE TABLE appointments (
    name   TEXT   PRIMARY KEY,
    due_at BIGINT NOT NULL
);

-- Servers in rescue that Bernard did not take there, as the inventory last saw them.
CREATE TABLE foreign_rescues (
    id         INTEGER PRIMARY KEY AUTOINCREMENT,
    server     TEXT    NOT NULL UNIQUE,
    account    TEXT    NOT NULL,
    label      TEXT    NOT NULL,
    boot       TEXT    NOT NULL,
    first_seen BIGINT  NOT NULL
);
