//! What can be typed.

use crate::text::Language;
use clap::{Args, Parser, Subcommand, ValueEnum};
use jiff::Timestamp;
use jiff::civil::Date;
use std::path::PathBuf;

/// Feedback, closing reports and safe public statistics of job coaching.
#[derive(Debug, Parser)]
#[command(version, about, max_term_width = 100)]
pub(super) struct Arguments {
    /// Folder of the instance, where palaute.yaml is.
    #[arg(long, global = true, default_value = ".")]
    pub(super) instance: PathBuf,
    /// Take this instant for now, such as 2025-12-01T09:00:00+02:00.
    #[arg(long, global = true, value_name = "INSTANT")]
    pub(super) now: Option<Timestamp>,
    #[command(subcommand)]
    pub(super) command: Command,
}

#[derive(Debug, Subcommand)]
pub(super) enum Command {
    /// Write a new instance: palaute.yaml, forms/ and content/.
    Init {
        /// The folder; made if missing, otherwise empty.
        dir: PathBuf,
    },
    /// Check palaute.yaml, forms, content and templates, and tell every mistake with its place.
    Check(Check),
    /// Take a follow-up sheet in, .xlsx or .csv. Importing it again updates, never doubles.
    Import {
        /// The sheet.
        file: PathBuf,
        /// Take the good rows although others are wrong.
        #[arg(long)]
        partial: bool,
    },
    /// Make a link to a form, on paper if you like, or mail one.
    Invite(Invite),
    /// Keep where a party of a case is reached. It is invited there as soon as the coaching has ended.
    Contact {
        /// The case by its number, such as 2025-000123, or by its number in the sheet.
        case: String,
        /// Who is reached.
        #[arg(value_enum)]
        party: Reached,
        /// E-mail.
        address: String,
        /// The language of the mails by its code, such as sv; the case's own unless told.
        #[arg(long, value_parser = super::translate::language)]
        lang: Option<Language>,
    },
    /// Tell who was invited to what on a case and who has answered; what was answered today is told tomorrow.
    Invitations {
        /// The case by its number, such as 2025-000123, or by its number in the sheet.
        case: String,
    },
    /// Take the open invitations of a case to a form back: their links say so, and nobody is reminded.
    Revoke {
        /// The case by its number, such as 2025-000123, or by its number in the sheet.
        case: String,
        /// The form.
        #[arg(long)]
        form: String,
    },
    /// Look after the mails: what waits, what was given up, sending now, a test mail.
    Mail {
        #[command(subcommand)]
        command: MailCommand,
    },
    /// Say who may sign in: coaches, managers, officers, publishers and admins.
    Staff {
        #[command(subcommand)]
        command: StaffCommand,
    },
    /// Show the forms in a browser on invented cases and follow while their files are edited; nothing is stored.
    Preview {
        /// Port; 8090 unless told, 0 takes a free one.
        #[arg(long, default_value_t = 8090)]
        port: u16,
    },
    /// Serve the forms, with the site in public/ beside them, and deliver mail.
    Serve(Serve),
    /// Write closing reports as HTML, JSON and PDF; with the feedback annex, where it has closed, as -annex files.
    Report {
        /// The case by its number, such as 2025-000123, or by its number in the sheet.
        #[arg(required_unless_present = "all", conflicts_with = "all")]
        case: Option<String>,
        /// Every case whose coaching has ended.
        #[arg(long)]
        all: bool,
        /// Folder for the files.
        #[arg(long)]
        out: PathBuf,
    },
    /// Copy the database to a new file, as it stands now, while the server goes on; the copy is checked.
    Backup {
        /// The file to write.
        to: PathBuf,
    },
    /// Put a backup in the place of the database. Stop the server first; the old database is kept.
    Restore {
        /// The backup.
        from: PathBuf,
        /// Although there is a database.
        #[arg(long)]
        replace: bool,
    },
    /// Give a person a copy of what is kept about him or her, as JSON.
    Export(Export),
    /// Erase a case, or the answers of one person, for good.
    Erase(Erase),
    /// Erase the cases that have been kept for `retention_days` of palaute.yaml; lists them unless told how many.
    Purge(Purge),
    /// Move a database file into an empty PostgreSQL and compare both. Stop the server first; the file is kept.
    MigrateStore {
        /// The PostgreSQL, such as postgres://palaute@db.example/palaute. An address with a password belongs into
        /// PALAUTE_MIGRATE_TO of the environment instead, where others do not see it.
        to: Option<String>,
    },
    /// Compare everything stored with its history, fingerprints and chains; tells what does not agree.
    Verify,
    /// Work with the forms themselves.
    Form {
        #[command(subcommand)]
        command: FormCommand,
    },
    /// Print the JSON Schema of closing reports, of forms, or of another file that people write.
    Schema {
        /// Of what.
        #[arg(value_enum, default_value_t = Described::Report)]
        of: Described,
    },
    /// Freeze the figures: disclosure control writes releases/<id>/ with release.json, its proof and an internal report.
    Release(ReleaseOptions),
    /// Build the public site from a release.
    Build {
        /// The release, such as 2025-11-30.1; the newest unless told.
        #[arg(long, value_name = "ID")]
        release: Option<String>,
        /// Folder of the site; an earlier site in it is replaced as a whole.
        #[arg(long, default_value = "public")]
        out: PathBuf,
    },
    /// Attack a built or downloaded site as a reader could; with the witnesses also check that they add up.
    Audit {
        /// Folder of the site.
        site: PathBuf,
        /// The witnesses of its release, releases/<id>/witness.json.
        #[arg(long, value_name = "FILE")]
        witnesses: Option<PathBuf>,
        /// Everything ever published, releases/ledger.jsonl.
        #[arg(long, value_name = "FILE")]
        ledger: Option<PathBuf>,
        /// Print the report as JSON.
        #[arg(long)]
        json: bool,
    },
    /// Show everything on the pilot's figures: instance, import, answers, reports, release, site, server.
    Demo(Demo),
}

