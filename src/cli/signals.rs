use std::{future::Future, io};

use tokio::signal;

/// Completes when somebody wants this process to stop: Ctrl-C or, on Unix, SIGTERM. Listening starts at once, so that
/// no signal gets lost before the future is awaited; also where this process has the number 1, and a signal that nobody
/// listens for does nothing.
///
/// # Errors
/// When the operating system does not deliver signals.
#[cfg(unix)]
pub(super) fn stop() -> io::Result<impl Future<Output = ()>> {
    use signal::unix::{SignalKind, signal};
    let (mut interrupt, mut terminate) = (signal(SignalKind::interrupt())?, signal(SignalKind::terminate())?);
    Ok(async move {
        tokio::select! {
            _ = interrupt.recv() => {}
            _ = terminate.recv() => {}
        }
    })
}

/// Completes when somebody wants this process to stop: Ctrl-C.
///
/// # Errors
/// When the operating system does not deliver signals.
#[cfg(windows)]
pub(super) fn stop() -> io::Result<impl Future<Output = ()>> {
    let mut interrupt = signal::windows::ctrl_c()?;
    Ok(async move {
        let _ = interrupt.recv().await;
    })
}
