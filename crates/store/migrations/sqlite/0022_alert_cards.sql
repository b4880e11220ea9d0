-- The cards of what machines say of servers: of each server at most one is open. What stands in a row came from outside: it is
-- bounded, and no secret is in it. A row is also what is owed to Discord: it is due while its message shows less than the row says.
CREATE TABLE alert_cards (
    id          INTEGER PRIMARY KEY AUTOINCREMENT,
    mark        TEXT    NOT NULL,
    server      TEXT    NOT NULL,
    label       TEXT    NOT NULL,
    source      TEXT    NOT NULL,           -- which [[proposals]] opened it
    channel     BIGINT  NOT NULL,
    offers      TEXT    NOT NULL,           -- words with a space between
    summary     TEXT    NOT NULL,
    link        TEXT,
    began_at    BIGINT  NOT NULL,
    opened_at   BIGINT  NOT NULL,
    heard_at    BIGINT  NOT NULL,
    alerts      INTEGER NOT NULL,
    firing      INTEGER NOT NULL,
    repeats     INTEGER NOT NULL,
    quieted_by  BIGINT,
    quieted_at  BIGINT,
    resolved_at BIGINT,
    closed      TEXT,                       -- replaced or nowhere
    version     INTEGER NOT NULL,
    due_at      BIGINT,                     -- when its message is posted or edited next; null: it shows all
    attempts    INTEGER NOT NULL DEFAULT 0, -- since it last showed something
    tried_at    BIGINT,                     -- the first attempt to post it
    shown       TEXT,                       -- a digest of what was tried then
    message     BIGINT
);
CREATE INDEX alert_cards_of_a_server ON alert_cards (server, id);
CREATE INDEX due_alert_cards ON alert_cards (due_at) WHERE due_at IS NOT NULL;
CREATE UNIQUE INDEX one_open_alert_card ON alert_cards (server)
    WHERE quieted_at IS NULL AND resolved_at IS NULL AND closed IS NULL;

-- What was heard lately: one alert from its beginning to its end, by a digest.
CREATE TABLE heard_alerts (
    episode  TEXT    NOT NULL PRIMARY KEY,
    card     BIGINT  NOT NULL,
    resolved INTEGER NOT NULL,
    heard_at BIGINT  NOT NULL
);
CREATE INDEX heard_alerts_by_age ON heard_alerts (heard_at);

-- The signed requests that were taken lately, by a digest: none is taken twice.
CREATE TABLE taken_proposals (
    replay   TEXT   NOT NULL PRIMARY KEY,
    taken_at BIGINT NOT NULL
);
CREATE INDEX taken_proposals_by_age ON taken_proposals (taken_at);