#[derive(Debug, Subcommand)]
pub(super) enum MailCommand {
    /// List the mails that wait and those that were given up, with what their last try came to.
    List {
        /// Only those that were given up.
        #[arg(long)]
        dead: bool,
        /// Only those that wait.
        #[arg(long, conflicts_with = "dead")]
        waiting: bool,
    },
    /// Let a mail that was given up go out again.
    Resend {
        /// Its number in `palaute mail list`, or as much of it as is unique.
        #[arg(required_unless_present = "all_dead", conflicts_with = "all_dead")]
        id: Option<String>,
        /// All that were given up.
        #[arg(long)]
        all_dead: bool,
    },
    /// Send one test mail now, in the way that palaute.yaml says, and tell what happened.
    Test {
        /// Where it goes.
        address: String,
    },
    /// Deliver what is due, once; for installations without `palaute serve`, from cron.
    Send,
}

#[derive(Debug, Subcommand)]
pub(super) enum StaffCommand {
    /// Add somebody, who then signs in by a link that is mailed there.
    Add {
        /// E-mail.
        address: String,
        /// coach, manager, officer, publisher or admin.
        #[arg(long)]
        role: String,
        /// Name; of a coach exactly as it stands on the cases.
        #[arg(long)]
        name: String,
    },
    /// List who may sign in.
    List,
    /// Remove somebody, and tell what becomes of the cases.
    Remove {
        /// E-mail.
        address: String,
    },
}

#[derive(Debug, Subcommand)]
pub(super) enum FormCommand {
    /// Print a form on paper, as an accessible PDF: empty, or for a case.
    Print(FormPrint),
    /// Write a sheet for a translator: each Finnish text of the form beside its translation, as CSV.
    Texts(FormTexts),
    /// Take a translator's sheet back in: writes forms/<FORM>.<LANG>.yaml.
    Translate(FormTranslate),
    /// Write a form as XLSForm, for ODK, Kobo or Enketo.
    ExportXlsform(FormExport),
}

#[derive(Debug, Args)]
pub(super) struct FormExport {
    /// The form by its id, such as client-feedback.
    pub(super) form: String,
    /// The file; <FORM>.xlsx in this folder unless told.
    #[arg(long, value_name = "FILE.xlsx")]
    pub(super) out: Option<PathBuf>,
    /// A language by its code, or all that the form has.
    #[arg(long, default_value = "all")]
    pub(super) lang: String,
}

