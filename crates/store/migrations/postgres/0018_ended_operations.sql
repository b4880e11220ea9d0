-- What has just ended is looked for every few seconds where traces are sent.
CREATE INDEX ended_operations ON operations (changed_at) WHERE live = 0;
