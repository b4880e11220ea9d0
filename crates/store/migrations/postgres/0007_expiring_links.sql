ALTER TABLE deliveries ADD COLUMN expires_at BIGINT;
CREATE INDEX deliveries_that_expire ON deliveries (expires_at) WHERE wiped_at IS NULL AND expires_at IS NOT NULL;
