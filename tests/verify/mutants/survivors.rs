use super::Mutant;

/// Why a mutant is not found, where that is known: operation, mutator, place (all three may be empty for any), reason.
const KNOWN: &[(&str, &str, &str, &str)] = &[];

/// Why it is known that no run finds this mutant.
pub fn known(mutant: &Mutant) -> Option<&'static str> {
    let is = |known: &str, value: &str| known.is_empty() || known == value;
    let found = KNOWN.iter().find(|(operation, mutator, place, _)| {
        is(operation, mutant.operation.id()) && is(mutator, mutant.mutator) && is(place, &mutant.place)
    });
    found.map(|(.., reason)| *reason)
}
