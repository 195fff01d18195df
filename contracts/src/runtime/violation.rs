use std::fmt::{self, Display};

use serde::{Deserialize, Serialize};

use super::At;

/// One violation of the contract. It names the place and the rule, and never repeats the value that it refuses.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
#[cfg_attr(feature = "server", derive(poem_openapi::Object))]
pub struct Violation {
    /// 违反约定的位置(JSON Pointer)
    #[cfg_attr(feature = "server", oai(validator(max_length = 1024, pattern = "^[^\\x00]*$")))]
    pub pointer: String,
    /// 违反的规则(JSON Schema 关键字)
    #[cfg_attr(feature = "server", oai(validator(pattern = "^[A-Za-z0-9_-]{1,64}$")))]
    pub rule: String,
    /// 说明
    #[cfg_attr(feature = "server", oai(validator(max_length = 500, pattern = "^[^\\x00]*$")))]
    pub message: String,
}

impl Violation {
    /// At most this many violations are reported.
    pub const LIMIT: usize = 1000;

    /// A violation of `rule` at `pointer`.
    pub fn new(pointer: impl Display, rule: Rule<'_>) -> Self {
        // The names of unknown fields are the caller's: only they can be long, or hold what a text column cannot.
        let pointer =
            pointer.to_string().chars().take(1024).map(|char| if char == '\0' { '\u{fffd}' } else { char }).collect();
        Self { pointer, rule: rule.name().to_owned(), message: rule.to_string() }
    }
}

impl Display for Violation {
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        let pointer = if self.pointer.is_empty() { "(body)" } else { &self.pointer };
        write!(out, "{pointer}: {}: {}", self.rule, self.message)
    }
}

/// A rule of the contract, with what it demands. Displayed as the short Chinese sentence that callers see.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Rule<'a> {
    /// The body is no JSON text; line and column of the first error.
    Json(usize, usize),
    /// The body begins with a byte order mark.
    ByteOrderMark,
    /// The body is not UTF-8.
    Utf8,
    /// The body is UTF-16.
    Utf16,
    /// The body is compressed, and its head does not say so.
    Gzip,
    /// A key stands twice in one object.
    Duplicate,
    /// A field that the contract does not have (strict mode).
    Unknown,
    /// A required field is missing.
    Required,
    /// The JSON type is another.
    Type(&'a str),
    /// Not the one value that is allowed.
    Const,
    /// Not one of the values that are allowed.
    Enum,
    /// Below the least value.
    Minimum(i64),
    /// Above the greatest value.
    Maximum(i64),
    /// Fewer characters than allowed.
    MinLength(u64),
    /// More characters than allowed.
    MaxLength(u64),
    /// The pattern does not match.
    Pattern,
    /// Not of the named format.
    Format(&'a str),
    /// Fewer items than allowed.
    MinItems(u64),
    /// More items than allowed.
    MaxItems(u64),
    /// A rule of JSON Schema that the contract does not use today.
    Other(&'a str),
}

impl<'a> Rule<'a> {
    /// The JSON Schema keyword of the rule (`json`, `utf8`, `duplicate`, `unknown` are ours).
    #[must_use]
    pub fn name(self) -> &'a str {
        match self {
            Rule::Json(..) | Rule::ByteOrderMark => "json",
            Rule::Utf8 | Rule::Utf16 | Rule::Gzip => "utf8",
            Rule::Duplicate => "duplicate",
            Rule::Unknown => "unknown",
            Rule::Required => "required",
            Rule::Type(_) => "type",
            Rule::Const => "const",
            Rule::Enum => "enum",
            Rule::Minimum(_) => "minimum",
            Rule::Maximum(_) => "maximum",
            Rule::MinLength(_) => "minLength",
            Rule::MaxLength(_) => "maxLength",
            Rule::Pattern => "pattern",
            Rule::Format(_) => "format",
            Rule::MinItems(_) => "minItems",
            Rule::MaxItems(_) => "maxItems",
            Rule::Other(keyword) => keyword,
        }
    }
}

impl Display for Rule<'_> {
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Rule::Json(line, column) => write!(out, "不是有效的 JSON（第 {line} 行第 {column} 列）"),
            Rule::ByteOrderMark => out.write_str("以 BOM 开头，须为不带 BOM 的 UTF-8"),
            Rule::Utf8 => out.write_str("不是 UTF-8 文本"),
            Rule::Utf16 => out.write_str("是 UTF-16 文本，须为 UTF-8"),
            Rule::Gzip => out.write_str("是 gzip 压缩数据，须为 UTF-8 文本"),
            Rule::Duplicate => out.write_str("字段重复"),
            Rule::Unknown => out.write_str("接口没有这个字段"),
            Rule::Required => out.write_str("缺少必填字段"),
            Rule::Type(expected) => write!(out, "类型应为 {expected}"),
            Rule::Const | Rule::Enum => out.write_str("不在允许的取值之内"),
            Rule::Minimum(limit) => write!(out, "不能小于 {limit}"),
            Rule::Maximum(limit) => write!(out, "不能大于 {limit}"),
            Rule::MinLength(limit) => write!(out, "不能少于 {limit} 个字符"),
            Rule::MaxLength(limit) => write!(out, "不能超过 {limit} 个字符"),
            Rule::Pattern => out.write_str("格式不正确"),
            Rule::Format(name) => write!(out, "不是有效的 {name}"),
            Rule::MinItems(limit) => write!(out, "不能少于 {limit} 项"),
            Rule::MaxItems(limit) => write!(out, "不能超过 {limit} 项"),
            Rule::Other(_) => out.write_str("不符合约定"),
        }
    }
}

/// Collects violations.
#[derive(Debug, Default)]
pub struct Report(Vec<Violation>);

impl Report {
    /// Adds a violation of `rule` at `at`.
    pub fn add(&mut self, at: &At<'_>, rule: Rule<'_>) {
        self.0.push(Violation::new(at, rule));
    }

    /// What was found, in document order.
    #[must_use]
    pub fn into_violations(self) -> Vec<Violation> {
        self.0
    }
}

/// A value that can be held against the limits of the contract.
pub trait Validate {
    /// Reports every violation of this value, which stands at `at`.
    fn check(&self, at: &At<'_>, report: &mut Report);

    /// Trims what the contract says is trimmed (`x-trim`), after validation.
    fn trim(&mut self) {}

    /// All violations of this value; empty (and without an allocation) when there is none.
    fn validate(&self) -> Vec<Violation> {
        let mut report = Report::default();
        self.check(&At::ROOT, &mut report);
        report.into_violations()
    }
}

impl<T: Validate> Validate for Vec<T> {
    fn check(&self, at: &At<'_>, report: &mut Report) {
        for (index, item) in self.iter().enumerate() {
            item.check(&at.index(index), report);
        }
    }

    fn trim(&mut self) {
        self.iter_mut().for_each(Validate::trim);
    }
}
