/// `polaris mock`.
mod mock;
/// What every command does with its arguments.
mod usage;
