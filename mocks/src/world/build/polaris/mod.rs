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
