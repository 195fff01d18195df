/// A table of bad input, over every operation.
mod bad_input;
/// Bodies in another form than JSON in UTF-8.
mod forms;
/// Values at the edge of what the contract allows.
mod limits;
/// Good input, over every operation.
mod replies;
