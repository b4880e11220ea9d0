ALTER TABLE notices ADD COLUMN offers BIGINT;
CREATE INDEX offering_notices ON notices (offers, id) WHERE offers IS NOT NULL;
