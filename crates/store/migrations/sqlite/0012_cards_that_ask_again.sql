-- The question that a card answers with one more reboot, as JSON; null: the card asks for an operation of its own.
ALTER TABLE cards ADD COLUMN again TEXT;
