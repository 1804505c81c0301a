-- From version 8 to 9: people log in to the console.
ALTER TABLE people ADD COLUMN languages TEXT NOT NULL DEFAULT '[]';

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
