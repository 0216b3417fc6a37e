//! What one installation decides for itself: `palaute.yaml`.
//!
//! Enters: the text of `palaute.yaml`. Leaves: an [`Instance`] whose codes, limits and names the
//! other rooms rely on. Refuses: unknown keys, a missing Finnish text, a lower disclosure threshold
//! without a recorded reason, codes that are not slugs.

mod check;
mod dimension;
mod ledger;
mod mail;
mod policy;

pub use dimension::{Category, Dimension};
pub use ledger::{LedgerColumns, LedgerMap};
pub use mail::{MailSettings, MailTls, SmtpSettings};
pub use policy::Policy;

use crate::text::{Diagnostics, Language, Text, read_shaped, zone};
use core::net::IpAddr;
use jiff::civil::Date;
use jiff::tz::TimeZone;
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};
use serde_yaml::Spanned;
use std::collections::BTreeMap;

/// Id of the dimension that tells providers apart, where an instance has one; see [`crate::case::Opening::provider`].
pub const PROVIDER: &str = "provider";

/// A named party of the service: an office that receives reports or a provider that writes them.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct Organisation {
    /// Short code, kept in cases.
    pub code: String,
    /// Its name as people know it.
    pub name: Text,
    /// How Finnish bends the name, for `{provider.genitive}` in a form.
    #[serde(default)]
    pub inflected: BTreeMap<FinnishCase, String>,
}

/// The cases in which Finnish sentences need a name.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "lowercase")]
pub enum FinnishCase {
    /// Whose: -n.
    Genitive,
    /// Whom, partly: -a, -ta.
    Partitive,
    /// In: -ssa.
    Inessive,
    /// Out of: -sta.
    Elative,
    /// Into: -an, -seen.
    Illative,
    /// At: -lla.
    Adessive,
    /// From: -lta.
    Ablative,
    /// To: -lle.
    Allative,
}

impl FinnishCase {
    /// All of them.
    pub const ALL: [Self; 8] = [
        Self::Genitive,
        Self::Partitive,
        Self::Inessive,
        Self::Elative,
        Self::Illative,
        Self::Adessive,
        Self::Ablative,
        Self::Allative,
    ];

    /// Its name in texts and in palaute.yaml.
    #[must_use]
    pub fn name(self) -> &'static str {
        match self {
            Self::Genitive => "genitive",
            Self::Partitive => "partitive",
            Self::Inessive => "inessive",
            Self::Elative => "elative",
            Self::Illative => "illative",
            Self::Adessive => "adessive",
            Self::Ablative => "ablative",
            Self::Allative => "allative",
        }
    }
}

/// A number of clients that was promised, shown beside what came true.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct Target {
    /// Code in tables.
    pub code: String,
    /// Clients.
    pub value: u32,
    /// What the target covers.
    pub label: Text,
}

