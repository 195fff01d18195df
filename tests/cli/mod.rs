/// `polaris app` and `polaris sign`, with `serve` and `mock`.
mod app;
/// `polaris audit`.
mod audit;
/// Why Weichuang could not be told.
mod causes;
/// Killed half-way.
mod crash;
/// What becomes of `polaris serve` when its database cannot be used.
mod database;
/// Open files, and too few of them.
mod descriptors;
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
/// Proxies of the environment.
mod proxies;
/// `polaris seed`.
mod seed;
/// `polaris serve` and `polaris migrate`.
mod serve;
/// The settings, and what is said of bad ones.
mod settings;
/// How `polaris serve` ends.
mod stop;
/// What others say, on a terminal.
mod terminal;
/// What every command does with its arguments.
mod usage;
