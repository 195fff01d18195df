use std::time::Duration;

use reqwest::Method;

use super::{
    error::Mistake,
    fields::Fields,
    node::{Content, Key, Node, Place},
    pattern::{Pattern, Use},
    template::Template,
};
use crate::verify::{
    Call, Envelope, Expectation, Side, Signing,
    contract::{Operation, Schemas},
};

/// One call of a case, and what must be answered.
#[derive(Debug)]
pub(super) struct Step {
    pub line: u64,
    pub side: Side,
    /// None for a path that the contract does not have.
    pub operation: Option<&'static Operation>,
    method: Method,
    path: String,
    content_type: Option<String>,
    authorized: bool,
    body: Body,
    /// JSON Pointers of fields that the contract does not have, sent on purpose.
    unknown: Vec<String>,
    /// `result` or `code`.
    pub code: u16,
    /// Pointer and rule of each violation.
    violations: Vec<(String, String)>,
    /// The message.
    pub msg: Option<Pattern>,
    /// What the operation gave: `data`, or the whole body in the flat form.
    pub expect: Option<Pattern>,
    /// Headers of the reply, names in lower case.
    pub headers: Vec<(Key, Pattern)>,
    /// Asked again until it holds, for so long.
    pub eventually: Duration,
}

#[derive(Debug)]
enum Body {
    Json(Template),
    /// Any text, with blanks behind it up to `size` bytes.
    Raw {
        text: String,
        size: usize,
    },
}

impl Step {
    /// Reads a call of a file that is about `operation` or `side`.
    pub fn read(node: Node, side: Option<Side>, operation: Option<&'static Operation>) -> Result<Self, Mistake> {
        let place = node.place;
        let mut fields = node.fields()?;
        let path = fields.take("path").map(Node::text).transpose()?;
        let (side, operation) = match (fields.take("call"), &path, side) {
            (Some(node), None, _) => {
                let (place, id) = (node.place, node.text()?);
                let found = Side::ALL.into_iter().find_map(|side| Some((side, side.contract().operation(&id)?)));
                let Some((side, operation)) = found else {
                    return Mistake::new(place, format!("no side has an operation {id}"));
                };
                (side, Some(operation))
            }
            (None, Some(_), Some(side)) => (side, None),
            (None, None, Some(side)) if operation.is_some() => (side, operation),
            _ => return Mistake::new(place, "which operation is called? (call)"),
        };
        let body = body(&mut fields)?;
        let (method, content_type) = (method(&mut fields)?, content_type(&mut fields)?);
        let authorized = match fields.take("token") {
            None => true,
            Some(Node { content: Content::Bool(false), .. }) => false,
            Some(node) => return Mistake::new(node.place, "false is the only value; leave the field out otherwise"),
        };
        let code = fields.take("code").map(Node::number).transpose()?.unwrap_or(200);
        let Ok(code) = u16::try_from(code) else { return Mistake::new(place, "there is no such code") };
        let texts = |nodes: Vec<Node>| nodes.into_iter().map(Node::text).collect::<Result<Vec<_>, _>>();
        let violations = fields.list("violations")?.into_iter().map(violation).collect::<Result<_, _>>()?;
        let headers = match fields.take("headers") {
            Some(node) => {
                let pattern = |(key, node): (Key, Node)| Ok((key, Pattern::read(node)?));
                node.fields()?.rest().into_iter().map(pattern).collect::<Result<_, _>>()?
            }
            None => Vec::new(),
        };
        let seconds = fields.take("eventually").map(Node::number).transpose()?;
        let step = Self {
            line: place.line,
            side,
            operation,
            method,
            path: path
                .unwrap_or_else(|| operation.map_or_else(String::new, |operation| operation.info.path.to_owned())),
            content_type,
            authorized,
            body,
            unknown: texts(fields.list("unknown")?)?,
            code,
            violations,
            msg: fields.take("msg").map(Pattern::read).transpose()?,
            expect: fields.take("expect").map(Pattern::read).transpose()?,
            headers,
            eventually: Duration::from_secs(seconds.unwrap_or_default().unsigned_abs()),
        };
        fields.end()?;
        step.check(place)?;
        Ok(step)
    }

    /// What can be seen to be wrong without calling anybody.
    fn check(&self, place: Place) -> Result<(), Mistake> {
        let Some(operation) = self.operation else { return Ok(()) };
        if let Body::Json(request) = &self.body {
            let unknown = self.side.document().unknown_fields(operation.info.request, &request.form());
            if let Some(field) = unknown.iter().find(|field| !self.unknown.contains(field)) {
                let id = operation.id();
                return Mistake::new(place, format!("the request of {id} has no field {field} (meant? then: unknown)"));
            }
            if let Some(field) = self.unknown.iter().find(|field| !unknown.contains(field)) {
                return Mistake::new(place, format!("{field} is not among the unknown fields of the request"));
            }
        }
        if !self.violations.is_empty() && self.code != 400 {
            return Mistake::new(place, "violations come with the code 400");
        }
        let Some(expect) = self.expect.as_ref().filter(|_| self.code == 200) else { return Ok(()) };
        let schemas = &self.side.contract().schemas;
        let mut mistake = None;
        expect.fields(&[], &mut |way, place| {
            if mistake.is_none() && !has(schemas, operation, self.side.envelope(), way) {
                mistake = Some(Mistake { place, reason: format!("the reply has no field {}", way.join("/")) });
            }
        });
        mistake.map_or(Ok(()), Err)
    }

