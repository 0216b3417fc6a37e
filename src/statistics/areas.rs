//! The table of areas: which municipality belongs where, and how the labour market was there on a day.

use crate::instance::Instance;
use crate::text::{Code, Diagnostic, Diagnostics, Position, SourceText, Text, did_you_mean, read_shaped};
use jiff::civil::Date;
use schemars::JsonSchema;
use serde::Deserialize;
use serde_yaml::Spanned;
use std::collections::BTreeSet;

/// A municipality.
#[derive(Clone, Debug, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct Municipality {
    /// Its code in statistics.
    #[schemars(with = "String")]
    pub code: Spanned<String>,
    /// What readers see; the follow-up sheet and the desks give its Finnish form.
    pub label: Text,
    /// Code of its employment area.
    #[schemars(with = "String")]
    pub area: Spanned<String>,
}

/// An employment area.
#[derive(Clone, Debug, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct Area {
    /// Its code.
    #[schemars(with = "String")]
    pub code: Spanned<String>,
    /// What readers see.
    pub label: Text,
    /// Code of its region.
    #[schemars(with = "String")]
    pub region: Spanned<String>,
    /// Unemployed per 100 of the labour force, as the source tells for the day of the table.
    #[serde(default)]
    pub unemployment: Option<f64>,
}

/// A region.
#[derive(Clone, Debug, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct Region {
    /// Its code.
    #[schemars(with = "String")]
    pub code: Spanned<String>,
    /// What readers see.
    pub label: Text,
}

/// `areas.yaml`: municipality, employment area, region.
#[derive(Clone, Debug, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct Areas {
    /// Where the table comes from.
    pub source: Text,
    /// The day for which it holds.
    pub as_of: Date,
    /// The regions.
    pub regions: Vec<Region>,
    /// The employment areas.
    pub areas: Vec<Area>,
    /// The municipalities.
    pub municipalities: Vec<Municipality>,
}

impl Areas {
    /// Reads and checks `areas.yaml`.
    ///
    /// # Errors
    /// Every mistake found, with its place and remedy.
    pub fn read(file: &str, source: &str, instance: &Instance) -> Result<Self, Diagnostics> {
        let areas: Self = read_shaped(file, source)?;
        let mut check = Check { text: SourceText::new(file, source), instance, found: Vec::new() };
        check.all(&areas);
        if check.found.is_empty() {
            return Ok(areas);
        }
        check.found.sort_by_key(|d| d.at);
        Err(Diagnostics(check.found))
    }

    /// The municipality that the follow-up sheet or a desk names: its Finnish label, or its code.
    #[must_use]
    pub fn municipality(&self, name: &str) -> Option<&Municipality> {
        let name = name.trim();
        self.municipalities.iter().find(|m| m.label.fi.to_lowercase() == name.to_lowercase() || m.code.value == name)
    }

    /// The employment area of that code.
    #[must_use]
    pub fn area(&self, code: &str) -> Option<&Area> {
        self.areas.iter().find(|a| a.code.value == code)
    }
}

struct Check<'a> {
    text: SourceText<'a>,
    instance: &'a Instance,
    found: Vec<Diagnostic>,
}

impl Check<'_> {
    fn tell(&mut self, code: Code, at: Position, problem: String, remedy: &str) {
        self.found.push(self.text.tell(code, at, problem, remedy));
    }

    fn all(&mut self, areas: &Areas) {
        let regions: Vec<_> = areas.regions.iter().map(|r| (&r.code, &r.label)).collect();
        let own: Vec<_> = areas.areas.iter().map(|a| (&a.code, &a.label)).collect();
        let municipalities: Vec<_> = areas.municipalities.iter().map(|m| (&m.code, &m.label)).collect();
        for (level, entries) in [("region", &regions), ("employment area", &own), ("municipality", &municipalities)] {
            self.level(level, entries);
        }
        let above = |list: &[(&Spanned<String>, &Text)]| -> Vec<String> {
            list.iter().map(|(code, _)| code.value.clone()).collect()
        };
        self.links("employment area", areas.areas.iter().map(|a| (&a.code, &a.region)), "region", &above(&regions));
        let below = areas.municipalities.iter().map(|m| (&m.code, &m.area));
        self.links("municipality", below, "employment area", &above(&own));
        // A row that nobody can belong to would show a zero that says nothing of the people who live there.
        let used_regions: BTreeSet<&str> = areas.areas.iter().map(|a| a.region.value.as_str()).collect();
        let used_areas: BTreeSet<&str> = areas.municipalities.iter().map(|m| m.area.value.as_str()).collect();
        self.unused("employment area", &regions, "region", &used_regions);
        self.unused("municipality", &own, "employment area", &used_areas);
        for area in &areas.areas {
            if let Some(share) = area.unemployment.filter(|share| !(0.0..=100.0).contains(share)) {
                let problem = format!("{share} of 100 people cannot be unemployed in `{}`", area.code.value);
                let remedy = "write unemployed people per 100 of the labour force, such as 10.5";
                self.tell(Code::AreaUnemployment, Position::of(&area.code), problem, remedy);
            }
        }
    }

    fn level(&mut self, level: &str, entries: &[(&Spanned<String>, &Text)]) {
        let (mut codes, mut names) = (BTreeSet::new(), BTreeSet::new());
        for (code, label) in entries {
            let at = Position::of(code);
            if !is_code(&code.value) || !codes.insert(code.value.as_str()) {
                let problem = format!("the code `{}` of a {level} is used twice, taken or no code", code.value);
                let remedy = "use each code once, in a-z, 0-9 and _; `total`, `mean` and `unknown` are taken";
                self.tell(Code::AreaCode, at, problem, remedy);
            }
            if !names.insert(label.fi.trim().to_lowercase()) {
                let problem = format!("two entries of this level are called `{}`", label.fi);
                let remedy = "the follow-up sheet names places by their Finnish label: give each its own";
                self.tell(Code::AreaText, at, problem, remedy);
            }
            for language in self.instance.languages.value.clone().iter().filter(|l| !label.has(**l)) {
                let problem = format!("`{}` has no {} name", code.value, language.english_name());
                self.tell(Code::AreaText, at, problem, &format!("write it after {}:", language.code()));
            }
        }
    }

    fn links<'s>(
        &mut self,
        level: &str,
        entries: impl Iterator<Item = (&'s Spanned<String>, &'s Spanned<String>)>,
        upper: &str,
        known: &[String],
    ) {
        for (code, link) in entries {
            if !known.contains(&link.value) {
                let problem = format!("the {level} `{}` belongs to `{}`, which is no {upper}", code.value, link.value);
                let remedy = did_you_mean(&link.value, known.iter().map(String::as_str));
                self.tell(Code::AreaUnlinked, Position::of(link), problem, &remedy);
            }
        }
    }

    fn unused(&mut self, level: &str, entries: &[(&Spanned<String>, &Text)], upper: &str, used: &BTreeSet<&str>) {
        for (code, _) in entries.iter().filter(|(code, _)| !used.contains(code.value.as_str())) {
            let problem = format!("no {level} belongs to the {upper} `{}`", code.value);
            let remedy = format!("name it at its {level}, or take it out: its figures would be empty for good");
            self.tell(Code::AreaUnlinked, Position::of(code), problem, &remedy);
        }
    }
}

fn is_code(code: &str) -> bool {
    !code.is_empty()
        && code.bytes().all(|b| b.is_ascii_lowercase() || b.is_ascii_digit() || b == b'_')
        && !["total", "mean", "unknown"].contains(&code)
}
