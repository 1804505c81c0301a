-- From version 5 to 6: groups that want notices, and what chats chose.
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