/// The settings of one installation, as read from `palaute.yaml`.
#[derive(Clone, Debug, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct Instance {
    /// What the site and the forms are called.
    #[schemars(with = "Text")]
    pub name: Spanned<Text>,
    /// Said at the top of every page and report, for example that the data are synthetic.
    #[serde(default)]
    pub notice: Option<Text>,
    /// Where the figures come from, told under each of them.
    pub source: Text,
    /// Where the feedback comes from, if told apart.
    #[serde(default)]
    pub feedback_source: Option<Text>,
    /// Whom to ask, shown on receipts and in the footer of forms and site.
    pub contact: Text,
    /// Languages of forms and site, the first is the default.
    #[schemars(with = "Vec<Language>")]
    pub languages: Spanned<Vec<Language>>,
    /// Further languages in which clients can be asked, form by form where every text is there.
    #[serde(default)]
    pub client_languages: Vec<Language>,
    /// True when questions about health are asked.
    #[serde(default)]
    pub health_questions: bool,
    /// IANA name of the time zone in which dates are told.
    #[schemars(with = "String")]
    pub time_zone: Spanned<String>,
    /// Address at which people reach the forms; links in mail start with it.
    #[schemars(with = "String")]
    pub base_url: Spanned<String>,
    /// IP addresses of the proxies before the server; from them alone it is believed who the client is.
    #[serde(default)]
    #[schemars(with = "Vec<String>")]
    pub trusted_proxies: Vec<IpAddr>,
    /// SQLite file, relative to the instance's folder, or the address of a PostgreSQL server.
    pub database: String,
    /// The office that buys the coaching and receives the reports.
    pub office: Organisation,
    /// Who delivers the coaching.
    pub provider: Organisation,
    /// Most coaching hours for one client.
    pub hour_cap: u32,
    /// Days an invitation stays open.
    #[schemars(with = "u32")]
    pub invitation_days: Spanned<u32>,
    /// Days after the first mail on which whoever has not answered is reminded; nobody is without them.
    #[serde(default)]
    #[schemars(with = "Vec<u32>")]
    pub reminder_days: Vec<Spanned<u32>>,
    /// Days for which a case is kept after the end of its coaching; without them it is kept until it is erased.
    #[serde(default)]
    #[schemars(with = "Option<u32>")]
    pub retention_days: Option<Spanned<u32>>,
    /// The form that every client whose coaching ended is invited to.
    #[schemars(with = "String")]
    pub closing_form: Spanned<String>,
    /// The form of the coach's part of the closing report; without one it is drawn from the sheet alone.
    #[serde(default)]
    #[schemars(with = "Option<String>")]
    pub report_form: Option<Spanned<String>>,
    /// Disclosure control.
    #[schemars(with = "Policy")]
    pub policy: Spanned<Policy>,
    /// The attributes that cases are counted by.
    #[schemars(with = "Vec<Dimension>")]
    pub dimensions: Vec<Spanned<Dimension>>,
    /// Days at whose end started coachings are counted; empty means every month end.
    #[serde(default)]
    #[schemars(with = "Vec<Date>")]
    pub reporting_dates: Vec<Spanned<Date>>,
    /// Numbers of clients that were promised.
    #[serde(default)]
    #[schemars(with = "Vec<Target>")]
    pub targets: Vec<Spanned<Target>>,
    /// How a follow-up sheet is read.
    pub ledger: LedgerMap,
    /// How mail leaves.
    #[serde(default)]
    pub mail: MailSettings,
    /// Licence of the open data.
    pub licence: String,
}

impl Instance {
    /// Reads and checks `palaute.yaml`.
    ///
    /// # Errors
    /// Every mistake found, with its place and remedy.
    pub fn read(file: &str, source: &str) -> Result<Self, Diagnostics> {
        let instance: Self = read_shaped(file, source)?;
        let mistakes = check::mistakes(&instance, file, source);
        if mistakes.is_empty() { Ok(instance) } else { Err(Diagnostics(mistakes)) }
    }

    /// A text of a form with the names that it takes from the instance: `{provider}`, `{office.genitive}`, `{hour_cap}`.
    /// A Finnish case that palaute.yaml does not give is told as the name itself.
    #[must_use]
    pub fn told(&self, text: &Text) -> Text {
        if Language::OF_FORMS.iter().all(|l| !text.own(*l).is_some_and(|words| words.contains('{'))) {
            return text.clone();
        }
        text.map(|language, words| {
            let mut told = words.replace("{hour_cap}", &self.hour_cap.to_string());
            for (name, of) in [("provider", &self.provider), ("office", &self.office)] {
                let plain = of.name.in_language(language);
                told = told.replace(&format!("{{{name}}}"), plain);
                for case in FinnishCase::ALL {
                    let place = format!("{{{name}.{}}}", case.name());
                    told = told.replace(&place, of.inflected.get(&case).map_or(plain, String::as_str));
                }
            }
            told
        })
    }

    /// The dimension of that id.
    #[must_use]
    pub fn dimension(&self, id: &str) -> Option<&Dimension> {
        self.dimensions.iter().map(|d| &d.value).find(|d| d.id == id)
    }

    /// What the provider of that code is called; the code itself when the instance no longer knows it.
    #[must_use]
    pub fn provider_name<'a>(&'a self, code: &'a str, language: Language) -> &'a str {
        let named = self.dimension(PROVIDER).and_then(|d| d.category(code)).map(|c| &c.label);
        let own = (self.provider.code == code).then_some(&self.provider.name);
        named.or(own).map_or(code, |name| name.in_language(language))
    }

    /// What `code` of `dimension` is called; the code itself when the instance no longer knows it.
    #[must_use]
    pub fn label<'a>(&'a self, dimension: &str, code: &'a str, language: Language) -> &'a str {
        self.dimension(dimension).and_then(|d| d.category(code)).map_or(code, |c| c.label.in_language(language))
    }

    /// The language in which the instance speaks unless asked otherwise.
    #[must_use]
    pub fn language(&self) -> Language {
        self.languages.value.first().copied().unwrap_or(Language::Fi)
    }

    /// The instance's time zone; UTC is never reached because reading checked the name.
    #[must_use]
    pub fn zone(&self) -> TimeZone {
        zone(&self.time_zone.value).unwrap_or(TimeZone::UTC)
    }
}
