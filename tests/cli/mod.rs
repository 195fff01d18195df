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
/// `polaris import`.
mod import;
/// Several servers on one database.
mod instances;
/// `polaris mock`.
mod mock;
/// Personal data, and where it is not shown.
mod privacy;
/// Proxies of the environment.
mod proxies;
/// `polaris seed`.
mod seed;
/// `polaris serve` and `polaris migrate`.
mod serve;
/// How `polaris serve` ends.
mod stop;
/// What every command does with its arguments.
mod usage;
