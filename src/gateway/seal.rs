use std::{fmt, str::FromStr};

use chacha20poly1305::{
    KeyInit, XChaCha20Poly1305, XNonce,
    aead::{Aead, Payload},
};

use super::random;

/// The key under which secrets stand in the database (`access.sealing_key`): 32 bytes, written as 64 hex digits. `Debug`
/// does not show it.
#[derive(Clone, PartialEq, Eq)]
pub struct SealingKey([u8; 32]);

/// Why there is no secret.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum SealError {
    /// The key is not written as it should be.
    #[error("access.sealing_key should be 64 hex digits; `openssl rand -hex 32` makes one")]
    Key,
    /// The secret was sealed under another key, or for another app, or was changed.
    #[error("a secret cannot be unsealed: was it sealed under another access.sealing_key?")]
    Sealed,
}

/// The bytes of a nonce, which stand before what is sealed.
const NONCE: usize = 24;

impl SealingKey {
    /// A key by chance.
    #[must_use]
    pub fn random() -> Self {
        Self(random::bytes())
    }

    /// Seals a secret of an app: only under this key, and for this app alone, is it readable again.
    ///
    /// # Errors
    /// [`SealError::Sealed`], which a text of any reasonable length never is.
    pub(super) fn seal(&self, app_key: &str, secret: &str) -> Result<String, SealError> {
        let nonce = random::bytes::<NONCE>();
        let payload = Payload { msg: secret.as_bytes(), aad: app_key.as_bytes() };
        let sealed = self.cipher().encrypt(&XNonce::from(nonce), payload).map_err(|_| SealError::Sealed)?;
        Ok(nonce.iter().chain(&sealed).map(|byte| format!("{byte:02x}")).collect())
    }

    /// What was sealed.
    ///
    /// # Errors
    /// [`SealError::Sealed`].
    pub(super) fn unseal(&self, app_key: &str, sealed: &str) -> Result<String, SealError> {
        let bytes = from_hex(sealed).ok_or(SealError::Sealed)?;
        let (nonce, sealed) = bytes.split_first_chunk::<NONCE>().ok_or(SealError::Sealed)?;
        let payload = Payload { msg: sealed, aad: app_key.as_bytes() };
        let secret = self.cipher().decrypt(&XNonce::from(*nonce), payload).map_err(|_| SealError::Sealed)?;
        String::from_utf8(secret).map_err(|_| SealError::Sealed)
    }

    fn cipher(&self) -> XChaCha20Poly1305 {
        XChaCha20Poly1305::new(&self.0.into())
    }
}

impl FromStr for SealingKey {
    type Err = SealError;

    fn from_str(text: &str) -> Result<Self, SealError> {
        let bytes = from_hex(text.trim()).ok_or(SealError::Key)?;
        bytes.try_into().map(Self).map_err(|_| SealError::Key)
    }
}

impl fmt::Debug for SealingKey {
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        out.write_str("(hidden)")
    }
}

fn from_hex(text: &str) -> Option<Vec<u8>> {
    let digits = text.bytes().map(|digit| char::from(digit).to_digit(16)).collect::<Option<Vec<_>>>()?;
    let bytes = digits.chunks(2).map(|pair| match pair {
        [high, low] => u8::try_from(high * 16 + low).ok(),
        _ => None,
    });
    bytes.collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_secret_is_unsealed_under_its_key_and_for_its_app_alone() {
        let key = SealingKey::random();
        let sealed = key.seal("app", "s3cret").expect("sealed");
        assert!(!sealed.contains("s3cret") && sealed.len() == 2 * (NONCE + 6 + 16), "{sealed}");
        assert_eq!(key.unseal("app", &sealed).as_deref(), Ok("s3cret"));
        assert_ne!(sealed, key.seal("app", "s3cret").expect("sealed"), "twice the same is not seen to be");
        let mut changed = sealed.clone();
        changed.replace_range(60..61, if &sealed[60..61] == "0" { "1" } else { "0" });
        for (key, app, sealed) in [
            (&SealingKey::random(), "app", sealed.as_str()),
            (&key, "another", &sealed),
            (&key, "app", &changed),
            (&key, "app", &sealed[..40]),
            (&key, "app", "张"),
            (&key, "app", ""),
        ] {
            assert_eq!(key.unseal(app, sealed), Err(SealError::Sealed));
        }
    }

    #[test]
    fn a_key_is_64_hex_digits() {
        assert!("00112233445566778899aabbccddeeff00112233445566778899AABBCCDDEEFF".parse::<SealingKey>().is_ok());
        for text in ["", "00", "zz", &"0".repeat(63), &"0".repeat(66)] {
            assert_eq!(text.parse::<SealingKey>(), Err(SealError::Key), "{text}");
        }
    }
}
