/// A table of bad input, over every operation.
mod bad_input;
/// Values at the edge of what the contract allows.
mod limits;
/// Good input, over every operation.
mod replies;
