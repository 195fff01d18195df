use std::collections::BTreeMap;

use polaris::verify::Side;

use super::{
    assert_conforms,
    mutants::{self, Judge, Mutant, Outcome},
};

/// So many of each mutator and of each operation are judged here; `cargo bench --bench mutants` judges all.
const EACH: usize = 2;

/// At least two mutants of every mutator, and two of every operation, the same in every run.
fn sample() -> Vec<Mutant> {
    let mut left: Vec<_> = mutants::all();
    // Late answers take their time; one is enough. What no number protects may be repeated without effect.
    let numbered = |mutant: &Mutant| mutant.operation.fields.iter().any(|field| field.name == "externalNo");
    let mut slow = 0;
    left.retain(|mutant| match mutant.mutator {
        "slow" => std::mem::replace(&mut slow, 1) == 0,
        "apply an update twice" => numbered(mutant),
        _ => true,
    });
    // Far apart, so that the operations of a mutator are not always the first ones.
    let number = left.len();
    let mut order: Vec<_> = (0..number).collect();
    order.sort_by_key(|index| index * 7919 % number);
    let (mut mutators, mut operations) = (BTreeMap::new(), BTreeMap::new());
    let mut taken = Vec::new();
    for index in order {
        let mutant = &left[index];
        let of_mutator: &mut usize = mutators.entry(mutant.mutator).or_default();
        let of_operation: &mut usize = operations.entry(mutant.operation.id()).or_default();
        if *of_mutator < EACH || *of_operation < EACH {
            *of_mutator += 1;
            *of_operation += 1;
            taken.push(mutant.clone());
        }
    }
    taken
}

#[tokio::test(flavor = "multi_thread")]
async fn a_sample_of_mutants_is_found_and_their_operations_are_named() {
    let sample = sample();
    let tell = |_, mutant: &Mutant, outcome: &Outcome| println!("{mutant}: {outcome}");
    let (mut found, mut directly) = (0, 0);
    let mut missed = Vec::new();
    for (mutant, outcome) in mutants::judge_all(sample.clone(), 4, tell).await {
        match &outcome {
            Outcome::Found { directly: named, .. } => {
                found += 1;
                directly += usize::from(*named);
            }
            Outcome::NotApplied => {}
            Outcome::Survived if mutants::known(&mutant).is_some() => {}
            Outcome::Survived => missed.push(mutant.to_string()),
            Outcome::FalseAlarm { .. } => panic!("{mutant}: {outcome}"),
        }
    }
    assert_eq!(missed, [""; 0], "of {}", sample.len());
    assert!(found * 100 >= sample.len() * 85, "{found} of {}", sample.len());
    assert!(directly * 100 >= found * 90, "{directly} of {found}");
}

#[tokio::test]
async fn every_operation_and_every_mutator_has_mutants() {
    let all = mutants::all();
    let operations: BTreeMap<_, _> = all.iter().map(|mutant| (mutant.operation.id(), ())).collect();
    let documented: usize = Side::ALL.iter().map(|side| side.operations().len()).sum();
    assert_eq!(operations.len(), documented);
    let mutators: BTreeMap<_, _> = all.iter().map(|mutant| (mutant.mutator, ())).collect();
    assert!(mutators.len() >= 12, "{mutators:?}");
    let reasoned = all.iter().filter(|mutant| mutants::known(mutant).is_some()).count();
    assert!(reasoned * 20 <= all.len(), "{reasoned} of {} are not found", all.len());
}

#[tokio::test(flavor = "multi_thread")]
async fn behind_the_damaging_server_healthy_sides_pass_with_any_seed() {
    let judge = Judge::start().await;
    for seed in 1..=3 {
        for side in Side::ALL {
            assert_conforms(&judge.healthy(side, seed, Some(800)).await);
        }
    }
}
