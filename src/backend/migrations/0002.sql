-- What accepted_sign holds goes with a crash of PostgreSQL, and is not there on a standby. This row goes with it: where it is
-- missing, the table was emptied, and whoever notices writes it with the present time. expires_at is the time from which on
-- the table knows every signature that was accepted; no app has an empty key.
INSERT INTO accepted_sign (app_key, sign, expires_at) VALUES ('', '', 0);

-- Accepted signatures that were dated ahead: a crash or a restart would come before their time. They are few, and stay.
CREATE TABLE accepted_ahead (
    app_key    TEXT {C} NOT NULL,
    sign       TEXT {C} NOT NULL,
    expires_at BIGINT NOT NULL,
    PRIMARY KEY (app_key, sign)
);
