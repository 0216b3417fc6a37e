//! The attributes of cases: what codes each has, and which of them a case is of.

use super::cohorts::Cut;
use super::counters::{NONE_OF_THEM, UNASKED};
use super::fact::{ENDED_ON, HOURS_TENTHS, MUNICIPALITY, STARTED_ON, WORK_TRIALS};
use super::people::{Attribute, Cohort};
use super::rows::CaseRow;
use crate::instance::{Instance, PROVIDER};
use crate::statistics::{Areas, Statistics};
use crate::text::{Messages, Text};
use std::collections::{BTreeMap, BTreeSet};

/// Cohort of the day of the start.
pub(super) const STARTED: &str = "started";
/// Cohort of the day of the end.
pub(super) const ENDED: &str = "ended";
/// Whoever is in no category of an attribute. A category of its own in tables, so that the rows of a table give its total
/// and a reader knows of everybody whom disclosure control reckons with.
pub(super) const UNKNOWN: &str = "unknown";
/// Is so, of attributes that tell yes or no.
pub(super) const YES: &str = "yes";
/// Is not so.
pub(super) const NO: &str = "no";
/// With more municipalities than this, kinds are told by the finest area that a table uses.
const MOST_MUNICIPALITIES: usize = 60;

/// Where a case's code of an attribute comes from.
#[derive(Clone, Debug)]
enum Source {
    Cohort(&'static str, Cut),
    Dimension(String),
    Member {
        dimension: String,
        code: String,
    },
    Area(BTreeMap<String, usize>),
    /// Yes where the number is above zero.
    Some(&'static str),
    /// Yes where the number is known.
    Known(&'static str),
}

/// An attribute and how it is read.
#[derive(Clone, Debug)]
pub(super) struct Known {
    pub(super) attribute: Attribute,
    source: Source,
}

impl Known {
    /// The place of the case's code.
    pub(super) fn place(&self, row: &CaseRow) -> usize {
        let last = self.attribute.codes.len().saturating_sub(1);
        match &self.source {
            Source::Cohort(column, cut) => cut.place(row.number(column)),
            Source::Dimension(id) => {
                let of = |code: &str| self.attribute.codes.iter().position(|c| c == code);
                row.get(id).and_then(of).unwrap_or(last)
            }
            Source::Member { dimension, code } => match row.get(dimension) {
                None | Some(UNASKED) => last,
                Some(NONE_OF_THEM) => 1,
                Some(codes) => usize::from(!codes.split('+').any(|c| c == code)),
            },
            Source::Area(of) => row.get(MUNICIPALITY).and_then(|code| of.get(code)).copied().unwrap_or(last),
            Source::Some(column) => row.number(column).map_or(last, |n| usize::from(n == 0)),
            Source::Known(column) => usize::from(row.number(column).is_none()),
        }
    }
}

/// Codes of one attribute that a category stands for.
pub(super) type Pick = Option<(String, BTreeSet<String>)>;

/// What can be told of cases.
pub(super) struct Attributes<'a> {
    instance: &'a Instance,
    areas: Option<&'a Areas>,
    level: Level,
    known: BTreeMap<String, Known>,
}

/// How fine the attribute of places is.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
enum Level {
    Region,
    Area,
    Municipality,
}

impl<'a> Attributes<'a> {
    pub(super) fn new(
        instance: &'a Instance,
        statistics: &'a Statistics,
        rows: &[CaseRow],
        (started, ended): (&Cut, &Cut),
    ) -> Self {
        let areas = statistics.areas.as_ref();
        let used = statistics.tables.iter().flat_map(|t| t.value.dimensions()).filter_map(Level::of);
        let finest = used.max().unwrap_or(Level::Region);
        let few = areas.is_none_or(|a| a.municipalities.len() <= MOST_MUNICIPALITIES);
        let level = if few { Level::Municipality } else { finest };
        let mut attributes = Self { instance, areas, level, known: BTreeMap::new() };
        attributes.add(STARTED, started.codes(), Source::Cohort(STARTED_ON, started.clone()));
        attributes.add(ENDED, ended.codes(), Source::Cohort(ENDED_ON, ended.clone()));
        let yes_or_no = || [YES, NO, UNKNOWN].map(str::to_owned).to_vec();
        attributes.add(WORK_TRIALS, yes_or_no(), Source::Some(WORK_TRIALS));
        attributes.add(HOURS, [YES, NO].map(str::to_owned).to_vec(), Source::Known(HOURS_TENTHS));
        let own = [instance.provider.code.clone()];
        // Every case has a provider, but one that was renamed is none of those declared.
        let provider_is_known = |codes: &[String]| {
            rows.iter().all(|row| row.get(PROVIDER).is_some_and(|code| codes.iter().any(|c| c == code)))
        };
        for dimension in instance.dimensions.iter().map(|d| &d.value) {
            let mut codes: Vec<String> = dimension.categories.iter().map(|c| c.code.clone()).collect();
            if dimension.multiple {
                for code in codes {
                    let source = Source::Member { dimension: dimension.id.clone(), code: code.clone() };
                    attributes.add(&member(&dimension.id, &code), yes_or_no(), source);
                }
            } else {
                // Who has ended has an outcome; of the others it is never told.
                let is_known = dimension.id == OUTCOME || (dimension.id == PROVIDER && provider_is_known(&codes));
                codes.extend((!is_known).then(|| UNKNOWN.to_owned()));
                attributes.add(&dimension.id, codes, Source::Dimension(dimension.id.clone()));
            }
        }
        if instance.dimension(PROVIDER).is_none() {
            let unknown = (!provider_is_known(&own)).then(|| UNKNOWN.to_owned());
            let codes = own.into_iter().chain(unknown).collect();
            attributes.add(PROVIDER, codes, Source::Dimension(PROVIDER.to_owned()));
        }
        attributes.add_places();
        attributes
    }

    fn add(&mut self, id: &str, codes: Vec<String>, source: Source) {
        self.known.insert(id.to_owned(), Known { attribute: Attribute { id: id.to_owned(), codes }, source });
    }

    fn add_places(&mut self) {
        let Some(areas) = self.areas else { return };
        let mut codes: Vec<String> = Vec::new();
        let mut of = BTreeMap::new();
        for municipality in &areas.municipalities {
            let code = at_level(areas, &municipality.area.value, &municipality.code.value, self.level);
            let place = codes.iter().position(|c| *c == code).unwrap_or_else(|| {
                codes.push(code);
                codes.len() - 1
            });
            of.insert(municipality.code.value.clone(), place);
        }
        codes.push(UNKNOWN.to_owned());
        self.add(MUNICIPALITY, codes, Source::Area(of));
    }

    /// The attribute of that id.
    pub(super) fn get(&self, id: &str) -> Option<&Known> {
        self.known.get(id)
    }

    /// The attributes that tell the categories of a dimension: one, or one for each where a case can have several.
    pub(super) fn of_dimension(&self, id: &str) -> Vec<String> {
        match self.instance.dimension(id) {
            Some(d) if d.multiple => d.categories.iter().map(|c| member(id, &c.code)).collect(),
            _ if Level::of(id).is_some() => vec![MUNICIPALITY.to_owned()],
            _ => vec![id.to_owned()],
        }
    }

    /// The categories of a dimension with their labels, each with the codes that it stands for; the last is for those of
    /// whom it is not known, where it can be.
    pub(super) fn categories(&self, id: &str) -> Vec<(String, Text, Pick)> {
        let mut all = self.named_categories(id);
        let attribute = if Level::of(id).is_some() { MUNICIPALITY } else { id };
        let can_be_unknown = |k: &Known| k.attribute.codes.iter().any(|c| c == UNKNOWN);
        if self.get(attribute).is_some_and(can_be_unknown) {
            let pick = (attribute.to_owned(), BTreeSet::from([UNKNOWN.to_owned()]));
            all.push((UNKNOWN.to_owned(), Messages::text("table.unknown"), Some(pick)));
        }
        all
    }

    fn named_categories(&self, id: &str) -> Vec<(String, Text, Pick)> {
        let one = |attribute: &str, code: &str| Some((attribute.to_owned(), BTreeSet::from([code.to_owned()])));
        if let Some(level) = Level::of(id) {
            return self.places(level);
        }
        if id == PROVIDER && self.instance.dimension(id).is_none() {
            let own = &self.instance.provider;
            return vec![(own.code.clone(), own.name.clone(), one(PROVIDER, &own.code))];
        }
        let dimension = self.instance.dimension(id);
        let categories = dimension.iter().flat_map(|d| &d.categories);
        let multiple = dimension.is_some_and(|d| d.multiple);
        let pick = |code: &str| if multiple { one(&member(id, code), YES) } else { one(id, code) };
        categories.map(|c| (c.code.clone(), c.label.clone(), pick(&c.code))).collect()
    }

    fn places(&self, level: Level) -> Vec<(String, Text, Pick)> {
        let Some(areas) = self.areas else { return Vec::new() };
        let named: Vec<(&String, &Text)> = match level {
            Level::Municipality => areas.municipalities.iter().map(|m| (&m.code.value, &m.label)).collect(),
            Level::Area => areas.areas.iter().map(|a| (&a.code.value, &a.label)).collect(),
            Level::Region => areas.regions.iter().map(|r| (&r.code.value, &r.label)).collect(),
        };
        let codes = |place: &str| -> BTreeSet<String> {
            let within = areas
                .municipalities
                .iter()
                .filter(|m| at_level(areas, &m.area.value, &m.code.value, level) == place)
                .map(|m| at_level(areas, &m.area.value, &m.code.value, self.level));
            within.collect()
        };
        named
            .into_iter()
            .map(|(code, label)| (code.clone(), label.clone(), Some((MUNICIPALITY.to_owned(), codes(code)))))
            .collect()
    }

    /// What a dimension is called.
    pub(super) fn label(&self, id: &str) -> Text {
        let of_program = ["municipality", "employment_area", "region", PROVIDER].contains(&id);
        match self.instance.dimension(id) {
            Some(dimension) => dimension.label.clone(),
            None if of_program => Messages::text(&format!("cube.{id}")),
            None => Text::finnish(id),
        }
    }

    /// Nobody ends before a cohort in which somebody starts: cohorts of both that cannot be of one person.
    pub(super) fn ends_before_starts(&self) -> Vec<BTreeMap<String, String>> {
        let cohorts = |id: &str| match self.get(id).map(|k| &k.source) {
            Some(Source::Cohort(_, cut)) => cut.all.clone(),
            _ => Vec::new(),
        };
        let ended = cohorts(ENDED);
        let mut pairs = Vec::new();
        for start in &cohorts(STARTED) {
            let before = ended.iter().filter(|end| start.from.is_some_and(|from| end.until < from));
            let pair = |end: &Cohort| {
                let code = |id: &str, cohort: &Cohort| (id.to_owned(), cohort.until.to_string());
                BTreeMap::from([code(STARTED, start), code(ENDED, end)])
            };
            pairs.extend(before.map(pair));
        }
        pairs
    }

    /// A combination that cannot be, in the codes that blocks tell: one of several such as a profile is told by itself, a region
    /// by its places. None where it names a place that is smaller than what is told.
    pub(super) fn impossible(&self, zero: &BTreeMap<String, String>) -> Vec<BTreeMap<String, String>> {
        let mut found = vec![BTreeMap::new()];
        for (id, code) in zero {
            let is_told = Level::of(id).is_none_or(|level| level <= self.level);
            let named = self.named_categories(id).into_iter().find(|(c, ..)| c == code && is_told);
            let Some((.., Some((attribute, codes)))) = named else { return Vec::new() };
            let mut longer: Vec<BTreeMap<String, String>> = Vec::new();
            for (one, code) in found.iter().flat_map(|one| codes.iter().map(move |code| (one, code))) {
                let mut one: BTreeMap<String, String> = one.clone();
                if one.entry(attribute.clone()).or_insert_with(|| code.clone()) == code {
                    longer.push(one);
                }
            }
            found = longer;
        }
        found
    }

    /// The code that a case has of an attribute.
    pub(super) fn code_of(&self, id: &str, row: &CaseRow) -> Option<&str> {
        let known = self.known.get(id)?;
        known.attribute.codes.get(known.place(row)).map(String::as_str)
    }
}

/// The dimension of outcomes.
pub(super) const OUTCOME: &str = "outcome";

/// Whether the hours of a case are known.
pub(super) const HOURS: &str = "hours";

/// The attribute of one category of which a case can have several.
fn member(dimension: &str, code: &str) -> String {
    format!("{dimension}.{code}")
}

impl Level {
    fn of(dimension: &str) -> Option<Self> {
        match dimension {
            "municipality" => Some(Self::Municipality),
            "employment_area" => Some(Self::Area),
            "region" => Some(Self::Region),
            _ => None,
        }
    }
}

/// The code of a municipality, of its area or of its region.
fn at_level(areas: &Areas, area: &str, municipality: &str, level: Level) -> String {
    let region = || areas.areas.iter().find(|a| a.code.value == area).map(|a| a.region.value.clone());
    match level {
        Level::Municipality => municipality.to_owned(),
        Level::Area => area.to_owned(),
        Level::Region => region().unwrap_or_else(|| UNKNOWN.to_owned()),
    }
}
