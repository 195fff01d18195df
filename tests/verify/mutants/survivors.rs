use super::Mutant;

/// Why a mutant is not found, where that is known: operation, mutator, place (all three may be empty for any), reason.
const KNOWN: &[(&str, &str, &str, &str)] = &[
    ("tankUpdate", "lose an update", "", "no operation shows where a tank of ours stands"),
    ("revokePackageGift", "ignore a field of a write", "/remark", "no operation shows the remark of a revocation"),
    (
        "recordRental",
        "apply an update twice",
        "",
        "a vehicle is rented once at a time; what is returned already is not shown",
    ),
    (
        "retryDelivery",
        "apply an update twice",
        "",
        "a delivery that waits already goes on waiting; it arrives meanwhile",
    ),
    ("syncAssetBindings", "change a text", "/results/*/msg", WORDING),
    ("getMigration", "change a text", "/data/reason", WORDING),
    ("listDeliveries", "change a text", "/data/result/*/lastError", WORDING),
    (
        "listDeliveries",
        "shift a time",
        "/data/result/*/doneTime",
        "when a delivery arrived is known to the server alone",
    ),
    ("", "change a text", "/data/result/*/imgUrl", PICTURE),
    ("", "change a text", "/tankList/*/cover", PICTURE),
    ("", "change a text", "/batteryList/*/cover", PICTURE),
];

const WORDING: &str = "the wording is the server's own";
const PICTURE: &str = "the address of a picture is the server's own";

/// Why it is known that no run finds this mutant.
pub fn known(mutant: &Mutant) -> Option<&'static str> {
    let is = |known: &str, value: &str| known.is_empty() || known == value;
    let found = KNOWN.iter().find(|(operation, mutator, place, _)| {
        is(operation, mutant.operation.id()) && is(mutator, mutant.mutator) && is(place, &mutant.place)
    });
    found.map(|(.., reason)| *reason)
}
