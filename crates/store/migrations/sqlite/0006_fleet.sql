-- What changes seldom of a server (expiry, planned interventions), as JSON with when it was read; null: never.
-- `seen_at` is 0 while only the server's name is known.
ALTER TABLE inventory ADD COLUMN care TEXT;

-- What a netboot id means. OVHcloud's ids differ by account and region.
CREATE TABLE known_boots (
    account    TEXT   NOT NULL,
    datacenter TEXT   NOT NULL,
    boot       BIGINT NOT NULL,
    body       TEXT   NOT NULL,
    PRIMARY KEY (account, datacenter, boot)
);
