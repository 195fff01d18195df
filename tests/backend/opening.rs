//! Opening a database that several processes may open.

use std::{fs, os::unix::fs::PermissionsExt, path::Path, process::Command};

use futures_util::future::join_all;
use polaris::backend::{db::Db, migrations};
use sqlx::{Connection, Executor, SqliteConnection};

use crate::support::{Folder, free_port, fresh_database, fresh_database_with, need};

/// Why the database at `url` cannot be opened.
async fn refusal(url: &str) -> String {
    Db::open(url, 2).await.expect_err(url).to_string()
}

#[tokio::test(flavor = "multi_thread")]
async fn a_new_file_may_be_opened_and_migrated_by_many_at_once() {
    for _ in 0..50 {
        let folder = Folder::new("opening");
        let opened = (0..8).map(|_| {
            let url = folder.database();
            tokio::spawn(async move { migrations::run(&Db::open(&url, 4).await?).await })
        });
        let steps = join_all(opened).await.into_iter().map(|steps| steps.expect("no panic").expect("a database"));
        assert_eq!(steps.sum::<usize>(), 2);
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn opening_a_new_file_never_meets_itself() {
    for _ in 0..2000 {
        let folder = Folder::new("opening");
        let db = Db::open(&folder.database(), 4).await.expect("a database");
        db.close().await;
    }
}

#[tokio::test]
async fn a_file_that_cannot_be_opened_is_named_with_what_is_wrong() {
    let folder = Folder::new("wrong");
    let path = |name: &str| folder.path().join(name);
    fs::write(path("text"), "this is no database, though it is long enough to look at ".repeat(20)).expect("a file");
    fs::create_dir(path("folder")).expect("a folder");
    for (name, reason) in [
        ("text", "file is not a database"),
        ("folder", "is a directory"),
        ("nowhere/polaris.db", "no such file or directory"),
        ("text/polaris.db", "not a directory"),
    ] {
        let said = refusal(&format!("sqlite://{}", path(name).display())).await;
        assert!(said.starts_with(&path(name).display().to_string()) && said.to_lowercase().contains(reason), "{said}");
        let said = Db::open_to_read(&format!("sqlite://{}", path(name).display())).await.expect_err(name).to_string();
        assert!(said.starts_with(&path(name).display().to_string()) && said.to_lowercase().contains(reason), "{said}");
    }
}

#[tokio::test]
async fn a_file_system_that_is_read_only_is_named() {
    let folder = Folder::new("read-only");
    let Some(_mounted) = need("the right to mount a tmpfs", Mounted::on(folder.path(), "size=4m")) else { return };
    Db::open(&folder.database(), 1).await.expect("a database").close().await;
    assert!(mount(&["-o", "remount,ro"], folder.path()));
    let said = refusal(&folder.database()).await;
    assert!(said.contains("polaris.db: Read-only file system"), "{said}");
}

#[tokio::test]
async fn a_new_file_is_its_owners_alone_and_so_are_its_companions() {
    let folder = Folder::new("private");
    let db = Db::open(&folder.database(), 1).await.expect("a database");
    let _serving = db.serve_alone().await.expect("a lock");
    let mut files: Vec<_> = fs::read_dir(folder.path())
        .expect("a folder")
        .map(|file| {
            let file = file.expect("a file");
            (
                file.file_name().into_string().expect("a name"),
                file.metadata().expect("a file").permissions().mode() & 0o777,
            )
        })
        .collect();
    files.sort();
    let private = ["", "-shm", "-wal", ".serve-lock"].map(|ending| (format!("polaris.db{ending}"), 0o600));
    assert_eq!(files, private);
}

#[tokio::test]
async fn a_database_whose_texts_are_not_utf_8_is_refused() {
    let folder = Folder::new("utf-16");
    let url = format!("{}?mode=rwc", folder.database());
    let mut connection = SqliteConnection::connect(&url).await.expect("a connection");
    connection.execute("PRAGMA encoding = 'UTF-16'; CREATE TABLE schema_step (number BIGINT)").await.expect("a table");
    connection.close().await.expect("closed");
    let said = refusal(&folder.database()).await;
    assert!(said.contains("polaris.db") && said.contains("its encoding is UTF-16le, not UTF-8"), "{said}");

    for encoding in ["LATIN1", "SQL_ASCII"] {
        let options = format!("ENCODING '{encoding}' LOCALE 'C' TEMPLATE template0");
        let Some(url) = fresh_database_with(&options).await else { return };
        let said = refusal(&url).await;
        assert!(said.contains(&format!("its encoding is {encoding}")), "{said}");
    }
}

#[tokio::test]
async fn why_postgresql_cannot_be_reached_is_said() {
    let port = free_port();
    let refused = refusal(&format!("postgres://polaris:s3cret@127.0.0.1:{port}/polaris")).await;
    let unknown = refusal("postgres://polaris:s3cret@no-such-host.invalid/polaris").await;
    assert!(refused.starts_with(&format!("PostgreSQL at 127.0.0.1:{port}, database polaris: ")), "{refused}");
    assert!(refused.contains("Connection refused"), "{refused}");
    assert!(unknown.contains("no-such-host.invalid:5432") && unknown.contains("lookup"), "{unknown}");
    assert!(!refused.contains("s3cret") && !unknown.contains("s3cret"));

    let Some(url) = fresh_database().await else { return };
    let said = refusal(&url.replace("/test_", "/no_test_")).await;
    assert!(said.contains("does not exist"), "{said}");
    let db = Db::open(&url, 1).await.expect("a database");
    let _taken = db.session().await.expect("a session");
    let said = db.session().await.err().expect("no second connection").to_string();
    assert!(said.contains("all 1 connections of this process are in use"), "{said}");
}

/// A file system in memory of its own, until it is dropped.
pub struct Mounted<'a>(&'a Path);

impl<'a> Mounted<'a> {
    /// `None` where that is not allowed.
    pub fn on(folder: &'a Path, options: &str) -> Option<Self> {
        mount(&["-t", "tmpfs", "-o", options, "tmpfs"], folder).then_some(Self(folder))
    }
}

impl Drop for Mounted<'_> {
    fn drop(&mut self) {
        // Whoever still has a file open keeps it from being taken down at once.
        let _ = Command::new("umount").arg("--lazy").arg(self.0).status();
    }
}

fn mount(arguments: &[&str], folder: &Path) -> bool {
    Command::new("mount").args(arguments).arg(folder).output().is_ok_and(|mounted| mounted.status.success())
}
