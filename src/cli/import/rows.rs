use std::{
    fs::File,
    io::{self, BufReader, Cursor, Read},
    marker::PhantomData,
    path::Path,
};

use indicatif::{ProgressBar, ProgressBarIter};
use mocks::world::explain;
use serde::de::DeserializeOwned;
use serde_json::Value;

use super::{cell::fields, lines::Lines};
use crate::backend::intake::Row;

/// The rows of a file.
pub(super) struct Rows<R> {
    lines: Lines<BufReader<ProgressBarIter<File>>>,
    format: Format,
    record: PhantomData<R>,
}

enum Format {
    JsonLines,
    Csv { parser: Parser, header: csv::StringRecord },
}

impl<R: DeserializeOwned> Rows<R> {
    /// Opens `file`, whose name tells its format; `bar` sees how far it was read.
    pub(super) fn open(file: &Path, bar: ProgressBar) -> Result<Self, String> {
        let name = file.display();
        let failed = |error: io::Error| format!("{name}: {error}");
        let is_csv = match file.extension().and_then(|extension| extension.to_str()) {
            Some("jsonl" | "ndjson") => false,
            Some("csv") => true,
            _ => return Err(format!("{name}: a file of rows is called .jsonl or .csv")),
        };
        let source = BufReader::new(bar.wrap_read(File::open(file).map_err(failed)?));
        let mut lines = Lines::new(source, is_csv).map_err(failed)?;
        let format = if is_csv {
            let mut parser = Parser::new();
            let header = match lines.next().map_err(failed)? {
                Some(line) => {
                    let parsed = line.bytes.and_then(|bytes| parser.parse(bytes));
                    parsed.map_err(|reason| format!("{name}:{}: {reason}", line.number))?
                }
                None => csv::StringRecord::new(),
            };
            Format::Csv { parser, header }
        } else {
            Format::JsonLines
        };
        Ok(Self { lines, format, record: PhantomData })
    }
}

impl<R: DeserializeOwned> Iterator for Rows<R> {
    type Item = Result<Row<R>, String>;

    fn next(&mut self) -> Option<Self::Item> {
        let line = match self.lines.next() {
            Ok(line) => line?,
            Err(error) => return Some(Err(error.to_string())),
        };
        let record = line.bytes.and_then(|bytes| match &mut self.format {
            Format::JsonLines => from_json(&bytes),
            Format::Csv { parser, header } => from_cells(header, &parser.parse(bytes)?),
        });
        Some(Ok(Row { line: line.number, record }))
    }
}

/// Parses one row of CSV after the other. (A reader of the whole file counts lines in its own way, and keeps a field however
/// large it is.)
struct Parser(csv::Reader<Feed>);

/// The row that is parsed.
struct Feed(Cursor<Vec<u8>>);

impl Read for Feed {
    fn read(&mut self, buffer: &mut [u8]) -> io::Result<usize> {
        self.0.read(buffer)
    }
}

impl Parser {
    fn new() -> Self {
        let mut builder = csv::ReaderBuilder::new();
        builder.has_headers(false).flexible(true).trim(csv::Trim::All).terminator(csv::Terminator::Any(b'\n'));
        Self(builder.from_reader(Feed(Cursor::default())))
    }

    fn parse(&mut self, mut row: Vec<u8>) -> Result<csv::StringRecord, String> {
        row.push(b'\n');
        self.0.get_mut().0 = Cursor::new(row);
        let mut record = csv::StringRecord::new();
        match self.0.read_record(&mut record) {
            Ok(_) => Ok(record),
            Err(error) => Err(reason(&error)),
        }
    }
}

fn from_json<R: DeserializeOwned>(bytes: &[u8]) -> Result<R, String> {
    let text = str::from_utf8(bytes).map_err(|_| "it is not UTF-8".to_owned())?;
    let value: Value = serde_json::from_str(text).map_err(|_| "it is no JSON".to_owned())?;
    serde_path_to_error::deserialize(value).map_err(|error| explain(&error.path().to_string(), error.inner()))
}

fn from_cells<R: DeserializeOwned>(header: &csv::StringRecord, record: &csv::StringRecord) -> Result<R, String> {
    if record.len() != header.len() {
        return Err(format!("it has {} fields, the header {}", record.len(), header.len()));
    }
    serde_path_to_error::deserialize(fields(header, record))
        .map_err(|error| explain(&error.path().to_string(), error.inner()))
}

/// Why a CSV row cannot be read, without its values.
fn reason(error: &csv::Error) -> String {
    match error.kind() {
        csv::ErrorKind::Utf8 { .. } => "it is not UTF-8".to_owned(),
        _ => "it cannot be read".to_owned(),
    }
}
