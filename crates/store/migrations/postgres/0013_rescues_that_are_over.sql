ALTER TABLE leases ADD COLUMN over_at BIGINT;
ALTER TABLE leases ADD COLUMN over_how TEXT;
ALTER TABLE leases ADD COLUMN over_by BIGINT;
CREATE INDEX rescues_of_a_server ON leases (server, operation);
ALTER TABLE notices ADD COLUMN about BIGINT;
CREATE INDEX speaking_notices ON notices (about) WHERE about IS NOT NULL;
