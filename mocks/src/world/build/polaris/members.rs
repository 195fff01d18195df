use contracts::runtime::faker;
use jiff::{civil::DateTime, tz::TimeZone};

use super::{
    Generator,
    assets::{battery_code, merchant_id, share_code, vehicle_code},
    draw::{Draw, For, code, fit, later},
    roles::{self, Role},
    timeline::DAY,
};
use crate::world::{
    Code, Id, Phone,
    build::places::surroundings,
    polaris::{BatteryBinding, Member, Migration, MigrationState, Rental},
};

/// 133 is left out: the user of the page's examples has such a number.
const PREFIXES: [&str; 10] = ["135", "138", "139", "150", "158", "159", "177", "186", "188", "199"];
const EACH: u64 = 100_000_000;
const PHONES: u64 = EACH * PREFIXES.len() as u64;
/// Has no divisor in common with the number of phones, so that no two numbers below that get the same phone.
const STRIDE: u64 = 618_033_989;
/// The phones from this number on are those of people who are no members.
const STRANGERS: u64 = PHONES / 2;
/// From when ids count their milliseconds: 2020-01-01, as the ids that the backend mints.
const EPOCH: i64 = 1_577_836_800_000;

impl Generator {
    /// The phone of the member with this number: the same for the same seed and number, and nobody else's among half a
    /// billion members.
    #[must_use]
    pub fn phone(&self, number: u64) -> Phone {
        let nth = (number * STRIDE + self.seed % PHONES * 7_919) % PHONES;
        fit(&format!("{}{:08}", PREFIXES[(nth / EACH) as usize], nth % EACH))
    }

    /// The phone of somebody who is no member.
    pub(in crate::world::build) fn strangers_phone(&self, number: u64) -> Phone {
        self.phone(STRANGERS + number)
    }

    /// The member with this number. Those with greater numbers have registered later.
    #[must_use]
    pub fn member(&self, number: u64) -> Member {
        let mut draw = Draw::new(self.seed, For::Member, number);
        let role = Role::of(number, &self.scale);
        let merchant = roles::merchant(number, &self.scale);
        let place = surroundings(merchant.unwrap_or(number));
        let registered = self.times.registered(number);
        let used = role != Role::New;
        let first_battery = roles::rank(number, &self.scale).map(|rank| battery_code(1 + self.swaps.first(rank)));
        let inviter = draw.one_in(2).then(|| fit(share_code(merchant.unwrap_or_default()).as_str()));
        let swaps = if used && !role.migrated() { draw.within(0..160) } else { 0 };
        Member {
            id: Some(self.id(number)),
            phone_no: self.phone(number),
            user_name: Some(fit(&faker::person_name(draw.rng()))),
            state: code(role.state(number)),
            merchant_id: merchant.map(merchant_id),
            inviter,
            city_id: Some(code(place.city_id)),
            city_name: Some(fit(place.city)),
            user_label: Some(fit(draw.one_of(&["普通用户", "普通用户", "骑手", "骑手", "企业用户"]))),
            id_card_state: Some(code(i64::from(used || number.is_multiple_of(3)))),
            sex: Some(fit(draw.one_of(&["男", "男", "女"]))),
            birthday: Some(fit(&faker::day(draw.rng()))),
            register_time: registered.into(),
            first_use_time: used.then(|| self.times.first_use(number).into()),
            assets_order_num: Some(code(swaps)),
            weichuang_user_id: role.migrated().then(|| weichuang_user_id(number.div_ceil(2))),
            initial_vehicle: None,
            initial_battery: first_battery,
        }
    }

    /// A member's id is made of the time when it became one.
    fn id(&self, number: u64) -> Id {
        let migrated = self.times.migrated(number);
        let time = migrated.unwrap_or_else(|| self.times.registered(number));
        // Within a second, numbers tell members apart, and odd milliseconds those who came from Weichuang.
        let within = (number % 500 * 2 + u64::from(migrated.is_some())) as i64;
        code((milliseconds(time) - EPOCH + within) << 12 | (number / 500 % 4096) as i64)
    }

    pub(super) fn binding(&self, number: u64) -> Option<BatteryBinding> {
        let first_use = self.times.first_use(number);
        let (battery, bound, unbound) = match (roles::rank(number, &self.scale), Role::of(number, &self.scale)) {
            (Some(rank), _) => {
                let (battery, order) = self.swaps.current(rank);
                (1 + battery, order.map_or(first_use, |order| self.times.completed(order)), None)
            }
            (None, Role::Refunded | Role::MigratedRefunded | Role::Canceled) => {
                let spare = self.spare_batteries();
                let battery = spare.start + roles::turn(number) % (spare.end - spare.start).max(1);
                (battery, first_use, Some(later(first_use, DAY)))
            }
            _ => return None,
        };
        Some(BatteryBinding {
            phone_no: self.phone(number),
            battery_code: battery_code(battery),
            bind_time: bound.into(),
            unbind_time: unbound.map(Into::into),
        })
    }

    pub(super) fn rental(&self, number: u64) -> Option<Rental> {
        let mut draw = Draw::new(self.seed, For::Rental, number);
        let role = Role::of(number, &self.scale);
        let mut ago = |days: std::ops::Range<i64>| self.times.ago(draw.within(days.start * DAY..days.end * DAY));
        let (vehicle, start, due, returned) = match role {
            Role::RiderWithVehicle => (roles::vehicle(number, &self.scale)?, ago(3..12), ago(-25..-5), None),
            Role::MigratedLeaving => {
                (roles::vehicle(number, &self.scale)?, self.times.migrated(number)?, ago(-25..-5), None)
            }
            Role::Overdue | Role::Barred => {
                let start = ago(9..13);
                (roles::vehicle(number, &self.scale)?, start, later(start, 7 * DAY), None)
            }
            Role::Casual | Role::Canceled => {
                let start = self.times.first_use(number);
                (roles::vehicle_before(number, &self.scale)?, start, later(start, 7 * DAY), Some(later(start, DAY)))
            }
            _ => return None,
        };
        Some(Rental {
            external_no: fit(&format!("ZL{number:09}")),
            phone_no: self.phone(number),
            vehicle_id: vehicle_code(vehicle),
            start_time: start.into(),
            due_time: due.into(),
            return_time: returned.map(Into::into),
            deposit: (!role.migrated()).then(|| code(self.vehicle_deposit(number))),
        })
    }

    pub(in crate::world::build) fn migration(&self, number: u64) -> Option<Migration> {
        let migrated = self.times.migrated(number)?;
        Some(Migration {
            phone_no: self.phone(number),
            state: MigrationState::Completed,
            reason: None,
            start_time: migrated.into(),
            complete_time: Some(later(migrated, 1).into()),
        })
    }

    pub(super) fn failed_migration(&self, number: u64) -> Migration {
        Migration {
            phone_no: self.phone(2 * STRANGERS - 1 - number),
            state: MigrationState::Failed,
            reason: Some(fit("微创没有该用户")),
            start_time: self.times.ago(DAY + number as i64).into(),
            complete_time: None,
        }
    }
}

/// Weichuang's id of its user with this number.
pub(in crate::world::build) fn weichuang_user_id(number: u64) -> Code {
    fit(&format!("U{}", 10_001 + number))
}

/// Since 1970 UTC.
fn milliseconds(time: DateTime) -> i64 {
    let shanghai = TimeZone::fixed(jiff::tz::offset(8));
    shanghai.to_timestamp(time).map_or(0, jiff::Timestamp::as_millisecond)
}
