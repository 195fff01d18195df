//! Polaris's side of built worlds.

/// Merchants, tanks, batteries and vehicles.
mod assets;
/// Deposits, and applications to get them back.
mod deposits;
/// The random source of each record, and the forms of its values.
mod draw;
/// Members, their batteries, vehicles and moves.
mod members;
/// Swap orders.
mod orders;
/// Packages and gifts.
mod packages;
/// Access reviews.
mod reviews;
/// What becomes of which member.
mod roles;
/// How much there is of everything.
mod scale;
/// Who swaps when, and which battery for which.
mod swaps;
/// When everything happens.
mod timeline;

pub(in crate::world::build) use self::{assets::merchant_id, members::weichuang_user_id};
use self::{scale::Scale, swaps::Swaps, timeline::Timeline};
use crate::world::{
    Moment,
    polaris::{
        AccessReview, Battery, BatteryBinding, Deposit, DepositRefund, Member, Merchant, Migration,
        MonthlyPackageOrder, PackageGift, PolarisRecords, Rental, SwapOrder, Tank, Vehicle,
    },
};

/// Builds Polaris's side of a world, record by record, for as many members and orders as are wanted.
///
/// Every record is a function of the seed, the numbers of members and orders, and its own number. Nothing is kept, so
/// that millions of records can be streamed; each collection can be gone through at any time, on its own. Together they
/// are consistent: a member's last completed order brought the battery that the member has, a battery is with one member
/// or in one cabinet, states follow from rentals and refunds. Collections refer to those before them in
/// [`PolarisRecords`] alone; rows come in the order of time where they have one.
#[derive(Debug, Clone)]
pub struct Generator {
    seed: u64,
    scale: Scale,
    swaps: Swaps,
    times: Timeline,
}

impl Generator {
    /// For `members` members, a tenth of them new, and `orders` orders (none without members), as of `now`: nothing is
    /// later. There are as many tanks, batteries and vehicles as they need. Members who came from Weichuang, a quarter of
    /// the others, have the `weichuangUserId`s U10002, U10004 and so on.
    #[must_use]
    pub fn new(seed: u64, members: u64, orders: u64, now: Moment) -> Self {
        let scale = Scale::of(members, orders);
        let swaps = Swaps::of(scale);
        Self { seed, scale, swaps, times: Timeline::new(seed, now.into(), scale, &swaps) }
    }

    /// 商户
    pub fn merchants(&self) -> impl Iterator<Item = Merchant> + '_ {
        (0..self.scale.merchants).map(|number| self.merchant(number))
    }

    /// 电柜
    pub fn tanks(&self) -> impl Iterator<Item = Tank> + '_ {
        (0..self.scale.tanks).map(|number| self.tank(number))
    }

    /// 电池
    pub fn batteries(&self) -> impl Iterator<Item = Battery> + '_ {
        (0..self.scale.batteries).map(|number| self.battery(number))
    }

    /// 电动车
    pub fn vehicles(&self) -> impl Iterator<Item = Vehicle> + '_ {
        (0..self.scale.vehicles).map(|number| self.vehicle(number))
    }

    /// 会员
    pub fn members(&self) -> impl Iterator<Item = Member> + '_ {
        self.member_numbers().map(|number| self.member(number))
    }

    /// 会员与电池的关系
    pub fn bindings(&self) -> impl Iterator<Item = BatteryBinding> + '_ {
        self.member_numbers().filter_map(|number| self.binding(number))
    }

    /// 车辆租赁
    pub fn rentals(&self) -> impl Iterator<Item = Rental> + '_ {
        self.member_numbers().filter_map(|number| self.rental(number))
    }

    /// 换电订单
    pub fn orders(&self) -> impl Iterator<Item = SwapOrder> + '_ {
        (0..self.scale.orders).map(|number| self.order(number))
    }

    /// 用户接入审核
    pub fn reviews(&self) -> impl Iterator<Item = AccessReview> + '_ {
        self.member_numbers().filter_map(|number| self.review(number))
    }

    /// 押金
    pub fn deposits(&self) -> impl Iterator<Item = Deposit> + '_ {
        self.member_numbers().flat_map(|number| self.deposits_of(number))
    }

    /// 退押申请
    pub fn refunds(&self) -> impl Iterator<Item = DepositRefund> + '_ {
        self.member_numbers().filter_map(|number| self.refund(number))
    }

    /// 套餐赠送
    pub fn gifts(&self) -> impl Iterator<Item = PackageGift> + '_ {
        self.member_numbers().filter_map(|number| self.gift(number))
    }

    /// 月费套餐订单
    pub fn package_orders(&self) -> impl Iterator<Item = MonthlyPackageOrder> + '_ {
        self.member_numbers().filter_map(|number| self.package_order(number))
    }

    /// 用户迁移; one of a thousand has failed.
    pub fn migrations(&self) -> impl Iterator<Item = Migration> + '_ {
        let failed = (0..self.scale.members.div_ceil(1_000)).map(|number| self.failed_migration(number));
        self.member_numbers().filter_map(|number| self.migration(number)).chain(failed)
    }

    /// All records.
    #[must_use]
    pub fn records(&self) -> PolarisRecords {
        PolarisRecords {
            merchants: self.merchants().collect(),
            tanks: self.tanks().collect(),
            batteries: self.batteries().collect(),
            vehicles: self.vehicles().collect(),
            members: self.members().collect(),
            bindings: self.bindings().collect(),
            rentals: self.rentals().collect(),
            orders: self.orders().collect(),
            reviews: self.reviews().collect(),
            deposits: self.deposits().collect(),
            refunds: self.refunds().collect(),
            gifts: self.gifts().collect(),
            package_orders: self.package_orders().collect(),
            migrations: self.migrations().collect(),
        }
    }

    fn member_numbers(&self) -> std::ops::Range<u64> {
        0..self.scale.members
    }
}

