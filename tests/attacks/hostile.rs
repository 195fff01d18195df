/// Values of one kind that do harm to a careless server.
pub struct Attack {
    pub name: &'static str,
    /// As they stand in the body: JSON, or what only looks like it.
    pub values: Vec<String>,
    /// They weigh so much that each field is given but one of them, in turn, and no contract has room for any.
    pub heavy: bool,
}

fn texts(name: &'static str, values: &[&str]) -> Attack {
    Attack {
        name,
        values: values.iter().map(|value| serde_json::Value::from(*value).to_string()).collect(),
        heavy: false,
    }
}

fn raw(name: &'static str, values: &[&str]) -> Attack {
    Attack { name, values: values.iter().map(|value| (*value).to_owned()).collect(), heavy: false }
}

/// A string of this size is let in, and read.
const LARGE: usize = 900_000;
/// The body may have 1 MiB.
const TOO_LARGE: usize = 1_100_000;

/// All that may stand where a value is expected.
pub fn attacks() -> Vec<Attack> {
    vec![
        texts(
            "SQL metacharacters",
            &[
                "' OR '1'='1",
                "'; DROP TABLE member; --",
                "1) UNION SELECT key FROM app --",
                "1;DELETE FROM member",
                "\\'\"`",
                "%",
                "_",
                "%_\\",
                "$1 ?1 :name @p {0}",
                "/* */",
                "||pg_sleep(9)||",
            ],
        ),
        texts(
            "other languages",
            &[
                "../../etc/passwd",
                "${jndi:ldap://127.0.0.1/x}",
                "{{7*7}}",
                "<script>alert(1)</script>",
                "\r\nX-Injected: 1",
                "%00%0d%0a",
                "$(id)`id`",
            ],
        ),
        Attack {
            name: "deep nesting",
            heavy: false,
            values: vec![
                format!("{}{}", "[".repeat(100), "]".repeat(100)),
                format!("{}{}", "[".repeat(100_000), "]".repeat(100_000)),
                format!("{}1{}", r#"{"a":"#.repeat(100), "}".repeat(100)),
                format!("{}1{}", r#"{"a":"#.repeat(100_000), "}".repeat(100_000)),
            ],
        },
        Attack {
            name: "wide arrays and objects",
            heavy: true,
            values: vec![
                format!("[{}]", vec!["1"; 20_000].join(",")),
                format!("[{}]", vec!["\"\""; 20_000].join(",")),
                format!("[{}]", vec!["{}"; 20_000].join(",")),
                format!("{{{}}}", (0..10_000).map(|key| format!("\"{key}\":0")).collect::<Vec<_>>().join(",")),
            ],
        },
        Attack {
            name: "huge strings",
            heavy: true,
            values: vec![
                format!("\"{}\"", "9".repeat(LARGE)),
                format!("\"{}\"", ",".repeat(LARGE / 9)),
                format!("\"{}\"", "1,".repeat(LARGE / 18)),
                format!("\"{}\"", "电".repeat(LARGE / 3)),
                format!("\"{}\"", "\\u0000".repeat(LARGE / 6)),
            ],
        },
        Attack { name: "more than 1 MiB", heavy: false, values: vec![format!("\"{}\"", "9".repeat(TOO_LARGE))] },
        raw("keys that stand twice, within", &[r#"{"a":1,"a":2}"#, r#"[{"id":1,"id":2}]"#]),
        texts(
            "look-alikes and invisible characters",
            &[
                "１３３３３１１１２２２",
                "١٣٣٣٣١١١٢٢٢",
                "ВТ0001",
                "BT0001\0",
                "\0",
                "BT\u{200b}0001",
                "\u{feff}BT0001",
                "\u{202e}1000TB",
                "e\u{301}",
                "张\u{fe00}三",
                "\u{ffff}",
                "💣💣💣💣",
                "\u{2028}",
                "\u{a0}",
                "ſſıK",
            ],
        ),
        raw("lone surrogates", &[r#""\ud800""#, r#""\udc00\ud800""#, r#""BT\udfff""#, r#""\ud83d""#]),
        raw(
            "huge and odd numbers",
            &[
                "1e400",
                "-1e400",
                "1e-400",
                "-0",
                "-0.0",
                "1.0",
                "1e0",
                "1.5",
                "9007199254740993",
                "-9007199254740993",
                "2147483648",
                "9223372036854775807",
                "9223372036854775808",
                "1e19",
                "0.1e1",
                "100000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000",
            ],
        ),
        texts(
            "numbers in strings",
            &["1e5", "-1", "+1", "0x10", "NaN", "Infinity", "9007199254740993", "99999999999999999999", "0.000", "１"],
        ),
        raw(
            "no JSON",
            &["NaN", "Infinity", "0x10", "01", "+1", ".5", "undefined", "'1'", "True", "\"\n\"", "\"\\x\"", ""],
        ),
        texts(
            "odd times",
            &[
                "0000-00-00 00:00:00",
                "0000-01-01 00:00:00",
                "9999-12-31 23:59:59",
                "2023-02-29 00:00:00",
                "2024-11-31 10:00",
                "2016-12-31 23:59:60",
                "2024-01-01T00:00:00Z",
                "-001-01-01 00:00:00",
            ],
        ),
        raw("other types", &["null", "true", "[]", "{}", "[null]", "[[]]", "\"\"", "\" \"", "0", "-1"]),
    ]
}

/// Names of fields that no contract has, in quotes.
pub fn names() -> Vec<String> {
    let mut names =
        texts("", &["__proto__", "a\r\nX-Injected: 1", "\0", "/", "~1~0", "电池", "\u{202e}", "' OR 1=1 --"]).values;
    names.push(format!("\"{}\"", "n".repeat(LARGE)));
    names.push(r#""\ud800""#.to_owned());
    names
}
