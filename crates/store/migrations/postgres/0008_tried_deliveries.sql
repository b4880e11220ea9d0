CREATE TABLE tried_deliveries (
    operation BIGINT PRIMARY KEY REFERENCES operations (id),
    tried_at  BIGINT NOT NULL,
    due_at    BIGINT NOT NULL
);
