//! From arguments to a command, from an error to what the terminal shows.

use super::arguments::{Arguments, Command, FormCommand};
use super::terminal::warn;
use super::{
    audit, backup, check, demo, erase, export, export_xlsform, form, import, init, invitations, invite, mail,
    migrate_store, preview, publish, report, schema, serve, staff, translate, verify,
};
use clap::Parser;
use std::error::Error;
use std::process::ExitCode;
use tracing_subscriber::EnvFilter;

/// What a command gives back: an error is told with its causes.
pub(super) type Outcome = Result<(), Box<dyn Error>>;

/// Runs the command that was typed.
#[must_use]
pub fn run() -> ExitCode {
    let arguments = Arguments::parse();
    let filter = EnvFilter::try_from_env("PALAUTE_LOG").unwrap_or_else(|_| EnvFilter::new("warn"));
    tracing_subscriber::fmt().with_env_filter(filter).with_writer(std::io::stderr).init();
    let runtime = match tokio::runtime::Builder::new_multi_thread().enable_all().build() {
        Ok(runtime) => runtime,
        Err(error) => return tell(&error),
    };
    match runtime.block_on(command(&arguments)) {
        Ok(()) => ExitCode::SUCCESS,
        Err(error) => tell(error.as_ref()),
    }
}

async fn command(arguments: &Arguments) -> Outcome {
    let (dir, now) = (&arguments.instance, arguments.now);
    match &arguments.command {
        Command::Init { dir } => init::init(dir),
        Command::Check(options) => check::check(dir, options).await,
        Command::Import { file, partial } => import::import(dir, now, file, *partial).await,
        Command::Invite(options) => invite::invite(dir, now, options).await,
        Command::Contact { case, party, address, lang } => {
            invitations::contact(dir, now, case, *party, address, *lang).await
        }
        Command::Invitations { case } => invitations::list(dir, now, case).await,
        Command::Revoke { case, form } => invitations::revoke(dir, now, case, form).await,
        Command::Mail { command } => mail::mail(dir, now, command).await,
        Command::Staff { command } => staff::staff(dir, now, command).await,
        Command::Preview { port } => preview::run(dir, now, *port).await,
        Command::Form { command: FormCommand::Print(options) } => form::print(dir, now, options).await,
        Command::Serve(options) => serve::serve(dir, now, options).await,
        Command::Report { case, out, .. } => report::report(dir, now, case.as_deref(), out).await,
        Command::Backup { to } => backup::backup(dir, to).await,
        Command::Restore { from, replace } => backup::restore(dir, now, from, *replace).await,
        Command::Export(options) => export::export(dir, now, options).await,
        Command::Erase(options) => erase::erase(dir, now, options).await,
        Command::Purge(options) => erase::purge(dir, now, options).await,
        Command::MigrateStore { to } => migrate_store::migrate_store(dir, to.as_deref()).await,
        Command::Form { command: FormCommand::Texts(options) } => translate::texts(dir, options),
        Command::Form { command: FormCommand::Translate(options) } => translate::translate(dir, options),
        Command::Form { command: FormCommand::ExportXlsform(options) } => export_xlsform::export_xlsform(dir, options),
        Command::Verify => verify::verify(dir, now).await,
        Command::Schema { of } => {
            schema::schema(*of);
            Ok(())
        }
        Command::Release(options) => publish::release(dir, now, options).await,
        Command::Build { release, out } => publish::build(dir, release.as_deref(), out),
        Command::Audit { site, witnesses, ledger, json } => {
            audit::audit(site, witnesses.as_deref(), ledger.as_deref(), *json)
        }
        Command::Demo(options) => demo::demo(now, options).await,
    }
}

fn tell(error: &dyn Error) -> ExitCode {
    warn(format_args!("error: {error}"));
    let mut next = error.source();
    while let Some(cause) = next {
        warn(format_args!("  because: {cause}"));
        next = cause.source();
    }
    ExitCode::FAILURE
}
