-- What connecting components need: revocation of tokens, the sites they connect from, and why they were refused. Keep in
-- step with ../postgres.

-- A cut-off is the Unix millisecond up to which tokens are refused. Token ids carry the millisecond they were issued in, so
-- a token made right after a revocation works, and one made in the same second before it does not.
ALTER TABLE organization RENAME COLUMN not_before TO cut_off;
UPDATE organization SET cut_off = cut_off * 1000 - 1 WHERE cut_off > 0;
ALTER TABLE api_key RENAME COLUMN not_before TO cut_off;
UPDATE api_key SET cut_off = cut_off * 1000 - 1 WHERE cut_off > 0;
ALTER TABLE revocation RENAME COLUMN not_before TO cut_off;
-- The generation of the change that made it: memory reads only what is newer than what it holds.
ALTER TABLE revocation ADD COLUMN generation BIGINT NOT NULL DEFAULT 0;
DROP INDEX revocation_by_organization;
CREATE INDEX revocation_by_generation ON revocation (generation);
CREATE INDEX revocation_by_subject ON revocation (organization_id, subject);
CREATE INDEX revocation_by_token ON revocation (token_id);
CREATE INDEX revocation_by_expiry ON revocation (expires_at);

-- Sites that components connected from. Times are Unix milliseconds; live_at is the first token of a backend, not of the
-- sandbox. Bounded for each organization.
CREATE TABLE connected_site (
    organization_id BLOB NOT NULL REFERENCES organization (id),
    origin          TEXT NOT NULL,
    live_at         BIGINT,
    last_at         BIGINT NOT NULL,
    PRIMARY KEY (organization_id, origin)
);

-- Sites that presented a token of ours and were turned away, by viewer (a hash) and day (days since 1970). Bounded for
-- each viewer and each organization.
CREATE TABLE refused_site (
    organization_id BLOB NOT NULL REFERENCES organization (id),
    origin          TEXT NOT NULL,
    viewer          BLOB NOT NULL,
    day             BIGINT NOT NULL,
    refusals        BIGINT NOT NULL,
    last_at         BIGINT NOT NULL,
    PRIMARY KEY (organization_id, origin, viewer, day)
);

-- Refused requests, to be found by the id that the refused caller was told. Never the token, never a value it carried.
-- Without an organization where nothing proved to belong to one. Bounded for each organization.
CREATE TABLE refused_request (
    request_id      BLOB PRIMARY KEY,
    organization_id BLOB REFERENCES organization (id),
    route           TEXT NOT NULL,
    code            TEXT NOT NULL,
    -- The check of the ladder that a viewer's request failed.
    rung            TEXT NOT NULL DEFAULT '',
    -- Faults of the input: field and code, one a line.
    faults          TEXT NOT NULL DEFAULT '',
    origin          TEXT NOT NULL DEFAULT '',
    secret_id       TEXT,
    token_id        BLOB,
    at              BIGINT NOT NULL
);
CREATE INDEX refused_request_by_organization ON refused_request (organization_id, request_id);
