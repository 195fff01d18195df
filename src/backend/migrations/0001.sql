-- The first schema. Times are milliseconds since 1970 UTC, money is 分, booleans are 0 and 1, ids are at most 2^53-1.
-- {UNLOGGED} keeps a table out of PostgreSQL's log: what it holds may go with a crash.
-- {ROOM} leaves some of each of PostgreSQL's pages free: a row that changes often, in columns without an index, stays on its
-- page, and no index need be told.
-- {C} makes a text column sort and compare by bytes on PostgreSQL as SQLite does by itself, so that prefixes find their index.

CREATE TABLE merchant (
    id            BIGINT PRIMARY KEY,
    merchant_code TEXT {C} NOT NULL UNIQUE,
    share_code    TEXT {C} NOT NULL UNIQUE,
    name          TEXT NOT NULL,
    type_name     TEXT,
    city_id       BIGINT,
    city_name     TEXT,
    region_name   TEXT
);

CREATE TABLE member (
    id                 BIGINT PRIMARY KEY,
    phone              TEXT {C} NOT NULL UNIQUE,
    name               TEXT {C},
    state              BIGINT NOT NULL,
    merchant_id        BIGINT REFERENCES merchant (id),
    inviter            TEXT,
    city_id            BIGINT,
    city_name          TEXT,
    label              TEXT,
    sex                TEXT,
    birthday           TEXT,
    id_card_state      BIGINT NOT NULL DEFAULT 0,
    registered_at      BIGINT NOT NULL,
    first_used_at      BIGINT,
    swap_count         BIGINT NOT NULL DEFAULT 0,
    weichuang_user_id  TEXT {C},
    initial_vehicle    TEXT {C},
    initial_battery    TEXT {C},
    version            BIGINT NOT NULL DEFAULT 0
) {ROOM};
CREATE INDEX member_by_merchant ON member (merchant_id, id);
CREATE INDEX member_by_name ON member (name, id);
CREATE INDEX member_by_city ON member (city_id, id);
CREATE INDEX member_by_city_and_state ON member (city_id, state, id);
CREATE INDEX member_by_state ON member (state, id);
CREATE INDEX member_by_registration ON member (registered_at, state);

-- How many members a merchant has in each state (merchant 0: none), kept in the member's own transaction.
CREATE TABLE member_count (
    merchant_id BIGINT NOT NULL,
    state       BIGINT NOT NULL,
    total       BIGINT NOT NULL,
    PRIMARY KEY (merchant_id, state)
);

-- The same for all merchants together, in shares: so few that they are added up at once, and so many that two changes
-- seldom wait for one row.
CREATE TABLE member_total (
    share BIGINT NOT NULL,
    state BIGINT NOT NULL,
    total BIGINT NOT NULL,
    PRIMARY KEY (share, state)
);

CREATE TABLE tank (
    code        TEXT {C} PRIMARY KEY,
    merchant_id BIGINT REFERENCES merchant (id),
    latitude    TEXT,
    longitude   TEXT,
    address     TEXT,
    model       TEXT,
    state       BIGINT
);
CREATE INDEX tank_by_merchant ON tank (merchant_id, code);

-- Where a battery is, as far as cabinets told; moved_at is when it last came into a cabinet or left one.
CREATE TABLE battery (
    code         TEXT {C} PRIMARY KEY,
    merchant_id  BIGINT REFERENCES merchant (id),
    model        TEXT,
    img_url      TEXT,
    tank_code    TEXT {C},
    grid_pos     TEXT,
    charge       BIGINT,
    full_at      BIGINT,
    distance     BIGINT,
    moved_at     BIGINT
);
CREATE INDEX battery_by_merchant ON battery (merchant_id, code);

-- The relation of a member and a battery; unbound_at is null for the current one.
CREATE TABLE battery_binding (
    id           BIGINT PRIMARY KEY,
    member_id    BIGINT NOT NULL REFERENCES member (id),
    battery_code TEXT {C} NOT NULL REFERENCES battery (code),
    bound_at     BIGINT NOT NULL,
    unbound_at   BIGINT
);
CREATE UNIQUE INDEX battery_binding_current_battery ON battery_binding (battery_code) WHERE unbound_at IS NULL;
CREATE UNIQUE INDEX battery_binding_current_member ON battery_binding (member_id) WHERE unbound_at IS NULL;
CREATE INDEX battery_binding_current ON battery_binding (id) WHERE unbound_at IS NULL;
CREATE INDEX battery_binding_by_battery ON battery_binding (battery_code, bound_at);
CREATE INDEX battery_binding_by_member ON battery_binding (member_id, id);

