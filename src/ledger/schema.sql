-- The ledger: what was asked for, what was planned, and how each airing and each chat call ended.
--
-- One text for SQLite and PostgreSQL: only TEXT, BIGINT and INTEGER. Times are milliseconds since 1970 UTC (BIGINT),
-- yes and no are 1 and 0 (INTEGER), lists and objects are JSON (TEXT). As-run rows, posts and audit stay at least 400
-- days.
--
-- To change it: raise the version by one file in `upgrade/`, keep this text equal to what the upgrades lead to, and
-- keep the old text as `upgrade/schema-<version>.sql` for the test that upgrades it.

-- Single values: `schema` is the version of this text, `epoch` the release the rundowns count from, `hold` why nothing
-- is released at the moment.
CREATE TABLE meta (
    key TEXT NOT NULL PRIMARY KEY,
    value TEXT NOT NULL
);

-- Numbers without holes: `notice-2026`, `order`, `review`, `chat-request`, `file-change`, `audit`. The next one is given in the transaction that uses it.
CREATE TABLE counters (
    name TEXT NOT NULL PRIMARY KEY,
    value BIGINT NOT NULL
);

-- Each broadcast as it was written, as exact bytes under their digest. The notice number (`2026-0412`) is the one
-- residents and officials name it by.
CREATE TABLE editions (
    digest TEXT NOT NULL PRIMARY KEY,
    broadcast TEXT NOT NULL,
    notice TEXT NOT NULL UNIQUE,
    content TEXT NOT NULL,
    first_seen BIGINT NOT NULL
);
CREATE INDEX editions_of_broadcast ON editions (broadcast, first_seen);

-- What reviewers said of editions; rows are added and never changed. An approval is of exactly these bytes: any change
-- gives another digest, which nobody has approved.
CREATE TABLE reviews (
    number BIGINT NOT NULL PRIMARY KEY,
    edition TEXT NOT NULL REFERENCES editions (digest),
    -- A language, or empty for what is of no language: when, where, how, with what arguments.
    language TEXT NOT NULL,
    reviewer TEXT NOT NULL,
    -- approved, rejected.
    verdict TEXT NOT NULL,
    comment TEXT,
    at BIGINT NOT NULL
);
CREATE INDEX reviews_of_edition ON reviews (edition, number);

-- Ids of broadcasts are never used again, so they outlive their files here.
CREATE TABLE broadcasts_seen (
    broadcast TEXT NOT NULL PRIMARY KEY,
    first_seen BIGINT NOT NULL
);

-- The sealed rundowns last made for each station, durable before they are served.
CREATE TABLE rundowns (
    station TEXT NOT NULL,
    epoch BIGINT NOT NULL,
    version BIGINT NOT NULL,
    digest TEXT NOT NULL,
    envelope TEXT NOT NULL,
    PRIMARY KEY (station, epoch, version)
);

-- What people asked for outside the schedule: filed, confirmed (an emergency by a second person), released.
CREATE TABLE orders (
    id BIGINT NOT NULL PRIMARY KEY,
    kind TEXT NOT NULL,
    state TEXT NOT NULL,
    filed_by TEXT NOT NULL,
    filed_at BIGINT NOT NULL,
    confirmed_by TEXT,
    confirmed_at BIGINT,
    released_at BIGINT,
    -- The order that took it back.
    cancelled_by BIGINT,
    -- What approvers sign of an emergency, exact bytes and signatures, with who signed; empty where none are needed.
    signed TEXT,
    -- When what chat groups got was taken back or corrected, where that was asked for.
    carried_out BIGINT
);
CREATE INDEX orders_in_state ON orders (state, filed_at);

-- Every airing and the one state it ended in. The id is `<broadcast>.<instant>.<station>`.
CREATE TABLE airings (
    id TEXT NOT NULL PRIMARY KEY,
    station TEXT NOT NULL,
    broadcast TEXT NOT NULL,
    -- When it is due, and the last instant at which it may start.
    at BIGINT NOT NULL,
    until BIGINT NOT NULL,
    -- Unknown only for a receipt of an airing this ledger never planned, as after a restore.
    class TEXT,
    level TEXT,
    notice TEXT,
    languages TEXT NOT NULL,
    order_id BIGINT,
    -- `planned`, or the word of its outcome: played, partial, missed, cancelled, expired, refused, unreported.
    state TEXT NOT NULL,
    reason TEXT,
    started BIGINT,
    ended BIGINT,
    frames BIGINT,
    frames_planned BIGINT,
    parts TEXT,
    volume INTEGER,
    sink TEXT,
    detail TEXT,
    -- The receipt that says so.
    machine TEXT,
    receipt BIGINT
);
CREATE INDEX airings_at ON airings (at);
CREATE INDEX airings_of_station ON airings (station, at);
CREATE INDEX airings_of_broadcast ON airings (broadcast, at);
CREATE INDEX airings_in_state ON airings (state, until);

