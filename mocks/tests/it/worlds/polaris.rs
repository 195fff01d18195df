use std::collections::{HashMap, HashSet};

use mocks::world::polaris::Holder;

use super::{every_world, text};

#[test]
fn a_battery_is_with_a_member_or_alone_in_a_cell_of_its_merchants_cabinet() {
    every_world(|sides| {
        let (in_use, mut cells) = (sides.batteries_in_use(), HashSet::new());
        let with_users: HashSet<_> = sides
            .world
            .weichuang
            .batteries
            .rows()
            .iter()
            .filter(|battery| battery.user_id.is_some())
            .map(|battery| battery.battery_code.as_str())
            .collect();
        for battery in &sides.polaris.batteries {
            let code = battery.battery_code.as_str();
            let Some(cabinet) = &battery.cabinet_code else {
                assert!(battery.grid_pos.is_none() && battery.current_battery.is_none(), "{code}");
                assert!(battery.charge_full_date.is_none() && battery.can_travel_distance.is_none(), "{code}");
                continue;
            };
            assert!(!in_use.contains_key(code) && !with_users.contains(code), "{code} is in two places");
            let tank = sides.polaris.tanks.iter().find(|tank| tank.tank_code == *cabinet).unwrap();
            assert_eq!(tank.merchant_id, battery.merchant_id, "{code}");
            assert!(
                cells.insert((cabinet.as_str(), text(&battery.grid_pos).unwrap())),
                "{code} is not alone in its cell"
            );
            assert!(battery.current_battery.is_some() && battery.can_travel_distance.is_some(), "{code}");
            assert!(battery.charge_full_date.is_none_or(|full| full <= sides.now), "{code}");
        }
    });
}

#[test]
fn the_newest_completed_order_brought_the_members_battery() {
    every_world(|sides| {
        let battery_of: HashMap<_, _> =
            sides.batteries_in_use().into_values().map(|binding| (binding.phone_no.as_str(), binding)).collect();
        let mut swapped = 0;
        for member in &sides.polaris.members {
            let orders = sides.completed(member.phone_no.as_str());
            let Some(last) = orders.last() else { continue };
            let binding = battery_of.get(member.phone_no.as_str()).expect("whoever swaps has a battery");
            assert_eq!(last.new_battery.as_ref(), Some(&binding.battery_code), "{}", last.external_no);
            assert_eq!(last.complete_time, Some(binding.bind_time), "{}", last.external_no);
            for pair in orders.windows(2) {
                assert_eq!(pair[0].new_battery, pair[1].old_battery, "{}", pair[1].external_no);
            }
            assert_eq!(orders[0].old_battery, member.initial_battery, "{}", orders[0].external_no);
            swapped += 1;
        }
        assert!(swapped >= 30);
    });
}

#[test]
fn the_state_of_a_member_agrees_with_rentals_refunds_and_use() {
    every_world(|sides| {
        let overdue: HashSet<_> = sides.overdue().map(|rental| rental.phone_no.as_str()).collect();
        let refunded: HashSet<_> = sides
            .polaris
            .refunds
            .iter()
            .filter(|refund| refund.status.code() == 4)
            .map(|refund| refund.phone_no.as_str())
            .collect();
        for member in &sides.polaris.members {
            let (phone, state) = (member.phone_no.as_str(), member.state.code());
            assert_eq!(refunded.contains(phone), state == 5);
            assert_eq!(overdue.contains(phone) && !matches!(state, 2 | 3 | 5 | 6), state == 4);
            assert_eq!(member.first_use_time.is_none(), state == 0, "only who is new has not used anything");
            if state == 0 {
                assert!(sides.polaris.orders.iter().all(|order| order.phone_no.as_str() != phone));
                assert!(sides.polaris.rentals.iter().all(|rental| rental.phone_no.as_str() != phone));
                assert!(sides.polaris.package_orders.iter().all(|order| order.phone_no.as_str() != phone));
            }
            let returned = sides.deposits(phone).filter(|deposit| deposit.refund_time.is_some()).count();
            assert_eq!(returned, if state == 5 { sides.deposits(phone).count() } else { 0 });
        }
    });
}

#[test]
fn whoever_asks_for_a_deposit_has_one() {
    every_world(|sides| {
        let mut succeeds_at_once = 0;
        for refund in &sides.polaris.refunds {
            let (phone, status) = (refund.phone_no.as_str(), refund.status.code());
            assert!(sides.deposits(phone).next().is_some());
            assert_eq!(refund.merchant_confirm_time.is_none(), status == 1);
            assert_eq!(status == 5, refund.remark.is_some() && status != 4, "why it failed stands in the remark");
            let user = sides.world.weichuang.user_by_phone(phone);
            let held = user.and_then(|user| user.deposit.as_ref()).is_some_and(|deposit| deposit.refund.is_none());
            // What became of a refund can only be unknown, or be refused, at Weichuang.
            assert!(held || !matches!(status, 3 | 5));
            succeeds_at_once += usize::from(status == 1 && held && user.is_some_and(|user| user.migration.is_some()));
        }
        assert!(succeeds_at_once >= 1);
        assert!(sides.polaris.refunds.iter().any(|refund| refund.status.code() == 1
            && sides.deposits(refund.phone_no.as_str()).all(|deposit| deposit.holder == Holder::Polaris)));
        let twice = sides.polaris.members.iter().filter(|member| sides.deposits(member.phone_no.as_str()).count() == 2);
        assert!(twice.count() >= 2);
    });
}
