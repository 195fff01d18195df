use std::collections::{HashMap, VecDeque};

use contracts::weichuang::AssetBindingResult;

/// At most this many results are remembered, so that a long run does not fill the memory: 200 full batches.
const RESULTS: usize = 100_000;

/// The answers to batches, by `batchNo`; the oldest are forgotten first.
#[derive(Debug, Default)]
pub(super) struct Batches {
    answers: HashMap<String, Vec<AssetBindingResult>>,
    order: VecDeque<String>,
    results: usize,
}

impl Batches {
    /// The answer that this batch got the first time.
    pub(super) fn answered(&self, batch_no: &str) -> Option<&[AssetBindingResult]> {
        self.answers.get(batch_no).map(Vec::as_slice)
    }

    /// Remembers the answer to a new batch.
    pub(super) fn remember(&mut self, batch_no: String, results: Vec<AssetBindingResult>) {
        self.results += results.len();
        self.order.push_back(batch_no.clone());
        self.answers.insert(batch_no, results);
        while self.results > RESULTS
            && let Some(oldest) = self.order.pop_front()
        {
            self.results -= self.answers.remove(&oldest).map_or(0, |results| results.len());
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_oldest_batches_are_forgotten_first() {
        let mut batches = Batches::default();
        let results = vec![AssetBindingResult { asset_code: "BT0001".to_owned(), result: 200, msg: None }; 500];
        for number in 0..=200 {
            batches.remember(format!("SYNC{number}"), results.clone());
        }
        assert!(batches.answered("SYNC0").is_none());
        assert!(batches.answered("SYNC1").is_some() && batches.answered("SYNC200").is_some());
    }
}
