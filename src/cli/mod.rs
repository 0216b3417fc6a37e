//! The commands.
//!
//! Enters: arguments, files of the instance, the clock. Leaves: files, messages on the terminal, an
//! exit code. Refuses: what the rooms below refuse, told with what to do.

mod arguments;
mod audit;
mod backup;
mod check;
mod clock;
mod demo;
mod erase;
mod erasures;
mod export;
mod export_xlsform;
mod folder;
mod fonts;
mod form;
mod form_files;
mod import;
mod init;
mod invitations;
mod invite;
mod mail;
mod migrate_store;
mod preview;
mod publish;
mod report;
mod run;
mod schema;
mod serve;
mod staff;
mod statistics_files;
mod terminal;
mod translate;
mod verify;

pub use run::run;

#[cfg(test)]
mod tests;
