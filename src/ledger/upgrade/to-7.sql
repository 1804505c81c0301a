-- From version 6 to 7: posts that people have as tasks.
CREATE INDEX calls_handed ON calls (expires) WHERE state = 'handed';
