use std::time::Duration;

use contracts::polaris::{OperateMembersRequest, PolarisApi};
use polaris::backend::{
    Backend,
    assets::bindings,
    error::{Error, Result},
    members::{self, Member, NewMember, State},
};

use super::{again, assert_counted, member, member_in, on_both_engines, phone, registered, run, sql};

const ROUNDS: u16 = 8;

async fn set_state(backend: Backend, member: Member, to: State) -> Result<()> {
    let mut session = backend.db().transaction().await?;
    members::set_state(&mut session, &member, to).await?;
    Ok(session.commit().await?)
}

#[tokio::test]
async fn of_two_changes_of_one_state_one_wins_and_the_other_is_a_conflict() {
    on_both_engines(|bench| async move {
        for round in 0..ROUNDS {
            let member = member(&bench, round).await;
            let start = |to| tokio::spawn(set_state(bench.backend.clone(), member.clone(), to));
            let (one, other) = tokio::join!(start(State::Frozen), start(State::Blocked));
            let (one, other) = (one.expect("no panic"), other.expect("no panic"));
            let (won, lost) = if one.is_ok() { (State::Frozen, other) } else { (State::Blocked, one) };
            assert!(matches!(lost, Err(Error::Conflict(_))), "{lost:?}");
            assert_eq!(again(&bench, &member).await.state, won);
        }
        assert_counted(&bench).await;
    })
    .await;
}

#[tokio::test]
async fn of_two_registrations_of_one_phone_one_wins() {
    on_both_engines(|bench| async move {
        for round in 0..ROUNDS {
            let register = || {
                let backend = bench.backend.clone();
                tokio::spawn(async move {
                    let mut session = backend.db().transaction().await?;
                    let new = NewMember { phone: phone(round), ..NewMember::default() };
                    members::create(&mut session, &backend, new).await?;
                    Ok::<_, Error>(session.commit().await?)
                })
            };
            let (one, other) = tokio::join!(register(), register());
            let (one, other) = (one.expect("no panic"), other.expect("no panic"));
            assert!(one.is_ok() != other.is_ok(), "{one:?} {other:?}");
            let lost = if one.is_ok() { other } else { one };
            assert!(matches!(lost, Err(Error::Conflict(_))), "{lost:?}");
        }
        assert_counted(&bench).await;
    })
    .await;
}

#[tokio::test]
async fn members_who_change_state_and_merchant_at_once_are_counted_once() {
    on_both_engines(|bench| async move {
        for round in 0..ROUNDS {
            let member = member(&bench, round).await;
            let backend = bench.backend.clone();
            let moving = member.clone();
            let merchant = tokio::spawn(async move {
                let mut session = backend.db().transaction().await?;
                members::set_merchant(&mut session, &moving, Some(1002)).await?;
                Ok::<_, Error>(session.commit().await?)
            });
            let state = tokio::spawn(set_state(bench.backend.clone(), member.clone(), State::Using));
            let (merchant, state) = tokio::join!(merchant, state);
            merchant.expect("no panic").expect("a merchant");
            state.expect("no panic").expect("a state");
            let member = again(&bench, &member).await;
            assert_eq!((member.merchant_id, member.state), (Some(1002), State::Using));
        }
        assert_counted(&bench).await;
    })
    .await;
}

#[tokio::test]
async fn operations_on_the_same_members_in_opposite_orders_take_turns() {
    on_both_engines(|bench| async move {
        for round in 0..ROUNDS {
            let (one, other) = (member(&bench, 2 * round).await, member(&bench, 2 * round + 1).await);
            let operate = |ids: String, op_type| {
                let backend = bench.backend.clone();
                tokio::spawn(async move { backend.operate_members(OperateMembersRequest { ids, op_type }).await })
            };
            let freeze = operate(format!("{},{}", one.id, other.id), 1);
            let block = operate(format!("{},{}", other.id, one.id), 2);
            let (freeze, block) = tokio::join!(freeze, block);
            // Blocking wins in any case; freezing comes before it, or too late.
            block.expect("no panic").expect("blocked");
            if let Err(late) = freeze.expect("no panic") {
                assert_eq!(late.code, 409);
            }
            for member in [one, other] {
                assert_eq!(again(&bench, &member).await.state, State::Blocked);
            }
        }
        assert_counted(&bench).await;
    })
    .await;
}

#[tokio::test]
async fn an_identity_is_not_cleared_while_a_battery_comes_to_the_member() {
    on_both_engines(|bench| async move {
        let member = member_in(&bench, 1, State::Using).await;
        run(&bench, sql("UPDATE member SET id_card_state = 1 WHERE id = ").bind(member.id)).await;
        let mut binding = bench.backend.db().transaction().await.expect("a transaction");
        bindings::insert(&mut binding, &bench.backend, &member, "BT0001").await.expect("a binding");

        let (backend, ids) = (bench.backend.clone(), member.id.to_string());
        let request = OperateMembersRequest { ids, op_type: 3 };
        let clear = tokio::spawn(async move { backend.operate_members(request).await });
        tokio::time::sleep(Duration::from_millis(100)).await;
        assert!(!clear.is_finished(), "it waits for what becomes of the binding");
        binding.commit().await.expect("committed");
        let refused = clear.await.expect("no panic").expect_err("a conflict");
        assert_eq!(refused.code, 409);
        assert_eq!(again(&bench, &member).await.id_card_state, 1);
    })
    .await;
}

#[tokio::test]
async fn who_registers_and_begins_to_use_at_once_never_waits_in_a_circle_with_a_change_of_many_members() {
    on_both_engines(|bench| async move {
        // Of the same share of all merchants as 1001.
        let merchant =
            "INSERT INTO merchant (id, merchant_code, share_code, name) VALUES (1017, 'BCD017', 'ABC017', '换电站')";
        run(&bench, sql(merchant)).await;
        let using = member_in(&bench, 1, State::Using).await;
        let new = NewMember { phone: phone(2), merchant_id: Some(1017), ..NewMember::default() };
        let new = registered(&bench, new).await;

        let mut session = bench.backend.db().transaction().await.expect("a transaction");
        let newest = NewMember { phone: phone(3), merchant_id: Some(1001), ..NewMember::default() };
        let newest = members::create(&mut session, &bench.backend, newest).await.expect("a member");
        let (backend, ids) = (bench.backend.clone(), format!("{},{}", using.id, new.id));
        let block =
            tokio::spawn(async move { backend.operate_members(OperateMembersRequest { ids, op_type: 2 }).await });
        tokio::time::sleep(Duration::from_millis(100)).await;
        assert!(!block.is_finished(), "it waits for the count of new members");
        members::start_using(&mut session, &bench.backend, &newest).await.expect("a first use");
        session.commit().await.expect("committed");
        block.await.expect("no panic").expect("blocked");
        assert_eq!(again(&bench, &newest).await.state, State::Using);
        assert_counted(&bench).await;
    })
    .await;
}
