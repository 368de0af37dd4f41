-- Everything that is dear to add later is here from the first day: secrets apart from keys, versions on what two people
-- may edit, revocation cut-offs, the generation counter, the audit log. Times are Unix milliseconds unless a name says
-- seconds; ids are UUIDs. Keep in step with ../postgres: one store suite runs on both.

CREATE TABLE installation (
    one             INTEGER PRIMARY KEY CHECK (one = 1),
    id              BLOB    NOT NULL,
    created_at      BIGINT  NOT NULL,
    -- SHA-256 of the setup link's secret while one is open.
    setup_hash      BLOB,
    setup_expires_at BIGINT
);

-- Raised by every change of configuration, in the change's own transaction; what is kept in memory compares it.
CREATE TABLE generation (
    one   INTEGER PRIMARY KEY CHECK (one = 1),
    value BIGINT  NOT NULL
);
INSERT INTO generation (one, value) VALUES (1, 1);

CREATE TABLE organization (
    id                BLOB   PRIMARY KEY,
    name              TEXT   NOT NULL,
    longest_lifetime  BIGINT NOT NULL DEFAULT 86400,
    -- Tokens issued before this Unix second are refused: a cut-off for everything at once.
    not_before        BIGINT NOT NULL DEFAULT 0,
    created_at        BIGINT NOT NULL
);

CREATE TABLE person (
    id              BLOB   PRIMARY KEY,
    organization_id BLOB   NOT NULL REFERENCES organization (id),
    email           TEXT   NOT NULL UNIQUE,
    name            TEXT   NOT NULL,
    role            TEXT   NOT NULL,
    password_hash   TEXT   NOT NULL,
    created_at      BIGINT NOT NULL,
    deactivated_at  BIGINT
);
CREATE INDEX person_by_organization ON person (organization_id);

-- A sign-in is a session row with a person. The id is stored as its hash: a copy of the database opens no session.
CREATE TABLE session (
    id_hash         BLOB   PRIMARY KEY,
    organization_id BLOB   REFERENCES organization (id),
    person_id       BLOB   REFERENCES person (id),
    data            TEXT   NOT NULL,
    created_at      BIGINT NOT NULL,
    expires_at      BIGINT NOT NULL
);
CREATE INDEX session_by_person ON session (person_id);
CREATE INDEX session_by_expiry ON session (expires_at);

-- A one-time link that signs one person in, printed by the operator for somebody locked out.
CREATE TABLE sign_in_link (
    hash            BLOB   PRIMARY KEY,
    organization_id BLOB   NOT NULL REFERENCES organization (id),
    person_id       BLOB   NOT NULL REFERENCES person (id),
    expires_at      BIGINT NOT NULL
);

-- Failed sign-ins by account and address together, both hashed; and the devices that are known for an account.
CREATE TABLE sign_in_failure (
    subject_hash BLOB   PRIMARY KEY,
    failures     BIGINT NOT NULL,
    last_at      BIGINT NOT NULL
);
CREATE TABLE known_device (
    device_hash     BLOB   NOT NULL,
    organization_id BLOB   NOT NULL REFERENCES organization (id),
    person_id       BLOB   NOT NULL REFERENCES person (id),
    created_at      BIGINT NOT NULL,
    PRIMARY KEY (device_hash, person_id)
);

CREATE TABLE api_key (
    id              BLOB    PRIMARY KEY,
    organization_id BLOB    NOT NULL REFERENCES organization (id),
    owner_id        BLOB    NOT NULL REFERENCES person (id),
    name            TEXT    NOT NULL,
    scopes          TEXT    NOT NULL,
    sandbox_shared  BOOLEAN NOT NULL DEFAULT FALSE,
    longest_lifetime BIGINT NOT NULL DEFAULT 86400,
    -- Tokens issued before this Unix second are refused.
    not_before      BIGINT  NOT NULL DEFAULT 0,
    created_at      BIGINT  NOT NULL,
    revoked_at      BIGINT,
    exposed_at      BIGINT
);
CREATE INDEX api_key_by_organization ON api_key (organization_id);