-- How far the numbered receipts of each station's machine have come.
CREATE TABLE machines (
    machine TEXT NOT NULL PRIMARY KEY,
    receipts_acknowledged BIGINT NOT NULL,
    -- The heads of the chain of receipts after each one of the last batch, the newest last; what was taken before there
    -- was a chain has none.
    heads TEXT NOT NULL DEFAULT '[]'
);

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

-- One row for what one chat group gets of one broadcast on one occasion.
CREATE TABLE posts (
    id TEXT NOT NULL PRIMARY KEY,
    body TEXT NOT NULL,
    enqueued BIGINT NOT NULL
);
CREATE INDEX posts_enqueued ON posts (enqueued);

-- One row is one call to a chat service. `repeat` counts the times an emergency was sent again because nobody knows
-- whether it arrived.
CREATE TABLE calls (
    post TEXT NOT NULL REFERENCES posts (id),
    position INTEGER NOT NULL,
    repeat INTEGER NOT NULL,
    -- 0 is the lane of emergencies.
    lane INTEGER NOT NULL,
    -- Whose budget it uses.
    robot TEXT NOT NULL,
    chat TEXT NOT NULL,
    channel TEXT NOT NULL,
    address TEXT NOT NULL,
    body TEXT NOT NULL,
    -- Not before, and not after.
    due BIGINT NOT NULL,
    expires BIGINT NOT NULL,
    -- waiting, sending, delivered, refused, expired, unknown; handed while a person has it as a task; digested while a
    -- digest carries it, lost when a person said that an unknown one never arrived.
    state TEXT NOT NULL,
    attempts INTEGER NOT NULL,
    -- When it was last claimed, and until when the claimer may take to answer for it.
    claimed BIGINT,
    lease_until BIGINT,
    -- The group moved while this call was sent; it is followed once.
    moved INTEGER NOT NULL,
    -- What the service calls what it took.
    ids TEXT NOT NULL,
    code TEXT,
    detail TEXT,
    updated BIGINT NOT NULL,
    -- The line it stands in: `<chat> <robot>`. One call of a line and lane is on its way at a time.
    line TEXT NOT NULL DEFAULT '',
    -- A voice note or a picture: few of them are on their way at a time.
    heavy INTEGER NOT NULL DEFAULT 0,
    -- Whether it does no harm to make it twice: to change or delete a message does not.
    harmless INTEGER NOT NULL DEFAULT 0,
    -- The post that carried it with others, where one did.
    digest TEXT,
    -- Who posted it by hand or looked into the group, and when.
    settled_by TEXT,
    settled_at BIGINT,
    -- The order that took back what it is a part of: it is not sent any more.
    taken_back BIGINT,
    PRIMARY KEY (post, position, repeat)
);
CREATE INDEX calls_claimed ON calls (claimed);
-- What may go is found by seeking in each line, however long the lines are.
CREATE INDEX calls_in_line ON calls (lane, line, due, post, position, repeat) WHERE state = 'waiting';
CREATE INDEX calls_due ON calls (due) WHERE state = 'waiting';
CREATE INDEX calls_expiring ON calls (expires) WHERE state = 'waiting';
CREATE INDEX calls_handed ON calls (expires) WHERE state = 'handed';
CREATE INDEX calls_sending ON calls (lane, line, lease_until) WHERE state = 'sending';
CREATE INDEX calls_unknown ON calls (lane, expires) WHERE state = 'unknown';
CREATE INDEX calls_digested ON calls (digest) WHERE state = 'digested';

-- Chat groups whose service gave them another address.
CREATE TABLE moves (
    channel TEXT NOT NULL,
    address TEXT NOT NULL,
    new_address TEXT NOT NULL,
    at BIGINT NOT NULL,
    PRIMARY KEY (channel, address)
);

