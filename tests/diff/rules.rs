use std::collections::BTreeSet;

use polaris::diff::{Breaks, Contract, Rule, compare, compare_all};

use super::{BASE, changed, contract, words};

const N: Breaks = Breaks::NOBODY;
const C: Breaks = Breaks::CALLERS;
const P: Breaks = Breaks::PROVIDER;
const B: Breaks = Breaks::BOTH;

/// Where, by which rule, whom it breaks in a request, and whom in a reply.
type Expected = &'static [(&'static str, &'static str, Breaks, Breaks)];

/// What is changed in `Thing`, what into, and what is found there: forwards and backwards.
#[rustfmt::skip]
const OF_A_VALUE: &[(&str, &str, Expected, Expected)] = &[
    ("        free: { type: string }\n", "", &[("/free", "field-removed", C, C)], &[("/free", "field-added", N, N)]),
    ("required: [code]", "required: [code, extra]",
        &[("/extra", "required-field-added", C, P)], &[("/extra", "required-field-removed", B, C)]),
    ("required: [code]", "required: []", &[("/code", "field-became-optional", P, C)], &[("/code", "field-became-required", C, P)]),
    ("name: { type: string, title: 名称 }", "name: { type: string, title: 名称 }\n        note: { type: integer }",
        &[("/both(Part)/note", "field-added", N, N), ("/both(Part)/note", "closed-field-added", P, C),
            ("/part/note", "field-added", N, N), ("/part/note", "closed-field-added", P, C)],
        &[("/both(Part)/note", "field-removed", C, C), ("/both(Part)/note", "closed-field-removed", C, P),
            ("/part/note", "field-removed", C, C), ("/part/note", "closed-field-removed", C, P)]),
    ("maxProperties: 50", "maxProperties: 50\n      additionalProperties: false",
        &[("", "additional-fields-refused", C, P)], &[("", "additional-fields-allowed", P, C)]),
    ("free: { type: string }", "free: { type: [string, 'null'] }", &[("/free", "became-nullable", P, C)], &[("/free", "no-longer-nullable", C, P)]),
    ("free: { type: string }", "free: { type: integer }", &[("/free", "type-changed", B, B)], &[("/free", "type-changed", B, B)]),
    ("free: { type: string }", "free: { type: [string, integer] }", &[("/free", "type-widened", P, C)], &[("/free", "type-narrowed", C, P)]),
    ("rate: { type: number", "rate: { type: integer", &[("/rate", "type-narrowed", C, P)], &[("/rate", "type-widened", P, C)]),
    ("format: datetime", "format: day", &[("/time", "format-changed", B, B)], &[("/time", "format-changed", B, B)]),
    (", format: datetime", "", &[("/time", "format-widened", P, C)], &[("/time", "format-narrowed", C, P)]),
    ("format: int32", "format: int64", &[("/size", "format-widened", P, C)], &[("/size", "format-narrowed", C, P)]),
    ("format: float", "format: double", &[("/rate", "format-widened", P, C)], &[("/rate", "format-narrowed", C, P)]),
    ("'^[A-Z]*$'", "'^[0-9]*$'", &[("/code", "pattern-changed", B, B)], &[("/code", "pattern-changed", B, B)]),
    (", pattern: '^[A-Z]*$'", "", &[("/code", "pattern-removed", P, C)], &[("/code", "pattern-added", C, P)]),
    ("[甲, 乙, null]", "[甲, null]", &[("/kind", "enum-value-removed", C, P)], &[("/kind", "enum-value-added", P, C)]),
    (", enum: [甲, 乙, null]", "", &[("/kind", "enum-removed", P, C)], &[("/kind", "enum-added", C, P)]),
    ("[甲, 乙, null]", "[甲, 乙]", &[("/kind", "no-longer-nullable", C, P)], &[("/kind", "became-nullable", P, C)]),
    ("{ const: 200 }", "{ const: 201 }", &[("/mark", "const-changed", B, B)], &[("/mark", "const-changed", B, B)]),
    ("{ const: 200 }", "{ enum: [200, 201] }", &[("/mark", "enum-value-added", P, C)], &[("/mark", "enum-value-removed", C, P)]),
    (", { $ref: '#/components/schemas/Other' }]", "]", &[("/both", "alternative-removed", C, P)], &[("/both", "alternative-added", P, C)]),
    ("both: { oneOf: [{ $ref: '#/components/schemas/Part' }, { $ref: '#/components/schemas/Other' }] }", "both: { type: [object, 'null'] }",
        &[("/both", "alternatives-changed", B, B), ("/both", "type-narrowed", C, P)],
        &[("/both", "alternatives-changed", B, B), ("/both", "type-widened", P, C)]),
    ("uniqueItems: true, ", "", &[("/both(Other)/tags", "unique-items-dropped", P, C)], &[("/both(Other)/tags", "unique-items-demanded", C, P)]),
    ("items: { type: boolean }", "items: { type: [boolean, 'null'] }",
        &[("/both(Other)/tags/*", "became-nullable", P, C)], &[("/both(Other)/tags/*", "no-longer-nullable", C, P)]),
    ("minimum: 1,", "minimum: 2,", &[("/size", "minimum-raised", C, P)], &[("/size", "minimum-lowered", P, C)]),
    ("minimum: 1, ", "", &[("/size", "minimum-lowered", P, C)], &[("/size", "minimum-raised", C, P)]),
    ("maximum: 200", "maximum: 100", &[("/size", "maximum-lowered", C, P)], &[("/size", "maximum-raised", P, C)]),
    (", maximum: 200", "", &[("/size", "maximum-raised", P, C)], &[("/size", "maximum-lowered", C, P)]),
    ("exclusiveMinimum: 0", "exclusiveMinimum: 0.5", &[("/rate", "exclusive-minimum-raised", C, P)], &[("/rate", "exclusive-minimum-lowered", P, C)]),
    ("exclusiveMaximum: 10", "exclusiveMaximum: 9", &[("/rate", "exclusive-maximum-lowered", C, P)], &[("/rate", "exclusive-maximum-raised", P, C)]),
    ("minLength: 2", "minLength: 3", &[("/code", "min-length-raised", C, P)], &[("/code", "min-length-lowered", P, C)]),
    ("maxLength: 64", "maxLength: 63", &[("/code", "max-length-lowered", C, P)], &[("/code", "max-length-raised", P, C)]),
    ("minItems: 1", "minItems: 2", &[("/list", "min-items-raised", C, P)], &[("/list", "min-items-lowered", P, C)]),
    ("maxItems: 9", "maxItems: 8", &[("/list", "max-items-lowered", C, P)], &[("/list", "max-items-raised", P, C)]),
    ("minProperties: 1", "minProperties: 2", &[("", "min-properties-raised", C, P)], &[("", "min-properties-lowered", P, C)]),
    ("maxProperties: 50", "maxProperties: 49", &[("", "max-properties-lowered", C, P)], &[("", "max-properties-raised", P, C)]),
    ("default: false", "default: true", &[("/preset", "default-changed", C, N)], &[("/preset", "default-changed", C, N)]),
    ("free: { type: string }", "free: { type: string, deprecated: true }", &[("/free", "deprecated-changed", N, N)], &[("/free", "deprecated-changed", N, N)]),
    ("description: 编码", "description: 东西的编码", &[("/code", "documentation-changed", N, N)], &[("/code", "documentation-changed", N, N)]),
    ("free: { type: string }", "free: { type: string, x-faker: phone }", &[("/free", "extension-changed", N, N)], &[("/free", "extension-changed", N, N)]),
    ("free: { type: string }", "free: { type: string, contentEncoding: base64 }",
        &[("/free", "unknown-keyword-changed", B, B)], &[("/free", "unknown-keyword-changed", B, B)]),
];

