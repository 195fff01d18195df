use contracts::{
    polaris::{ListMembersRequest, PolarisClient},
    runtime::{
        client::{Caller, Options},
        signature::{Method, Parameters, Signer},
    },
};
use polaris::gateway::{Credentials, apps::NewApp};

use super::{
    Front, everything,
    front::{ORDERS, orders, signed, with},
    now, on_both_engines,
};
use crate::{backend, support::SIDES};

/// The code and the sentence of a refusal, which has the contract's form.
async fn refusal(front: &Front, parameters: &Parameters, body: &str) -> (u16, String) {
    let reply = front.post(&format!("/kop/{ORDERS}?{}", parameters.to_query()), body).await;
    let answer = reply.json();
    SIDES[1].assert_failure(reply.status, &answer, body);
    (reply.status, answer["msg"].as_str().expect("a sentence").to_owned())
}

#[tokio::test]
async fn a_signed_call_is_answered_by_either_method_in_either_spelling() {
    on_both_engines(|front| async move {
        let app = front.app(everything()).await;
        for method in Method::ALL {
            for path in [format!("/kop/{ORDERS}"), "/gateway".to_owned()] {
                let parameters = signed(&app, method, ORDERS, now(), &orders());
                let others = [("ttid", "张 三&="), ("osType", "")];
                let parameters = with(&parameters, &others, &app, &orders());
                let reply = front.post(&format!("{path}?{}", parameters.to_query()), &orders()).await;
                assert_eq!((reply.status, &reply.json()["code"]), (200, &200.into()), "{method} {path}: {reply:?}");
            }
        }
    })
    .await;
}

#[tokio::test]
async fn the_generated_client_signs_its_calls() {
    let front = Front::in_real_time().await;
    let app = front.app(everything()).await;
    for method in Method::ALL {
        let mut options = Options::new(format!("{}/kop", front.url()).parse().expect("a URL"));
        options.signer = Some(Signer { app_key: app.app_key.clone(), secret: app.secret.clone(), method });
        let client = PolarisClient::new(Caller::new(&options).expect("a caller"));
        for name in ["张三", "\"\\/\n😀", ""] {
            let request: ListMembersRequest =
                serde_json::from_value(serde_json::json!({"userName": name})).expect("a request");
            client.list_members(&request).await.expect("an answer");
        }
    }
}

#[tokio::test]
async fn api_may_be_left_out_behind_kop_and_is_signed_all_the_same() {
    on_both_engines(|front| async move {
        let app = front.app(everything()).await;
        for method in Method::ALL {
            let query = signed(&app, method, ORDERS, now(), &orders()).to_query();
            let without = query.replace(&format!("api={ORDERS}&"), "");
            assert_ne!(query, without);
            let reply = front.post(&format!("/kop/{ORDERS}?{without}"), &orders()).await;
            assert_eq!(reply.status, 200, "{reply:?}");
            // The same signature under another path.
            let query = signed(&app, method, ORDERS, now(), &orders()).to_query();
            let without = query.replace(&format!("api={ORDERS}&"), "");
            let reply = front.post(&format!("/kop/hm.member.p.list?{without}"), &orders()).await;
            assert_eq!((reply.status, &reply.json()["msg"]), (401, &"签名校验失败：sign 不匹配".into()));
        }
    })
    .await;
}

#[tokio::test]
async fn a_refusal_names_the_step_that_failed() {
    on_both_engines(|front| async move {
        let app = front.app(everything()).await;
        let nobody = Credentials { app_key: "nobody".into(), ..app.clone() };
        let kop = |timestamp: i64| signed(&app, Method::KopSha1, ORDERS, timestamp, &orders());
        let without = |name: &str| {
            let query = kop(now()).to_query();
            let rest: Vec<_> = query.split('&').filter(|pair| !pair.starts_with(&format!("{name}="))).collect();
            Parameters::parse(&rest.join("&")).expect("parameters")
        };
        let changed = |name: &str, value: &str| {
            let mut parameters = kop(now());
            parameters.set(name, value);
            parameters
        };
        let hmac = signed(&app, Method::HmacSha256, ORDERS, now(), &orders());
        let mut short = hmac.clone();
        short.set("nonce", "short");
        for (parameters, step) in [
            (Parameters::default(), "缺少参数 appKey，或格式不正确"),
            (without("sign"), "缺少参数 sign，或格式不正确"),
            (without("timestamp"), "缺少参数 timestamp，或格式不正确"),
            (changed("timestamp", "1630634400"), "缺少参数 timestamp，或格式不正确"),
            (changed("timestamp", "+163063440000"), "缺少参数 timestamp，或格式不正确"),
            (changed("api", "hm.member.p.list"), "api 与路径中的接口名不一致"),
            (changed("signMethod", "md5"), "signMethod 须为 kop-sha1 或 hmac-sha256"),
            (short, "nonce 须为 16 到 64 个可见 ASCII 字符"),
            (signed(&nobody, Method::KopSha1, ORDERS, now(), &orders()), "appKey 不存在"),
            (kop(now() + 301_000), "timestamp 比服务器快 301 秒，超过 300 秒"),
            (kop(now() - 4_000_000), "timestamp 比服务器慢 4000 秒，超过 300 秒"),
            (changed("sign", "0123456789abcdef0123456789abcdef01234567"), "sign 不匹配"),
            (changed("sign", ""), "sign 不匹配"),
            (changed("ttid", "added"), "sign 不匹配"),
        ] {
            let said = refusal(&front, &parameters, &orders()).await;
            assert_eq!(said, (401, format!("签名校验失败：{step}")), "{parameters:?}");
        }
        let tampered = orders().replace("20", "200");
        for parameters in [kop(now()), hmac] {
            let said = refusal(&front, &parameters, &tampered).await;
            assert_eq!(said, (401, "签名校验失败：sign 不匹配".into()), "{parameters:?}");
        }
        let twice = format!("/kop/{ORDERS}?{}&api={ORDERS}", kop(now()).to_query());
        assert_eq!(front.post(&twice, &orders()).await.json()["msg"], "签名校验失败：查询参数重复");
    })
    .await;
}

