-- From version 9 to 10: the console edits the files.
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
