use std::collections::HashMap;

use mocks::world::{
    Battery, Vehicle,
    polaris::{Holder, MigrationState},
};

use super::{Sides, every_world, text};

#[test]
fn both_sides_have_the_same_merchants_and_tanks() {
    every_world(|Sides { world, polaris, .. }| {
        let merchants = world.weichuang.merchants.rows().iter().map(|merchant| {
            [
                &merchant.merchant_id.to_string(),
                merchant.merchant_code.as_str(),
                merchant.share_code.as_str(),
                merchant.merchant_name.as_str(),
            ]
            .map(str::to_owned)
        });
        let ours = polaris.merchants.iter().map(|merchant| {
            [
                &merchant.merchant_id.to_string(),
                merchant.merchant_code.as_str(),
                merchant.share_code.as_str(),
                merchant.merchant_name.as_str(),
            ]
            .map(str::to_owned)
        });
        assert!(merchants.eq(ours));
        assert!(polaris.merchants.iter().all(|merchant| {
            merchant.merchant_type_name.is_some() && merchant.city_id.is_some() && merchant.city_name.is_some()
        }));
        let tanks = world.weichuang.tanks.rows().iter().map(|tank| {
            let state = tank.state.map(i32::from);
            (
                tank.tank_code.to_string(),
                text(&tank.merchant_id),
                text(&tank.latitude),
                text(&tank.longitude),
                text(&tank.address),
                text(&tank.model),
                state,
            )
        });
        let ours = polaris.tanks.iter().map(|tank| {
            let state = tank.state.map(i32::from);
            (
                tank.tank_code.to_string(),
                text(&tank.merchant_id),
                text(&tank.latitude),
                text(&tank.longitude),
                text(&tank.address),
                text(&tank.model),
                state,
            )
        });
        assert!(tanks.eq(ours));
    });
}

#[test]
fn a_user_who_has_moved_is_the_member_whom_weichuang_was_told_of() {
    every_world(|sides| {
        let moved: Vec<_> = sides.moved().collect();
        assert!(moved.len() >= 12);
        for (user, member) in &moved {
            let migration = user.migration.as_ref().unwrap();
            assert_eq!(member.id.unwrap().code().to_string(), migration.user_id.as_str());
            assert_eq!(text(&member.weichuang_user_id).as_deref(), Some(user.user_id.as_str()));
            assert_eq!(text(&member.user_name), text(&user.user_name));
            assert_eq!(text(&member.merchant_id), text(&user.merchant_id));
            assert_eq!((text(&member.sex), member.birthday), (text(&user.sex), user.birthday));
            assert_eq!(text(&member.inviter), text(&user.inviter));
            assert_eq!(Some(member.register_time), user.register_time);
            let ours = sides.polaris.migrations.iter().find(|ours| ours.phone_no == user.phone_no).unwrap();
            assert_eq!(ours.state, MigrationState::Completed);
            assert!(ours.start_time <= migration.migrate_time && migration.migrate_time <= ours.complete_time.unwrap());
        }
        let from_weichuang = sides.polaris.members.iter().filter(|member| member.weichuang_user_id.is_some());
        assert_eq!(from_weichuang.count(), moved.len());
        let completed = sides.polaris.migrations.iter().filter(|ours| ours.state == MigrationState::Completed);
        assert_eq!(completed.count(), moved.len());
    });
}

#[test]
fn whoever_has_not_moved_is_no_member() {
    every_world(|sides| {
        for user in sides.users().iter().filter(|user| user.migration.is_none()) {
            assert!(!sides.members.contains_key(user.phone_no.as_str()), "{} is a member", user.user_id);
        }
        assert!(!sides.members.contains_key("13333111222"));
        let failed: Vec<_> =
            sides.polaris.migrations.iter().filter(|ours| ours.state == MigrationState::Failed).collect();
        assert!(!failed.is_empty());
        for migration in failed {
            assert!(!sides.members.contains_key(migration.phone_no.as_str()));
            assert!(sides.world.weichuang.user_by_phone(migration.phone_no.as_str()).is_none());
        }
    });
}

