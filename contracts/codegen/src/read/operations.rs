use super::{RUNTIME, Reader, names::Names};
use crate::{
    cursor::{Cursor, Fields, Result},
    model::{Envelope, Kind, Operation, Shape},
};

/// The fields of KOP's envelope around a success.
const SUCCESS: [&str; 3] = ["code", "msg", "data"];
/// The fields of KOP's envelope around a failure with data of its own.
const FAILURE: [&str; 4] = ["code", "msg", "data", "traceId"];

/// A body: the name of its schema, and the schema.
type Body<'a> = (&'a str, Cursor<'a>);

/// What stands under `responses`.
#[derive(Default)]
struct Replies {
    /// The schema to validate a success with, and what the handler returns.
    success: Option<(String, Kind)>,
    failures: Vec<u16>,
    failures_with_data: Vec<u16>,
    failure_data: Option<Kind>,
}

impl<'a> Reader<'a> {
    pub(super) fn operations(&mut self, paths: &Cursor<'a>) -> Result<Vec<Operation>> {
        let mut operations = Vec::new();
        let mut names = Names::default();
        for (path, at) in paths.entries()? {
            let plain = |char: char| char.is_ascii_alphanumeric() || ".-_".contains(char);
            let mut segments = path.split('/').skip(1);
            let whole = path.starts_with('/') && segments.all(|part| !part.is_empty() && part.chars().all(plain));
            if !whole {
                return Err(at.error("a path should be made of /segments of letters, digits and `.-_`"));
            }
            let item = at.fields("path item")?;
            let post = item.required("post");
            item.finish()?;
            operations.push(self.operation(path, &post?, &mut names)?);
        }
        Ok(operations)
    }

    fn operation(&mut self, path: &str, at: &Cursor<'a>, names: &mut Names) -> Result<Operation> {
        let fields = at.fields("operation")?;
        let id = fields.required("operationId")?;
        names.take_value(id.text()?, &id)?;
        let summary = fields.prose("summary")?;
        fields.prose("description")?;
        for tag in fields.required("tags")?.items()? {
            self.tags.pick(tag.text()?, &tag)?;
        }
        let section = fields.prose("x-section")?;
        let status = fields.optional_as("x-status", |status| status.one_of("x-status", &["provisional"]))?;
        fields.optional_as("x-kop-name-status", |status| status.one_of("x-kop-name-status", &["provisional"]))?;
        let success_msg = fields.optional_as("x-success-msg", |flag| match self.envelope {
            Envelope::Kop => flag.boolean(),
            Envelope::Flat => Err(flag.error("only KOP's envelope has room for it")),
        })?;
        let request = self.request(&fields)?;
        let responses = fields.required("responses")?;
        let replies = self.replies(&responses)?;
        fields.finish()?;
        let (success, data) = replies.success.ok_or_else(|| responses.error("`200` is missing"))?;
        Ok(Operation {
            id: id.text()?.to_owned(),
            path: path.to_owned(),
            summary,
            section,
            provisional: status.is_some(),
            success_msg: success_msg.unwrap_or_default(),
            request: request.to_owned(),
            success,
            data,
            failures: replies.failures,
            failures_with_data: replies.failures_with_data,
            failure_data: replies.failure_data.unwrap_or(Kind::Null),
        })
    }

