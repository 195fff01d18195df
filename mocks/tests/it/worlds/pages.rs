use std::collections::{BTreeSet, HashSet};

use mocks::{
    World,
    world::{
        Moment,
        polaris::{AccessReview, SwapOrder},
    },
};

use super::{Sides, every_world, text};

#[test]
fn every_code_of_every_table_occurs() {
    fn codes(codes: impl Iterator<Item = i64>) -> Vec<i64> {
        codes.collect::<BTreeSet<_>>().into_iter().collect()
    }
    every_world(|Sides { polaris, .. }| {
        let orders = || polaris.orders.iter();
        assert_eq!(codes(orders().map(|order| order.order_type.code())), [0, 1]);
        assert_eq!(codes(orders().map(|order| order.order_state.code())), [0, 1, 2, 3, 4]);
        assert_eq!(codes(orders().filter_map(|order| order.pay_status).map(|code| code.code())), [0, 1, 2]);
        assert_eq!(codes(orders().filter_map(|order| order.pay_type).map(|code| code.code())), [1, 2, 3]);
        let channels: BTreeSet<_> = orders().filter_map(|order| text(&order.channel)).collect();
        assert_eq!(channels.iter().map(String::as_str).collect::<Vec<_>>(), ["alipay", "app", "wechat"]);
        assert_eq!(codes(polaris.members.iter().map(|member| member.state.code())), [0, 1, 2, 3, 4, 5, 6]);
        assert_eq!(
            codes(polaris.members.iter().filter_map(|member| member.id_card_state).map(|code| code.code())),
            [0, 1]
        );
        assert_eq!(codes(polaris.reviews.iter().map(|review| review.state.code())), [0, 1, 2]);
        assert_eq!(codes(polaris.deposits.iter().map(|deposit| deposit.asset_type.code())), [1, 2]);
        assert_eq!(codes(polaris.refunds.iter().map(|refund| refund.status.code())), [1, 2, 3, 4, 5]);
        assert_eq!(codes(polaris.gifts.iter().map(|gift| gift.status.code())), [1, 2, 3]);
        assert_eq!(codes(polaris.package_orders.iter().map(|order| order.pay_status.code())), [0, 1, 2]);
        assert_eq!(
            codes(polaris.tanks.iter().filter_map(|tank| tank.state).map(|state| i32::from(state).into())),
            [0, 1, 2]
        );
    });
}

#[test]
fn orders_say_what_their_state_needs() {
    every_world(|sides| {
        for order in &sides.polaris.orders {
            let (no, state) = (&order.external_no, order.order_state.code());
            let operator = [
                order.operator_id.is_some(),
                order.operator_name.is_some(),
                order.operator_time.is_some(),
                order.remark.is_some(),
            ];
            assert_eq!(operator, [state == 3; 4], "{no}");
            assert_eq!(order.complete_time.is_some(), state == 1, "{no}");
            assert_eq!(order.new_battery.is_some(), state == 1, "{no}");
            let member = sides.member(order.phone_no.as_str());
            assert!(member.first_use_time.is_some_and(|first| first <= order.start_time), "{no}");
            let tank = sides.polaris.tanks.iter().find(|tank| tank.tank_code == order.device_id).unwrap();
            assert_eq!(tank.merchant_id, member.merchant_id, "{no}");
            for time in [Some(order.start_time), order.complete_time, order.operator_time].into_iter().flatten() {
                assert!(time < sides.now, "{no}");
            }
        }
    });
}

#[test]
fn every_merchant_has_something_on_every_page() {
    every_world(|sides| {
        let polaris = sides.polaris;
        let in_use = sides.batteries_in_use();
        for merchant in &polaris.merchants {
            let id = Some(merchant.merchant_id.as_str());
            let of = |phone: &str| sides.member(phone).merchant_id.as_ref().map(|id| id.as_str()) == id;
            let tanks: HashSet<_> = polaris
                .tanks
                .iter()
                .filter(|tank| text(&tank.merchant_id).as_deref() == id)
                .map(|tank| &tank.tank_code)
                .collect();
            let at_its_tanks = |order: &&SwapOrder| tanks.contains(&order.device_id);
            let pages = [
                (
                    "§2.2.2",
                    polaris.orders.iter().filter(at_its_tanks).filter(|order| order.order_type.code() == 1).count(),
                ),
                (
                    "§2.2.3",
                    polaris.orders.iter().filter(at_its_tanks).filter(|order| order.order_type.code() == 0).count(),
                ),
                ("§2.2.4", polaris.orders.iter().filter(|order| of(order.phone_no.as_str())).count()),
                (
                    "§2.2.8",
                    sides
                        .overdue()
                        .filter(|rental| {
                            polaris.vehicles.iter().any(|vehicle| {
                                vehicle.vehicle_id == rental.vehicle_id && text(&vehicle.merchant_id).as_deref() == id
                            })
                        })
                        .count(),
                ),
                ("§2.2.13", in_use.values().filter(|binding| of(binding.phone_no.as_str())).count()),
                ("§2.2.14", polaris.members.iter().filter(|member| of(member.phone_no.as_str())).count()),
                (
                    "§2.2.15 in cabinets",
                    polaris
                        .batteries
                        .iter()
                        .filter(|battery| text(&battery.merchant_id).as_deref() == id && battery.cabinet_code.is_some())
                        .count(),
                ),
                (
                    "§2.2.15 with users",
                    polaris
                        .batteries
                        .iter()
                        .filter(|battery| {
                            text(&battery.merchant_id).as_deref() == id
                                && in_use.contains_key(battery.battery_code.as_str())
                        })
                        .count(),
                ),
                ("§todo.4", polaris.package_orders.iter().filter(|order| of(order.phone_no.as_str())).count()),
            ];
            for (page, rows) in pages {
                assert!(rows > 0, "{page} is empty for {}", merchant.merchant_name);
            }
        }
    });
}