    /// Calls `look` with every name that it refers to or keeps, in their order.
    pub fn names(&self, look: &mut dyn FnMut(Use, &str, Place)) {
        if let Body::Json(template) = &self.body {
            template.names(&mut |name, place| look(Use::Refers, name, place));
        }
        let headers = self.headers.iter().map(|(_, pattern)| pattern);
        self.msg.iter().chain(&self.expect).chain(headers).for_each(|pattern| pattern.names(look));
    }

    /// The call, with what its names stand for.
    pub fn call(&self, scope: &super::scope::Scope) -> Result<Call, String> {
        let body = match &self.body {
            Body::Json(template) => template.fill(scope)?.to_string().into_bytes(),
            Body::Raw { text, size } => {
                let mut body = text.clone().into_bytes();
                body.resize(body.len().max(*size), b' ');
                body
            }
        };
        Ok(Call {
            operation: self.operation,
            method: self.method.clone(),
            path: self.path.clone(),
            content_type: self.content_type.clone(),
            headers: Vec::new(),
            authorized: self.authorized,
            signing: Signing::Right,
            body,
        })
    }

    /// What the checks of every exchange are told.
    pub fn expectation(&self) -> Expectation {
        if self.operation.is_none() {
            return Expectation::UnknownOperation;
        }
        match self.code {
            400 if self.violations.is_empty() => Expectation::Invalid,
            400 => Expectation::Refused { violations: self.violations.clone() },
            401 => Expectation::Unauthorized("there is no valid token"),
            405 => Expectation::WrongMethod,
            413 => Expectation::TooLarge,
            415 => Expectation::UnsupportedMediaType,
            _ if matches!(self.body, Body::Raw { .. }) => Expectation::Documented,
            _ => Expectation::Accepted { unknown: self.unknown.clone() },
        }
    }

    /// Whether the operation writes.
    pub fn writes(&self) -> bool {
        self.operation.is_some_and(|operation| operation.writes)
    }

    /// Whether a typed client can make the call and tell what is asked of the reply: the request is one of the contract,
    /// and neither a sentence beside the data nor data beside a refusal matters.
    pub fn is_typed(&self) -> bool {
        let told = if self.code == 200 { self.msg.is_none() } else { self.expect.is_none() };
        told && matches!(self.body, Body::Json(_))
            && self.operation.is_some()
            && self.method == Method::POST
            && self.content_type.as_deref() == Some("application/json")
            && self.unknown.is_empty()
            && self.authorized
            && self.code != 400
    }
}

fn body(fields: &mut Fields) -> Result<Body, Mistake> {
    let size = fields.take("size").map(Node::number).transpose()?;
    match (fields.take("send"), fields.take("raw"), size) {
        (Some(request), None, None) => Ok(Body::Json(Template::read(request)?)),
        (None, Some(raw), size) => match raw.content {
            Content::Text(text) => {
                Ok(Body::Raw { text, size: size.and_then(|size| size.try_into().ok()).unwrap_or(0) })
            }
            _ => Mistake::new(raw.place, "a text is expected"),
        },
        _ => Mistake::new(fields.place, "either send (a request) or raw (any text, with size if it is long) is needed"),
    }
}

fn method(fields: &mut Fields) -> Result<Method, Mistake> {
    let Some(node) = fields.take("method") else { return Ok(Method::POST) };
    let (place, name) = (node.place, node.text()?);
    Method::from_bytes(name.as_bytes()).or_else(|_| Mistake::new(place, "there is no such method"))
}

fn content_type(fields: &mut Fields) -> Result<Option<String>, Mistake> {
    match fields.take("type") {
        None => Ok(Some("application/json".to_owned())),
        Some(Node { content: Content::Null, .. }) => Ok(None),
        Some(node) => node.text().map(Some),
    }
}

/// `/batteryCode pattern`; the body as a whole is `/`.
fn violation(node: Node) -> Result<(String, String), Mistake> {
    let (place, text) = (node.place, node.text()?);
    match text.split_once(' ') {
        Some(("/", rule)) => Ok((String::new(), rule.to_owned())),
        Some((pointer, rule)) if pointer.starts_with('/') => Ok((pointer.to_owned(), rule.to_owned())),
        _ => Mistake::new(place, "a violation is a JSON Pointer and a rule: /batteryCode pattern"),
    }
}

/// Whether the successful reply has a field there.
fn has(schemas: &Schemas, operation: &Operation, envelope: Envelope, way: &[String]) -> bool {
    let mut schema = schemas.named(operation.info.success);
    if envelope == Envelope::Kop {
        schema = &schema["properties"]["data"];
    }
    for name in way {
        schema = schemas.resolve(schema);
        while schema["items"].is_object() {
            schema = schemas.resolve(&schema["items"]);
        }
        schema = &schema["properties"][name.as_str()];
        if schema.is_null() {
            return false;
        }
    }
    true
}
