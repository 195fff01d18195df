use std::io::{self, BufRead};

/// A longer row is none, and is not kept in memory.
const LONGEST: usize = 1 << 20;

/// The rows of a file as they stand in it, without the lines that hold nothing.
pub(super) struct Lines<S> {
    source: S,
    /// How many lines were read.
    read: u64,
    quoting: bool,
}

/// A row.
pub(super) struct Line {
    /// Where it begins, as an editor counts.
    pub(super) number: u64,
    /// Its bytes without the end of its line, or why there are none.
    pub(super) bytes: Result<Vec<u8>, String>,
}

impl<S: BufRead> Lines<S> {
    /// The rows of `source`, behind a byte order mark if it has one. With `quoting`, as in CSV, a row may go on in the next
    /// line.
    pub(super) fn new(mut source: S, quoting: bool) -> io::Result<Self> {
        if source.fill_buf()?.starts_with("\u{feff}".as_bytes()) {
            source.consume("\u{feff}".len());
        }
        Ok(Self { source, read: 0, quoting })
    }

    /// The next row; none at the end.
    pub(super) fn next(&mut self) -> io::Result<Option<Line>> {
        loop {
            let number = self.read + 1;
            let Some(bytes) = self.row()? else { return Ok(None) };
            if bytes.as_ref().is_ok_and(|bytes| bytes.trim_ascii().is_empty()) {
                continue;
            }
            return Ok(Some(Line { number, bytes }));
        }
    }

    fn row(&mut self) -> io::Result<Option<Result<Vec<u8>, String>>> {
        let (mut kept, mut length, mut place) = (Vec::new(), 0, Place::FieldStart);
        loop {
            let buffer = self.source.fill_buf()?;
            if buffer.is_empty() {
                return Ok(match (length, place) {
                    (0, _) => None,
                    (_, Place::Quoted) => Some(Err("its quote is not closed".to_owned())),
                    _ => Some(whole(kept, length)),
                });
            }
            let end = buffer.iter().position(|byte| *byte == b'\n').map(|end| end + 1);
            let part = &buffer[..end.unwrap_or(buffer.len())];
            if self.quoting {
                place = part.iter().fold(place, |place, byte| place.after(*byte));
            }
            length += part.len();
            if length <= LONGEST {
                kept.extend_from_slice(part);
            } else {
                kept = Vec::new();
            }
            let consumed = part.len();
            self.source.consume(consumed);
            if end.is_some() {
                self.read += 1;
                if place != Place::Quoted {
                    return Ok(Some(whole(kept, length)));
                }
            }
        }
    }
}

fn whole(mut bytes: Vec<u8>, length: usize) -> Result<Vec<u8>, String> {
    if length > LONGEST {
        return Err("the row is longer than 1 MiB".to_owned());
    }
    for end in [b'\n', b'\r'] {
        if bytes.last() == Some(&end) {
            bytes.pop();
        }
    }
    Ok(bytes)
}

/// Where in a row of CSV one is: a quote opens a field only at its beginning, and two in a field stand for one.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Place {
    FieldStart,
    Unquoted,
    Quoted,
    BehindQuote,
}

impl Place {
    fn after(self, byte: u8) -> Self {
        match (self, byte) {
            (Self::FieldStart | Self::BehindQuote, b'"') => Self::Quoted,
            (Self::Quoted, b'"') => Self::BehindQuote,
            (Self::Quoted, _) => Self::Quoted,
            (_, b',') => Self::FieldStart,
            _ => Self::Unquoted,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn rows(text: &str, quoting: bool) -> Vec<(u64, String)> {
        let mut lines = Lines::new(io::BufReader::with_capacity(3, text.as_bytes()), quoting).expect("lines");
        let next = || lines.next().expect("a row");
        std::iter::from_fn(next)
            .map(|line| {
                (line.number, line.bytes.map_or_else(|why| why, |bytes| String::from_utf8(bytes).expect("text")))
            })
            .collect()
    }

    #[test]
    fn a_row_has_the_number_of_the_line_that_it_begins_on() {
        let text = "\u{feff}a,b\r\n\r\n \n1,2\n\"x\r\n\r\ny\",\"\"\"\n\"\r\n5\" wide,2\r\nlast";
        let row = |number, text: &str| (number, text.to_owned());
        // The mark is seen in a buffer that holds it whole.
        assert_eq!(
            rows(text, true),
            [row(1, "a,b"), row(4, "1,2"), row(5, "\"x\r\n\r\ny\",\"\"\"\n\""), row(9, "5\" wide,2"), row(10, "last"),]
        );
        assert_eq!(rows("{\"\n\n}\r\n", false), [row(1, "{\""), row(3, "}")]);
    }

    #[test]
    fn a_row_that_does_not_end_is_refused_where_it_begins() {
        let long = format!("a\n\"{}\nb\"\nc\n", "x".repeat(LONGEST));
        let refused = "the row is longer than 1 MiB".to_owned();
        assert_eq!(rows(&long, true), [(1, "a".to_owned()), (2, refused), (4, "c".to_owned())]);
        assert_eq!(rows("a\n\"b\nc\n", true)[1], (2, "its quote is not closed".to_owned()));
    }
}
