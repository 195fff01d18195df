use std::{
    error::Error,
    fmt::{self, Display},
    io::{self, ErrorKind},
};

use rustls::CertificateError;

/// What kept a call from its answer, as far as the errors of the transport tell. Displayed in English, for logs.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Cause {
    /// Nobody listens there.
    Refused,
    /// The name of the host has no address.
    UnknownHost,
    /// No way leads there.
    NoRoute,
    /// The connection, or the answer, did not come in time.
    Late,
    /// The certificate comes from an authority that nobody here trusts.
    UntrustedCertificate,
    /// The certificate is not valid now.
    ExpiredCertificate,
    /// The certificate was made out to another name.
    AnothersCertificate,
    /// TLS failed in another way.
    Tls,
    /// What answers does not speak TLS.
    NoTls,
    /// The connection broke.
    Broken,
    /// Something else.
    Other,
}

impl Cause {
    /// The cause of `error`.
    pub(super) fn of(error: &reqwest::Error) -> Self {
        let told = chain(error).find_map(|error| {
            if let Some(tls) = error.downcast_ref::<rustls::Error>() {
                return Some(Self::of_tls(tls));
            }
            Self::of_io(error.downcast_ref::<io::Error>()?)
        });
        match told {
            _ if error.is_dns() => Self::UnknownHost,
            None if error.is_timeout() => Self::Late,
            None if !error.is_connect() => Self::Broken,
            told => told.unwrap_or(Self::Other),
        }
    }

    fn of_tls(error: &rustls::Error) -> Self {
        match error {
            rustls::Error::InvalidMessage(_) => Self::NoTls,
            rustls::Error::InvalidCertificate(error) => match error {
                CertificateError::Expired
                | CertificateError::ExpiredContext { .. }
                | CertificateError::NotValidYet
                | CertificateError::NotValidYetContext { .. } => Self::ExpiredCertificate,
                CertificateError::NotValidForName | CertificateError::NotValidForNameContext { .. } => {
                    Self::AnothersCertificate
                }
                _ => Self::UntrustedCertificate,
            },
            _ => Self::Tls,
        }
    }

    fn of_io(error: &io::Error) -> Option<Self> {
        Some(match error.kind() {
            ErrorKind::ConnectionRefused => Self::Refused,
            ErrorKind::HostUnreachable | ErrorKind::NetworkUnreachable | ErrorKind::NetworkDown => Self::NoRoute,
            ErrorKind::TimedOut => Self::Late,
            ErrorKind::ConnectionReset
            | ErrorKind::ConnectionAborted
            | ErrorKind::BrokenPipe
            | ErrorKind::UnexpectedEof => Self::Broken,
            _ => return None,
        })
    }

    /// Whether it is about whom the connection was opened to, which may be a proxy.
    pub(super) fn is_of_connection(self) -> bool {
        matches!(self, Self::Refused | Self::UnknownHost | Self::NoRoute | Self::Late | Self::Broken | Self::Other)
    }
}

impl Display for Cause {
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        out.write_str(match self {
            Self::Refused => "connection refused",
            Self::UnknownHost => "unknown host name",
            Self::NoRoute => "no route",
            Self::Late => "timed out",
            Self::UntrustedCertificate => "the certificate is not trusted",
            Self::ExpiredCertificate => "the certificate is not valid now",
            Self::AnothersCertificate => "the certificate is for another name",
            Self::Tls => "TLS failed",
            Self::NoTls => "no TLS is spoken there",
            Self::Broken => "the connection broke",
            Self::Other => "the transport failed",
        })
    }
}

/// `error` and what it comes from. An [`io::Error`] hides what it was made of: it is looked into.
fn chain<'a>(error: &'a (dyn Error + 'static)) -> impl Iterator<Item = &'a (dyn Error + 'static)> {
    std::iter::successors(Some(error), |&error| match error.downcast_ref::<io::Error>().and_then(io::Error::get_ref) {
        Some(inner) => Some(inner),
        None => error.source(),
    })
}

/// `error` with all that it comes from, in one line.
pub(super) struct Chain<'a>(pub(super) &'a (dyn Error + 'static));

impl Display for Chain<'_> {
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        let mut said = String::new();
        for error in chain(self.0) {
            let text = error.to_string();
            if !said.contains(&text) {
                said = if said.is_empty() { text } else { format!("{said}: {text}") };
            }
        }
        out.write_str(&said)
    }
}
