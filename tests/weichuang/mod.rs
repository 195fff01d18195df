/// Many callers at once.
mod concurrency;
/// Pictures that replies point at.
mod pictures;
/// One story through all nine operations.
mod walk;
