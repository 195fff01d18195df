use polaris::verify::{Envelope, Side, checks::WARNINGS_HEADER, contract::Operation};
use serde_json::{Value, json};

use super::{
    call::{Answer, Asked},
    mutant::{Damage, Mutant, Mutator, once},
};

pub const MUTATORS: &[Mutator] = &[
    Mutator::new("200 for a refusal", Damage::Reply(refusal_as_success), refusals),
    Mutator::new("200 for an invalid request", Damage::Reply(invalid_as_success), once),
    Mutator::new("another code for a refusal", Damage::Reply(another_code), refusals),
    Mutator::new("a status that contradicts the code", Damage::Reply(contradiction), once),
    Mutator::new("an undocumented status", Damage::Reply(undocumented), once),
    Mutator::new("500 for malformed JSON", Damage::Reply(broken_by_text), once),
    Mutator::new("500 for null", Damage::Reply(broken_by_null), with_fields),
    Mutator::new("wrong content type", Damage::Reply(content_type), once),
    Mutator::new("cut the body", Damage::Reply(cut), once),
    Mutator::new("leak a stack trace", Damage::Reply(trace), once),
    Mutator::new("echo the refused value", Damage::Reply(echo), with_fields),
    Mutator::new("no violations", Damage::Reply(no_violations), once),
    Mutator::new("only the first violation", Damage::Reply(first_violation), with_fields),
    Mutator::new("wrong pointer", Damage::Reply(wrong_pointer), once),
    Mutator::new("wrong rule", Damage::Reply(wrong_rule), once),
    Mutator::new("no warnings", Damage::Reply(no_warnings), once),
    Mutator::new("warn of a known field", Damage::Reply(warning), with_fields),
];

/// The codes with which the operation refuses what is valid.
fn refusals(_: Side, operation: &'static Operation) -> Vec<String> {
    operation.codes.iter().filter(|code| [404, 409].contains(*code)).map(u16::to_string).collect()
}

fn with_fields(_: Side, operation: &'static Operation) -> Vec<String> {
    if operation.fields.is_empty() { Vec::new() } else { vec![String::new()] }
}

/// A success as the contract's examples show it.
fn success(mutant: &Mutant) -> Value {
    let document: Value = serde_json::from_str(mutant.side.document().json).expect("JSON");
    let content = &document["paths"][mutant.operation.info.path]["post"]["responses"]["200"]["content"];
    let examples = content["application/json"]["examples"].as_object().into_iter().flatten();
    let field = mutant.side.envelope().code_field();
    let mut successes = examples.map(|(_, example)| &example["value"]).filter(|value| value[field] == 200);
    successes.next().cloned().unwrap_or_else(|| match mutant.side.envelope() {
        Envelope::Flat => json!({"result": 200}),
        Envelope::Kop => json!({"code": 200, "msg": null, "data": null}),
    })
}

fn refusal_as_success(mutant: &Mutant, _: &Asked, answer: &mut Answer) {
    if answer.code(mutant.side.envelope()).to_string() == mutant.place {
        answer.replace(200, &success(mutant));
    }
}

fn invalid_as_success(mutant: &Mutant, _: &Asked, answer: &mut Answer) {
    if answer.status == 400 {
        answer.replace(200, &success(mutant));
    }
}

/// 404 and 409 change places.
fn another_code(mutant: &Mutant, _: &Asked, answer: &mut Answer) {
    let envelope = mutant.side.envelope();
    let code = answer.code(envelope);
    if code.to_string() == mutant.place {
        let other = if code == 404 { 409 } else { 404 };
        answer.edit(|body| body[envelope.code_field()] = json!(other));
        if envelope == Envelope::Kop {
            answer.status = other;
        }
    }
}

fn contradiction(_: &Mutant, _: &Asked, answer: &mut Answer) {
    if answer.status == 400 {
        answer.edit(|body| {
            for name in ["code", "result"].into_iter().filter(|name| !body[*name].is_null()).collect::<Vec<_>>() {
                body[name] = json!(200);
            }
        });
    }
}

fn undocumented(mutant: &Mutant, _: &Asked, answer: &mut Answer) {
    if mutant.success(answer) {
        answer.status = 201;
    }
}

fn fault(mutant: &Mutant, answer: &mut Answer) {
    let body = match mutant.side.envelope() {
        Envelope::Flat => json!({"result": 500, "msg": "系统繁忙"}),
        Envelope::Kop => json!({"code": 500, "msg": "系统繁忙", "data": null, "traceId": "0123456789abcdef"}),
    };
    answer.replace(500, &body);
}

fn broken_by_text(mutant: &Mutant, asked: &Asked, answer: &mut Answer) {
    if answer.status == 400 && asked.json.is_none() {
        fault(mutant, answer);
    }
}

fn broken_by_null(mutant: &Mutant, asked: &Asked, answer: &mut Answer) {
    let fields = asked.json.as_ref().and_then(Value::as_object);
    if fields.is_some_and(|fields| fields.values().any(Value::is_null)) {
        fault(mutant, answer);
    }
}

fn content_type(mutant: &Mutant, _: &Asked, answer: &mut Answer) {
    if mutant.success(answer) {
        answer.header("content-type", Some("text/html; charset=utf-8"));
    }
}

fn cut(mutant: &Mutant, _: &Asked, answer: &mut Answer) {
    if mutant.success(answer) {
        answer.body.truncate(answer.body.len() / 2);
    }
}

fn trace(_: &Mutant, _: &Asked, answer: &mut Answer) {
    if answer.status == 400 {
        answer.edit(|body| body["msg"] = json!("java.lang.IllegalStateException\n\tat Service.call(Service.java:7)"));
    }
}

fn violations(answer: &mut Answer, change: impl FnOnce(&mut Vec<Value>)) {
    if answer.status == 400 {
        answer.edit(|body| {
            if let Some(violations) = body.get_mut("violations").and_then(Value::as_array_mut) {
                change(violations);
            }
        });
    }
}

fn echo(_: &Mutant, asked: &Asked, answer: &mut Answer) {
    let Some(request) = &asked.json else { return };
    violations(answer, |violations| {
        for violation in violations {
            let refused = violation["pointer"].as_str().and_then(|pointer| request.pointer(pointer));
            if let Some(refused @ (Value::String(_) | Value::Number(_))) = refused {
                violation["message"] = json!(format!("不允许：{refused}"));
            }
        }
    });
}

fn no_violations(_: &Mutant, _: &Asked, answer: &mut Answer) {
    violations(answer, Vec::clear);
}

fn first_violation(_: &Mutant, _: &Asked, answer: &mut Answer) {
    violations(answer, |violations| violations.truncate(1));
}

fn wrong_pointer(_: &Mutant, _: &Asked, answer: &mut Answer) {
    violations(answer, |violations| {
        if let Some(violation) = violations.last_mut() {
            violation["pointer"] = json!("/other");
        }
    });
}

fn wrong_rule(_: &Mutant, _: &Asked, answer: &mut Answer) {
    violations(answer, |violations| {
        if let Some(violation) = violations.last_mut() {
            violation["rule"] = if violation["rule"] == "type" { json!("pattern") } else { json!("type") };
        }
    });
}

fn no_warnings(_: &Mutant, _: &Asked, answer: &mut Answer) {
    answer.header(WARNINGS_HEADER, None);
}

fn warning(mutant: &Mutant, _: &Asked, answer: &mut Answer) {
    if mutant.success(answer) {
        answer.header(WARNINGS_HEADER, Some(&mutant.operation.fields[0].place));
    }
}
