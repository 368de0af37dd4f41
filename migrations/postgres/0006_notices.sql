-- Every node listens for the generation instead of asking ten times a second. The notice is sent with the commit.
CREATE FUNCTION tell_generation() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    PERFORM pg_notify('perch_generation', NEW.value::TEXT);
    RETURN NULL;
END
$$;
CREATE TRIGGER generation_raised AFTER UPDATE ON generation
    FOR EACH ROW WHEN (OLD.value IS DISTINCT FROM NEW.value) EXECUTE FUNCTION tell_generation();
