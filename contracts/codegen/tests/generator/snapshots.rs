use codegen::{Output, Vocabulary, generate, vocabulary};

use super::{FLAT, KOP};

/// Pins every file that is written for a document.
fn pin(side: &str, yaml: &str) {
    let outputs = generate(side, yaml).unwrap_or_else(|error| panic!("{error}"));
    let names: Vec<_> = outputs.iter().map(|output| output.path.rsplit('/').next().unwrap_or_default()).collect();
    assert_eq!(
        names,
        ["mod.rs", "types.rs", "validate.rs", "fake.rs", "operations.rs", "routes.rs", "client.rs", "contract.json"]
    );
    for (name, Output { path, text }) in names.iter().zip(&outputs) {
        assert_eq!(*path, format!("contracts/src/{side}/{name}"));
        insta::with_settings!({prepend_module_to_snapshot => false, omit_expression => true}, {
            insta::assert_snapshot!(format!("{side}_{}", name.replace('.', "_")), text);
        });
    }
}

#[test]
fn a_document_with_flat_replies_becomes_these_files() {
    pin("flat", FLAT);
}

#[test]
fn a_document_with_kops_envelope_becomes_these_files() {
    pin("kop", KOP);
}

#[test]
fn the_two_documents_use_every_keyword_and_every_word_that_the_reader_understands() {
    let mut all = Vocabulary::new();
    for (side, yaml) in [("flat", FLAT), ("kop", KOP)] {
        for (word, used) in vocabulary(side, yaml).unwrap_or_else(|error| panic!("{error}")) {
            *all.entry(word).or_default() |= used;
        }
    }
    let unused: Vec<_> = all.iter().filter(|(_, used)| !**used).map(|(word, _)| word).collect();
    assert_eq!(unused, [&("", ""); 0]);
    insta::with_settings!({prepend_module_to_snapshot => false, omit_expression => true}, {
        insta::assert_snapshot!("vocabulary", by_set(&all));
    });
}

/// The vocabulary as a list: one line for each set of words.
fn by_set(vocabulary: &Vocabulary) -> String {
    let mut lines: Vec<(&str, Vec<&str>)> = Vec::new();
    for (set, word) in vocabulary.keys() {
        match lines.last_mut() {
            Some((last, words)) if last == set => words.push(word),
            _ => lines.push((set, vec![word])),
        }
    }
    lines.iter().map(|(set, words)| format!("{set}: {}\n", words.join(", "))).collect()
}

#[test]
fn the_same_document_gives_the_same_files() {
    assert_eq!(generate("kop", KOP), generate("kop", KOP));
}
