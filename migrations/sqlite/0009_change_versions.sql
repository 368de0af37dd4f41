-- Which change wrote a row last, so that a node reads only what changed. Keep in step with ../postgres.
--
-- Each number is the generation of a change. A change raises the generation before it writes anything else, so the triggers
-- find the number of the change they run in. They do not fire on what a mint, a sign-in or a connecting site writes.

-- An organization has a number for anything about it, one for its list of origins and one for its attributes.
ALTER TABLE organization ADD COLUMN generation BIGINT NOT NULL DEFAULT 0;
ALTER TABLE organization ADD COLUMN origins_generation BIGINT NOT NULL DEFAULT 0;
ALTER TABLE organization ADD COLUMN attributes_generation BIGINT NOT NULL DEFAULT 0;
-- A key has one number for itself and its secrets.
ALTER TABLE api_key ADD COLUMN generation BIGINT NOT NULL DEFAULT 0;
ALTER TABLE person ADD COLUMN generation BIGINT NOT NULL DEFAULT 0;
CREATE INDEX organization_by_generation ON organization (generation);
CREATE INDEX api_key_by_generation ON api_key (generation);
CREATE INDEX person_by_generation ON person (generation);
-- When a key, a secret, a person or an organization was removed last: a row that is gone has no number.
ALTER TABLE generation ADD COLUMN removed BIGINT NOT NULL DEFAULT 0;

-- The last generations of this database. A node that knows another one, such as one that a restored backup lost, reads everything.
CREATE TABLE past_generation (
    value BIGINT PRIMARY KEY
);
INSERT INTO past_generation (value) SELECT value FROM generation;
CREATE TRIGGER generation_remembered AFTER UPDATE OF value ON generation BEGIN
    INSERT INTO past_generation (value) VALUES (NEW.value) ON CONFLICT (value) DO NOTHING;
    DELETE FROM past_generation WHERE value < (SELECT value FROM past_generation ORDER BY value DESC LIMIT 1 OFFSET 255);
END;

CREATE TRIGGER organization_added AFTER INSERT ON organization BEGIN
    UPDATE organization SET generation = (SELECT value FROM generation), origins_generation = (SELECT value FROM generation),
        attributes_generation = (SELECT value FROM generation) WHERE id = NEW.id;
END;
CREATE TRIGGER organization_changed AFTER UPDATE OF name, longest_lifetime, cut_off, drop_undeclared_until ON organization
WHEN OLD.name IS NOT NEW.name OR OLD.longest_lifetime IS NOT NEW.longest_lifetime OR OLD.cut_off IS NOT NEW.cut_off
    OR OLD.drop_undeclared_until IS NOT NEW.drop_undeclared_until BEGIN
    UPDATE organization SET generation = (SELECT value FROM generation) WHERE id = NEW.id;
END;
CREATE TRIGGER organization_removed AFTER DELETE ON organization BEGIN
    UPDATE generation SET removed = value;
END;
CREATE TRIGGER origin_added AFTER INSERT ON origin BEGIN
    UPDATE organization SET generation = (SELECT value FROM generation), origins_generation = (SELECT value FROM generation)
        WHERE id = NEW.organization_id AND origins_generation <> (SELECT value FROM generation);
END;
CREATE TRIGGER origin_changed AFTER UPDATE ON origin BEGIN
    UPDATE organization SET generation = (SELECT value FROM generation), origins_generation = (SELECT value FROM generation)
        WHERE id = NEW.organization_id AND origins_generation <> (SELECT value FROM generation);
END;
CREATE TRIGGER origin_removed AFTER DELETE ON origin BEGIN
    UPDATE organization SET generation = (SELECT value FROM generation), origins_generation = (SELECT value FROM generation)
        WHERE id = OLD.organization_id AND origins_generation <> (SELECT value FROM generation);
END;
CREATE TRIGGER attribute_added AFTER INSERT ON attribute BEGIN
    UPDATE organization SET generation = (SELECT value FROM generation), attributes_generation = (SELECT value FROM generation)
        WHERE id = NEW.organization_id AND attributes_generation <> (SELECT value FROM generation);
END;
CREATE TRIGGER attribute_changed AFTER UPDATE ON attribute BEGIN
    UPDATE organization SET generation = (SELECT value FROM generation), attributes_generation = (SELECT value FROM generation)
        WHERE id = NEW.organization_id AND attributes_generation <> (SELECT value FROM generation);
END;
CREATE TRIGGER attribute_removed AFTER DELETE ON attribute BEGIN
    UPDATE organization SET generation = (SELECT value FROM generation), attributes_generation = (SELECT value FROM generation)
        WHERE id = OLD.organization_id AND attributes_generation <> (SELECT value FROM generation);
END;

CREATE TRIGGER api_key_added AFTER INSERT ON api_key BEGIN
    UPDATE api_key SET generation = (SELECT value FROM generation) WHERE id = NEW.id;
END;
CREATE TRIGGER api_key_changed AFTER UPDATE OF owner_id, scopes, sandbox_shared, longest_lifetime, cut_off, revoked_at, exposed_at ON api_key BEGIN
    UPDATE api_key SET generation = (SELECT value FROM generation) WHERE id = NEW.id;
END;
CREATE TRIGGER api_key_removed AFTER DELETE ON api_key BEGIN
    UPDATE generation SET removed = value;
END;
CREATE TRIGGER api_secret_added AFTER INSERT ON api_secret BEGIN
    UPDATE api_key SET generation = (SELECT value FROM generation) WHERE id = NEW.key_id AND generation <> (SELECT value FROM generation);
END;
CREATE TRIGGER api_secret_changed AFTER UPDATE OF hash, wrapped_key, expires_at, revoked_at ON api_secret BEGIN
    UPDATE api_key SET generation = (SELECT value FROM generation) WHERE id = NEW.key_id AND generation <> (SELECT value FROM generation);
END;
CREATE TRIGGER api_secret_removed AFTER DELETE ON api_secret BEGIN
    UPDATE generation SET removed = value;
END;

CREATE TRIGGER person_added AFTER INSERT ON person BEGIN
    UPDATE person SET generation = (SELECT value FROM generation) WHERE id = NEW.id;
END;
CREATE TRIGGER person_changed AFTER UPDATE OF deactivated_at, sandbox_cut_off ON person BEGIN
    UPDATE person SET generation = (SELECT value FROM generation) WHERE id = NEW.id;
END;
CREATE TRIGGER person_removed AFTER DELETE ON person BEGIN
    UPDATE generation SET removed = value;
END;
