use std::{
    fs::File,
    io::{self, BufRead, BufReader, Read},
    marker::PhantomData,
    path::Path,
};

use indicatif::{ProgressBar, ProgressBarIter};
use mocks::world::explain;
use serde::de::DeserializeOwned;
use serde_json::Value;

use super::cell::fields;
use crate::backend::intake::Row;

type Source = BufReader<ProgressBarIter<File>>;

/// The rows of a file.
pub(super) struct Rows<R> {
    format: Format,
    record: PhantomData<R>,
}

enum Format {
    JsonLines { source: Source, line: u64 },
    Csv { reader: csv::Reader<Source>, header: csv::StringRecord },
}

impl<R: DeserializeOwned> Rows<R> {
    /// Opens `file`, whose name tells its format; `bar` sees how far it was read.
    pub(super) fn open(file: &Path, bar: ProgressBar) -> Result<Self, String> {
        let name = file.display();
        let failed = |error: io::Error| format!("{name}: {error}");
        let source = BufReader::new(bar.wrap_read(File::open(file).map_err(failed)?));
        let format = match file.extension().and_then(|extension| extension.to_str()) {
            Some("jsonl" | "ndjson") => Format::JsonLines { source, line: 0 },
            Some("csv") => {
                let mut reader = csv::ReaderBuilder::new().trim(csv::Trim::All).from_reader(source);
                let header = reader.headers().map_err(|error| format!("{name}: {error}"))?.clone();
                Format::Csv { reader, header }
            }
            _ => return Err(format!("{name}: a file of rows is called .jsonl or .csv")),
        };
        Ok(Self { format, record: PhantomData })
    }
}

impl<R: DeserializeOwned> Iterator for Rows<R> {
    type Item = Result<Row<R>, String>;

    fn next(&mut self) -> Option<Self::Item> {
        match &mut self.format {
            Format::JsonLines { source, line } => match next_line(source, line)? {
                Ok(text) => Some(Ok(Row { line: *line, record: text.and_then(|text| from_json(&text)) })),
                Err(error) => Some(Err(error.to_string())),
            },
            Format::Csv { reader, header } => next_record(reader).map(|record| match record {
                Ok(record) => {
                    let line = record.position().map_or(0, csv::Position::line);
                    Ok(Row { line, record: from_cells(header, &record) })
                }
                Err(error) => match error.position() {
                    Some(place) => Ok(Row { line: place.line(), record: Err(reason(&error)) }),
                    None => Err(error.to_string()),
                },
            }),
        }
    }
}

/// A longer line is no row, and is not kept in memory.
const LONGEST: u64 = 1 << 20;

/// The next line that holds something, or what is wrong with it.
fn next_line(source: &mut Source, line: &mut u64) -> Option<io::Result<Result<String, String>>> {
    loop {
        let mut bytes = Vec::new();
        match source.by_ref().take(LONGEST).read_until(b'\n', &mut bytes) {
            Ok(0) => return None,
            Ok(_) => *line += 1,
            Err(error) => return Some(Err(error)),
        }
        if bytes.len() as u64 == LONGEST && !bytes.ends_with(b"\n") {
            let skipped = source.skip_until(b'\n');
            return Some(skipped.map(|_| Err("the line is longer than 1 MiB".to_owned())));
        }
        match String::from_utf8(bytes) {
            Ok(text) if text.trim().is_empty() => {}
            Ok(text) => return Some(Ok(Ok(text))),
            Err(_) => return Some(Ok(Err("it is not UTF-8".to_owned()))),
        }
    }
}

fn from_json<R: DeserializeOwned>(text: &str) -> Result<R, String> {
    let value: Value = serde_json::from_str(text).map_err(|_| "it is no JSON".to_owned())?;
    serde_path_to_error::deserialize(value).map_err(|error| explain(&error.path().to_string(), error.inner()))
}

fn next_record(reader: &mut csv::Reader<Source>) -> Option<Result<csv::StringRecord, csv::Error>> {
    let mut record = csv::StringRecord::new();
    match reader.read_record(&mut record) {
        Ok(true) => Some(Ok(record)),
        Ok(false) => None,
        Err(error) => Some(Err(error)),
    }
}

fn from_cells<R: DeserializeOwned>(header: &csv::StringRecord, record: &csv::StringRecord) -> Result<R, String> {
    serde_path_to_error::deserialize(fields(header, record))
        .map_err(|error| explain(&error.path().to_string(), error.inner()))
}

/// Why a CSV row cannot be read, without its values.
fn reason(error: &csv::Error) -> String {
    match error.kind() {
        csv::ErrorKind::UnequalLengths { expected_len, len, .. } => {
            format!("it has {len} fields, the header {expected_len}")
        }
        csv::ErrorKind::Utf8 { .. } => "it is not UTF-8".to_owned(),
        _ => "it cannot be read".to_owned(),
    }
}
