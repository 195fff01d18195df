use contracts::runtime::{Document, Wire, faker::Fit};
use fake::Fake;
use rand::{SeedableRng, rngs::StdRng};

use super::{BodyVisitor, every_body};

/// A sample of `T`, the same for the same seed.
pub fn sample<T: Wire>(seed: u64) -> T {
    Fit.fake_with_rng(&mut StdRng::seed_from_u64(seed))
}

#[derive(Default)]
struct Samples {
    bodies: usize,
    found: Vec<String>,
}

impl BodyVisitor for Samples {
    fn body<T: Wire>(&mut self, document: &'static Document, schema: &'static str) {
        self.bodies += 1;
        for seed in 0..50 {
            let value = serde_json::to_value(sample::<T>(seed)).expect("JSON");
            let again = serde_json::to_value(sample::<T>(seed)).expect("JSON");
            assert_eq!(value, again, "{schema} is not the same for the same seed");
            let violations = document.violations(schema, &value);
            self.found.extend(violations.iter().map(|violation| format!("{schema}, seed {seed}: {violation}")));
        }
    }
}

#[test]
fn sample_data_fits_the_contract_and_is_the_same_for_the_same_seed() {
    let mut samples = Samples::default();
    every_body(&mut samples);
    assert_eq!(samples.found, [""; 0]);
    assert_eq!(samples.bodies, 2 * 44);
}
