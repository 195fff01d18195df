/// Chromium without a window, driven through WebDriver.
mod chromium;
/// Swagger UI, used like a person does.
mod swagger;
