-- What Settings > Embed & access needs beyond its lists. Keep in step with ../postgres.

-- Until this Unix second undeclared attributes are left out of a token instead of refused.
ALTER TABLE organization ADD COLUMN drop_undeclared_until BIGINT;
-- Unix milliseconds: when the first sandbox token was made, and when a component first connected with a token.
ALTER TABLE organization ADD COLUMN first_sandbox_at BIGINT;
ALTER TABLE organization ADD COLUMN first_embed_at BIGINT;
-- When the person put the list of first steps away, Unix milliseconds.
ALTER TABLE person ADD COLUMN first_steps_hidden_at BIGINT;

-- Which keys send which attribute: counted in memory, added here every second or so. `dropped` counts tokens that were
-- made without an attribute that is not declared; `kind` is what its value looked like.
CREATE TABLE attribute_use (
    organization_id BLOB    NOT NULL REFERENCES organization (id),
    key_id          BLOB    NOT NULL REFERENCES api_key (id),
    name            TEXT    NOT NULL,
    dropped         BOOLEAN NOT NULL,
    kind            TEXT    NOT NULL DEFAULT '',
    tokens          BIGINT  NOT NULL,
    last_at         BIGINT  NOT NULL,
    PRIMARY KEY (organization_id, key_id, name, dropped)
);

-- A made-up viewer to try embeds out as. `content` is the sandbox form as JSON, never with a key in it.
CREATE TABLE persona (
    id              BLOB    PRIMARY KEY,
    organization_id BLOB    NOT NULL REFERENCES organization (id),
    owner_id        BLOB    NOT NULL REFERENCES person (id),
    name            TEXT    NOT NULL,
    shared          BOOLEAN NOT NULL,
    content         TEXT    NOT NULL,
    changed_at      BIGINT  NOT NULL,
    changed_by      TEXT    NOT NULL,
    UNIQUE (organization_id, owner_id, name)
);
