use mocks::world::polaris::Seen;

use super::{Stored, Verdict, check, store};
use crate::backend::{Backend, error::Error};

/// How many records go into one transaction.
const BATCH: usize = 1_000;
/// Of so many refused rows the reasons are kept.
const KEPT: usize = 100;

/// A row of a source: where it stands, and the record that it is or why it is none.
#[derive(Debug)]
pub struct Row<R> {
    /// The line, from 1.
    pub line: u64,
    /// The record.
    pub record: Result<R, String>,
}

/// A row that was refused.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Refused {
    /// The line, from 1.
    pub line: u64,
    /// Why. It names no person.
    pub reason: String,
}

/// What became of an import.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct ImportReport {
    /// How many records were brought in.
    pub new: u64,
    /// How many were there already.
    pub known: u64,
    /// How many rows were refused.
    pub refused: u64,
    /// The first of those, and why.
    pub reasons: Vec<Refused>,
}

impl ImportReport {
    fn count(&mut self, line: u64, verdict: Verdict) {
        match verdict {
            Verdict::New => self.new += 1,
            Verdict::Known => self.known += 1,
            Verdict::Refused(reason) => {
                self.refused += 1;
                if self.reasons.len() < KEPT {
                    self.reasons.push(Refused { line, reason });
                }
            }
        }
    }
}

/// What a pass over the rows does with the good ones.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Pass {
    /// Tells what would become of them.
    Check,
    /// Stores them, a transaction for each batch.
    Store,
}

/// Brings in the rows of a source, which `open` reads from its beginning each time; `progress` hears how many rows are
/// done, in both passes together.
///
/// Without `skip_invalid` everything is checked before anything is stored: one row that is refused, and nothing is kept.
/// What was stored before an interruption is known when the import is run again.
///
/// # Errors
/// Those of the database, and of reading the source.
pub async fn import<R, E, I>(
    backend: &Backend,
    open: impl Fn() -> Result<I, E>,
    skip_invalid: bool,
    progress: impl Fn(u64),
) -> Result<ImportReport, E>
where
    R: Stored,
    E: From<Error>,
    I: Iterator<Item = Result<Row<R>, E>>,
{
    if !skip_invalid {
        let checked = pass(backend, open()?, Pass::Check, &progress).await?;
        if checked.refused > 0 {
            return Ok(ImportReport { new: 0, ..checked });
        }
    }
    pass(backend, open()?, Pass::Store, &progress).await
}

async fn pass<R, E>(
    backend: &Backend,
    mut rows: impl Iterator<Item = Result<Row<R>, E>>,
    pass: Pass,
    progress: &impl Fn(u64),
) -> Result<ImportReport, E>
where
    R: Stored,
    E: From<Error>,
{
    let (mut report, mut seen) = (ImportReport::default(), Seen::default());
    loop {
        let (mut lines, mut records, mut read) = (Vec::new(), Vec::new(), 0);
        for row in rows.by_ref().take(BATCH) {
            let Row { line, record } = row?;
            read += 1;
            match record {
                Ok(record) => {
                    lines.push(line);
                    records.push(record);
                }
                Err(reason) => report.count(line, Verdict::Refused(reason)),
            }
        }
        if read == 0 {
            report.reasons.sort_by_key(|refused| refused.line);
            return Ok(report);
        }
        let verdicts = verdicts(backend, &mut seen, &records, pass).await?;
        for (line, verdict) in lines.into_iter().zip(verdicts) {
            report.count(line, verdict);
        }
        progress(read);
    }
}

async fn verdicts<R: Stored>(
    backend: &Backend,
    seen: &mut Seen,
    records: &[R],
    pass: Pass,
) -> Result<Vec<Verdict>, Error> {
    if pass == Pass::Check {
        return check(&mut backend.db().session().await?, seen, records).await;
    }
    let mut session = backend.db().transaction().await?;
    let verdicts = store(&mut session, backend, seen, records).await?;
    session.commit().await?;
    Ok(verdicts)
}
