/// `polaris app` and `polaris sign`, with `serve` and `mock`.
mod app;
/// Killed half-way.
mod crash;
/// `polaris import`.
mod import;
/// Several servers on one database.
mod instances;
/// `polaris mock`.
mod mock;
/// `polaris seed`.
mod seed;
/// `polaris serve` and `polaris migrate`.
mod serve;
/// What every command does with its arguments.
mod usage;
