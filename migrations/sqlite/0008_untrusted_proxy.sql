-- Who sent X-Forwarded-For while no proxy was trusted, and when it was seen first (Unix milliseconds): for doctor, which is
-- another process than the server. Keep in step with ../postgres.
ALTER TABLE installation ADD COLUMN untrusted_proxy TEXT;
ALTER TABLE installation ADD COLUMN untrusted_proxy_at BIGINT;
