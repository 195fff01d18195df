-- The number of a gift is its app's: each app has its own numbers. A gift that was granted before belongs to the app that the
-- audit log names; to nobody ('') if it came in otherwise, as one of our own does.
ALTER TABLE package_gift RENAME TO package_gift_before;
CREATE TABLE package_gift (
    id            BIGINT PRIMARY KEY,
    app           TEXT {C} NOT NULL DEFAULT '',
    gift_no       TEXT {C} NOT NULL,
    member_id     BIGINT NOT NULL REFERENCES member (id),
    package_name  TEXT NOT NULL,
    package_type  TEXT NOT NULL,
    amount        BIGINT NOT NULL,
    status        BIGINT NOT NULL,
    operator_id   TEXT,
    operator_name TEXT,
    granted_at    BIGINT NOT NULL,
    remark        TEXT,
    UNIQUE (app, gift_no)
);
INSERT INTO package_gift (id, app, gift_no, member_id, package_name, package_type, amount, status, operator_id,
                          operator_name, granted_at, remark)
SELECT g.id,
       COALESCE((SELECT MIN(a.app) FROM audit a
                 WHERE a.entity = 'gift ' || g.id AND a.operation = 'grantPackageGift'), ''),
       g.gift_no, g.member_id, g.package_name, g.package_type, g.amount, g.status, g.operator_id, g.operator_name,
       g.granted_at, g.remark
FROM package_gift_before g;
DROP TABLE package_gift_before;
CREATE INDEX package_gift_by_member ON package_gift (member_id, id);
CREATE INDEX package_gift_by_status ON package_gift (status, id);

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
