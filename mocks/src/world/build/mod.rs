/// Where built merchants and tanks stand.
mod places;
/// How much there is of everything.
mod size;

use std::str::FromStr;

use contracts::runtime::faker;
use fake::{Fake, faker::address::raw::StreetName, locales::ZH_CN};
use jiff::{SignedDuration, civil::DateTime};
use rand::{RngExt, SeedableRng, rngs::StdRng};

pub use self::size::Size;
use self::{
    places::{merchant, merchant_id, surroundings},
    size::Amounts,
};
use super::{
    Battery, Code, Day, Deposit, MerchantId, Migration, Moment, Package, PackageType, Problem, Records, Refund, Tank,
    User, Vehicle, World, WorldError, polaris::PolarisRecords,
};
use crate::clock::Time;

impl World {
    /// Builds a world: the same for the same seed. 张三 of the page lives in each of them, and BT0001 is free.
    ///
    /// # Errors
    /// None while the tests that build one pass: what is built keeps the invariants.
    pub fn build(seed: u64, size: Size) -> Result<Self, WorldError> {
        let unfit = |Unfit(reason)| WorldError::built(seed, &reason);
        let now = Moment::from_str(NOW).map_err(Unfit::from).map_err(unfit)?;
        let mut builder = Builder {
            rng: StdRng::seed_from_u64(seed),
            now: now.into(),
            amounts: size.amounts(),
            records: Records::default(),
        };
        builder.run().map_err(unfit)?;
        Ok(Self {
            clock: Some(Time { now, frozen: false }),
            weichuang: builder.records,
            polaris: PolarisRecords::default(),
        })
    }
}

/// When built worlds start: the days of the page's examples.
const NOW: &str = "2021-09-03 10:00:00";

const DAY: i64 = 24 * 60 * 60;

/// What was built does not keep a form or an invariant.
struct Unfit(String);

impl From<&'static str> for Unfit {
    fn from(reason: &'static str) -> Self {
        Self(reason.to_owned())
    }
}

impl From<Problem> for Unfit {
    fn from(problem: Problem) -> Self {
        Self(problem.to_string())
    }
}

struct Builder {
    rng: StdRng,
    now: DateTime,
    amounts: Amounts,
    records: Records,
}

impl Builder {
    fn run(&mut self) -> Result<(), Unfit> {
        for number in 0..self.amounts.merchants {
            let merchant = merchant(number)?;
            self.records.add(merchant)?;
        }
        for number in 0..self.amounts.users {
            let user = self.user(number)?;
            self.records.add(user)?;
        }
        for number in 1..=self.amounts.tanks {
            let tank = self.tank(number)?;
            self.records.add(tank)?;
        }
        for number in 1..=self.amounts.batteries {
            let battery = self.battery(number)?;
            self.records.add(battery)?;
        }
        for number in 1..=self.amounts.vehicles {
            let vehicle = self.vehicle(number)?;
            self.records.add(vehicle)?;
        }
        Ok(())
    }

    fn tank(&mut self, number: usize) -> Result<Tank, Unfit> {
        let shop = self.rng.random_range(0..self.amounts.merchants);
        let (district, latitude, longitude) = surroundings(shop);
        let street: String = StreetName(ZH_CN).fake_with_rng(&mut self.rng);
        let house = self.rng.random_range(1..=199);
        let mut near = |middle: f64| format!("{:.6}", middle + self.rng.random_range(-0.03..0.03));
        let (latitude, longitude) = (near(latitude).parse()?, near(longitude).parse()?);
        Ok(Tank {
            tank_code: format!("TK{number:04}").parse()?,
            merchant_id: Some(merchant_id(shop)?),
            latitude: Some(latitude),
            longitude: Some(longitude),
            address: Some(format!("{district}{street}{house}号").parse()?),
            model: Some(self.one_of(&["HD-12K", "HD-9K", "HD-6S"]).parse()?),
            state: Some(i64::from(self.one_of(&[1, 1, 1, 1, 2, 0])).try_into()?),
            operate_mode: Some(self.one_of(&["直营", "加盟", "合作"]).parse()?),
            cover: None,
        })
    }

    /// BT0001 is free, the next ones belong to two users out of three, and the rest is free again.
    fn battery(&mut self, number: usize) -> Result<Battery, Unfit> {
        let user = number.checked_sub(2).map(|nth| nth / 2 * 3 + nth % 2).filter(|user| *user < self.amounts.users);
        Ok(Battery {
            battery_code: format!("BT{number:04}").parse()?,
            merchant_id: Some(self.any_merchant()?),
            model: Some(self.one_of(&["60V20Ah", "48V24Ah", "72V30Ah"]).parse()?),
            cover: None,
            user_id: user.map(user_id).transpose()?,
            user_phone: None,
        })
    }

    /// Every fourth user rides one of Weichuang's vehicles.
    fn vehicle(&mut self, number: usize) -> Result<Vehicle, Unfit> {
        let user = Some((number - 1) * 4).filter(|user| *user < self.amounts.users);
        Ok(Vehicle {
            vehicle_id: format!("VH{number:04}").parse()?,
            merchant_id: Some(self.any_merchant()?),
            model: Some(self.one_of(&["星驰S1", "星驰S2", "飞燕G3"]).parse()?),
            cover: None,
            user_id: user.map(user_id).transpose()?,
            user_phone: None,
        })
    }

