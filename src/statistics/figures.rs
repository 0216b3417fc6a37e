//! What YAML's shape cannot say about the answers and indicators of `statistics.yaml`.

use super::check::Check;
use super::dimensions::{Dimensions, carried, carries};
use super::{AnswerShare, Areas, GradeOf, IndicatorSpec, Population, Statistics};
use crate::form::{Form, Kind, Party, Question};
use crate::instance::Instance;
use crate::text::{Code, Diagnostic, Position, SourceText, did_you_mean};
use serde_yaml::Spanned;
use std::collections::BTreeSet;

/// What the program measures by itself.
pub(super) const MEASURES: [&str; 4] = ["time_to_placement", "hours_per_case", "work_trials", "self_assessment_change"];

pub(super) fn mistakes(
    statistics: &Statistics,
    (file, source): (&str, &str),
    instance: &Instance,
    areas: Option<&Areas>,
    forms: &[Form],
) -> Vec<Diagnostic> {
    let dimensions = Dimensions { instance, areas };
    let check = Check { text: SourceText::new(file, source), dimensions, found: Vec::new() };
    let mut figures = Figures { check, forms };
    figures.answers(statistics);
    let mut ids = BTreeSet::new();
    for indicator in &statistics.indicators {
        figures.indicator(&indicator.value, &mut ids);
    }
    figures.check.found
}

struct Figures<'a> {
    check: Check<'a>,
    forms: &'a [Form],
}

