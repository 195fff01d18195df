use contracts::polaris::QueryOrdersRequest;
use polaris::backend::{
    Scope,
    db::{Engine, Plan, Session, Sql, explained, sql},
    orders::Search,
    page::{COUNTED, Paging, counting},
    time,
};

use super::on_both_engines;

const ORDERS: i64 = 200_000;

/// 100 orders a device, 200 a merchant, 4 a member, 20 a battery, one a minute; one in 50 is abnormal, one in 40
/// cancelled. One member in 20 is called 张…, one in 100 张伟…, one in 1000 张伟国…, and the 1000 oldest orders 赵….
const FILL: &str = "WITH RECURSIVE series (n) AS (SELECT CAST(1 AS BIGINT) UNION ALL SELECT n + 1 FROM series WHERE n < $1)
    INSERT INTO swap_order (id, order_type, order_state, started_at, member_id, phone, user_name, merchant_id, device_id,
                            new_battery, old_battery)
    SELECT n, CASE WHEN n % 50 = 0 THEN 0 ELSE 1 END,
           CASE WHEN n % 100 = 0 THEN 3 WHEN n % 50 = 0 THEN 2 WHEN n % 40 = 1 THEN 4 ELSE 1 END,
           1600000000000 + n * 7919 % 200003 * 60000, n % 50000, CAST(13000000000 + n % 50000 AS TEXT),
           CASE WHEN n * 7919 % 200003 < 1000 THEN '赵' WHEN n % 20 = 0 THEN '张' ELSE '李' END
             || CASE WHEN n % 100 = 0 THEN '伟' ELSE '明' END || CASE WHEN n % 1000 = 0 THEN '国' ELSE '' END
             || CAST(n % 50000 AS TEXT), n * 31 % 1000 + 1, 'D' || CAST(n * 17 % 2000 AS TEXT),
           'B' || CAST(n % 10000 AS TEXT), 'B' || CAST(n * 3 % 10000 AS TEXT)
    FROM series";

const MERCHANTS: &str = "WITH RECURSIVE series (n) AS (SELECT CAST(1 AS BIGINT) UNION ALL SELECT n + 1 FROM series WHERE n < 1000)
    INSERT INTO merchant (id, merchant_code, share_code, name)
    SELECT n, 'M' || CAST(n AS TEXT), 'S' || CAST(n AS TEXT), '商家' FROM series WHERE n NOT IN (SELECT id FROM merchant)";

#[tokio::test]
async fn no_query_of_orders_reads_or_sorts_all_of_them() {
    on_both_engines(|bench| async move {
        let db = bench.backend.db();
        let mut session = db.transaction().await.expect("a transaction");
        session.execute(sql(MERCHANTS)).await.expect("merchants");
        session.execute(sql(&FILL.replace("$1", &ORDERS.to_string()))).await.expect("orders");
        session.commit().await.expect("committed");
        let mut session = db.session().await.expect("a session");
        session.script("ANALYZE").await.expect("analyzed");

        let shapes = shapes();
        assert!(shapes.len() > 60);
        for (name, request) in shapes {
            let bound = |text: &Option<String>| text.as_deref().and_then(time::parse);
            let times = [bound(&request.start_time_before), bound(&request.start_time_end)];
            let (search, first) = explained(Search::of(&mut session, &request, times, &Scope::All)).await;
            for Plan { statement, steps } in first.into_iter().filter(|plan| plan.statement.contains("swap_order")) {
                let steps: Vec<_> = steps.lines().map(str::to_owned).collect();
                assert_eq!(offence(session.engine(), &name, &steps), None, "{name}: {statement}\n{}", steps.join("\n"));
            }
            let Some(search) = search.expect("a search") else {
                assert!(name.contains("name"), "{name}: merchants");
                continue;
            };
            let paging = Paging::new(request.page_no, request.page_size).expect("a page");
            for statement in [search.page(paging), counting(search.matches())] {
                let plan = plan(&mut session, statement.clone()).await;
                if let Some(offence) = offence(session.engine(), &name, &plan) {
                    panic!("{name}: {offence}\n{}", plan.join("\n"));
                }
                if session.engine() == Engine::Postgres {
                    let pages = pages(&mut session, statement).await;
                    assert!(pages < COUNTED + 500, "{name} reads {pages} pages");
                }
            }
        }
    })
    .await;
}

/// Beginnings of names that one order in 20 bears, one in 100, one in 1000, a few, only the oldest, none.
const NAMES: [(&str, &str); 7] = [
    ("a surname", "张"),
    ("a name of two", "张伟"),
    ("a name of three", "张伟国"),
    ("a long name", "张伟国4"),
    ("a rare name", "张明17040"),
    ("an old name", "赵"),
    ("nobody's name", "欧阳"),
];