#[derive(Debug, Args)]
pub(super) struct FormTexts {
    /// The form by its id, such as client-feedback.
    pub(super) form: String,
    /// The language to translate into, such as ar.
    #[arg(long, value_parser = super::translate::language)]
    pub(super) lang: Language,
    /// Write to this new file instead of the terminal.
    #[arg(long, value_name = "FILE.csv")]
    pub(super) out: Option<PathBuf>,
}

#[derive(Debug, Args)]
pub(super) struct FormTranslate {
    /// The form by its id, such as client-feedback.
    pub(super) form: String,
    /// The language of the sheet's second column, such as ar.
    #[arg(long, value_parser = super::translate::language)]
    pub(super) lang: Language,
    /// The sheet, separated by commas, semicolons or tabs.
    #[arg(value_name = "FILE.csv")]
    pub(super) file: PathBuf,
}

#[derive(Debug, Args)]
pub(super) struct FormPrint {
    /// The form by its id.
    pub(super) form: String,
    /// The case by its number, such as 2025-000123, or by its number in the sheet: what is known is written in, and
    /// a code leads to the same form on the web. Each printing makes a new code.
    #[arg(long)]
    pub(super) case: Option<String>,
    /// The language by its code, such as sv; that of the case or of palaute.yaml unless told.
    #[arg(long, value_name = "CODE")]
    pub(super) lang: Option<String>,
    /// The file to write; <form>-<language>.pdf unless told.
    #[arg(long, value_name = "FILE")]
    pub(super) out: Option<PathBuf>,
    /// Although there is such a file.
    #[arg(long)]
    pub(super) force: bool,
    /// With the ids of questions and the codes of choices beside them, for whoever keys answers in.
    #[arg(long)]
    pub(super) codes: bool,
}

#[derive(Debug, Args)]
pub(super) struct Check {
    /// The instance's folder, in place of --instance.
    pub(super) dir: Option<PathBuf>,
    /// How findings are told: for people, as JSON, or as annotations of GitHub.
    #[arg(long, value_enum, default_value_t = Format::Text)]
    pub(super) format: Format,
    /// Fail on warnings, too.
    #[arg(long)]
    pub(super) strict: bool,
    /// Tell also what changes the meaning of earlier answers: compares with the forms in this folder, such as the
    /// published ones.
    #[arg(long, value_name = "DIR")]
    pub(super) against: Option<PathBuf>,
    /// Explain a code, such as F014, and check nothing.
    #[arg(long, value_name = "CODE", conflicts_with_all = ["format", "strict", "against"])]
    pub(super) explain: Option<String>,
}

/// How findings are told.
#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
pub(super) enum Format {
    Text,
    Json,
    Github,
}

/// What a JSON Schema describes.
#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
pub(super) enum Described {
    Report,
    Form,
    Indicators,
    Statistics,
    Areas,
    Published,
}

/// Whom a contact reaches.
#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
pub(super) enum Reached {
    Client,
    Employer,
    Community,
    Coach,
}

#[derive(Debug, Args)]
pub(super) struct Invite {
    /// The case by its number, such as 2025-000123, or by its number in the sheet.
    pub(super) case: String,
    /// The form; the closing form of palaute.yaml unless told.
    #[arg(long)]
    pub(super) form: Option<String>,
    /// Send the link to this address instead of printing it.
    #[arg(long, value_name = "ADDRESS")]
    pub(super) mail: Option<String>,
    /// The language of the mail or of the sheet by its code, such as sv; the case's own unless told.
    #[arg(long, value_parser = super::translate::language)]
    pub(super) lang: Option<Language>,
    /// One link for so many colleagues of a workplace, whichever of them answer.
    #[arg(long, value_name = "PLACES", conflicts_with_all = ["mail", "paper", "separate"])]
    pub(super) shared: Option<u32>,
    /// So many links, one for each colleague of a workplace.
    #[arg(long, value_name = "LINKS", value_parser = clap::value_parser!(u32).range(1..=50), conflicts_with_all = ["mail", "paper"])]
    pub(super) separate: Option<u32>,
    /// Write a sheet with the link as a code that a telephone reads, as PDF; each separate link has a page.
    #[arg(long, value_name = "FILE.pdf", conflicts_with_all = ["mail", "paper"])]
    pub(super) sheet: Option<PathBuf>,
    /// Make the link at which you key in what somebody wrote on paper; the answers are marked so.
    #[arg(long, conflicts_with = "mail")]
    pub(super) paper: bool,
    /// The code printed on that paper, such as ABCD-EFGH-JKMN; needed for a workplace, where each colleague has one.
    #[arg(long, requires = "paper")]
    pub(super) code: Option<String>,
}

