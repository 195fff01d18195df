/// A table of bad input, over every operation.
mod bad_input;
/// Good input, over every operation.
mod replies;
