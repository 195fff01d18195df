use super::*;

#[tokio::test]
async fn a_row_waits_for_earlier_ones_of_its_battery_or_member_and_for_nobody_else() {
    on_both_engines(|bench| async move {
        let answer = |path: &str, body: &serde_json::Value| match body["batteryCode"].as_str() {
            Some("BT0001") if path == BIND => wiremock::ResponseTemplate::new(500),
            _ if path == USER => no(404, "没有该用户"),
            _ => yes(),
        };
        let partner = Partner::new(&bench, answer).await;
        let (one, two, three) = (member(&bench, 1).await, member(&bench, 2).await, member(&bench, 3).await);
        let mut ids = Vec::new();
        for (battery, member) in [("BT0001", one), ("BT0001", two), ("BT0002", one), ("BT0003", three)] {
            ids.push(enqueue(&partner.backend, bound(battery, member)).await);
        }
        assert!(ids.is_sorted());
        assert_eq!(outbox::deliver_due(&partner.backend).await, 2);
        let mut states = Vec::new();
        for id in &ids {
            states.push(state(&partner.backend, *id).await);
        }
        assert_eq!(states, ["pending", "pending", "pending", "done"]);

        settle(&partner.backend).await;
        assert_eq!(state(&partner.backend, ids[0]).await, "parked");
        assert_eq!(state(&partner.backend, ids[2]).await, "done", "a parked row blocks nobody");
        let heard = partner.heard(BIND).await;
        let of_one = heard.iter().map(|call| call["batteryCode"].as_str().expect("a code"));
        let of_one: Vec<_> = of_one.filter(|code| *code != "BT0003").collect();
        let second = of_one.iter().position(|code| *code == "BT0002").expect("delivered");
        assert!(second >= 4, "only after the last attempt of the first: {of_one:?}");
    })
    .await;
}

#[tokio::test]
async fn an_unbinding_and_the_binding_after_it_are_told_in_their_order() {
    on_both_engines(|bench| async move {
        let partner = Partner::new(&bench, |path, _| if path == USER { no(404, "没有") } else { yes() }).await;
        let one = member(&bench, 1).await;
        let unbound = Message::Binding { battery_code: "BT0001".into(), member_id: one, bound: false };
        let ids = [enqueue(&partner.backend, unbound).await, enqueue(&partner.backend, bound("BT0002", one)).await];
        outbox::deliver_now(&partner.backend, &ids).await;
        let told = partner.heard(BIND).await;
        let told: Vec<_> = told.iter().map(|call| (call["batteryCode"].as_str(), call["state"].as_i64())).collect();
        assert_eq!(told, [(Some("BT0001"), Some(0)), (Some("BT0002"), Some(1))]);
    })
    .await;
}

#[tokio::test]
async fn a_row_of_an_instance_whose_clock_is_ahead_still_comes_first() {
    on_both_engines(|bench| async move {
        let one = member(&bench, 1).await;
        let first = enqueue(&bench.backend, bound("BT0001", one)).await;
        bench.set_clock("2021-09-03 09:00:00");
        let behind = backend(&bench, "http://127.0.0.1:9", 1);
        assert!(enqueue(&behind, bound("BT0001", one)).await > first);
    })
    .await;
}
