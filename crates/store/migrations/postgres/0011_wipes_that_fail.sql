ALTER TABLE deliveries ADD COLUMN wipe_tries BIGINT NOT NULL DEFAULT 0;
ALTER TABLE deliveries ADD COLUMN wipe_since BIGINT;
ALTER TABLE deliveries ADD COLUMN wipe_due_at BIGINT;
ALTER TABLE deliveries ADD COLUMN wipe_given_up_at BIGINT;
