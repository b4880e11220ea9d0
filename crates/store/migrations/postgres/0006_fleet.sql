ALTER TABLE inventory ADD COLUMN care TEXT;

CREATE TABLE known_boots (
    account    TEXT   NOT NULL,
    datacenter TEXT   NOT NULL,
    boot       BIGINT NOT NULL,
    body       TEXT   NOT NULL,
    PRIMARY KEY (account, datacenter, boot)
);
