-- From version 1 to 2: reviews of editions.
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
