-- Whether a list of OVHcloud's told of the server (1), and not the server's own object (0).
ALTER TABLE inventory ADD COLUMN by_list INTEGER NOT NULL DEFAULT 0;
