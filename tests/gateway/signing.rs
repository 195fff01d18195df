use std::{fs, path::PathBuf, process::Command};

use contracts::runtime::signature::{Parameters, SignedText};
use serde::Deserialize;

use crate::support::{Folder, need, program};

const DOCUMENT: &str = include_str!("../../docs/SIGNING.md");
const SECRET: &str = "polaris-demo-secret";

#[derive(Deserialize)]
struct Vector {
    query: String,
    body: String,
    text: String,
    sign: String,
}

/// The one block of code in `language`.
fn block(language: &str) -> &'static str {
    let fence = format!("```{language}\n");
    let mut blocks = DOCUMENT.split(&fence).skip(1).map(|rest| rest.split("```").next().expect("an end"));
    let block = blocks.next().expect("a block");
    assert!(blocks.next().is_none(), "a second block in {language}");
    block
}

fn vectors() -> Vec<Vector> {
    serde_json::from_str(block("json")).expect("vectors")
}

#[test]
fn the_vectors_are_signed_as_the_document_says() {
    let vectors = vectors();
    assert_eq!(vectors.len(), 3);
    for Vector { query, body, text, sign } in vectors {
        let signed = SignedText::of(&Parameters::parse(&query).expect("parameters"), body.as_bytes()).expect("a text");
        assert_eq!(signed.to_string(), text, "{query}");
        assert_eq!(signed.sign(SECRET), sign, "{query}");
        assert!(DOCUMENT.contains(SECRET));
    }
}

/// Runs the document's program in `language`, which stands in `file`, and holds its output against the vectors.
fn check(language: &str, file: &str, run: impl Fn(PathBuf) -> Vec<Command>) {
    let folder = Folder::new(&format!("signing-{language}"));
    let file = folder.path().join(file);
    fs::write(&file, block(language)).expect("a file");
    let mut printed = String::new();
    for mut command in run(file) {
        let output = command.current_dir(folder.path()).output().expect("the runtime starts");
        assert!(output.status.success(), "{language}: {}", String::from_utf8_lossy(&output.stderr));
        printed = String::from_utf8(output.stdout).expect("text");
    }
    let vectors = vectors();
    let wanted = [&vectors[0].sign, &vectors[2].sign];
    assert_eq!(printed.lines().collect::<Vec<_>>(), wanted, "{language}");
}

fn command(program: &PathBuf, arguments: &[&str], file: &PathBuf) -> Command {
    let mut command = Command::new(program);
    command.args(arguments).arg(file);
    command
}

#[test]
fn the_python_program_signs_as_the_vectors_do() {
    let Some(python) = need("python3", program(&["python3"])) else { return };
    check("python", "sign.py", |file| vec![command(&python, &[], &file)]);
}

#[test]
fn the_typescript_program_signs_as_the_vectors_do() {
    let runtimes = program(&["node", "nodejs"]).zip(program(&["esbuild"]));
    let Some((node, esbuild)) = need("node and esbuild", runtimes) else { return };
    check("typescript", "sign.mts", |file| {
        let script = file.with_extension("mjs");
        let outfile = format!("--outfile={}", script.display());
        vec![command(&esbuild, &["--log-level=error", &outfile], &file), command(&node, &[], &script)]
    });
}

#[test]
fn the_java_program_signs_as_the_vectors_do() {
    let Some(java) = need("a Java development kit, 11 or later", program(&["javac"]).and(program(&["java"]))) else {
        return;
    };
    check("java", "Sign.java", |file| vec![command(&java, &["-Dfile.encoding=UTF-8"], &file)]);
}
