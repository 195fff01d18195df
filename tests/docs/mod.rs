/// The documents that are served.
mod documents;
/// Swagger UI's files.
mod swagger;