-- A key has one secret, or several while it is being rolled. What is cryptographic belongs to the secret.
CREATE TABLE api_secret (
    id              TEXT   PRIMARY KEY,
    organization_id BLOB   NOT NULL REFERENCES organization (id),
    key_id          BLOB   NOT NULL REFERENCES api_key (id),
    hash            BLOB   NOT NULL,
    wrapped_key     BLOB   NOT NULL,
    created_at      BIGINT NOT NULL,
    expires_at      BIGINT,
    revoked_at      BIGINT,
    minted          BIGINT NOT NULL DEFAULT 0,
    last_used_at    BIGINT
);
CREATE INDEX api_secret_by_key ON api_secret (key_id);

CREATE TABLE origin (
    id              BLOB   PRIMARY KEY,
    organization_id BLOB   NOT NULL REFERENCES organization (id),
    canonical       TEXT   NOT NULL,
    label           TEXT   NOT NULL DEFAULT '',
    environment     TEXT   NOT NULL DEFAULT 'development',
    version         BIGINT NOT NULL DEFAULT 1,
    changed_at      BIGINT NOT NULL,
    changed_by      TEXT   NOT NULL,
    UNIQUE (organization_id, canonical)
);

CREATE TABLE attribute (
    id              BLOB    PRIMARY KEY,
    organization_id BLOB    NOT NULL REFERENCES organization (id),
    name            TEXT    NOT NULL,
    kind            TEXT    NOT NULL,
    is_list         BOOLEAN NOT NULL DEFAULT FALSE,
    required        BOOLEAN NOT NULL DEFAULT FALSE,
    description     TEXT    NOT NULL DEFAULT '',
    example         TEXT    NOT NULL DEFAULT '',
    version         BIGINT  NOT NULL DEFAULT 1,
    changed_at      BIGINT  NOT NULL,
    changed_by      TEXT    NOT NULL,
    UNIQUE (organization_id, name)
);

-- Refused before their time: one token, one viewer of a key, or one viewer everywhere (key_id absent).
CREATE TABLE revocation (
    id              BLOB   PRIMARY KEY,
    organization_id BLOB   NOT NULL REFERENCES organization (id),
    key_id          BLOB   REFERENCES api_key (id),
    token_id        BLOB,
    subject         TEXT,
    not_before      BIGINT NOT NULL,
    created_at      BIGINT NOT NULL,
    expires_at      BIGINT NOT NULL
);
CREATE INDEX revocation_by_organization ON revocation (organization_id);

-- Every token that was answered. Written in batches by one statement, so no constraint that a single row could break.
-- Ids of tokens are UUID v7: rows are appended, and the id finds what is old. Without a rowid there is one tree to write.
CREATE TABLE mint (
    token_id        BLOB    PRIMARY KEY,
    organization_id BLOB    NOT NULL,
    secret_id       TEXT    NOT NULL,
    subject         TEXT    NOT NULL,
    sandbox_by      BLOB,
    issued_at       BIGINT  NOT NULL,
    expires_at      BIGINT  NOT NULL
) WITHOUT ROWID;

-- Append-only. before and after are JSON without secrets.
CREATE TABLE audit (
    id              BLOB   PRIMARY KEY,
    organization_id BLOB   NOT NULL REFERENCES organization (id),
    actor           TEXT   NOT NULL,
    actor_id        BLOB,
    action          TEXT   NOT NULL,
    target          TEXT   NOT NULL,
    before          TEXT,
    after           TEXT,
    address         TEXT   NOT NULL DEFAULT '',
    request_id      TEXT   NOT NULL,
    -- The id the caller gave its own request, if any.
    caller_request_id TEXT NOT NULL DEFAULT '',
    at              BIGINT NOT NULL
);
CREATE INDEX audit_by_organization ON audit (organization_id, at);
