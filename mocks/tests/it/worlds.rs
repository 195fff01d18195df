//! The default world and built ones: what must hold between the two sides, and within Polaris's.

use std::{
    collections::{BTreeSet, HashMap, HashSet},
    sync::LazyLock,
};

use mocks::{
    Size, World,
    world::{
        Battery, Moment, User, Vehicle,
        polaris::{
            AccessReview, BatteryBinding, Deposit, Holder, Member, MigrationState, PolarisRecords, Rental, SwapOrder,
        },
    },
};

/// The worlds that every rule is held against, with what they are called.
static WORLDS: LazyLock<Vec<(String, World)>> = LazyLock::new(|| {
    let default = ("the default world".to_owned(), World::default_world().unwrap());
    let built = (1..=4).map(|seed| (format!("seed {seed}"), World::build(seed, Size::Small).unwrap()));
    std::iter::once(default).chain(built).collect()
});

fn every_world(rule: impl Fn(&Sides<'_>)) {
    for (name, world) in WORLDS.iter() {
        println!("{name}");
        rule(&Sides::of(world));
    }
}

/// Both sides of a world, and what is asked of them again and again.
struct Sides<'a> {
    world: &'a World,
    polaris: &'a PolarisRecords,
    now: Moment,
    members: HashMap<&'a str, &'a Member>,
}

impl<'a> Sides<'a> {
    fn of(world: &'a World) -> Self {
        let members = world.polaris.members.iter().map(|member| (member.phone_no.as_str(), member)).collect();
        Self { world, polaris: &world.polaris, now: world.clock.unwrap().now, members }
    }

    fn users(&self) -> &[User] {
        self.world.weichuang.users.rows()
    }

    /// Users who have moved, with the members that they are now.
    fn moved(&self) -> impl Iterator<Item = (&'a User, &'a Member)> {
        let users = self.world.weichuang.users.rows().iter().filter(|user| user.migration.is_some());
        users.map(|user| (user, *self.members.get(user.phone_no.as_str()).expect("who has moved is a member")))
    }

    fn member(&self, phone: &str) -> &'a Member {
        self.members[phone]
    }

    /// Who has which battery now, by its code.
    fn batteries_in_use(&self) -> HashMap<&'a str, &'a BatteryBinding> {
        let current = self.polaris.bindings.iter().filter(|binding| binding.unbind_time.is_none());
        current.map(|binding| (binding.battery_code.as_str(), binding)).collect()
    }

    fn open_rentals(&self) -> impl Iterator<Item = &'a Rental> {
        self.polaris.rentals.iter().filter(|rental| rental.return_time.is_none())
    }

    fn overdue(&self) -> impl Iterator<Item = &'a Rental> {
        let now = self.now;
        self.open_rentals().filter(move |rental| rental.due_time < now)
    }

    fn deposits(&self, phone: &str) -> impl Iterator<Item = &'a Deposit> {
        self.polaris.deposits.iter().filter(move |deposit| deposit.phone_no.as_str() == phone)
    }

    /// A member's completed orders, the oldest first.
    fn completed(&self, phone: &str) -> Vec<&'a SwapOrder> {
        let orders = self.polaris.orders.iter();
        let mut orders: Vec<_> =
            orders.filter(|order| order.phone_no.as_str() == phone && order.order_state.code() == 1).collect();
        orders.sort_by_key(|order| order.start_time);
        orders
    }
}

fn text<T: ToString>(value: &Option<T>) -> Option<String> {
    value.as_ref().map(ToString::to_string)
}

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
