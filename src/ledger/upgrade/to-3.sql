-- From version 2 to 3: village boxes.
-- The heads of the chain of receipts after each one of the last batch, the newest last; what was taken before there
-- was a chain has none.
ALTER TABLE machines ADD COLUMN heads TEXT NOT NULL DEFAULT '[]';

-- Codes with which a new village box is let in, once. Only the SHA-256 of a code is kept.
CREATE TABLE enrolment_codes (
    code TEXT NOT NULL PRIMARY KEY,
    stations TEXT NOT NULL,
    made_by TEXT NOT NULL,
    made_at BIGINT NOT NULL,
    expires BIGINT NOT NULL,
    used_at BIGINT,
    -- The key of the box that used it.
    used_by TEXT
);

-- Village boxes by the id of the key each made for itself. A key is never taken up again once it is revoked.
CREATE TABLE boxes (
    key_id TEXT NOT NULL PRIMARY KEY,
    public_key TEXT NOT NULL,
    stations TEXT NOT NULL,
    -- pending, confirmed, revoked.
    state TEXT NOT NULL,
    enrolled_at BIGINT NOT NULL,
    confirmed_by TEXT,
    confirmed_at BIGINT,
    revoked_by TEXT,
    revoked_at BIGINT,
    last_heard BIGINT,
    -- What it said of itself last.
    last_status TEXT
);
