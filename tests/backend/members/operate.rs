use contracts::{
    polaris::{OperateMembersRequest, PolarisApi},
    runtime::{Failure, NoData},
};
use polaris::backend::members::{Member, State};

use super::{Bench, STATES, again, assert_counted, bind, member, member_in, on_both_engines, run, sql};

const FREEZE: i32 = 1;
const BLOCK: i32 = 2;
const CLEAR_IDENTITY: i32 = 3;

async fn operate(bench: &Bench, members: &[&Member], op_type: i32) -> Result<NoData, Failure> {
    let ids = members.iter().map(|member| member.id.to_string()).collect::<Vec<_>>().join(",");
    bench.backend.operate_members(OperateMembersRequest { ids, op_type }).await
}

async fn refused(bench: &Bench, members: &[&Member], op_type: i32, code: u16, named: i64) {
    let failure = operate(bench, members, op_type).await.expect_err("a refusal");
    assert_eq!(failure.code, code);
    assert!(failure.msg.contains(&named.to_string()), "{} names {named}", failure.msg);
}

/// What the audit log says of a member: the fields before and after.
async fn audited(bench: &Bench, member: &Member) -> Vec<(String, String)> {
    let mut session = bench.backend.db().session().await.expect("a session");
    let statement = sql("SELECT before, after FROM audit WHERE operation = 'operateMembers' AND entity = ");
    let rows = session.all(statement.bind(format!("member {}", member.id)).push(" ORDER BY id")).await.expect("rows");
    rows.iter().map(|row| (row.get("before").expect("a text"), row.get("after").expect("a text"))).collect()
}

async fn certify(bench: &Bench, member: &Member) {
    run(bench, sql("UPDATE member SET id_card_state = 1 WHERE id = ").bind(member.id)).await;
}

#[tokio::test]
async fn only_new_using_and_overdue_members_can_be_frozen() {
    only_from(FREEZE, State::Frozen, &[State::New, State::Using, State::Overdue]).await;
}

#[tokio::test]
async fn only_new_using_frozen_and_overdue_members_can_be_blocked() {
    only_from(BLOCK, State::Blocked, &[State::New, State::Using, State::Frozen, State::Overdue]).await;
}

async fn only_from(op_type: i32, to: State, from: &'static [State]) {
    on_both_engines(|bench| async move {
        for (number, state) in (1..).zip(STATES) {
            let before = member_in(&bench, number, state).await;
            if from.contains(&state) {
                operate(&bench, &[&before], op_type).await.expect("done");
                assert_eq!(again(&bench, &before).await.state, to);
                let change = |state: State| format!("{{\"state\":{}}}", state.code());
                assert_eq!(audited(&bench, &before).await, [(change(state), change(to))]);
            } else {
                match operate(&bench, &[&before], op_type).await {
                    Ok(_) => assert_eq!(state, to, "already there"),
                    Err(failure) => assert_eq!(failure.code, 409, "{state:?}"),
                }
                assert!(again(&bench, &before).await == before, "{state:?} does not change");
                assert!(audited(&bench, &before).await.is_empty());
            }
        }
        assert_counted(&bench).await;
    })
    .await;
}

#[tokio::test]
async fn members_who_are_there_already_do_not_change_beside_others_who_do() {
    on_both_engines(|bench| async move {
        let (frozen, new) = (member_in(&bench, 1, State::Frozen).await, member(&bench, 2).await);
        operate(&bench, &[&frozen, &new, &frozen], FREEZE).await.expect("done");
        assert!(again(&bench, &frozen).await == frozen);
        assert_eq!(again(&bench, &new).await.state, State::Frozen);
        assert_eq!(audited(&bench, &new).await.len(), 1);
        assert!(audited(&bench, &frozen).await.is_empty());
        operate(&bench, &[&frozen, &new], FREEZE).await.expect("the same again");
        assert_eq!(audited(&bench, &new).await.len(), 1);
        assert_counted(&bench).await;
    })
    .await;
}

