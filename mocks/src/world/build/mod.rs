/// Where built merchants and tanks stand.
mod places;
/// Polaris's side.
mod polaris;
/// How much there is of everything.
mod size;

use std::{collections::HashMap, str::FromStr};

use contracts::runtime::faker;
use jiff::{SignedDuration, civil::DateTime};
use rand::{RngExt, SeedableRng, rngs::StdRng};

pub use self::{polaris::Generator, size::Size};
use self::{
    polaris::{merchant_id, weichuang_user_id},
    size::Amounts,
};
use super::{
    Battery, Code, Day, Deposit, Merchant, MerchantId, Migration, Moment, Package, PackageType, Phone, Problem,
    Records, Refund, Tank, User, Vehicle, World, WorldError,
    polaris::{Member, PolarisRecords},
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
        let amounts = size.amounts();
        let generator = Generator::new(seed, amounts.members, amounts.orders, now);
        let mut builder = Builder {
            rng: StdRng::seed_from_u64(seed),
            now: now.into(),
            amounts,
            polaris: generator.records(),
            generator,
            records: Records::default(),
        };
        builder.run().map_err(unfit)?;
        Ok(Self { clock: Some(Time { now, frozen: false }), weichuang: builder.records, polaris: builder.polaris })
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

/// Builds Weichuang's side around Polaris's.
struct Builder {
    rng: StdRng,
    now: DateTime,
    amounts: Amounts,
    generator: Generator,
    polaris: PolarisRecords,
    records: Records,
}

/// Who has an asset: an id of Weichuang's, or a member's own with the phone.
type Holder = (Code, Option<Phone>);

impl Builder {
    fn run(&mut self) -> Result<(), Unfit> {
        for merchant in self.generator.merchants() {
            self.records.add(Merchant {
                merchant_id: merchant.merchant_id,
                merchant_code: merchant.merchant_code,
                share_code: merchant.share_code,
                merchant_name: merchant.merchant_name,
            })?;
        }
        for number in 0..self.amounts.users {
            let user = self.user(number)?;
            self.records.add(user)?;
        }
        self.add_tanks()?;
        self.add_batteries()?;
        self.add_vehicles()
    }

    fn add_tanks(&mut self) -> Result<(), Unfit> {
        for tank in self.generator.tanks() {
            let operate_mode = Some(faker::one_of(&["直营", "加盟", "合作"], &mut self.rng).parse()?);
            self.records.add(Tank {
                tank_code: tank.tank_code,
                merchant_id: tank.merchant_id,
                latitude: tank.latitude,
                longitude: tank.longitude,
                address: tank.address,
                model: tank.model,
                state: tank.state,
                operate_mode,
                cover: None,
            })?;
        }
        Ok(())
    }

    /// BT0001 is free; a battery that a member of Polaris has is with the same person here; of the spare ones, as many as
    /// it takes are with two of three users who have not moved, and the rest is free.
    fn add_batteries(&mut self) -> Result<(), Unfit> {
        let mut holders = self.members_with(self.polaris.bindings.iter().filter_map(|binding| {
            binding.unbind_time.is_none().then_some((&binding.battery_code, &binding.phone_no))
        }))?;
        let spare = self.generator.spare_batteries();
        for (number, battery) in (0..).zip(self.generator.batteries()) {
            let nth = spare.contains(&number).then(|| (number - spare.start) as usize);
            let user = nth.and_then(|nth| self.not_moved(nth / 2 * 3 + nth % 2));
            let (user_id, user_phone) = match (holders.remove(&battery.battery_code), user) {
                (Some((id, phone)), _) => (Some(id), phone),
                (None, user) => (user, None),
            };
            self.records.add(Battery {
                battery_code: battery.battery_code,
                merchant_id: battery.merchant_id,
                model: battery.battery_model,
                cover: None,
                user_id,
                user_phone,
            })?;
        }
        Ok(())
    }

    /// A vehicle that one who has moved has from Weichuang is rented at Polaris; every other user who has not moved has
    /// one of the spare ones, as long as there are any.
    fn add_vehicles(&mut self) -> Result<(), Unfit> {
        let rentals = self.polaris.rentals.iter().filter(|rental| rental.return_time.is_none());
        let mut holders = self.members_with(rentals.map(|rental| (&rental.vehicle_id, &rental.phone_no)))?;
        let spare = self.generator.spare_vehicles();
        for (number, vehicle) in (0..).zip(self.generator.vehicles()) {
            let nth = spare.contains(&number).then(|| (number - spare.start) as usize);
            // Weichuang is told of batteries alone: it does not know to whom Polaris rents its own vehicles.
            let moved = holders.remove(&vehicle.vehicle_id).filter(|(_, phone)| phone.is_none());
            let user_id = moved.map(|(id, _)| id).or_else(|| nth.and_then(|nth| self.not_moved(2 * nth)));
            self.records.add(Vehicle {
                vehicle_id: vehicle.vehicle_id,
                merchant_id: vehicle.merchant_id,
                model: vehicle.model,
                cover: None,
                user_id,
                user_phone: None,
            })?;
        }
        Ok(())
    }

    /// The members of Polaris who have these assets, by the assets' codes.
    fn members_with<'a>(
        &self,
        pairs: impl Iterator<Item = (&'a Code, &'a Phone)>,
    ) -> Result<HashMap<Code, Holder>, Unfit> {
        let members: HashMap<_, _> = self.polaris.members.iter().map(|member| (&member.phone_no, member)).collect();
        let holder = |(code, phone): (&Code, &Phone)| {
            let member = members[phone];
            let holder = match (&member.weichuang_user_id, member.id) {
                (Some(id), _) => (id.clone(), None),
                (None, id) => (id.map_or(0, super::Choice::code).to_string().parse()?, Some(phone.clone())),
            };
            Ok((code.clone(), holder))
        };
        pairs.map(holder).collect()
    }

    /// The member of Polaris that a user has become.
    fn moved(&self, user: usize) -> Option<&Member> {
        let member = self.polaris.members.get((2 * user).checked_sub(1)?)?;
        member.weichuang_user_id.as_ref().map(|_| member)
    }

    /// The id of the so-manieth user who has not moved: those with even numbers never have.
    fn not_moved(&self, nth: usize) -> Option<Code> {
        let number = 2 * nth;
        (number < self.amounts.users).then(|| weichuang_user_id(number as u64))
    }

    fn user(&mut self, number: usize) -> Result<User, Unfit> {
        match self.moved(number).cloned() {
            Some(member) => self.user_who_has_moved(number, member),
            None => self.user_who_has_not_moved(number),
        }
    }

    /// User 0 is 张三; the others go through all states in turn: deposit, package.
    fn user_who_has_not_moved(&mut self, number: usize) -> Result<User, Unfit> {
        let example = number == 0;
        let registered = self.ago(60..400);
        let deposit = match if example { 0 } else { number / 2 % 3 } {
            0 => Some(self.deposit(registered, None)?),
            1 => None,
            _ => Some(self.deposit(registered, Some(number))?),
        };
        let package = self.package(if example { 0 } else { number / 6 })?;
        let day = Day::try_from(faker::day(&mut self.rng))?;
        let inviter = self.rng.random_range(0..2 * self.records.merchants.rows().len());
        let inviter = self.records.merchants.rows().get(inviter).map(|merchant| merchant.share_code.as_str().parse());
        Ok(User {
            user_id: weichuang_user_id(number as u64),
            user_name: Some(if example { "张三".parse()? } else { faker::person_name(&mut self.rng).parse()? }),
            phone_no: if example { "13333111222".parse()? } else { self.generator.strangers_phone(number as u64) },
            id_card_state: Some(i64::from(self.one_of(&[1, 1, 1, 0])).try_into()?),
            sex: Some(self.one_of(&["男", "男", "女"]).parse()?),
            birthday: Some(day),
            merchant_id: Some(self.any_merchant()),
            inviter: inviter.transpose()?,
            register_time: Some(Moment::from(registered)),
            deposit,
            package,
            migration: None,
        })
    }

    /// What a user who has moved is at Polaris, with the deposit that Weichuang holds or has paid back.
    fn user_who_has_moved(&mut self, number: usize, member: Member) -> Result<User, Unfit> {
        let phone = &member.phone_no;
        let migration = self.generator.migration(2 * number as u64 - 1);
        let migrate_time = migration.map_or(member.register_time, |migration| migration.start_time);
        let deposit = self.generator.deposits_of(2 * number as u64 - 1).next();
        let deposit = deposit.map(|deposit| -> Result<_, Unfit> {
            let refund_no: Code = format!("RF{number:08}").parse()?;
            let reason = Some("不再使用换电服务".parse()?);
            Ok(Deposit {
                deposit_type: deposit.deposit_type.ok_or("a deposit is paid somehow")?,
                deposit_time: deposit.deposit_time,
                deposit_amount: format!("{}.00", deposit.amount.code() / 100).parse()?,
                refund: deposit.refund_time.map(|refund_time| Refund { refund_no, refund_time, reason }),
            })
        });
        let deposit = deposit.transpose()?;
        let id = member.id.map_or(0, super::Choice::code);
        Ok(User {
            user_id: weichuang_user_id(number as u64),
            phone_no: phone.clone(),
            user_name: member.user_name,
            id_card_state: member.id_card_state.map(|state| state.code().try_into()).transpose()?,
            sex: member.sex,
            birthday: member.birthday,
            merchant_id: member.merchant_id,
            inviter: member.inviter,
            register_time: Some(member.register_time),
            deposit,
            package: self.package(number / 8)?,
            migration: Some(Migration { user_id: id.to_string().parse()?, migrate_time }),
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

    /// A monthly one, a counted one, none, in turn.
    fn package(&mut self, turn: usize) -> Result<Option<Package>, Unfit> {
        let (package_type, name, amount) = match turn % 3 {
            0 => (PackageType::Monthly, self.one_of(&["畅行月卡", "骑手无忧月卡"]), 30),
            1 => (PackageType::Counted, self.one_of(&["轻享次卡", "周末次卡"]), self.rng.random_range(0..=20)),
            _ => return Ok(None),
        };
        let package_create_time = self.ago(1..40).into();
        Ok(Some(Package { package_name: name.parse()?, package_type, package_create_time, amount }))
    }

    fn any_merchant(&mut self) -> MerchantId {
        merchant_id(self.rng.random_range(0..self.records.merchants.rows().len() as u64))
    }

    fn ago(&mut self, days: std::ops::Range<i64>) -> DateTime {
        let seconds = self.rng.random_range(days.start * DAY + 1..days.end * DAY);
        self.now.saturating_sub(SignedDuration::from_secs(seconds))
    }

    fn one_of<T: Copy>(&mut self, choices: &[T]) -> T {
        faker::one_of(choices, &mut self.rng)
    }
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