/// What is changed around the values, what into, and what is found: forwards and backwards.
#[rustfmt::skip]
const OF_THE_REST: &[(&str, &str, &[&str], &[&str])] = &[
    ("x-envelope: flat", "x-envelope: kop", &["- envelope-changed: callers and provider"], &["- envelope-changed: callers and provider"]),
    ("  - url: /base\n", "  - url: /base\n  - url: /other\n", &["- server-added: provider"], &["- server-removed: callers"]),
    ("title: 小契约", "title: 契约", &["- documentation-changed info: nobody"], &["- documentation-changed info: nobody"]),
    ("    get:\n      operationId: countThings\n", "    put:\n      operationId: putThings\n",
        &["countThings operation-removed: callers", "putThings operation-added: provider"],
        &["putThings operation-removed: callers", "countThings operation-added: provider"]),
    ("  /thing/count:", "  /thing/number:", &["countThings operation-moved: callers and provider"], &["countThings operation-moved: callers and provider"]),
    ("    get:", "    put:", &["countThings operation-moved: callers and provider"], &["countThings operation-moved: callers and provider"]),
    ("operationId: countThings", "operationId: numberOfThings", &["numberOfThings operation-renamed: callers"], &["countThings operation-renamed: callers"]),
    ("      summary: 原样返回", "      deprecated: true\n      summary: 原样返回",
        &["echoThing deprecated-changed deprecated: nobody"], &["echoThing deprecated-changed deprecated: nobody"]),
    ("      summary: 原样返回", "      security: [{}]\n      summary: 原样返回",
        &["echoThing security security-alternative-removed: callers"], &["echoThing security security-alternative-added: provider"]),
    ("scheme: bearer", "scheme: basic",
        &["countThings security security-scheme-changed token: callers and provider", "echoThing security security-scheme-changed token: callers and provider"],
        &["countThings security security-scheme-changed token: callers and provider", "echoThing security security-scheme-changed token: callers and provider"]),
    ("description: 令牌", "description: 口令",
        &["countThings security documentation-changed token: nobody", "echoThing security documentation-changed token: nobody"],
        &["countThings security documentation-changed token: nobody", "echoThing security documentation-changed token: nobody"]),
    ("        required: true\n", "", &["echoThing request field-became-optional: provider"], &["echoThing request field-became-required: callers"]),
    ("        content:\n          application/json:\n            schema: { $ref", "        content:\n          text/json: {}\n          application/json:\n            schema: { $ref",
        &["echoThing request content-type-added: provider"], &["echoThing request content-type-removed: callers"]),
    ("            text/csv:\n              schema: { type: string, maxLength: 80 }\n", "",
        &["countThings reply 200 content-type-removed: provider"], &["countThings reply 200 content-type-added: callers"]),
    ("maxLength: 80", "maxLength: 70", &["countThings reply 200 text/csv max-length-lowered: provider"], &["countThings reply 200 text/csv max-length-raised: callers"]),
    ("        '404': { description: 没有 }\n", "", &["echoThing reply 404 status-removed: provider"], &["echoThing reply 404 status-added: callers"]),
    ("description: 没有", "description: 不存在", &["echoThing reply 404 documentation-changed description: nobody"], &["echoThing reply 404 documentation-changed description: nobody"]),
    ("maximum: 9 }", "maximum: 8 }", &["echoThing query /page maximum-lowered: callers"], &["echoThing query /page maximum-raised: provider"]),
    ("in: query,", "in: query, required: true,", &["echoThing query /page field-became-required: callers"], &["echoThing query /page field-became-optional: provider"]),
    ("in: query,", "in: query, style: form,", &["echoThing query /page unknown-keyword-changed style: callers and provider"], &["echoThing query /page unknown-keyword-changed style: callers and provider"]),
    ("in: query,", "in: header,",
        &["echoThing header /page field-added: nobody", "echoThing query /page field-removed: callers"],
        &["echoThing header /page field-removed: callers", "echoThing query /page field-added: nobody"]),
    ("in: query,", "in: elsewhere,",
        &["echoThing query /page field-removed: callers", "echoThing unknown-keyword-changed parameters: callers and provider"],
        &["echoThing query /page field-added: nobody", "echoThing unknown-keyword-changed parameters: callers and provider"]),
    ("maximum: 7", "maximum: 6", &["echoThing reply 200 header /X-Left maximum-lowered: provider"], &["echoThing reply 200 header /X-Left maximum-raised: callers"]),
    ("X-Left:", "X-Right:",
        &["echoThing reply 200 header /X-Left field-removed: callers", "echoThing reply 200 header /X-Right field-added: nobody"],
        &["echoThing reply 200 header /X-Right field-removed: callers", "echoThing reply 200 header /X-Left field-added: nobody"]),
    ("      tags: [东西]\n", "      tags: [东西]\n      callbacks: {}\n",
        &["echoThing unknown-keyword-changed callbacks: callers and provider"], &["echoThing unknown-keyword-changed callbacks: callers and provider"]),
    ("x-envelope: flat", "x-envelope: flat\nwebhooks: {}", &["- unknown-keyword-changed webhooks: callers and provider"], &["- unknown-keyword-changed webhooks: callers and provider"]),
];

