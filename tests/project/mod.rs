/// The licences of what is built in.
mod licences;
/// Every command and answer that the READMEs show.
mod readme;
/// The table of rules and the tests that show them.
mod rules;
