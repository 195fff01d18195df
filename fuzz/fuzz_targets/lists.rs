//! Comma lists: what they are, what is in them.
#![no_main]

use std::collections::HashSet;

use contracts::runtime::format::{LIST_ITEMS, code_list, id, id_list, id_list_1_100, items};
use libfuzzer_sys::fuzz_target;

fuzz_target!(|list: &str| {
    let found = items(list);
    let different: HashSet<_> = found.iter().collect();
    assert_eq!(different.len(), found.len(), "no item stands twice");
    assert!(found.iter().all(|item| !item.is_empty() && !item.contains(',') && item.trim() == *item));
    assert_eq!(items(&found.join(" ,, ")), found, "items stand writing and reading");
    if id_list(list) {
        assert!(code_list(list), "an id is a code");
        assert!(found.len() <= LIST_ITEMS && found.iter().all(|item| id(item).is_some_and(|id| id > 0)));
    }
    if id_list_1_100(list) {
        assert!(list.is_empty() || (id_list(list) && (1..=100).contains(&found.len())));
    }
    if code_list(list) {
        assert!(found.len() <= LIST_ITEMS && found.iter().all(|item| item.is_ascii() && item.len() <= 64));
    }
});