impl<'a> Figures<'a> {
    /// The form, if there is one whose answers can be counted.
    fn form(&mut self, name: &Spanned<String>) -> Option<&'a Form> {
        let counted = |f: &&Form| f.party() != Party::Coach && f.questions().any(|q| q.statistics);
        let found = self.forms.iter().find(|f| f.id() == name.value);
        if found.is_some_and(|f| counted(&f)) {
            return found;
        }
        let problem = match found {
            Some(_) => format!("no answer to `{}` is counted", name.value),
            None => format!("there is no form `{}`", name.value),
        };
        let remedy = did_you_mean(&name.value, self.forms.iter().filter(counted).map(Form::id));
        self.check.tell(Code::CountedForm, Position::of(name), problem, remedy);
        None
    }

    /// The question of a form, if it is counted and `fits`.
    fn question(
        &mut self,
        form: &'a Form,
        name: &Spanned<String>,
        fits: &dyn Fn(&Question) -> bool,
        what: &str,
    ) -> Option<&'a Question> {
        let counted = |q: &&Question| q.statistics && fits(q);
        let found = form.questions().find(|q| q.id == name.value);
        if found.is_some_and(|q| counted(&q)) {
            return found;
        }
        let problem = match found {
            Some(_) => format!("`{}` of `{}` is not {what}", name.value, form.id()),
            None => format!("`{}` has no question `{}`", form.id(), name.value),
        };
        let remedy = did_you_mean(&name.value, form.questions().filter(counted).map(|q| q.id.as_str()));
        self.check.tell(Code::CountedQuestion, Position::of(name), problem, remedy);
        None
    }

    fn answers(&mut self, statistics: &Statistics) {
        let mut seen = BTreeSet::new();
        for answers in &statistics.answers {
            if !seen.insert(answers.form.value.as_str()) {
                let problem = format!("`{}` is named twice", answers.form.value);
                self.check.tell(Code::CountedForm, Position::of(&answers.form), problem, "name each form once");
            }
            let Some(form) = self.form(&answers.form) else { continue };
            for question in &answers.without {
                self.question(form, question, &|_| true, "counted anyway");
            }
        }
    }

    fn indicator<'s>(&mut self, indicator: &'s IndicatorSpec, ids: &mut BTreeSet<&'s str>) {
        let (id, at) = (indicator.id.value.as_str(), Position::of(&indicator.id));
        let is_id = id.split('.').all(|part| {
            part.starts_with(|c: char| c.is_ascii_lowercase())
                && part.bytes().all(|b| b.is_ascii_lowercase() || b.is_ascii_digit() || b == b'_')
        });
        if !is_id || !ids.insert(id) {
            let problem = format!("the indicator id `{id}` is used twice or is no id");
            let remedy = "use each id once, in a-z, 0-9 and _, with a dot before the party such as satisfaction.client";
            self.check.tell(Code::FigureIdTwice, at, problem, remedy);
        }
        self.check.words(&format!("the title of `{id}`"), at, &indicator.title());
        self.check.words(&format!("the definition of `{id}`"), at, &indicator.definition());
        if let Some(source) = &indicator.source {
            self.check.words(&format!("the source of `{id}`"), at, source);
        }
        let kinds = [
            ("cases", indicator.cases.is_some()),
            ("answers", indicator.answers.is_some()),
            ("grade", indicator.grade.is_some()),
            ("response", indicator.response.is_some()),
            ("measure", indicator.measure.is_some()),
        ];
        let given: Vec<&str> = kinds.iter().filter(|(_, is)| *is).map(|(kind, _)| *kind).collect();
        if given.len() != 1 {
            let problem = match given.as_slice() {
                [] => format!("`{id}` does not say what it tells"),
                several => format!("`{id}` has {}", several.join(" and ")),
            };
            let remedy = "give exactly one of cases, answers, grade, response and measure";
            self.check.tell(Code::IndicatorKinds, at, problem, remedy);
        }
        self.cases(indicator);
        if let Some(share) = &indicator.answers {
            self.share(share);
        }
        if let Some(grade) = &indicator.grade {
            self.grade(grade);
        }
        if let Some(party) = &indicator.response {
            self.response(party);
        }
        if let Some(measure) = &indicator.measure
            && !MEASURES.contains(&measure.value.as_str())
        {
            let problem = format!("there is no measure `{}`", measure.value);
            let remedy = did_you_mean(&measure.value, MEASURES);
            self.check.tell(Code::MeasureUnknown, Position::of(measure), problem, remedy);
        }
    }

    fn cases(&mut self, indicator: &IndicatorSpec) {
        let Some(cases) = &indicator.cases else { return };
        let at = Position::of(&indicator.id);
        if cases.is_empty() || cases.values().any(Vec::is_empty) {
            let problem = format!("`{}` names no codes", indicator.id.value);
            let remedy = "name the codes that count, such as cases: { outcome: [job] }";
            self.check.tell(Code::DimensionCode, at, problem, remedy);
        }
        if cases.len() > 1 && cases.keys().any(|id| self.check.dimensions.overlaps(id)) {
            let problem =
                format!("`{}` crosses a dimension of which a person may have several codes", indicator.id.value);
            self.check.tell(Code::Overlapping, at, problem, "use it alone: profiles overlap");
        }
        if cases.len() > 2 {
            let problem = format!("`{}` crosses {} dimensions", indicator.id.value, cases.len());
            self.check.tell(Code::TooFine, at, problem, "use at most two, as in tables");
        }
        for (id, codes) in cases {
            let place = codes.first().map_or(at, Position::of);
            if self.check.dimensions.codes(id).is_some() && !carries(Population::Closed, id) {
                let problem = format!("closed cases carry no `{id}`: nobody would ever count");
                let there: Vec<&str> =
                    carried(Population::Closed).filter(|id| self.check.dimensions.codes(id).is_some()).collect();
                self.check.tell(Code::Unlinkable, place, problem, format!("use one of: {}", there.join(", ")));
                continue;
            }
            if self.check.dimensions.codes(id).is_none() {
                self.check.code(id, "", place);
                continue;
            }
            for code in codes {
                self.check.code(id, &code.value, Position::of(code));
            }
        }
    }

    fn share(&mut self, share: &AnswerShare) {
        let Some(form) = self.form(&share.form) else { return };
        let Some(question) = self.question(form, &share.question, &|_| true, "counted") else { return };
        let answers = || question.choices.iter().filter(|c| c.non_answer.is_none()).map(|c| c.code.as_str());
        for code in &share.codes {
            if answers().all(|known| known != code.value) {
                let problem = format!("`{}` has no answer `{}`", question.id, code.value);
                self.check.tell(Code::CountedAnswer, Position::of(code), problem, did_you_mean(&code.value, answers()));
            }
        }
        if share.codes.is_empty() {
            let problem = format!("no answer to `{}` counts", question.id);
            self.check.tell(Code::CountedAnswer, Position::of(&share.question), problem, did_you_mean("", answers()));
        }
    }

    fn grade(&mut self, grade: &GradeOf) {
        if let Some(form) = self.form(&grade.form) {
            self.question(form, &grade.question, &|q| q.kind == Kind::Grade, "a counted grade");
        }
    }

    fn response(&mut self, party: &Spanned<String>) {
        let asked: BTreeSet<&str> = self.forms.iter().filter(|f| f.is_feedback()).map(|f| f.party().code()).collect();
        if !asked.contains(party.value.as_str()) {
            let problem = format!("no form asks the party `{}` for feedback", party.value);
            let remedy = did_you_mean(&party.value, asked);
            self.check.tell(Code::CountedForm, Position::of(party), problem, remedy);
        }
    }
}