CREATE TABLE vehicle (
    code        TEXT {C} PRIMARY KEY,
    merchant_id BIGINT REFERENCES merchant (id),
    model       TEXT,
    name        TEXT,
    spec        TEXT,
    img_url     TEXT
);

CREATE TABLE rental (
    id           BIGINT PRIMARY KEY,
    external_no  TEXT {C} NOT NULL UNIQUE,
    member_id    BIGINT NOT NULL REFERENCES member (id),
    vehicle_code TEXT {C} NOT NULL REFERENCES vehicle (code),
    started_at   BIGINT NOT NULL,
    due_at       BIGINT NOT NULL,
    returned_at  BIGINT,
    deposit      BIGINT
);
CREATE UNIQUE INDEX rental_current_vehicle ON rental (vehicle_code) WHERE returned_at IS NULL;
CREATE INDEX rental_open ON rental (due_at, id) WHERE returned_at IS NULL;
CREATE INDEX rental_by_member ON rental (member_id, id);

CREATE TABLE swap_order (
    id              BIGINT PRIMARY KEY,
    external_no     TEXT {C} UNIQUE,
    order_type      BIGINT NOT NULL,
    order_state     BIGINT NOT NULL,
    channel         TEXT,
    started_at      BIGINT NOT NULL,
    completed_at    BIGINT,
    member_id       BIGINT NOT NULL,
    phone           TEXT {C} NOT NULL,
    user_name       TEXT {C},
    merchant_id     BIGINT,
    merchant_code   TEXT,
    device_id       TEXT {C} NOT NULL,
    new_battery     TEXT {C},
    old_battery     TEXT {C},
    pay_status      BIGINT,
    pay_type        BIGINT,
    borrow_box_no   BIGINT,
    return_box_no   BIGINT,
    borrow_electric BIGINT,
    return_electric BIGINT,
    package_name    TEXT,
    price           BIGINT,
    operator_id     TEXT,
    operator_name   TEXT,
    operated_at     BIGINT,
    remark          TEXT
);
-- Every index leads to the order of the lists. Type, state and name follow where lists filter by them, so that counting
-- reads the index alone; the rare abnormal and unfinished orders have small indexes of their own. Names are looked for by
-- their beginning: an index gives the newest orders of one, two or three characters, however many there are.
CREATE INDEX swap_order_by_time ON swap_order (started_at, id, order_type, order_state);
CREATE INDEX swap_order_by_device ON swap_order (device_id, started_at, id, order_type, order_state, user_name);
CREATE INDEX swap_order_by_merchant ON swap_order (merchant_id, started_at, id, order_type, order_state, user_name);
CREATE INDEX swap_order_by_phone ON swap_order (phone, started_at, id);
CREATE INDEX swap_order_by_new_battery ON swap_order (new_battery, started_at, id);
CREATE INDEX swap_order_by_old_battery ON swap_order (old_battery, started_at, id);
CREATE INDEX swap_order_by_name_1 ON swap_order (substr(user_name, 1, 1), started_at, id, order_type, order_state, user_name);
CREATE INDEX swap_order_by_name_2 ON swap_order (substr(user_name, 1, 2), started_at, id, order_type, order_state, user_name);
CREATE INDEX swap_order_by_name_3 ON swap_order (substr(user_name, 1, 3), started_at, id, order_type, order_state, user_name);
CREATE INDEX swap_order_abnormal ON swap_order (started_at, id) WHERE order_type = 0;
CREATE INDEX swap_order_abnormal_by_device ON swap_order (device_id, started_at, id) WHERE order_type = 0;
CREATE INDEX swap_order_abnormal_by_merchant ON swap_order (merchant_id, started_at, id) WHERE order_type = 0;
CREATE INDEX swap_order_not_completed ON swap_order (order_state, started_at, id) WHERE order_state <> 1;
CREATE INDEX swap_order_not_completed_by_name
    ON swap_order (substr(user_name, 1, 1), started_at, id, order_type, order_state, user_name) WHERE order_state <> 1;