    fn request(&mut self, operation: &Fields<'a>) -> Result<&'a str> {
        let body = operation.required("requestBody")?.fields("request body")?;
        let required = body.required("required")?;
        if !required.boolean()? {
            return Err(required.error("a request body is always required"));
        }
        let (name, _) = self.content(&body.required("content")?)?;
        body.finish()?;
        Ok(name)
    }

    fn replies(&mut self, at: &Cursor<'a>) -> Result<Replies> {
        let mut replies = Replies::default();
        for (status, response) in at.entries()? {
            let status = status.parse().ok().filter(|status| *status == 200 || (400..600).contains(status));
            let status: u16 = status.ok_or_else(|| response.error("should be 200, or the status of a failure"))?;
            let (name, schema) = self.response(&response)?;
            self.wrappers.insert(name);
            if status == 200 {
                replies.success = Some(self.success(name, &schema)?);
                continue;
            }
            replies.failures.push(status);
            if let Some(data) = self.failure(status, name, &schema, &response)? {
                if replies.failure_data.as_ref().is_some_and(|other| *other != data) {
                    return Err(response.error("the failures of one operation should carry the same `data`"));
                }
                replies.failures_with_data.push(status);
                replies.failure_data = Some(data);
            }
        }
        replies.failures.sort_unstable();
        replies.failures_with_data.sort_unstable();
        Ok(replies)
    }

    /// The body of a response, which may be a component.
    fn response(&mut self, at: &Cursor<'a>) -> Result<Body<'a>> {
        let fields = at.fields("response")?;
        let Some(reference) = fields.optional("$ref") else { return self.own_response(at) };
        fields.finish()?;
        let (_, shared) = self.responses.refer(&reference)?;
        self.own_response(&shared)
    }

    fn own_response(&mut self, at: &Cursor<'a>) -> Result<Body<'a>> {
        let fields = at.fields("response")?;
        fields.prose("description")?;
        for (_, header) in fields.optional("headers").map_or(Ok(Vec::new()), |headers| headers.entries())? {
            let header = header.fields("header")?;
            let (_, shared) = self.headers.refer(&header.required("$ref")?)?;
            header.finish()?;
            self.header(&shared)?;
        }
        let body = self.content(&fields.required("content")?)?;
        fields.finish()?;
        Ok(body)
    }

    fn header(&mut self, at: &Cursor<'a>) -> Result<()> {
        let fields = at.fields("header")?;
        fields.prose("description")?;
        self.value(&fields.required("schema")?)?;
        fields.finish()
    }

    /// The one named schema of `application/json`.
    fn content(&mut self, at: &Cursor<'a>) -> Result<Body<'a>> {
        let content = at.fields("content")?;
        let media = content.required("application/json");
        content.finish()?;
        let media = media?.fields("media type")?;
        for (_, example) in media.optional("examples").map_or(Ok(Vec::new()), |examples| examples.entries())? {
            let example = example.fields("example")?;
            example.prose("summary")?;
            example.optional_as("description", |text| text.prose())?;
            example.required("value")?;
            example.finish()?;
        }
        let schema = media.required("schema")?.fields("body")?;
        media.finish()?;
        let body = self.schemas.refer(&schema.required("$ref")?)?;
        schema.finish()?;
        Ok(body)
    }

    fn success(&mut self, name: &'a str, at: &Cursor<'a>) -> Result<(String, Kind)> {
        if self.envelope == Envelope::Kop {
            return Ok((name.to_owned(), self.data(at, &SUCCESS)?));
        }
        let fields = at.fields("flat reply")?;
        fields.prose("description")?;
        let either = fields.required("oneOf")?;
        fields.finish()?;
        let mut names = Vec::new();
        for item in either.items()? {
            let item = item.fields("alternative")?;
            names.push(self.schemas.refer(&item.required("$ref")?)?.0);
            item.finish()?;
        }
        match names[..] {
            [success, "Refusal"] if !RUNTIME.contains(&success) => {
                self.successes.insert(success);
                Ok((success.to_owned(), Kind::Object(success.to_owned())))
            }
            _ => Err(either.error("should be the success, then `Refusal`")),
        }
    }

    /// The type of a failure's `data`, where it has one of its own.
    fn failure(&mut self, status: u16, name: &str, schema: &Cursor<'a>, at: &Cursor<'a>) -> Result<Option<Kind>> {
        match (self.envelope, name) {
            (Envelope::Kop, "Failure") => Ok(None),
            (Envelope::Kop, _) => self.data(schema, &FAILURE).map(Some),
            (Envelope::Flat, "InvalidRequest") if status == 400 => Ok(None),
            (Envelope::Flat, "Refusal") if status != 400 => Ok(None),
            (Envelope::Flat, _) => Err(at.error("the body should be a `Refusal`, for 400 an `InvalidRequest`")),
        }
    }

    /// The type of `data` in an envelope that has exactly the fields `names`.
    fn data(&mut self, at: &Cursor<'a>, names: &[&str]) -> Result<Kind> {
        let object = self.object(at)?;
        let exact = object.fields.len() == names.len()
            && object.fields.iter().all(|field| names.contains(&field.name.as_str()));
        let data = object.fields.into_iter().find(|field| field.name == "data" && field.shape == Shape::Required);
        let problem =
            || format!("an envelope should have the fields {}; `data` required and not null", names.join(", "));
        data.filter(|_| exact).map(|data| data.kind).ok_or_else(|| at.error(problem()))
    }
}
