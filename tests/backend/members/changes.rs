use polaris::backend::{
    error::Error,
    members::{self, NewMember, State},
};

use super::{again, assert_counted, member, member_in, on_both_engines, phone, registered};

#[tokio::test]
async fn a_registered_member_is_new_and_found_by_id_and_by_phone() {
    on_both_engines(|bench| async move {
        let new = NewMember {
            phone: phone(1),
            name: Some("王小明".into()),
            merchant_id: Some(1001),
            inviter: Some("ABC002".into()),
            city_id: Some(110_100),
            city_name: Some("北京市".into()),
            sex: Some("男".into()),
            birthday: Some("1976-03-02".into()),
            id_card_state: 1,
            weichuang_user_id: Some("U1".into()),
            initial_vehicle: Some("VH0001".into()),
            initial_battery: Some("BT0001".into()),
            ..NewMember::default()
        };
        let created = registered(&bench, new).await;
        assert_eq!((created.state, created.first_used_at, created.swap_count), (State::New, None, 0));
        assert_eq!(created.registered_at, bench.backend.now());
        let mut session = bench.backend.db().session().await.expect("a session");
        assert!(members::by_id(&mut session, created.id).await.expect("an answer") == Some(created.clone()));
        assert!(members::by_phone(&mut session, &phone(1)).await.expect("an answer") == Some(created));
        assert!(members::by_id(&mut session, 1).await.expect("an answer").is_none());
        assert!(members::by_phone(&mut session, &phone(2)).await.expect("an answer").is_none());
        assert_counted(&bench).await;
    })
    .await;
}

#[tokio::test]
async fn a_second_member_with_the_same_phone_is_a_conflict_and_does_not_count() {
    on_both_engines(|bench| async move {
        member(&bench, 1).await;
        let mut session = bench.backend.db().transaction().await.expect("a transaction");
        let new = NewMember { phone: phone(1), ..NewMember::default() };
        let refused = members::create(&mut session, &bench.backend, new).await;
        assert!(matches!(refused, Err(Error::Conflict(_))));
        // The transaction can go on: whoever would rather take the member that is there finds it.
        assert!(members::by_phone(&mut session, &phone(1)).await.expect("an answer").is_some());
        session.commit().await.expect("committed");
        assert_counted(&bench).await;
    })
    .await;
}

#[tokio::test]
async fn a_change_that_is_not_committed_does_not_count() {
    on_both_engines(|bench| async move {
        let known = member(&bench, 1).await;
        let mut session = bench.backend.db().transaction().await.expect("a transaction");
        members::set_state(&mut session, &known, State::Using).await.expect("a state");
        let new = NewMember { phone: phone(2), ..NewMember::default() };
        members::create(&mut session, &bench.backend, new).await.expect("a member");
        drop(session);
        assert_eq!(again(&bench, &known).await.state, State::New);
        assert_counted(&bench).await;
    })
    .await;
}

#[tokio::test]
async fn a_state_moves_on_only_from_the_one_that_was_read() {
    on_both_engines(|bench| async move {
        let before = member(&bench, 1).await;
        let mut session = bench.backend.db().transaction().await.expect("a transaction");
        members::set_state(&mut session, &before, State::New).await.expect("nothing to change");
        members::set_state(&mut session, &before, State::Frozen).await.expect("a state");
        let lost = members::set_state(&mut session, &before, State::Blocked).await;
        assert!(matches!(lost, Err(Error::Conflict(_))));
        session.commit().await.expect("committed");
        assert_eq!(again(&bench, &before).await.state, State::Frozen);
        assert_counted(&bench).await;
    })
    .await;
}

#[tokio::test]
async fn a_member_changes_its_merchant_only_from_the_one_that_was_read() {
    on_both_engines(|bench| async move {
        let before = member_in(&bench, 1, State::Using).await;
        let mut session = bench.backend.db().transaction().await.expect("a transaction");
        members::set_merchant(&mut session, &before, Some(1001)).await.expect("nothing to change");
        members::set_merchant(&mut session, &before, Some(1002)).await.expect("a merchant");
        let lost = members::set_merchant(&mut session, &before, None).await;
        assert!(matches!(lost, Err(Error::Conflict(_))));
        session.commit().await.expect("committed");
        assert_counted(&bench).await;

        let moved = again(&bench, &before).await;
        assert_eq!(moved.merchant_id, Some(1002));
        let mut session = bench.backend.db().transaction().await.expect("a transaction");
        members::set_merchant(&mut session, &moved, None).await.expect("no merchant");
        // The state was read before the merchant changed; the count follows the merchant of now.
        members::set_state(&mut session, &moved, State::Refunded).await.expect("a state");
        session.commit().await.expect("committed");
        assert_eq!(again(&bench, &before).await.merchant_id, None);
        assert_counted(&bench).await;
    })
    .await;
}

#[tokio::test]
async fn the_first_use_makes_a_new_member_one_who_uses_and_its_time_is_kept() {
    on_both_engines(|bench| async move {
        let new = member(&bench, 1).await;
        let first = bench.backend.now();
        for now in ["2021-09-03 10:00:00", "2021-09-04 10:00:00"] {
            bench.set_clock(now);
            // What was read before the first use may come again: two first orders at once.
            let mut session = bench.backend.db().transaction().await.expect("a transaction");
            members::start_using(&mut session, &bench.backend, &new).await.expect("used");
            session.commit().await.expect("committed");
            let member = again(&bench, &new).await;
            assert_eq!((member.state, member.first_used_at), (State::Using, Some(first)));
        }
        assert_counted(&bench).await;
    })
    .await;
}

#[tokio::test]
async fn an_order_does_not_thaw_a_frozen_member() {
    on_both_engines(|bench| async move {
        let frozen = member_in(&bench, 1, State::Frozen).await;
        let mut session = bench.backend.db().transaction().await.expect("a transaction");
        members::start_using(&mut session, &bench.backend, &frozen).await.expect("used");
        session.commit().await.expect("committed");
        let member = again(&bench, &frozen).await;
        assert_eq!((member.state, member.first_used_at), (State::Frozen, Some(bench.backend.now())));
    })
    .await;
}

#[tokio::test]
async fn what_is_logged_of_a_member_is_no_personal_data() {
    on_both_engines(|bench| async move {
        let logged = format!("{:?}", member(&bench, 1).await);
        assert!(!logged.contains("王小明") && !logged.contains(&phone(1)), "{logged}");
    })
    .await;
}
