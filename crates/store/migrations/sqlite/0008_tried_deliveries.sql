-- A DM that was about to be sent, until it is known where it arrived. What is still here when its operation is over is looked
-- for, so that a link that arrived is wiped whatever crashed or was taken over in between.
CREATE TABLE tried_deliveries (
    operation BIGINT PRIMARY KEY REFERENCES operations (id),
    tried_at  BIGINT NOT NULL,              -- the latest attempt
    due_at    BIGINT NOT NULL               -- when it is looked for next, once its operation is over
);
INSERT INTO tried_deliveries (operation, tried_at, due_at)
SELECT e.operation, MAX(e.at), MAX(e.at) FROM events e JOIN operations o ON o.id = e.operation
WHERE o.live = 1 AND e.event ->> '$.event' = 'delivery_attempted'
  AND NOT EXISTS (SELECT 1 FROM deliveries d WHERE d.operation = e.operation)
GROUP BY e.operation;
