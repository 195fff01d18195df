use std::{
    fs::{self, File, OpenOptions, TryLockError},
    io,
    os::unix::fs::{MetadataExt, OpenOptionsExt, PermissionsExt},
    path::{Path, PathBuf},
    sync::atomic::{AtomicBool, Ordering},
    time::{Duration, Instant},
};

use tokio::time::sleep;

use super::DbError;

/// A database's file is its owner's alone: phones and names stand in it.
const PRIVATE: u32 = 0o600;
/// A process that was just killed has its files a moment longer.
const ENDING: Duration = Duration::from_secs(1);
/// How often the lock is tried meanwhile.
const POLL: Duration = Duration::from_millis(50);

/// The files of an open SQLite database. SQLite goes on with a file that was deleted or replaced as if nothing had happened,
/// and everything that it stores is lost with its end: so they are looked at whenever a connection is taken.
#[derive(Debug)]
pub(super) struct Files {
    path: PathBuf,
    opened: Vec<(PathBuf, Identity)>,
    lost: AtomicBool,
}

/// Holds as long as the process that serves a file lives.
#[derive(Debug)]
pub struct Serving(#[expect(dead_code, reason = "the lock goes with it")] File);

/// Device and number of a file.
type Identity = (u64, u64);

impl Files {
    /// Those of the database at `path`, which is open, with its log.
    pub(super) fn opened(path: &Path) -> io::Result<Self> {
        // Where a link stands in its place, the log lies beside what it leads to.
        let path = fs::canonicalize(path)?;
        let companions = ["", "-wal", "-shm"].map(|ending| with(&path, ending));
        let opened = companions.into_iter().filter_map(|path| identity(&path).ok().map(|identity| (path, identity)));
        let files = Self { opened: opened.collect(), lost: AtomicBool::new(false), path };
        let mode = fs::metadata(&files.path)?.permissions().mode() & 0o777;
        if mode & 0o077 != 0 {
            let path = files.path.display();
            tracing::warn!(%path, mode = format!("{mode:o}"), "others may read the database's file: chmod 600 it");
        }
        Ok(files)
    }

    /// Refuses files that are not those that were opened.
    pub(super) fn check(&self) -> Result<(), DbError> {
        let changed = self.opened.iter().find(|(path, opened)| identity(path).ok() != Some(*opened));
        let was_lost = self.lost.swap(changed.is_some(), Ordering::Relaxed);
        let Some((path, _)) = changed else {
            if was_lost {
                tracing::info!("the database's files are back");
            }
            return Ok(());
        };
        let reason = format!("{} was deleted or replaced while it was open", path.display());
        if !was_lost {
            tracing::error!("{reason}: nothing is read or written before it is back, or this process starts anew");
        }
        Err(DbError::Lost(reason))
    }

    /// Locks the database for the one process that serves it, until that ends, however it ends. Other commands may use it
    /// meanwhile.
    pub(super) async fn lock(&self) -> Result<Serving, DbError> {
        let path = with(&self.path, ".serve-lock");
        let failed = |error: io::Error| DbError::Unavailable(format!("{}: {error}", path.display()));
        let file = OpenOptions::new().create(true).append(true).mode(PRIVATE).open(&path).map_err(failed)?;
        let started = Instant::now();
        loop {
            match file.try_lock() {
                Ok(()) => return Ok(Serving(file)),
                Err(TryLockError::WouldBlock) if started.elapsed() < ENDING => sleep(POLL).await,
                Err(TryLockError::WouldBlock) => {
                    let path = self.path.display();
                    return Err(DbError::Unavailable(format!(
                        "{path} is served by another process: two on one SQLite file do not know what the other one has \
                         accepted; on PostgreSQL there may be several"
                    )));
                }
                Err(TryLockError::Error(error)) => return Err(failed(error)),
            }
        }
    }
}

/// Sees to it that the file of a new database is private from its beginning. Afterwards, nothing but SQLite may open it:
/// whoever closes it takes SQLite's locks with him.
pub(super) fn create(path: &Path) -> io::Result<()> {
    if fs::exists(path)? {
        return Ok(());
    }
    let draft = with(path, &format!(".{:016x}", fastrand::u64(..)));
    drop(OpenOptions::new().write(true).create_new(true).mode(PRIVATE).open(&draft)?);
    let linked = fs::hard_link(&draft, path);
    fs::remove_file(&draft)?;
    match linked {
        // Somebody else was faster, or the file system has no links: SQLite makes the file then.
        Err(error) if ![io::ErrorKind::AlreadyExists, io::ErrorKind::Unsupported].contains(&error.kind()) => Err(error),
        _ => Ok(()),
    }
}

/// Why the file cannot be opened, as the file system says it; SQLite is not so talkative.
pub(super) fn obstacle(path: &Path) -> Option<io::Error> {
    let folder = path.parent().filter(|folder| !folder.as_os_str().is_empty()).unwrap_or(Path::new("."));
    let metadata = fs::metadata(folder)
        .and_then(|folder| if folder.is_dir() { fs::metadata(path) } else { Err(io::ErrorKind::NotADirectory.into()) });
    match metadata {
        Err(error) => Some(error),
        Ok(file) if file.is_dir() => Some(io::ErrorKind::IsADirectory.into()),
        Ok(_) => {
            // The log and the shared memory come to lie beside it.
            let draft = with(path, &format!(".{:016x}", fastrand::u64(..)));
            let made = OpenOptions::new().write(true).create_new(true).mode(PRIVATE).open(&draft);
            let _ = fs::remove_file(&draft);
            made.err()
        }
    }
}

fn identity(path: &Path) -> io::Result<Identity> {
    fs::metadata(path).map(|file| (file.dev(), file.ino()))
}

/// The file beside `path` whose name ends with `ending` too.
fn with(path: &Path, ending: &str) -> PathBuf {
    let mut name = path.as_os_str().to_owned();
    name.push(ending);
    name.into()
}
