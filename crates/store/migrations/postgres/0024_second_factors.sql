-- The second factors that were enrolled at the machine.
CREATE TABLE second_factors (
    person       BIGINT PRIMARY KEY,
    secret       TEXT   NOT NULL,
    enrolled_at  BIGINT NOT NULL,
    last_step    BIGINT NOT NULL DEFAULT -1,
    wrong        BIGINT NOT NULL DEFAULT 0,
    wrong_since  BIGINT,
    locked_until BIGINT
);
