-- What floods made necessary. Keep in step with ../sqlite.

-- A viewer whose tokens were revoked is 16 bytes of a hash. Rows of before have the name until they expire. `key_id` of a revoked
-- token is now the key that revoked it, so that a key's revocations can be counted.
ALTER TABLE revocation ADD COLUMN subject_hash UUID;
DROP INDEX revocation_by_subject;
CREATE INDEX revocation_by_subject_hash ON revocation (organization_id, subject_hash);

-- When a site first connected, Unix milliseconds: where there is no room, what was known first stays.
ALTER TABLE connected_site ADD COLUMN first_at BIGINT NOT NULL DEFAULT 0;
UPDATE connected_site SET first_at = COALESCE(live_at, last_at);
