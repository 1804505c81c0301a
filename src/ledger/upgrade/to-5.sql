-- From version 4 to 5: the outbox's queue finds what may go without looking through what waits; people settle what nobody
-- knows; several notices become one digest.
-- The line a call stands in: `<chat> <robot>`. One call of a line and lane is on its way at a time.
ALTER TABLE calls ADD COLUMN line TEXT NOT NULL DEFAULT '';
UPDATE calls SET line = chat || ' ' || robot;

-- A voice note or a picture: few of them are on their way at a time.
ALTER TABLE calls ADD COLUMN heavy INTEGER NOT NULL DEFAULT 0;

-- Whether it does no harm to make it twice: to change or delete a message does not.
ALTER TABLE calls ADD COLUMN harmless INTEGER NOT NULL DEFAULT 0;

-- The post that carried it with others, where one did.
ALTER TABLE calls ADD COLUMN digest TEXT;

-- Who looked into the group, and when.
ALTER TABLE calls ADD COLUMN settled_by TEXT;
ALTER TABLE calls ADD COLUMN settled_at BIGINT;

DROP INDEX calls_in_state;
CREATE INDEX calls_in_line ON calls (lane, line, due, post, position, repeat) WHERE state = 'waiting';
CREATE INDEX calls_due ON calls (due) WHERE state = 'waiting';
CREATE INDEX calls_expiring ON calls (expires) WHERE state = 'waiting';
CREATE INDEX calls_sending ON calls (lane, line, lease_until) WHERE state = 'sending';
CREATE INDEX calls_unknown ON calls (lane, expires) WHERE state = 'unknown';
CREATE INDEX calls_digested ON calls (digest) WHERE state = 'digested';
