/// `docs/SIGNING.md`: its vectors and its programs.
mod signing;
