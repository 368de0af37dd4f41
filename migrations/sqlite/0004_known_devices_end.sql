-- Known devices end: a year after their last sign-in, beyond a number for each person, and when the person signs out
-- everywhere. Keep in step with ../postgres.

-- Unix milliseconds of the last sign-in on the device.
ALTER TABLE known_device ADD COLUMN used_at BIGINT NOT NULL DEFAULT 0;
UPDATE known_device SET used_at = created_at;
CREATE INDEX known_device_by_person ON known_device (person_id, used_at);
