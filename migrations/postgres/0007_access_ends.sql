-- What remains of an access that ended. Keep in step with ../sqlite.

-- Sandbox tokens that the person made up to this Unix millisecond are refused, also once the person is active again.
ALTER TABLE person ADD COLUMN sandbox_cut_off BIGINT NOT NULL DEFAULT 0;
-- How often all sign-ins of the person were ended. A sign-in names the number it began under and counts while that is the number.
ALTER TABLE person ADD COLUMN sign_ins_ended BIGINT NOT NULL DEFAULT 0;
