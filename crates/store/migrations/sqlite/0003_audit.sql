-- The audit: one line for each decision and each effect, chained by hashes (docs/audit.md). Written in the transaction of
-- what it is about; never changed, never removed.
CREATE TABLE audit (
    n        INTEGER PRIMARY KEY,   -- from 1, without gaps
    entry    TEXT    NOT NULL,      -- the canonical form: compact JSON, keys sorted, n among them
    previous TEXT    NOT NULL,      -- the hash of line n-1; of line 1: sixty-four zeros
    hash     TEXT    NOT NULL       -- SHA-256 over previous and entry, as text one after the other
);

-- Whoever owns the file can drop these; that this shows is what the chain and its anchors are for.
CREATE TRIGGER audit_is_never_changed BEFORE UPDATE ON audit
BEGIN SELECT RAISE(ABORT, 'the audit is never changed'); END;
CREATE TRIGGER audit_is_never_removed BEFORE DELETE ON audit
BEGIN SELECT RAISE(ABORT, 'the audit is never removed from'); END;