#[cfg(test)]
mod tests {
    use std::collections::HashMap;

    use super::*;
    use crate::world::polaris::{RecordProblem, Seen};

    fn generator(seed: u64, members: u64, orders: u64) -> Generator {
        Generator::new(seed, members, orders, "2021-09-03 10:00:00".parse().expect("a time"))
    }

    /// Goes through all records in the order in which they are brought in.
    fn check(records: &PolarisRecords) -> Result<(), RecordProblem> {
        let mut seen = Seen::default();
        macro_rules! all {
            ($($collection:ident),*) => { $(records.$collection.iter().try_for_each(|record| seen.add(record))?;)* };
        }
        all!(merchants, tanks, batteries, vehicles, members, bindings, rentals, orders);
        all!(reviews, deposits, refunds, gifts, package_orders, migrations);
        Ok(())
    }

    #[test]
    fn records_of_any_number_keep_what_a_file_must_keep() {
        for (members, orders) in
            [(0, 50), (1, 0), (1, 9), (2, 40), (15, 100), (17, 3), (96, 180), (620, 5_000), (3_000, 1)]
        {
            for seed in [0, 7, u64::MAX] {
                let records = generator(seed, members, orders).records();
                assert_eq!(check(&records), Ok(()), "{members} members, {orders} orders, seed {seed}");
                assert_eq!(records.members.len() as u64, members);
                assert_eq!(records.orders.len() as u64, if members == 0 { 0 } else { orders });
            }
        }
    }

    #[test]
    fn nobody_ever_takes_a_battery_that_somebody_has() {
        for (members, orders) in [(15, 100), (96, 600), (620, 5_000)] {
            let generator = generator(3, members, orders);
            let mut with: HashMap<String, String> = HashMap::new();
            let first = generator.members().filter_map(|member| Some((member.initial_battery?, member.phone_no)));
            with.extend(first.map(|(battery, phone)| (battery.to_string(), phone.to_string())));
            for order in generator.orders() {
                let old = order.old_battery.expect("the rider's battery").to_string();
                assert_eq!(with.get(&old), Some(&order.phone_no.to_string()), "the rider has the old battery");
                let Some(new) = order.new_battery else { continue };
                with.remove(&old);
                assert_eq!(with.insert(new.to_string(), order.phone_no.to_string()), None, "the new battery is free");
            }
            let current = generator.bindings().filter(|binding| binding.unbind_time.is_none());
            let current: HashMap<_, _> =
                current.map(|binding| (binding.battery_code.to_string(), binding.phone_no.to_string())).collect();
            assert_eq!(current, with);
        }
    }

    #[test]
    fn orders_follow_one_another_and_nothing_is_later_than_now() {
        let generator = generator(5, 200, 2_000);
        let now = generator.times.now.into();
        let orders: Vec<_> = generator.orders().collect();
        assert!(orders.iter().map(|order| order.start_time).is_sorted());
        assert!(orders.iter().all(|order| order.start_time < now && order.complete_time.is_none_or(|time| time < now)));
        assert!(
            orders.iter().all(|order| order.operator_time.is_none_or(|time| time > order.start_time && time < now))
        );
        let members: Vec<_> = generator.members().collect();
        assert!(members.iter().map(|member| member.register_time).is_sorted());
        assert!(members.iter().all(|member| member.register_time < now));
        let opening = generator.times.opening().into();
        assert!(members.iter().all(|member| member.first_use_time.is_none_or(|time| time < opening)));
    }

    #[test]
    fn phones_and_ids_are_each_members_own() {
        let generator = generator(u64::MAX, 20_000, 0);
        let mut phones: Vec<_> = generator.members().map(|member| member.phone_no.to_string()).collect();
        let mut ids: Vec<_> = generator.members().filter_map(|member| member.id).map(|id| id.code()).collect();
        phones.sort_unstable();
        phones.dedup();
        ids.sort_unstable();
        ids.dedup();
        assert_eq!((phones.len(), ids.len()), (20_000, 20_000));
    }
}
