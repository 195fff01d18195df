/// Connections: keep-alive, stop, bodies that are cut off.
mod connections;
/// Pages of other origins.
mod cors;
/// What a server takes on, and for how long.
mod limits;
/// Our own side in the mock.
mod polaris_side;
/// Behind a proxy, below a prefix.
mod prefix;
/// Unknown paths, wrong methods, pages.
mod routing;
/// Connections of callers whom nobody knows.
mod strangers;
/// The bearer token.
mod token;
/// Fields that the contract does not have.
mod unknown_fields;