-- Groups that the robot was added to, and what the county said to it.
CREATE TABLE chat_requests (
    number BIGINT NOT NULL PRIMARY KEY,
    channel TEXT NOT NULL,
    address TEXT NOT NULL,
    -- What the group calls itself, and who added the robot.
    title TEXT NOT NULL,
    asked_by TEXT NOT NULL,
    asked_at BIGINT NOT NULL,
    -- open, accepted, refused, gone.
    state TEXT NOT NULL,
    settled_by TEXT,
    settled_at BIGINT,
    -- The id it has in the directory since.
    chat TEXT
);
CREATE INDEX chat_requests_in_state ON chat_requests (state, number);

-- What chats on a service chose: a group's languages, a person's language and village.
CREATE TABLE chat_settings (
    channel TEXT NOT NULL,
    address TEXT NOT NULL,
    is_group INTEGER NOT NULL,
    languages TEXT NOT NULL,
    village TEXT,
    -- When the robot was taken out of it.
    gone_at BIGINT,
    updated BIGINT NOT NULL,
    PRIMARY KEY (channel, address)
);
CREATE INDEX chat_settings_of_groups ON chat_settings (is_group, channel);

-- Who may do what. A name is never given to another person.
CREATE TABLE people (
    name TEXT NOT NULL PRIMARY KEY,
    -- The account on this machine; given up when the person retires.
    os_user TEXT UNIQUE,
    roles TEXT NOT NULL,
    added BIGINT NOT NULL,
    retired BIGINT,
    -- The languages a translator works on; none named: every one.
    languages TEXT NOT NULL DEFAULT '[]'
);

-- How people prove to the console who they are.
CREATE TABLE logins (
    person TEXT NOT NULL PRIMARY KEY REFERENCES people (name),
    -- Argon2id, in the notation of PHC.
    password TEXT NOT NULL,
    password_set BIGINT NOT NULL,
    -- The secret of a code generator, in base32, and the last of its half minutes that a code was taken of.
    code_secret TEXT,
    code_step BIGINT NOT NULL DEFAULT 0
);

-- Links that let a person choose a password, once. Only the SHA-256 of what stands in a link is kept.
CREATE TABLE login_links (
    token TEXT NOT NULL PRIMARY KEY,
    -- None in the link of a new county: whoever opens it becomes its first engineer.
    person TEXT REFERENCES people (name),
    made_by TEXT NOT NULL,
    made_at BIGINT NOT NULL,
    expires BIGINT NOT NULL,
    used_at BIGINT
);

-- Who is logged in where. Only the SHA-256 of what the browser holds is kept.
CREATE TABLE sessions (
    token TEXT NOT NULL PRIMARY KEY,
    person TEXT NOT NULL REFERENCES people (name),
    -- A code was given beside the password.
    with_code INTEGER NOT NULL,
    begun BIGINT NOT NULL,
    seen BIGINT NOT NULL,
    expires BIGINT NOT NULL,
    address TEXT NOT NULL,
    browser TEXT NOT NULL
);
CREATE INDEX sessions_of_person ON sessions (person, begun);

-- Texts of the console that are not in the files yet: half done, or with a fault. Each person has their own.
CREATE TABLE drafts (
    -- The file, and what of it: a message; nothing for the whole file.
    path TEXT NOT NULL,
    item TEXT NOT NULL,
    person TEXT NOT NULL REFERENCES people (name),
    -- The fields of the form, as JSON, with what they were made from.
    fields TEXT NOT NULL,
    saved BIGINT NOT NULL,
    PRIMARY KEY (path, item, person)
);

-- What the console changed in the files: who, when, before and after. Rows are added and never changed.
CREATE TABLE file_changes (
    number BIGINT NOT NULL PRIMARY KEY,
    at BIGINT NOT NULL,
    person TEXT NOT NULL,
    path TEXT NOT NULL,
    item TEXT NOT NULL,
    -- None: it was not there.
    text_before TEXT,
    text_after TEXT NOT NULL
);
CREATE INDEX file_changes_of ON file_changes (path, item, number);

-- Who did what, in order. `row` is the exact text; `digest` is SHA-256 over the digest before it and that text, so
-- that a row changed later shows.
CREATE TABLE audit (
    number BIGINT NOT NULL PRIMARY KEY,
    row TEXT NOT NULL,
    digest TEXT NOT NULL
);