#[test]
fn a_battery_is_with_the_same_person_on_both_sides() {
    every_world(|sides| {
        let in_use = sides.batteries_in_use();
        let theirs = sides.world.weichuang.batteries.rows();
        assert!(
            theirs.iter().map(|battery| &battery.battery_code).eq(sides
                .polaris
                .batteries
                .iter()
                .map(|battery| &battery.battery_code))
        );
        assert!(
            theirs.iter().map(|battery| &battery.merchant_id).eq(sides
                .polaris
                .batteries
                .iter()
                .map(|battery| &battery.merchant_id))
        );
        assert!(
            theirs.iter().map(|battery| text(&battery.model)).eq(sides
                .polaris
                .batteries
                .iter()
                .map(|battery| text(&battery.battery_model)))
        );
        let mut strangers = 0;
        for battery in theirs {
            let code = battery.battery_code.as_str();
            let here = in_use.get(code).map(|binding| sides.member(binding.phone_no.as_str()));
            let Some(holder) = &battery.user_id else {
                assert!(here.is_none(), "{code} is free at Weichuang and with a member here");
                continue;
            };
            match (sides.world.weichuang.users.get(holder.as_str()), here) {
                (Some(user), None) => assert!(user.migration.is_none(), "{code} is with nobody here"),
                (Some(user), Some(member)) => {
                    assert_eq!(user.phone_no, member.phone_no, "{code} is with somebody else here");
                    assert!(user.migration.is_some());
                }
                (None, Some(member)) => {
                    assert_eq!(member.id.unwrap().code().to_string(), holder.as_str(), "{code}");
                    assert_eq!(battery.user_phone.as_ref(), Some(&member.phone_no), "{code}");
                    assert!(member.weichuang_user_id.is_none(), "Weichuang knows who has {code}");
                    strangers += 1;
                }
                (None, None) => panic!("{code} is with a stranger whom nobody knows"),
            }
        }
        let moved =
            sides.moved().filter(|(user, _)| sides.world.weichuang.held_by::<Battery>(user.user_id.as_str()).is_some());
        assert_eq!(moved.count() + strangers, in_use.len());
        assert!(
            sides.world.weichuang.batteries.get("BT0001").unwrap().user_id.is_none() && !in_use.contains_key("BT0001")
        );
    });
}

#[test]
fn a_vehicle_that_a_user_brought_along_is_rented_here() {
    every_world(|sides| {
        let rented: HashMap<_, _> =
            sides.open_rentals().map(|rental| (rental.vehicle_id.as_str(), rental.phone_no.as_str())).collect();
        let mut brought = 0;
        for vehicle in sides.world.weichuang.vehicles.rows() {
            let code = vehicle.vehicle_id.as_str();
            let ours = sides.polaris.vehicles.iter().find(|ours| ours.vehicle_id == vehicle.vehicle_id);
            let ours = ours.unwrap_or_else(|| panic!("{code} is not known here"));
            assert_eq!((&ours.merchant_id, text(&ours.model)), (&vehicle.merchant_id, text(&vehicle.model)), "{code}");
            let Some(holder) = &vehicle.user_id else { continue };
            let user = sides.world.weichuang.users.get(holder.as_str()).unwrap();
            if user.migration.is_some() {
                assert_eq!(rented.get(code), Some(&user.phone_no.as_str()), "{code}");
                brought += 1;
            } else {
                assert!(!rented.contains_key(code), "{code} is with a user who has not moved");
            }
        }
        assert!(brought >= 3);
        for (user, _) in sides.moved() {
            let theirs = sides
                .world
                .weichuang
                .held_by::<Vehicle>(user.user_id.as_str())
                .map(|vehicle| vehicle.vehicle_id.as_str());
            let here = sides
                .open_rentals()
                .find(|rental| rental.phone_no == user.phone_no)
                .map(|rental| rental.vehicle_id.as_str());
            assert_eq!(theirs, here);
        }
    });
}

#[test]
fn weichuang_holds_the_deposits_that_it_is_said_to_hold() {
    every_world(|sides| {
        let mut theirs = 0;
        for (user, member) in sides.moved() {
            let held: Vec<_> =
                sides.deposits(member.phone_no.as_str()).filter(|ours| ours.holder == Holder::Weichuang).collect();
            let Some(deposit) = &user.deposit else {
                assert!(held.is_empty());
                continue;
            };
            let [ours] = held[..] else { panic!("a user of Weichuang has one deposit there") };
            let cents = ours.amount.code();
            assert_eq!(format!("{}.{:02}", cents / 100, cents % 100), deposit.deposit_amount.to_string());
            assert_eq!(text(&ours.deposit_type).as_deref(), Some(deposit.deposit_type.as_str()));
            assert_eq!(ours.deposit_time, deposit.deposit_time);
            assert_eq!(ours.refund_time, deposit.refund.as_ref().map(|refund| refund.refund_time));
            theirs += 1;
        }
        let said = sides.polaris.deposits.iter().filter(|deposit| deposit.holder == Holder::Weichuang);
        assert_eq!(said.count(), theirs);
    });
}
