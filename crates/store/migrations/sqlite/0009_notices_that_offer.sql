-- What the buttons of a posted notice are about: the operation that began the rescue, or 0 for a list of all. Null: it has
-- none, or they were taken off because there is a later word, or the rescue is over.
ALTER TABLE notices ADD COLUMN offers BIGINT;
CREATE INDEX offering_notices ON notices (offers, id) WHERE offers IS NOT NULL;
