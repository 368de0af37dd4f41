-- Which change wrote a row last, so that a node reads only what changed. Keep in step with ../sqlite.
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
CREATE FUNCTION remember_generation() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    INSERT INTO past_generation (value) VALUES (NEW.value) ON CONFLICT (value) DO NOTHING;
    DELETE FROM past_generation WHERE value < (SELECT value FROM past_generation ORDER BY value DESC LIMIT 1 OFFSET 255);
    RETURN NULL;
END
$$;
CREATE TRIGGER generation_remembered AFTER UPDATE OF value ON generation FOR EACH ROW EXECUTE FUNCTION remember_generation();

CREATE FUNCTION stamp_row() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    SELECT value INTO NEW.generation FROM generation WHERE one = 1;
    RETURN NEW;
END
$$;
CREATE FUNCTION stamp_new_organization() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    SELECT value, value, value INTO NEW.generation, NEW.origins_generation, NEW.attributes_generation FROM generation WHERE one = 1;
    RETURN NEW;
END
$$;
CREATE FUNCTION stamp_removal() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    UPDATE generation SET removed = value WHERE one = 1;
    RETURN NULL;
END
$$;
CREATE FUNCTION stamp_origins() RETURNS trigger LANGUAGE plpgsql AS $$
DECLARE
    changed CONSTANT UUID := CASE WHEN TG_OP = 'DELETE' THEN OLD.organization_id ELSE NEW.organization_id END;
    now CONSTANT BIGINT := (SELECT value FROM generation WHERE one = 1);
BEGIN
    UPDATE organization SET generation = now, origins_generation = now WHERE id = changed AND origins_generation <> now;
    RETURN NULL;
END
$$;
CREATE FUNCTION stamp_attributes() RETURNS trigger LANGUAGE plpgsql AS $$
DECLARE
    changed CONSTANT UUID := CASE WHEN TG_OP = 'DELETE' THEN OLD.organization_id ELSE NEW.organization_id END;
    now CONSTANT BIGINT := (SELECT value FROM generation WHERE one = 1);
BEGIN
    UPDATE organization SET generation = now, attributes_generation = now WHERE id = changed AND attributes_generation <> now;
    RETURN NULL;
END
$$;
CREATE FUNCTION stamp_key() RETURNS trigger LANGUAGE plpgsql AS $$
DECLARE
    now CONSTANT BIGINT := (SELECT value FROM generation WHERE one = 1);
BEGIN
    UPDATE api_key SET generation = now WHERE id = NEW.key_id AND generation <> now;
    RETURN NULL;
END
$$;

CREATE TRIGGER organization_added BEFORE INSERT ON organization FOR EACH ROW EXECUTE FUNCTION stamp_new_organization();
CREATE TRIGGER organization_changed BEFORE UPDATE OF name, longest_lifetime, cut_off, drop_undeclared_until ON organization FOR EACH ROW
    WHEN ((OLD.name, OLD.longest_lifetime, OLD.cut_off, OLD.drop_undeclared_until)
        IS DISTINCT FROM (NEW.name, NEW.longest_lifetime, NEW.cut_off, NEW.drop_undeclared_until)) EXECUTE FUNCTION stamp_row();
CREATE TRIGGER organization_removed AFTER DELETE ON organization FOR EACH ROW EXECUTE FUNCTION stamp_removal();
CREATE TRIGGER origin_changed AFTER INSERT OR UPDATE OR DELETE ON origin FOR EACH ROW EXECUTE FUNCTION stamp_origins();
CREATE TRIGGER attribute_changed AFTER INSERT OR UPDATE OR DELETE ON attribute FOR EACH ROW EXECUTE FUNCTION stamp_attributes();
CREATE TRIGGER api_key_changed BEFORE INSERT OR UPDATE OF owner_id, scopes, sandbox_shared, longest_lifetime, cut_off, revoked_at, exposed_at ON api_key
    FOR EACH ROW EXECUTE FUNCTION stamp_row();
CREATE TRIGGER api_key_removed AFTER DELETE ON api_key FOR EACH ROW EXECUTE FUNCTION stamp_removal();
CREATE TRIGGER api_secret_changed AFTER INSERT OR UPDATE OF hash, wrapped_key, expires_at, revoked_at ON api_secret
    FOR EACH ROW EXECUTE FUNCTION stamp_key();
CREATE TRIGGER api_secret_removed AFTER DELETE ON api_secret FOR EACH ROW EXECUTE FUNCTION stamp_removal();
CREATE TRIGGER person_changed BEFORE INSERT OR UPDATE OF deactivated_at, sandbox_cut_off ON person FOR EACH ROW EXECUTE FUNCTION stamp_row();
CREATE TRIGGER person_removed AFTER DELETE ON person FOR EACH ROW EXECUTE FUNCTION stamp_removal();