#[derive(Debug, Args)]
pub(super) struct Serve {
    /// Port.
    #[arg(long, default_value_t = 8080)]
    pub(super) port: u16,
    /// Address to listen on; 127.0.0.1 is reached from this machine only.
    #[arg(long, default_value = "127.0.0.1")]
    pub(super) host: std::net::IpAddr,
    /// Folder of the site.
    #[arg(long, default_value = "public")]
    pub(super) site: PathBuf,
    /// Although the clock stands before the last entry of the audit log, so that expired links open again.
    #[arg(long)]
    pub(super) trust_clock: bool,
}

#[derive(Debug, Args)]
pub(super) struct Export {
    /// The client's case by its number, such as 2025-000123, or by its number in the sheet.
    #[arg(required_unless_present = "receipt", conflicts_with = "receipt")]
    pub(super) case: Option<String>,
    /// The answers of one person, by the receipt that was given for them.
    #[arg(long, value_name = "CODE")]
    pub(super) receipt: Option<String>,
    /// Also what others answered about the case: for the office itself, not for the client.
    #[arg(long, conflicts_with = "receipt")]
    pub(super) everyone: bool,
    /// Write to this new file, which only you can read, instead of the terminal.
    #[arg(long)]
    pub(super) out: Option<PathBuf>,
}

#[derive(Debug, Args)]
pub(super) struct Erase {
    /// The case by its number, such as 2025-000123, or by its number in the sheet: everything about it goes.
    #[arg(required_unless_present = "receipt", conflicts_with = "receipt")]
    pub(super) case: Option<String>,
    /// The answers of one person, by the receipt that was given for them.
    #[arg(long, value_name = "CODE")]
    pub(super) receipt: Option<String>,
    /// Do it. Without this, it is only told what would be erased.
    #[arg(long)]
    pub(super) yes: bool,
}

#[derive(Debug, Args)]
pub(super) struct Purge {
    /// Erase what is due if it is no more than so many cases; without this, it is only listed.
    #[arg(long, value_name = "CASES")]
    pub(super) at_most: Option<usize>,
    /// Although the clock stands far from the last entry of the audit log.
    #[arg(long)]
    pub(super) trust_clock: bool,
}

#[derive(Debug, Args)]
pub(super) struct Demo {
    /// Folder for the demo; a folder that holds anything else is refused.
    #[arg(long, default_value = "palaute-demo")]
    pub(super) dir: PathBuf,
    /// Port; a free one unless told.
    #[arg(long)]
    pub(super) port: Option<u16>,
    /// Seed of the synthetic answers.
    #[arg(long, default_value_t = 1)]
    pub(super) seed: u64,
    /// Make so many synthetic cases instead of the pilot's 22.
    #[arg(long, value_parser = clap::value_parser!(u32).range(1..=100_000))]
    pub(super) cases: Option<u32>,
    /// Write everything and exit.
    #[arg(long)]
    pub(super) once: bool,
}

/// What is released.
#[derive(Debug, clap::Args)]
pub(super) struct ReleaseOptions {
    /// The day at whose end the figures hold; the last reporting date unless told.
    #[arg(long, value_name = "DATE", conflicts_with_all = ["correct", "note"])]
    pub(super) as_of: Option<Date>,
    /// Tell what would be withheld and why; write nothing.
    #[arg(long)]
    pub(super) dry_run: bool,
    /// Count the closed cases of a released cohort again, named by its last day, and put them in the place of the first
    /// figures.
    #[arg(long, value_name = "DATE", requires = "reason", conflicts_with = "note")]
    pub(super) correct: Option<Date>,
    /// Leave the figures of a released cohort as they are and tell readers something about them.
    #[arg(long, value_name = "DATE", requires = "reason")]
    pub(super) note: Option<Date>,
    /// Why, in words for readers of the site.
    #[arg(long, value_name = "TEXT")]
    pub(super) reason: Option<String>,
}
