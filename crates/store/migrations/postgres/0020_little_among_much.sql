-- What is asked again and again is about little of all that there ever was: it must not be looked for among all of it.
CREATE INDEX unreported_operations ON operations (id) WHERE reported < version;
CREATE INDEX live_operations ON operations (id) WHERE live = 1;
CREATE INDEX deliveries_of_a_server ON deliveries (server, operation);
CREATE INDEX deliveries_of_an_operation ON deliveries (operation);
CREATE INDEX deliveries_that_stand ON deliveries (operation) WHERE wiped_at IS NULL AND wipe_given_up_at IS NULL;
CREATE INDEX due_tried_deliveries ON tried_deliveries (due_at);
CREATE INDEX notices_that_speak ON notices (id) WHERE about IS NOT NULL;
CREATE INDEX notices_that_offer ON notices (id) WHERE offers IS NOT NULL;
