use std::{cell::RefCell, future::Future};

tokio::task_local! {
    static PLANS: RefCell<Vec<Plan>>;
}

/// How an engine carries out a statement.
#[derive(Debug, Clone)]
pub struct Plan {
    /// The statement.
    pub statement: String,
    /// The plan, as the engine writes it, a step a line.
    pub steps: String,
}

/// Runs `work` and has every statement of it explained, just before it runs: for tests that watch which indexes the
/// operations find.
pub async fn explained<F: Future>(work: F) -> (F::Output, Vec<Plan>) {
    PLANS
        .scope(RefCell::default(), async {
            let output = work.await;
            (output, PLANS.with(RefCell::take))
        })
        .await
}

/// Whether plans are wanted here.
pub(super) fn wanted() -> bool {
    PLANS.try_with(|_| ()).is_ok()
}

/// Keeps a plan.
pub(super) fn keep(plan: Plan) {
    // Nobody wants it where there is no scope.
    let _ = PLANS.try_with(|plans| plans.borrow_mut().push(plan));
}
