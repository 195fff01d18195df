use super::{
    Generator,
    assets::{battery_code, share_code, vehicle_code},
    draw::{Draw, For, code, fit, later},
    roles::{self, Role},
};
use crate::world::polaris::AccessReview;

/// What a review is about.
#[derive(Default)]
struct Subject {
    vehicle: Option<u64>,
    battery: Option<u64>,
    state: i64,
}

impl Generator {
    /// New members wait for theirs: for a free battery, a vehicle, a battery that somebody has, a vehicle of a merchant
    /// whose code is not known. Of the others, some were approved and some rejected.
    pub(super) fn review(&self, number: u64) -> Option<AccessReview> {
        let mut draw = Draw::new(self.seed, For::Review, number);
        let rank = roles::rank(number, &self.scale);
        let nth = (self.scale.members - 1 - number) / 4;
        let free_vehicle = self.scale.vehicles.checked_sub(1 + nth);
        let subject = match (Role::of(number, &self.scale), number % 4) {
            (Role::New, 0) => Subject { battery: self.scale.batteries.checked_sub(1 + nth), ..Subject::default() },
            (Role::New, 2) => {
                let held = self.swaps.current(number % self.scale.riders).0;
                Subject { battery: Some(1 + held), ..Subject::default() }
            }
            (Role::New, _) => Subject { vehicle: free_vehicle, ..Subject::default() },
            (Role::Rider, _) => {
                Subject { battery: rank.map(|rank| 1 + self.swaps.first(rank)), state: 1, ..Subject::default() }
            }
            (Role::Casual, _) => {
                Subject { vehicle: roles::vehicle_before(number, &self.scale), state: 2, ..Subject::default() }
            }
            _ => return None,
        };
        let (by_vehicle, by_battery) = (subject.vehicle.is_some(), subject.battery.is_some());
        let deposit = if by_vehicle { self.vehicle_deposit(number) } else { 29_900 };
        let online = draw.one_in(2);
        let (online_price, offline_price) = if online { ("299.00", "0.00") } else { ("0.00", "299.00") };
        let direction = if online { "线上支付" } else { "线下缴纳" };
        let registered = self.times.registered(number);
        let now = self.times.now;
        Some(AccessReview {
            external_no: fit(&format!("SH{number:09}")),
            phone_no: self.phone(number),
            user_name: self.member(number).user_name?,
            submit_time: later(registered, 600).min(now).into(),
            vehicle_id: subject.vehicle.map(vehicle_code),
            battery_code: subject.battery.map(battery_code),
            rent_type: Some(fit(if by_vehicle { "租车" } else { "仅租电池" })),
            assets_direction_str: by_vehicle.then(|| fit("线下缴纳")),
            direction_str: by_battery.then(|| fit(direction)),
            order_type: Some(code(1)),
            deposit: Some(code(deposit)),
            old_deposit: None,
            online_price: by_battery.then(|| fit(online_price)),
            offline_price: by_battery.then(|| fit(offline_price)),
            share_code: roles::merchant(number, &self.scale).map(share_code),
            state: code(subject.state),
            bind_date: (subject.state == 1).then(|| self.times.first_use(number).into()),
        })
    }
}
