/// `polaris app` and `polaris sign`, with `serve` and `mock`.
mod app;
/// `polaris audit`.
mod audit;
/// Killed half-way.
mod crash;
/// What becomes of `polaris serve` when its database cannot be used.
mod database;
/// `polaris import`.
mod import;
/// Several servers on one database.
mod instances;
/// `polaris mock`.
mod mock;
/// Personal data, and where it is not shown.
mod privacy;
/// `polaris seed`.
mod seed;
/// `polaris serve` and `polaris migrate`.
mod serve;
/// What every command does with its arguments.
mod usage;