-- state 0 待确认, 1 已确认, 2 已驳回; the approved_* columns tell an identical approval from another one.
CREATE TABLE access_review (
    id                BIGINT PRIMARY KEY,
    external_no       TEXT {C} UNIQUE,
    member_id         BIGINT NOT NULL REFERENCES member (id),
    user_name         TEXT {C},
    vehicle_code      TEXT,
    rent_type         TEXT,
    assets_direction  TEXT,
    battery_code      TEXT {C},
    order_type        BIGINT,
    deposit           BIGINT,
    old_deposit       BIGINT,
    online_price      TEXT,
    offline_price     TEXT,
    direction         TEXT,
    share_code        TEXT,
    state             BIGINT NOT NULL DEFAULT 0,
    bound_at          BIGINT,
    approved_share_code     TEXT,
    approved_deposit        BIGINT,
    approved_discount_price BIGINT,
    approved_offline_price  BIGINT
);
CREATE INDEX access_review_by_state ON access_review (state, id);
CREATE INDEX access_review_by_name ON access_review (user_name, id);

-- holder 1 北极星 (our ledger), 2 微创; state 1 held, 2 refunding, 3 refunded. kind 1 电动车, 2 电池.
CREATE TABLE deposit (
    id          BIGINT PRIMARY KEY,
    member_id   BIGINT NOT NULL REFERENCES member (id),
    kind        BIGINT NOT NULL,
    amount      BIGINT NOT NULL,
    method      TEXT,
    holder      BIGINT NOT NULL,
    state       BIGINT NOT NULL DEFAULT 1,
    paid_at     BIGINT,
    refunded_at BIGINT
);
CREATE INDEX deposit_by_member ON deposit (member_id, id);

CREATE TABLE refund (
    id                    BIGINT PRIMARY KEY,
    member_id             BIGINT NOT NULL REFERENCES member (id),
    phone                 TEXT {C} NOT NULL,
    reason                TEXT,
    status                BIGINT NOT NULL,
    applied_at            BIGINT NOT NULL,
    asset_type            BIGINT,
    asset_code            TEXT,
    asset_img             TEXT,
    merchant_confirmed_at BIGINT,
    merchant_confirm_info TEXT,
    merchant_upload_img   TEXT,
    remark                TEXT
);
CREATE UNIQUE INDEX refund_one_open ON refund (member_id) WHERE status IN (1, 2, 3);
CREATE INDEX refund_by_phone ON refund (phone, id);
CREATE INDEX refund_by_member ON refund (member_id, id);

-- A member's package (月卡, 次卡) as Weichuang told it at the migration.
CREATE TABLE member_package (
    member_id      BIGINT PRIMARY KEY REFERENCES member (id),
    name           TEXT,
    type           TEXT,
    effective_from TEXT,
    content        TEXT
);

CREATE TABLE package_gift (
    id            BIGINT PRIMARY KEY,
    gift_no       TEXT {C} NOT NULL UNIQUE,
    member_id     BIGINT NOT NULL REFERENCES member (id),
    package_name  TEXT NOT NULL,
    package_type  TEXT NOT NULL,
    amount        BIGINT NOT NULL,
    status        BIGINT NOT NULL,
    operator_id   TEXT,
    operator_name TEXT,
    granted_at    BIGINT NOT NULL,
    remark        TEXT
);
CREATE INDEX package_gift_by_member ON package_gift (member_id, id);
CREATE INDEX package_gift_by_status ON package_gift (status, id);

CREATE TABLE package_order (
    id            BIGINT PRIMARY KEY,
    external_no   TEXT {C} NOT NULL UNIQUE,
    member_id     BIGINT NOT NULL REFERENCES member (id),
    phone         TEXT {C} NOT NULL,
    user_name     TEXT,
    merchant_id   BIGINT,
    merchant_code TEXT,
    package_name  TEXT NOT NULL,
    price         BIGINT NOT NULL,
    pay_status    BIGINT NOT NULL,
    paid_at       BIGINT,
    effective_at  BIGINT,
    expires_at    BIGINT
);
-- Sorted by payment, the unpaid ones last on either engine.
CREATE INDEX package_order_by_payment ON package_order (COALESCE(paid_at, 0), id);
CREATE INDEX package_order_by_merchant ON package_order (merchant_id, COALESCE(paid_at, 0), id);
CREATE INDEX package_order_by_phone ON package_order (phone, COALESCE(paid_at, 0), id);