#[tokio::test]
async fn one_member_in_a_wrong_state_is_named_and_nobody_changes() {
    on_both_engines(|bench| async move {
        let (new, cancelled) = (member(&bench, 1).await, member_in(&bench, 2, State::Cancelled).await);
        refused(&bench, &[&new, &cancelled], FREEZE, 409, cancelled.id).await;
        refused(&bench, &[&new, &cancelled], BLOCK, 409, cancelled.id).await;
        assert!(again(&bench, &new).await == new);
        assert!(audited(&bench, &new).await.is_empty());
        assert_counted(&bench).await;
    })
    .await;
}

#[tokio::test]
async fn one_unknown_member_is_named_and_nobody_changes() {
    on_both_engines(|bench| async move {
        let new = member(&bench, 1).await;
        let unknown = Member { id: 42, ..new.clone() };
        for op_type in [FREEZE, BLOCK, CLEAR_IDENTITY] {
            refused(&bench, &[&new, &unknown], op_type, 404, 42).await;
        }
        assert!(again(&bench, &new).await == new);
    })
    .await;
}

#[tokio::test]
async fn a_hundred_members_are_operated_at_once_and_no_more() {
    on_both_engines(|bench| async move {
        let mut members = Vec::new();
        for number in 1..=101 {
            members.push(member(&bench, number).await);
        }
        let members: Vec<_> = members.iter().collect();
        assert_eq!(operate(&bench, &members, FREEZE).await.expect_err("too many").code, 400);
        assert_eq!(operate(&bench, &[], FREEZE).await.expect_err("too few").code, 400);
        operate(&bench, &members[..100], FREEZE).await.expect("done");
        for member in &members[..100] {
            assert_eq!(again(&bench, member).await.state, State::Frozen);
        }
        assert_eq!(again(&bench, members[100]).await.state, State::New);
        assert_counted(&bench).await;
    })
    .await;
}

#[tokio::test]
async fn blanks_and_repeats_in_the_ids_do_not_matter() {
    on_both_engines(|bench| async move {
        let member = member(&bench, 1).await;
        let ids = format!(" {0}, ,{0},0{0},", member.id);
        bench.backend.operate_members(OperateMembersRequest { ids, op_type: BLOCK }).await.expect("done");
        assert_eq!(audited(&bench, &member).await.len(), 1);
        assert_counted(&bench).await;
    })
    .await;
}

#[tokio::test]
async fn a_cleared_identity_is_not_certified_and_the_state_stays() {
    on_both_engines(|bench| async move {
        let member = member_in(&bench, 1, State::Using).await;
        certify(&bench, &member).await;
        operate(&bench, &[&member], CLEAR_IDENTITY).await.expect("done");
        let cleared = again(&bench, &member).await;
        assert_eq!((cleared.id_card_state, cleared.state), (0, State::Using));
        let expected = [("{\"idCardState\":1}".to_owned(), "{\"idCardState\":0}".to_owned())];
        assert_eq!(audited(&bench, &member).await, expected);
        operate(&bench, &[&member], CLEAR_IDENTITY).await.expect("the same again");
        assert_eq!(audited(&bench, &member).await, expected);
        assert_counted(&bench).await;
    })
    .await;
}

#[tokio::test]
async fn an_identity_is_not_cleared_while_a_battery_is_bound() {
    on_both_engines(|bench| async move {
        let (free, bound) = (member(&bench, 1).await, member(&bench, 2).await);
        certify(&bench, &free).await;
        certify(&bench, &bound).await;
        bind(&bench, &bound, "BT0001").await;
        refused(&bench, &[&free, &bound], CLEAR_IDENTITY, 409, bound.id).await;
        for member in [&free, &bound] {
            assert_eq!(again(&bench, member).await.id_card_state, 1);
        }
        // Freezing and blocking do not ask for the battery.
        operate(&bench, &[&free, &bound], BLOCK).await.expect("done");
    })
    .await;
}
