use std::collections::HashSet;

use contracts::{
    internal, polaris,
    runtime::{
        Operation, OperationVisitor,
        format::{code_list, datetime, day, id, id_list, items, minute},
        read, read_strictly,
    },
    weichuang,
};
use jiff::civil::{Date, Time};
use proptest::{
    collection::{btree_map, vec},
    prelude::*,
    sample::{Index, select},
    test_runner::{Config, TestRunner},
};
use serde_json::Value;

/// JSON that is not deep.
fn value() -> impl Strategy<Value = Value> {
    let leaf = prop_oneof![
        Just(Value::Null),
        any::<bool>().prop_map(Value::from),
        any::<i64>().prop_map(Value::from),
        any::<f64>().prop_map(Value::from),
        "[0-9A-Z:, -]{0,20}".prop_map(Value::from),
        any::<String>().prop_map(Value::from),
    ];
    leaf.prop_recursive(2, 8, 4, |inner| {
        prop_oneof![
            vec(inner.clone(), 0..4).prop_map(Value::from),
            btree_map("[a-z]{0,9}", inner, 0..4).prop_map(|fields| Value::Object(fields.into_iter().collect())),
        ]
    })
}

/// An example of the operation with other values in some fields, cut, or with other bytes in it.
fn body<O: Operation>() -> impl Strategy<Value = Vec<u8>> {
    let document: Value = serde_json::from_str(O::document().json).expect("the contract is JSON");
    let content = &document["paths"][O::INFO.path]["post"]["requestBody"]["content"]["application/json"];
    let examples = content["examples"].as_object().expect("examples");
    let examples: Vec<Value> = examples.values().map(|example| example["value"].clone()).collect();
    let changed = (select(examples), vec((any::<Index>(), value()), 0..3)).prop_map(|(mut example, changes)| {
        let fields = example.as_object_mut().expect("a request is an object");
        for (place, value) in changes.into_iter().filter(|_| !fields.is_empty()).collect::<Vec<_>>() {
            let name = fields.keys().nth(place.index(fields.len())).expect("a field").clone();
            fields.insert(name, value);
        }
        example.to_string().into_bytes()
    });
    (changed, vec((any::<Index>(), any::<u8>()), 0..2), any::<bool>()).prop_map(|(mut body, bytes, damage)| {
        for (place, byte) in bytes.into_iter().filter(|_| damage) {
            let place = place.index(body.len());
            body[place] = byte;
        }
        body
    })
}

/// Holds what comes of reading a body against its schema.
struct Reads;

impl OperationVisitor for Reads {
    fn visit<O: Operation>(&mut self) {
        let (schema, about) = (O::INFO.request, O::INFO.id);
        let config = Config { cases: 100, failure_persistence: None, ..Config::default() };
        let held = TestRunner::new(config).run(&body::<O>(), |body| {
            let strict = read_strictly::<O::Request>(&body, O::document(), schema);
            match read::<O::Request>(&body, O::document(), schema) {
                Ok(reading) => {
                    let sent: Value = serde_json::from_slice(&body).expect("JSON");
                    prop_assert_eq!(O::document().violations(schema, &sent), []);
                    prop_assert_eq!(strict.is_ok(), reading.unknown.is_empty());
                    let written = serde_json::to_vec(&reading.value).expect("JSON");
                    let again = read::<O::Request>(&written, O::document(), schema).map(|again| again.value);
                    let again = again.map(|again| serde_json::to_vec(&again).expect("JSON"));
                    prop_assert_eq!(again, Ok(written));
                }
                Err(violations) => {
                    prop_assert!(!violations.is_empty() && strict.is_err());
                }
            }
            Ok(())
        });
        held.unwrap_or_else(|error| panic!("{about}: {error}"));
    }
}

#[test]
fn any_body_is_read_as_its_schema_says_and_what_was_read_stands_writing_and_reading() {
    weichuang::visit_operations(&mut Reads);
    polaris::visit_operations(&mut Reads);
    internal::visit_operations(&mut Reads);
}

proptest! {
    #[test]
    fn any_bytes_are_read_without_a_panic(bytes in any::<Vec<u8>>(), text in any::<String>()) {
        for body in [bytes, text.into_bytes()] {
            let found = read::<polaris::QueryOrdersRequest>(&body, &polaris::DOCUMENT, "QueryOrdersRequest");
            prop_assert!(found.is_err());
        }
    }

    #[test]
    fn a_day_and_a_time_are_good_where_the_calendar_has_them(
        (year, month, date) in (0..=9999_i16, 0..=13_i8, 0..=32_i8),
        (hour, minutes, second) in (0..=25_i8, 0..=61_i8, 0..=61_i8),
    ) {
        let the_day = format!("{year:04}-{month:02}-{date:02}");
        let exists = Date::new(year, month, date).is_ok();
        prop_assert_eq!(day(&the_day), exists);
        let the_minute = format!("{the_day} {hour:02}:{minutes:02}");
        let good = exists && Time::new(hour, minutes, 0, 0).is_ok();
        prop_assert_eq!((minute(&the_minute), datetime(&the_minute)), (good, good));
        let good = exists && Time::new(hour, minutes, second, 0).is_ok();
        let the_second = format!("{the_minute}:{second:02}");
        prop_assert_eq!((datetime(&the_second), minute(&the_second)), (good, false));
    }

    #[test]
    fn any_text_is_a_time_only_where_the_calendar_can_read_it(text in "\\PC*|[0-9]{4}-[0-9]{2}-[0-9]{2}( [0-9:+]{5,8})?") {
        if !text.is_empty() && datetime(&text) {
            let read = text.replace(' ', "T").parse::<jiff::civil::DateTime>();
            prop_assert!(read.is_ok(), "{} {:?}", text, read);
        }
    }

    #[test]
    fn a_comma_list_has_its_items_however_it_is_spaced(
        codes in vec("[A-Za-z0-9_-]{1,12}", 0..20),
        spaces in vec("[ ,]{0,3}", 20),
    ) {
        let list: String = codes.iter().zip(&spaces).map(|(code, space)| format!("{space}{code}{space},")).collect();
        let mut seen = HashSet::new();
        let different: Vec<&str> = codes.iter().map(String::as_str).filter(|code| seen.insert(*code)).collect();
        prop_assert_eq!(items(&list), different);
        prop_assert!(code_list(&list));
        prop_assert_eq!(id_list(&list), codes.iter().all(|code| id(code).is_some()));
    }

    #[test]
    fn any_text_is_a_list_of_items_that_stand_writing_and_reading(text in any::<String>()) {
        let found = items(&text);
        let written = found.join(" ,,");
        prop_assert_eq!(items(&written), found);
        prop_assert!(!id_list(&text) || code_list(&text));
    }

    #[test]
    fn an_id_is_a_number_that_javascript_reads_exactly(number in any::<u64>(), small in 1..=9_007_199_254_740_991_i64) {
        let exact = (1..=9_007_199_254_740_991).contains(&number);
        prop_assert_eq!(id(&number.to_string()), exact.then(|| i64::try_from(number).expect("it is small")));
        prop_assert_eq!(id(&small.to_string()), Some(small));
    }
}
