use serde_json::{Map, Value};

/// Calls `change` for every object that has the last name of `place`, e.g. `/data/result/*/id`, with that name.
pub fn each(value: &mut Value, place: &str, change: &mut dyn FnMut(&mut Map<String, Value>, &str)) {
    let way: Vec<_> = place.split('/').skip(1).collect();
    walk(value, &way, change);
}

fn walk(value: &mut Value, way: &[&str], change: &mut dyn FnMut(&mut Map<String, Value>, &str)) {
    match (value, way) {
        (Value::Object(fields), [name]) if fields.contains_key(*name) => change(fields, name),
        (Value::Array(items), ["*", rest @ ..]) => items.iter_mut().for_each(|item| walk(item, rest, change)),
        (Value::Object(fields), [name, rest @ ..]) => {
            if let Some(field) = fields.get_mut(*name) {
                walk(field, rest, change);
            }
        }
        _ => {}
    }
}

/// The value at `place`, the first item of each list.
pub fn first<'a>(value: &'a Value, place: &str) -> Option<&'a Value> {
    value.pointer(&place.replace("/*", "/0"))
}

/// The place of a JSON Pointer: `*` for every index.
pub fn of_pointer(pointer: &str) -> String {
    let name = |segment: &str| if segment.parse::<usize>().is_ok() { "*".to_owned() } else { segment.to_owned() };
    pointer.split('/').map(name).collect::<Vec<_>>().join("/")
}