/// Every key, alone and with each of the filters that lists combine it with.
fn shapes() -> Vec<(String, QueryOrdersRequest)> {
    let many = |letter: &str, count: i64| {
        let codes: Vec<_> = (1..=count).map(|number| format!("{letter}{}", number * 7 % 1000)).collect();
        Some(codes.join(","))
    };
    let page = || QueryOrdersRequest { page_no: 1, page_size: 20, ..Default::default() };
    let text = |text: &str| Some(text.to_owned());
    let mut keys = vec![
        ("nothing".to_owned(), page()),
        ("phone".to_owned(), QueryOrdersRequest { phone: text("13000000777"), ..page() }),
        ("one id".to_owned(), QueryOrdersRequest { order_id: Some(777), ..page() }),
        ("ids".to_owned(), QueryOrdersRequest { order_ids: text("1,22,333,4444,55555,199999"), ..page() }),
        ("new battery".to_owned(), QueryOrdersRequest { new_battery: text("B77"), ..page() }),
        ("old battery".to_owned(), QueryOrdersRequest { old_battery: text("B77"), ..page() }),
        ("device".to_owned(), QueryOrdersRequest { device_id: text("D77"), ..page() }),
        (
            "devices and merchants".to_owned(),
            QueryOrdersRequest { device_ids: many("D", 200), merchant_codes: many("M", 20), ..page() },
        ),
        (
            "devices and a phone".to_owned(),
            QueryOrdersRequest { device_ids: many("D", 200), phone: text("13000000777"), ..page() },
        ),
        (
            "devices and a name".to_owned(),
            QueryOrdersRequest { device_ids: many("D", 200), user_name: text("张77"), ..page() },
        ),
    ];
    for (name, beginning) in NAMES {
        let named = || QueryOrdersRequest { user_name: text(beginning), ..page() };
        keys.push((name.to_owned(), named()));
        for count in [1, 200].into_iter().filter(|_| ["a surname", "a rare name", "an old name"].contains(&name)) {
            let devices = QueryOrdersRequest { device_ids: many("D", count), ..named() };
            let merchants = QueryOrdersRequest { merchant_codes: many("M", count), ..named() };
            keys.push((format!("{count} devices, {name}"), devices));
            keys.push((format!("{count} merchants, {name}"), merchants));
        }
    }
    let combine = |(name, key): (String, QueryOrdersRequest)| {
        let range = QueryOrdersRequest {
            start_time_before: text("2020-10-01 00:00:00"),
            start_time_end: text("2020-11-01 00:00:00"),
            ..key.clone()
        };
        [
            (format!("{name}, normal"), QueryOrdersRequest { order_type: Some(1), ..key.clone() }),
            (format!("{name}, abnormal"), QueryOrdersRequest { order_type: Some(0), ..key.clone() }),
            (format!("{name}, abnormal, in a range"), QueryOrdersRequest { order_type: Some(0), ..range.clone() }),
            (format!("{name}, cancelled"), QueryOrdersRequest { order_state: Some(4), ..key.clone() }),
            (format!("{name}, pending"), QueryOrdersRequest { order_state: Some(2), ..key.clone() }),
            (format!("{name}, in a range"), range.clone()),
            (
                format!("{name}, normal, in a range, page 5"),
                QueryOrdersRequest { order_type: Some(1), page_no: 5, ..range },
            ),
            (name, key),
        ]
    };
    keys.into_iter().flat_map(combine).collect()
}

async fn plan(session: &mut Session, statement: Sql) -> Vec<String> {
    let (explain, column) = match session.engine() {
        Engine::Sqlite => ("EXPLAIN QUERY PLAN ", "detail"),
        Engine::Postgres => ("EXPLAIN ", "QUERY PLAN"),
    };
    let rows = session.all(sql(explain).append(statement)).await.expect("a plan");
    rows.iter().map(|row| row.get(column).expect("a line")).collect()
}

/// How many pages PostgreSQL reads for a statement. Of a table that was never vacuumed that is at least one for each
/// entry of an index that is looked at, so that a search of an index for too much shows.
async fn pages(session: &mut Session, statement: Sql) -> i64 {
    let explain = sql("EXPLAIN (ANALYZE, BUFFERS, COSTS OFF, TIMING OFF) ").append(statement);
    let rows = session.all(explain).await.expect("a plan");
    let mut lines = rows.iter().map(|row| row.get::<String>("QUERY PLAN").expect("a line"));
    // The first line of its kind is that of the whole statement.
    let buffers = lines.find(|line| line.trim().starts_with("Buffers: shared")).expect("what was read");
    let counts = buffers.split(' ').filter_map(|word| word.strip_prefix("hit=").or_else(|| word.strip_prefix("read=")));
    counts.map(|count| count.parse::<i64>().expect("a number")).sum()
}

/// The line of a plan that reads the whole table, or sorts more than a page of it.
fn offence<'a>(engine: Engine, name: &str, plan: &'a [String]) -> Option<&'a String> {
    // Without a key the list is read in its own order, until the page is full.
    let in_order = |line: &str| {
        let mut words = line.split(|character: char| character != '_' && !character.is_ascii_alphanumeric());
        words.any(|word| ["swap_order_by_time", "swap_order_abnormal"].contains(&word))
    };
    let keyed = !name.starts_with("nothing");
    // However many bear a name, they are read in the list's order.
    let named = NAMES.iter().any(|(named, _)| name.starts_with(named));
    let whole = |line: &&String| match engine {
        Engine::Sqlite => {
            let scan = line.starts_with("SCAN swap_order") || *line == "SCAN o" || line.starts_with("SCAN o ");
            scan && (keyed || !in_order(line))
        }
        Engine::Postgres => {
            line.contains("Seq Scan on swap_order")
                || (keyed && line.contains("Index") && in_order(line))
                || (named && line.contains("Sort Key: swap_order"))
        }
    };
    let sorts = plan.iter().filter(|line| line.contains("TEMP B-TREE"));
    // The rows of the page are put in order once more; ids alone are in none.
    let allowed = if name.contains("id") { 2 } else { 1 };
    plan.iter().find(whole).or_else(|| sorts.skip(allowed).last())
}