#[test]
fn reviews_wait_that_can_be_approved_and_one_that_cannot() {
    every_world(|sides| {
        let polaris = sides.polaris;
        let in_use = sides.batteries_in_use();
        let waiting: Vec<_> = polaris.reviews.iter().filter(|review| review.state.code() == 0).collect();
        let codes: HashSet<_> = polaris.merchants.iter().map(|merchant| &merchant.share_code).collect();
        assert!(
            polaris.reviews.iter().all(|review| review.share_code.as_ref().is_none_or(|code| codes.contains(code)))
        );
        let bound_elsewhere = |phone: &str, code: &str| {
            let here = in_use.get(code).is_some_and(|binding| binding.phone_no.as_str() != phone);
            let theirs = sides.world.weichuang.batteries.get(code).and_then(|battery| battery.user_id.as_ref());
            here || (theirs.is_some() && !in_use.contains_key(code))
        };
        let (refused, approvable): (Vec<&AccessReview>, Vec<&AccessReview>) = waiting.into_iter().partition(|review| {
            review.battery_code.as_ref().is_some_and(|code| bound_elsewhere(review.phone_no.as_str(), code.as_str()))
        });
        assert!(!refused.is_empty() && approvable.len() >= 4);
        assert!(approvable.iter().any(|review| review.battery_code.is_some() && review.share_code.is_some()));
        assert!(approvable.iter().any(|review| review.battery_code.is_none() && review.vehicle_id.is_some()));
        assert!(approvable.iter().any(|review| review.share_code.is_none()));
        // Approving one does not stand in the way of another.
        let batteries: Vec<_> = approvable.iter().filter_map(|review| review.battery_code.as_ref()).collect();
        assert_eq!(batteries.iter().collect::<HashSet<_>>().len(), batteries.len());
    });
}

#[test]
fn members_and_orders_are_of_today_and_of_the_weeks_before_and_not_too_many() {
    every_world(|sides| {
        let today = |time: Moment| time.to_string().starts_with("2021-09-03");
        assert_eq!(sides.now.to_string(), "2021-09-03 10:00:00");
        assert!(sides.polaris.members.iter().filter(|member| today(member.register_time)).count() >= 2);
        assert!(sides.polaris.orders.iter().filter(|order| today(order.start_time)).count() >= 2);
        assert!(sides.polaris.orders.iter().any(|order| sides.now.since(order.start_time).as_hours() > 10 * 24));
        assert!((80..=200).contains(&sides.polaris.members.len()) && (120..=200).contains(&sides.polaris.orders.len()));
    });
}

#[test]
fn the_first_merchant_of_the_default_world_fills_more_than_a_page() {
    let world = World::default_world().unwrap();
    let sides = Sides::of(&world);
    let polaris = sides.polaris;
    let of = |phone: &str| sides.member(phone).merchant_id.as_ref().is_some_and(|id| id.as_str() == "1001");
    assert!(polaris.members.iter().filter(|member| of(member.phone_no.as_str())).count() > 20);
    assert!(polaris.orders.iter().filter(|order| of(order.phone_no.as_str())).count() > 20);
    assert!(sides.batteries_in_use().values().filter(|binding| of(binding.phone_no.as_str())).count() > 20);
    assert!(polaris.members.iter().any(|member| sides.completed(member.phone_no.as_str()).len() >= 20));
    for prefix in ["张三", "张", "李", "王"] {
        let names = polaris.members.iter().filter_map(|member| text(&member.user_name));
        assert!(
            names.filter(|name| name.starts_with(prefix)).count() >= if prefix == "张三" { 1 } else { 3 },
            "{prefix}"
        );
    }
    assert!(polaris.members.iter().any(|member| member.merchant_id.is_none()));
    assert!(polaris.members.iter().any(|member| member.user_name.is_none()));
    assert!(polaris.members.iter().any(|member| member.user_label.is_some()));
}