#[tokio::test]
async fn a_timestamp_may_be_300_seconds_off_either_way() {
    on_both_engines(|front| async move {
        let app = front.app(everything()).await;
        for (offset, status) in [(300_000, 200), (300_001, 401), (-300_001, 401)] {
            let query = signed(&app, Method::HmacSha256, ORDERS, now() + offset, &orders()).to_query();
            let reply = front.post(&format!("/kop/{ORDERS}?{query}"), &orders()).await;
            assert_eq!(reply.status, status, "{offset}: {reply:?}");
        }
        // A call of before the start is another matter on SQLite.
        front.bench.set_clock("2021-09-03 10:05:00");
        let query = signed(&app, Method::HmacSha256, ORDERS, now(), &orders()).to_query();
        assert_eq!(front.post(&format!("/kop/{ORDERS}?{query}"), &orders()).await.status, 200);
    })
    .await;
}

#[tokio::test]
async fn a_body_that_is_no_object_is_refused_with_400() {
    on_both_engines(|front| async move {
        let app = front.app(everything()).await;
        let query = signed(&app, Method::KopSha1, ORDERS, now(), "{}").to_query();
        for (body, rule) in [("", "json"), ("[]", "type"), ("{\"pageNo\":1,\"pageNo\":2}", "duplicate"), ("{", "json")]
        {
            let reply = front.post(&format!("/kop/{ORDERS}?{query}"), body).await;
            assert_eq!(reply.status, 400, "{body}: {reply:?}");
            SIDES[1].assert_failure(400, &reply.json(), body);
            assert_eq!(reply.json()["violations"][0]["rule"], rule, "{body}");
        }
        let query = signed(&app, Method::HmacSha256, ORDERS, now(), "[]").to_query();
        assert_eq!(front.post(&format!("/kop/{ORDERS}?{query}"), "[]").await.status, 400);
        let large = " ".repeat(1 << 20) + "{}";
        assert_eq!(front.post(&format!("/kop/{ORDERS}?{query}"), &large).await.status, 413);
    })
    .await;
}

#[tokio::test]
async fn an_app_calls_what_it_may_and_nothing_else() {
    on_both_engines(|front| async move {
        let operations = "hm.order.*,hm.member.p.statistics".parse().expect("patterns");
        let app = front.app(NewApp { operations, ..everything() }).await;
        for (api, status) in [
            ("hm.order.p.query", 200),
            ("hm.member.p.statistics", 200),
            ("hm.member.p.list", 403),
            ("hm.nothing.p.here", 403),
            ("hm.order.p.nothing", 404),
        ] {
            let reply = front.call(&app, api, &serde_json::json!({"pageNo": 1, "pageSize": 20})).await;
            assert_eq!(reply.status, status, "{api}: {reply:?}");
            if status != 200 {
                SIDES[1].assert_failure(status, &reply.json(), api);
            }
        }
    })
    .await;
}

#[tokio::test]
async fn what_was_signed_is_shown_where_that_is_asked_for_alone_and_the_secret_never() {
    backend::on_both_engines(|bench| async {
        let front = Front::of(bench, true).await;
        let app = front.app(everything()).await;
        let wrong = Credentials { secret: Credentials::random().secret, ..app.clone() };
        for (method, begins) in [(Method::KopSha1, "[secret]userName张三timestamp"), (Method::HmacSha256, ORDERS)] {
            let query = signed(&wrong, method, ORDERS, now(), &orders()).to_query();
            let reply = front.post(&format!("/kop/{ORDERS}?{query}"), &orders()).await;
            let text = reply.json()["signedText"].as_str().expect("a text").to_owned();
            assert!(reply.status == 401 && text.starts_with(begins), "{text}");
            assert!(!reply.body.contains(&app.secret.0) && !reply.body.contains(&wrong.secret.0), "{reply:?}");
        }
        let front = Front::of(front.bench, false).await;
        let app = front.app(everything()).await;
        let wrong = Credentials { secret: Credentials::random().secret, ..app };
        let query = signed(&wrong, Method::KopSha1, ORDERS, now(), &orders()).to_query();
        let reply = front.post(&format!("/kop/{ORDERS}?{query}"), &orders()).await;
        assert!(reply.status == 401 && reply.json()["signedText"].is_null(), "{reply:?}");
    })
    .await;
}

#[tokio::test]
async fn pages_documents_and_other_methods_need_no_signature() {
    on_both_engines(|front| async move {
        for (path, status) in
            [("/healthz", 200), ("/readyz", 200), ("/openapi/polaris.yaml", 200), ("/kop/hm.order.p.query", 405)]
        {
            assert_eq!(front.get(path).await.status, status, "{path}");
        }
    })
    .await;
}
