/// `polaris app` and `polaris sign`, with `serve` and `mock`.
mod app;
/// `polaris audit`.
mod audit;
/// Killed half-way.
mod crash;
/// Files that are read whole.
mod files;
/// `polaris import`.
mod import;
/// Several servers on one database.
mod instances;
/// `polaris mock`.
mod mock;
/// Output that cannot be written.
mod output;
/// Personal data, and where it is not shown.
mod privacy;
/// `polaris seed`.
mod seed;
/// `polaris serve` and `polaris migrate`.
mod serve;
/// The settings, and what is said of bad ones.
mod settings;
/// What others say, on a terminal.
mod terminal;
/// What every command does with its arguments.
mod usage;