CREATE TABLE migration (
    phone        TEXT {C} PRIMARY KEY,
    member_id    BIGINT REFERENCES member (id),
    state        TEXT NOT NULL,
    reason       TEXT,
    started_at   BIGINT NOT NULL,
    completed_at BIGINT
);

-- The outbox: what Weichuang must be told. kind is an operationId; state pending, delivering, done or parked. next_at is
-- real time: when the next attempt is due or, while delivering, when the lease ends. outcome is what Weichuang answered.
-- app and trace are those of the call that has caused it, and stand in the audit log for what its end changes.
CREATE TABLE delivery (
    id           BIGINT PRIMARY KEY,
    kind         TEXT {C} NOT NULL,
    subject      TEXT NOT NULL,
    payload      TEXT NOT NULL,
    state        TEXT {C} NOT NULL,
    attempts     BIGINT NOT NULL DEFAULT 0,
    next_at      BIGINT,
    lease_owner  BIGINT,
    last_error   TEXT,
    outcome      TEXT,
    app          TEXT {C},
    trace        TEXT {C},
    created_at   BIGINT NOT NULL,
    done_at      BIGINT
);
CREATE INDEX delivery_due ON delivery (next_at, id) WHERE state IN ('pending', 'delivering');
CREATE INDEX delivery_by_state ON delivery (state, id);
CREATE INDEX delivery_by_kind ON delivery (kind, id);
CREATE INDEX delivery_by_subject ON delivery (subject, id);

-- The batteries and members of each undelivered row: it waits for every earlier one that shares a key.
CREATE TABLE delivery_key (
    subject     TEXT {C} NOT NULL,
    delivery_id BIGINT NOT NULL REFERENCES delivery (id),
    PRIMARY KEY (subject, delivery_id)
);
CREATE INDEX delivery_key_by_delivery ON delivery_key (delivery_id);

-- Who changed what, append-only: app is null for our own systems and commands, trace is the exchange's id.
CREATE TABLE audit (
    id         BIGINT PRIMARY KEY,
    at         BIGINT NOT NULL,
    operation  TEXT {C} NOT NULL,
    app        TEXT {C},
    operator   TEXT {C},
    trace      TEXT {C},
    entity     TEXT {C} NOT NULL,
    before     TEXT,
    after      TEXT
);
CREATE INDEX audit_by_entity ON audit (entity, id);
CREATE INDEX audit_by_time ON audit (at);
{APPEND_ONLY}

-- Which process mints ids under which number, and until when by the database's clock; owner stands in lease_owner of its
-- deliveries too.
CREATE TABLE instance (
    number      BIGINT PRIMARY KEY,
    owner       BIGINT NOT NULL,
    lease_until BIGINT NOT NULL
);

-- Who may call: operations are names or patterns with *, divided by commas; an app sees all, or the merchants of app_merchant.
CREATE TABLE app (
    app_key     TEXT {C} PRIMARY KEY,
    name        TEXT NOT NULL,
    operations  TEXT NOT NULL,
    sees_all    BIGINT NOT NULL,
    created_at  BIGINT NOT NULL,
    disabled_at BIGINT
);
CREATE TABLE app_merchant (
    app_key     TEXT {C} NOT NULL REFERENCES app (app_key),
    merchant_id BIGINT NOT NULL REFERENCES merchant (id),
    PRIMARY KEY (app_key, merchant_id)
);

-- The secrets of an app, sealed; two are valid during a rotation. expires_at is null for the one that stays.
CREATE TABLE app_secret (
    sealed      TEXT {C} PRIMARY KEY,
    app_key     TEXT {C} NOT NULL REFERENCES app (app_key),
    created_at  BIGINT NOT NULL,
    expires_at  BIGINT
);
CREATE INDEX app_secret_by_app ON app_secret (app_key);

-- Signatures that were accepted, until their time is over: none is accepted twice. Real time.
CREATE {UNLOGGED} TABLE accepted_sign (
    app_key    TEXT {C} NOT NULL,
    sign       TEXT {C} NOT NULL,
    expires_at BIGINT NOT NULL,
    PRIMARY KEY (app_key, sign)
);
CREATE INDEX accepted_sign_by_expiry ON accepted_sign (expires_at);