fn found(old: &str, new: &str) -> Vec<String> {
    compare(&contract(old), &contract(new)).iter().map(words).collect()
}

#[test]
fn what_happens_to_a_value_breaks_one_side_in_a_request_and_the_other_in_a_reply() {
    for (from, to, forwards, backwards) in OF_A_VALUE {
        let new = changed(from, to);
        for (old, new, expected) in [(BASE, new.as_str(), forwards), (new.as_str(), BASE, backwards)] {
            let of_part = |part: &str, place: &str, rule: &str, breaks: Breaks| {
                let blank = if place.is_empty() { "" } else { " " };
                format!("echoThing {part}{blank}{place} {rule}: {breaks}")
            };
            let request = expected.iter().map(|(place, rule, breaks, _)| of_part("request", place, rule, *breaks));
            let reply = expected.iter().map(|(place, rule, _, breaks)| of_part("reply 200", place, rule, *breaks));
            let expected: BTreeSet<_> = request.chain(reply).collect();
            let changes = compare(&contract(old), &contract(new)).into_iter();
            let without_subject = changes.map(|change| words(&polaris::diff::Change { subject: None, ..change }));
            assert_eq!(without_subject.collect::<BTreeSet<_>>(), expected, "{from:?} → {to:?}");
        }
    }
}