    /// User 0 is 张三; the others go through all states in turn: migrated or not, deposit, package.
    fn user(&mut self, number: usize) -> Result<User, Unfit> {
        let example = number == 0;
        let registered = self.ago(60..400);
        let deposit = match if example { 0 } else { number / 2 % 3 } {
            0 => Some(self.deposit(registered, None)?),
            1 => None,
            _ => Some(self.deposit(registered, Some(number))?),
        };
        let package = match if example { 0 } else { number / 6 % 3 } {
            0 => Some(self.package(PackageType::Monthly)?),
            1 => Some(self.package(PackageType::Counted)?),
            _ => None,
        };
        let migration = (number % 2 == 1).then(|| self.migration(number)).transpose()?;
        let day = Day::try_from(faker::day(&mut self.rng))?;
        let inviter = self.rng.random_range(0..2 * self.amounts.merchants);
        let inviter = self.records.merchants.rows().get(inviter).map(|merchant| merchant.share_code.as_str().parse());
        Ok(User {
            user_id: user_id(number)?,
            user_name: Some(if example { "张三".parse()? } else { faker::person_name(&mut self.rng).parse()? }),
            phone_no: if example { "13333111222".parse()? } else { self.new_phone()?.parse()? },
            id_card_state: Some(i64::from(self.one_of(&[1, 1, 1, 0])).try_into()?),
            sex: Some(self.one_of(&["男", "男", "女"]).parse()?),
            birthday: Some(day),
            merchant_id: Some(self.any_merchant()?),
            inviter: inviter.transpose()?,
            register_time: Some(Moment::from(registered)),
            deposit,
            package,
            migration,
        })
    }

    fn deposit(&mut self, registered: DateTime, refund: Option<usize>) -> Result<Deposit, Unfit> {
        let paid = registered.saturating_add(SignedDuration::from_secs(self.rng.random_range(60..DAY)));
        let refunded = self.ago(4..20);
        let refund = refund.map(|number| -> Result<_, Unfit> {
            let refund_no: Code = format!("RF{number:08}").parse()?;
            Ok(Refund { refund_no, refund_time: refunded.into(), reason: Some("不再使用换电服务".parse()?) })
        });
        Ok(Deposit {
            deposit_type: self.one_of(&["微信支付", "支付宝", "线下缴纳"]).parse()?,
            deposit_time: paid.into(),
            deposit_amount: self.one_of(&["199.00", "299.00", "399.00"]).parse()?,
            refund: refund.transpose()?,
        })
    }

    fn package(&mut self, package_type: PackageType) -> Result<Package, Unfit> {
        let (name, amount) = match package_type {
            PackageType::Monthly => (self.one_of(&["畅行月卡", "骑手无忧月卡"]), 30),
            PackageType::Counted => (self.one_of(&["轻享次卡", "周末次卡"]), self.rng.random_range(0..=20)),
        };
        let package_create_time = self.ago(1..40).into();
        Ok(Package { package_name: name.parse()?, package_type, package_create_time, amount })
    }

    fn migration(&mut self, number: usize) -> Result<Migration, Unfit> {
        let user_id = format!("2155{number:011}").parse()?;
        Ok(Migration { user_id, migrate_time: self.ago(0..4).into() })
    }

    fn any_merchant(&mut self) -> Result<MerchantId, Unfit> {
        merchant_id(self.rng.random_range(0..self.amounts.merchants))
    }

    fn new_phone(&mut self) -> Result<String, Unfit> {
        std::iter::repeat_with(|| faker::phone(&mut self.rng))
            .take(1_000)
            .find(|phone| phone != "13333111222" && self.records.user_by_phone(phone).is_none())
            .ok_or(Unfit::from("no phone numbers are left"))
    }

    fn ago(&mut self, days: std::ops::Range<i64>) -> DateTime {
        let seconds = self.rng.random_range(days.start * DAY + 1..days.end * DAY);
        self.now.saturating_sub(SignedDuration::from_secs(seconds))
    }

    fn one_of<T: Copy>(&mut self, choices: &[T]) -> T {
        faker::one_of(choices, &mut self.rng)
    }
}

fn user_id(number: usize) -> Result<Code, Unfit> {
    Ok(format!("U{}", 10_001 + number).parse()?)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn build(seed: u64, size: Size) -> Records {
        World::build(seed, size).expect("a world").weichuang
    }

    fn text(records: &Records) -> String {
        format!("{:?}", (records.tanks.rows(), records.batteries.rows(), records.vehicles.rows(), records.users.rows()))
    }

    #[test]
    fn the_same_seed_builds_the_same_world_and_another_seed_another_one() {
        assert_eq!(text(&build(7, Size::Small)), text(&build(7, Size::Small)));
        assert_ne!(text(&build(7, Size::Small)), text(&build(8, Size::Small)));
    }

    #[test]
    fn a_small_world_has_users_in_every_state_and_free_batteries() {
        let records = build(1, Size::Small);
        let states: std::collections::HashSet<_> = records
            .users
            .rows()
            .iter()
            .map(|user| {
                let deposit = user.deposit.as_ref().map(|deposit| deposit.refund.is_some());
                let package = user.package.as_ref().map(|package| package.package_type == PackageType::Monthly);
                (user.migration.is_some(), deposit, package)
            })
            .collect();
        assert_eq!(states.len(), 18);
        assert!(records.batteries.rows().iter().filter(|battery| battery.user_id.is_none()).count() >= 6);
        let example = records.user_by_phone("13333111222").expect("the example of the page");
        assert!(example.migration.is_none() && records.held_by::<Battery>(example.user_id.as_str()).is_some());
        assert!(records.batteries.get("BT0001").is_some_and(|battery| battery.user_id.is_none()));
    }

    #[test]
    fn a_large_world_is_large() {
        let records = build(1, Size::Large);
        let amounts = (records.tanks.rows().len(), records.batteries.rows().len(), records.users.rows().len());
        assert_eq!(amounts, (2_000, 20_000, 10_000));
    }
}
