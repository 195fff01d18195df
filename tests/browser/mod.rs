/// Chromium without a window, driven through WebDriver.
mod chromium;
/// The first page of the mock.
mod home;
/// Swagger UI, used like a person does.
mod swagger;