#[test]
fn what_happens_around_the_values_breaks_whoever_relied_on_it() {
    for (from, to, forwards, backwards) in OF_THE_REST {
        let new = changed(from, to);
        assert_eq!(found(BASE, &new), *forwards, "{from:?} → {to:?}");
        assert_eq!(found(&new, BASE), *backwards, "{to:?} → {from:?}");
    }
}

#[test]
fn a_document_that_comes_or_goes_is_one_change() {
    let (none, all): (&[Contract], _) = (&[], [contract(BASE)]);
    let found = |old, new| compare_all(old, new).iter().map(words).collect::<Vec<_>>();
    assert_eq!(found(none, &all), ["- document-added: provider"]);
    assert_eq!(found(&all, none), ["- document-removed: callers"]);
    assert_eq!(found(&all, &all), [""; 0]);
}

#[test]
fn no_rule_is_without_a_row() {
    let of_a_value = OF_A_VALUE.iter().flat_map(|(_, _, forwards, backwards)| forwards.iter().chain(*backwards));
    let of_the_rest = OF_THE_REST.iter().flat_map(|(_, _, forwards, backwards)| forwards.iter().chain(*backwards));
    let mut shown: BTreeSet<_> = of_a_value.map(|(_, rule, _, _)| *rule).collect();
    shown.extend(of_the_rest.flat_map(|words| words.split([' ', ':'])));
    shown.extend(["document-added", "document-removed"]);
    let hidden: Vec<_> = Rule::ALL.iter().map(|rule| rule.id()).filter(|id| !shown.contains(id)).collect();
    assert_eq!(hidden, [""; 0]);
}

#[test]
fn ids_and_meanings_of_rules_are_unlike() {
    let ids: BTreeSet<_> = Rule::ALL.iter().map(|rule| rule.id()).collect();
    let meanings: BTreeSet<_> = Rule::ALL.iter().map(|rule| rule.meaning()).collect();
    assert_eq!((ids.len(), meanings.len()), (Rule::ALL.len(), Rule::ALL.len()));
    assert!(ids.iter().all(|id| id.bytes().all(|byte| byte.is_ascii_lowercase() || byte == b'-')), "{ids:?}");
}

#[test]
fn a_field_that_comes_as_another_goes_may_have_been_renamed() {
    let new = changed("        free: { type: string }", "        loose: { type: string, description: 随意 }");
    let changes = compare(&contract(BASE), &contract(&new));
    let notes: Vec<_> =
        changes.iter().map(|change| (words(change), change.note.as_deref().unwrap_or_default())).collect();
    let expected = ["request", "reply 200"].map(|part| {
        [
            (format!("echoThing {part} /free field-removed: callers"), "renamed to /loose?"),
            (format!("echoThing {part} /loose field-added: nobody"), "renamed from /free?"),
        ]
    });
    assert_eq!(notes, expected.concat());
}

#[test]
fn a_field_is_not_called_renamed_when_two_could_be_meant() {
    let new = changed("        free: { type: string }", "        one: { type: string }\n        two: { type: string }");
    let changes = compare(&contract(BASE), &contract(&new));
    assert_eq!(changes.len(), 6);
    assert!(changes.iter().all(|change| change.note.is_none()), "{changes:?}");
}
