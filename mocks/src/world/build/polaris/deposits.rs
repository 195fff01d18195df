use jiff::civil::DateTime;

use super::{
    Generator,
    assets::{battery_code, vehicle_code},
    draw::{Draw, For, code, fit, later},
    roles::{self, Role},
    timeline::DAY,
};
use crate::world::polaris::{Deposit, DepositRefund, Holder};

const VEHICLE: i64 = 1;
const BATTERY: i64 = 2;
const REASONS: [&str; 4] = ["不再使用换电服务", "更换城市", "车辆已退租", "换了工作"];

impl Generator {
    /// None, one or two.
    pub(in crate::world::build) fn deposits_of(&self, number: u64) -> impl Iterator<Item = Deposit> {
        let role = Role::of(number, &self.scale);
        let (vehicle, battery) = match role {
            Role::RiderWithVehicle => (true, true),
            Role::Overdue | Role::Barred => (true, false),
            Role::New | Role::Casual | Role::Canceled | Role::MigratedWithoutDeposit => (false, false),
            _ => (false, true),
        };
        let vehicle = vehicle.then(|| self.deposit(number, VEHICLE, self.vehicle_deposit(number)));
        let battery = battery.then(|| self.deposit(number, BATTERY, self.battery_deposit(number)));
        vehicle.into_iter().chain(battery)
    }

    fn deposit(&self, number: u64, kind: i64, amount: i64) -> Deposit {
        let role = Role::of(number, &self.scale);
        let holder = if role.migrated() { Holder::Weichuang } else { Holder::Polaris };
        let method = Draw::new(self.seed, For::Deposit, number).one_of(&["微信支付", "支付宝", "线下缴纳"]);
        Deposit {
            phone_no: self.phone(number),
            asset_type: code(kind),
            amount: code(amount),
            deposit_type: Some(fit(method)),
            holder,
            deposit_time: self.paid(number).into(),
            refund_time: self.refunded(number).map(Into::into),
        }
    }

    /// 电池押金, in 分.
    fn battery_deposit(&self, number: u64) -> i64 {
        [19_900, 29_900, 39_900][number as usize / 3 % 3]
    }

    /// 车辆押金, in 分.
    pub(super) fn vehicle_deposit(&self, number: u64) -> i64 {
        [49_900, 59_900][number as usize / 3 % 2]
    }

    /// Half an hour after the registration, so before the first use.
    fn paid(&self, number: u64) -> DateTime {
        later(self.times.registered(number), 30 * 60)
    }

    /// When a deposit was paid back: after the first orders were made.
    fn refunded(&self, number: u64) -> Option<DateTime> {
        let gone = matches!(Role::of(number, &self.scale), Role::Refunded | Role::MigratedRefunded);
        gone.then(|| self.times.ago(Draw::new(self.seed, For::Refund, number).within(DAY..12 * DAY)))
    }

    pub(super) fn refund(&self, number: u64) -> Option<DepositRefund> {
        let turn = roles::turn(number) as usize;
        let status = match Role::of(number, &self.scale) {
            Role::Leaving => [1, 2][turn % 2],
            // Weichuang can refuse. That nobody knows what it did is rare.
            Role::MigratedLeaving if turn == 1 => 3,
            Role::MigratedLeaving => [1, 2, 5, 1][turn % 4],
            Role::Refunded | Role::MigratedRefunded => 4,
            _ => return None,
        };
        let mut draw = Draw::new(self.seed, For::Refund, number);
        let applied = match self.refunded(number) {
            Some(refunded) => later(refunded, -draw.within(3_600..DAY)),
            None => self.times.ago(draw.within(3_600..6 * DAY)),
        };
        let confirmed = (status >= 2).then(|| later(applied, 30 * 60));
        let vehicle = roles::vehicle(number, &self.scale).map(vehicle_code);
        let battery = roles::rank(number, &self.scale).map(|rank| battery_code(1 + self.swaps.current(rank).0));
        let kind = if vehicle.is_some() { VEHICLE } else { BATTERY };
        Some(DepositRefund {
            phone_no: self.phone(number),
            reason: Some(fit(draw.one_of(&REASONS))),
            status: code(status),
            apply_time: applied.into(),
            asset_type: Some(code(kind)),
            asset_img: None,
            asset_code: vehicle.or(battery),
            merchant_confirm_time: confirmed.map(Into::into),
            merchant_confirm_info: confirmed.map(|_| fit("资产已收回，外观完好")),
            merchant_upload_img: None,
            remark: (status == 5).then(|| fit("微创拒绝退款：押金金额不符")),
        })
    }
}
