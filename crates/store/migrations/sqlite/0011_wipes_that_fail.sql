-- A wipe that Discord refused is tried again: how often it was, since when, and when it is next. Given up: nobody tries it any more,
-- and the link stands there until its reader deletes it.
ALTER TABLE deliveries ADD COLUMN wipe_tries BIGINT NOT NULL DEFAULT 0;
ALTER TABLE deliveries ADD COLUMN wipe_since BIGINT;
ALTER TABLE deliveries ADD COLUMN wipe_due_at BIGINT;
ALTER TABLE deliveries ADD COLUMN wipe_given_up_at BIGINT;
