use polaris::backend::db::{Many, sql};

use super::on_both_engines;

/// What the notations of JSON and of PostgreSQL's arrays could stumble over.
const TEXTS: [&str; 10] = ["", " ", "NULL", "null", r#"a"b"#, r"a\b", r#"\""#, "{a,b}", "[1, 2]", "换电\n柜\t'🔋'"];

#[tokio::test]
async fn many_texts_in_one_parameter_arrive_as_they_are() {
    on_both_engines(|bench| async move {
        let mut session = bench.backend.db().session().await.expect("a session");
        let columns: [(&str, Many); 2] = [("place", (0..10).collect()), ("word", TEXTS.into_iter().collect())];
        let table = session.table("given", columns);
        let rows =
            session.all(sql("SELECT place, word FROM ").append(table).push(" ORDER BY place")).await.expect("rows");
        let words: Vec<String> = rows.iter().map(|row| row.get("word").expect("a text")).collect();
        assert_eq!(words, TEXTS);
        for text in TEXTS {
            let table = session.table("given", [("word", TEXTS.into_iter().collect())]);
            let of = session.one_of([text].into_iter().collect());
            let statement = sql("SELECT word FROM ").append(table).push(" WHERE word").append(of);
            let rows = session.all(statement).await.expect("rows");
            let words: Vec<String> = rows.iter().map(|row| row.get("word").expect("a text")).collect();
            assert_eq!(words, [text]);
        }
    })
    .await;
}

#[tokio::test]
async fn many_numbers_in_one_parameter_keep_every_digit_and_none_of_them_is_nothing() {
    on_both_engines(|bench| async move {
        let mut session = bench.backend.db().session().await.expect("a session");
        let numbers = [i64::MIN, -1, 0, 9_007_199_254_740_993, i64::MAX];
        let given = [("number", numbers.into_iter().collect())];
        let statement = sql("SELECT number FROM ").append(session.table("given", given)).push(" WHERE number");
        for (of, found) in [(numbers.to_vec(), numbers.to_vec()), (vec![i64::MAX, 7], vec![i64::MAX]), (vec![], vec![])]
        {
            let of = session.one_of(of.into_iter().collect());
            let rows = session.all(statement.clone().append(of).push(" ORDER BY number")).await.expect("rows");
            let rows: Vec<i64> = rows.iter().map(|row| row.get("number").expect("a number")).collect();
            assert_eq!(rows, found);
        }
    })
    .await;
}
