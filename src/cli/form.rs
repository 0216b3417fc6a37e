//! `palaute form`.

use super::arguments::FormPrint;
use super::clock;
use super::folder::{Folder, io_at};
use super::init::write;
use super::run::Outcome;
use super::terminal::say;
use crate::case::CaseNumber;
use crate::desk::{Desk, InviteError};
use crate::form::{Circumstances, Collect, Form};
use crate::instance::Instance;
use crate::render::{PaperContext, PaperLink, PaperView};
use crate::submission::RawAnswers;
use crate::text::Language;
use jiff::Timestamp;
use std::error::Error;
use std::path::{Path, PathBuf};

pub(super) async fn print(dir: &Path, now: Option<Timestamp>, options: &FormPrint) -> Outcome {
    let folder = Folder::read(dir)?;
    let (pdf, out) = match &options.case {
        Some(case) => {
            let (desk, _) = folder.desk(clock::clock(now)).await?;
            let printed = for_case(&desk, case, options).await;
            desk.store.close().await;
            printed?
        }
        None => empty(&folder, now, options)?,
    };
    write(&out, pdf)?;
    say(format_args!("Wrote {}.", out.display()));
    Ok(())
}

/// A form for anybody.
fn empty(folder: &Folder, now: Option<Timestamp>, options: &FormPrint) -> Result<(Vec<u8>, PathBuf), Box<dyn Error>> {
    let form = named(&folder.forms, &options.form)?;
    let language = language(form, &folder.instance, options.lang.as_deref(), None)?;
    let out = target(options, form, language)?;
    let today = clock::clock(now)().to_zoned(folder.instance.zone()).date();
    let context = PaperContext {
        case: None,
        circumstances: &Circumstances::on(today),
        known: &RawAnswers::new(),
        link: None,
        printed_on: today,
        codes: options.codes,
    };
    Ok((folder.printer.print_paper(&PaperView::new(form, &folder.instance, language, &context))?, out))
}

/// A form for one case, with a way to the same form on the web where there is one.
async fn for_case(desk: &Desk, case: &str, options: &FormPrint) -> Result<(Vec<u8>, PathBuf), Box<dyn Error>> {
    let form = named(&desk.forms, &options.form)?;
    let number = desk.find_case(case).await?;
    let file = desk.store.case(number).await?.ok_or_else(|| InviteError::NoCase(case.to_owned()))?;
    let language = language(form, &desk.instance, options.lang.as_deref(), file.opening().language)?;
    // The file first: a code that is printed nowhere would be a way in for nobody.
    let out = target(options, form, language)?;
    let link = if form.collect() == Collect::Never { None } else { way_in(desk, number, form).await? };
    let context = PaperContext {
        case: Some(&file),
        circumstances: &desk.circumstances(Some(&file)),
        known: &desk.paper_known(&file, form).await?,
        link: link.as_ref(),
        printed_on: desk.today(),
        codes: options.codes,
    };
    let pdf = desk.printer.print_paper(&PaperView::new(form, &desk.instance, language, &context))?;
    if let Some(link) = &link {
        say(format_args!("{}", link.address));
    }
    Ok((pdf, out))
}

/// A way to the same form on the web; without an invitation there is none, which is said.
async fn way_in(desk: &Desk, case: CaseNumber, form: &Form) -> Result<Option<PaperLink>, InviteError> {
    match desk.open_paper_link(case, form.id()).await {
        Ok(link) => Ok(Some(PaperLink {
            open_until: link.expires_at.to_zoned(desk.instance.zone()).date(),
            address: link.address,
            code: link.token,
        })),
        Err(error @ (InviteError::Store(_) | InviteError::NoConsent(_))) => Err(error),
        Err(reason) => {
            say(format_args!("No code on the paper: {reason}."));
            Ok(None)
        }
    }
}

fn named<'f>(forms: &'f [Form], id: &str) -> Result<&'f Form, Box<dyn Error>> {
    forms.iter().find(|f| f.id() == id).ok_or_else(|| {
        let known: Vec<&str> = forms.iter().map(Form::id).collect();
        format!("there is no form `{id}`; there are: {}", known.join(", ")).into()
    })
}

/// The language that is asked for, else that of the case, else the instance's.
fn language(
    form: &Form,
    instance: &Instance,
    asked: Option<&str>,
    of_case: Option<Language>,
) -> Result<Language, Box<dyn Error>> {
    let known = form.languages(instance);
    let Some(code) = asked else {
        return Ok(of_case.filter(|l| known.contains(l)).unwrap_or_else(|| instance.language()));
    };
    Language::from_code(code).filter(|l| known.contains(l)).ok_or_else(|| {
        let codes: Vec<&str> = known.iter().map(|l| l.code()).collect();
        format!("the form {} is not in `{code}`; it is in: {}", form.id(), codes.join(", ")).into()
    })
}

/// Where the paper goes; a file that is there stays unless told otherwise.
fn target(options: &FormPrint, form: &Form, language: Language) -> Result<PathBuf, Box<dyn Error>> {
    let out = options.out.clone().unwrap_or_else(|| format!("{}-{}.pdf", form.id(), language.code()).into());
    if !options.force && out.try_exists().map_err(io_at(&out))? {
        return Err(format!("{} is there already; name another with --out, or say --force", out.display()).into());
    }
    Ok(out)
}
