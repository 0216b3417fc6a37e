//! The six sections from a case and what its coach answered. The coach's words come first; the case
//! stands in where the form was not answered.

use super::{
    Achievement, Background, ClosingReport, Coaching, Coded, Course, Goal, GoalReached, NextAction, Phase, Plan,
    Response, Source, Summary, UNCHANGED,
};
use crate::case::{CaseFile, CaseNumber, Ending};
use crate::form::{Form, Party, Question};
use crate::instance::{Instance, Organisation};
use crate::submission::{Answer, Answers};
use crate::text::{Figure, Fingerprint, Language, Messages};
use jiff::civil::Date;

/// The phases in order: their code in the form's question ids and in data.
const PHASES: [&str; 4] = ["direct", "find", "stabilise", "path"];

/// Why there is no closing report.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
#[error("the coaching of case {0} has not ended; a closing report is written when it has")]
pub struct NotEnded(pub CaseNumber);

impl ClosingReport {
    /// The report that the case's present state and the coach's answers to the closing form give on that day.
    ///
    /// # Errors
    /// When the coaching has not ended.
    pub fn of(
        case: &CaseFile,
        coach: Option<(&Form, &Answers)>,
        instance: &Instance,
        language: Language,
        written_on: Date,
    ) -> Result<Self, NotEnded> {
        let ending = case.ending().ok_or(NotEnded(case.number()))?;
        let opening = case.opening();
        let told = Told { coach, instance, language };
        let goals = told.goals();
        let background = told.background(case);
        let achievement = told.achievement(ending, goals.as_deref());
        let (coaching, plan) = (told.coaching(case), told.plan());
        Ok(Self {
            case: case.number(),
            imported_number: case.imported_number().map(str::to_owned),
            language,
            office: organisation(&instance.office, &opening.office, language),
            provider: instance.provider_name(&opening.provider, language).to_owned(),
            coach: opening.coach.clone(),
            source: if coach.is_some() { Source::Coach } else { Source::Sheet },
            notice: instance.notice.as_ref().map(|n| n.in_language(language).to_owned()),
            summary: Summary::of(&background, &achievement, &coaching, &plan, written_on),
            background,
            goals: goals.map(|goals| goals.into_iter().map(|(goal, _)| goal).collect()),
            achievement,
            coaching,
            course: told.course(),
            plan,
            self_assessment: None,
            read_on: None,
            remark: None,
            responses: told_responses(case),
        })
    }
}

/// Fingerprint of what the coach has recorded and how many `times` it was sent. Neither the response status nor a renamed office or
/// category makes a new version of a report that was sent.
#[must_use]
pub fn recorded(case: &CaseFile, coach: Option<&Answers>, times: usize) -> Fingerprint {
    let recorded = (case.opening(), case.work(), case.ending(), coach);
    // What is sent again is a version of its own, even if it says the same.
    let json = if times > 1 { serde_json::to_vec(&(recorded, times)) } else { serde_json::to_vec(&recorded) };
    Fingerprint::of(json.unwrap_or_default())
}

/// Who was asked and who answered, as far as the coach may know it.
#[must_use]
pub fn responses(case: &CaseFile) -> Vec<Response> {
    let of = |party| {
        let state = case.parties().get(&party).copied().unwrap_or_default();
        Response { party, invited: state.invited, answered: state.answered }
    };
    [Party::Client, Party::Employer, Party::Community].map(of).to_vec()
}

/// The same as readers are told it: whoever took an answer back was asked, and has not answered.
fn told_responses(case: &CaseFile) -> Vec<Response> {
    let withdrawn = |party| case.parties().get(&party).map_or(0, |state| state.withdrawn);
    let told = |r: Response| Response { invited: r.invited.max(withdrawn(r.party)), ..r };
    responses(case).into_iter().map(told).collect()
}

pub(super) fn organisation(known: &Organisation, code: &str, language: Language) -> String {
    if known.code == code { known.name.in_language(language).to_owned() } else { code.to_owned() }
}

/// What the coach's form and the instance tell, in one language.
struct Told<'a> {
    coach: Option<(&'a Form, &'a Answers)>,
    instance: &'a Instance,
    language: Language,
}

/// One item of a group with the questions it answers.
type Item<'a> = (&'a Question, &'a Answers);

impl Told<'_> {
    fn answer(&self, id: &str) -> Option<(&Question, &Answer)> {
        let (form, answers) = self.coach?;
        Some((form.question(id)?, answers.get(id)?))
    }

    fn coded(&self, question: &Question, code: &str) -> Coded {
        let label = question.choice(code).map_or(code, |c| c.label.in_language(self.language));
        Coded { code: code.to_owned(), label: label.to_owned() }
    }

    fn category(&self, dimension: &str, code: &str) -> Coded {
        Coded { code: code.to_owned(), label: self.instance.label(dimension, code, self.language).to_owned() }
    }

    fn one(&self, id: &str) -> Option<Coded> {
        self.answer(id).and_then(|(q, a)| self.one_of(q, a))
    }

    fn one_of(&self, question: &Question, answer: &Answer) -> Option<Coded> {
        if let Answer::One(code) = answer { Some(self.coded(question, code)) } else { None }
    }

    /// In the order of the form, not of the codes.
    fn many(&self, id: &str) -> Option<Vec<Coded>> {
        let (question, answer) = self.answer(id)?;
        let Answer::Many(codes) = answer else { return None };
        let mut sorted: Vec<&String> = codes.iter().collect();
        sorted.sort_by_key(|code| question.place(code));
        Some(sorted.into_iter().map(|code| self.coded(question, code)).collect())
    }

    fn text(&self, id: &str) -> Option<String> {
        self.answer(id).and_then(|(_, a)| text_of(a))
    }

    fn date(&self, id: &str) -> Option<Date> {
        self.answer(id).and_then(|(_, a)| date_of(a))
    }

    fn number(&self, id: &str) -> Option<Figure> {
        self.answer(id).and_then(|(_, a)| if let Answer::Number(figure) = a { Some(*figure) } else { None })
    }

    fn yes(&self, id: &str) -> Option<bool> {
        self.one(id).and_then(|c| match c.code.as_str() {
            "yes" => Some(true),
            "no" => Some(false),
            _ => None,
        })
    }

    fn items(&self, id: &str) -> Option<Vec<Item<'_>>> {
        let (group, answer) = self.answer(id)?;
        if let Answer::Items(items) = answer { Some(items.iter().map(|i| (group, i)).collect()) } else { None }
    }

    fn in_item(&self, (group, item): Item<'_>, id: &str) -> Option<Coded> {
        let question = group.questions.iter().find(|q| q.id == id)?;
        self.one_of(question, item.get(id)?)
    }

    fn background(&self, case: &CaseFile) -> Background {
        let opening = case.opening();
        Background {
            profiles: self.many("r_profiles"),
            client_since: opening.client_since,
            coaching_started: opening.coaching_started,
            municipality: opening.municipality.clone(),
            age_group: opening.age_group.as_deref().map(|c| self.category("age_group", c)),
            unemployment: self.one("r_unemployment"),
            education: self.one("r_education"),
            text: self.text("r_start_text"),
        }
    }

    fn goals(&self) -> Option<Vec<(Goal, Option<Coded>)>> {
        let goal = |item: Item<'_>| {
            let said = self.in_item(item, "r_goal_changed_to");
            let goal = Goal {
                kind: self.in_item(item, "r_goal_type")?,
                changed: said.as_ref().map(|c| c.code != UNCHANGED),
                set_on: item.1.get("r_goal_set_on").and_then(date_of),
                changed_to: said.filter(|c| c.code != UNCHANGED),
                why: item.1.get("r_goal_why").and_then(text_of),
            };
            Some((goal, self.in_item(item, "r_goal_reached")))
        };
        Some(self.items("r_goals")?.into_iter().filter_map(goal).collect())
    }

    fn achievement(&self, ending: &Ending, goals: Option<&[(Goal, Option<Coded>)]>) -> Achievement {
        let subsidies = self.many("r_subsidies");
        let of_subsidies = subsidies.as_ref().map(|s| s.iter().any(|c| c.code == "pay_subsidy"));
        let reached = |(goal, reached): &(Goal, Option<Coded>)| GoalReached {
            goal: goal.changed_to.as_ref().unwrap_or(&goal.kind).clone(),
            reached: reached.clone(),
        };
        Achievement {
            goals: goals.map(|goals| goals.iter().map(reached).collect()),
            outcome: self.one("r_outcome").unwrap_or_else(|| self.category("outcome", &ending.outcome)),
            outcome_on: self.date("r_outcome_on"),
            ended_on: ending.on,
            field: ending.field.clone(),
            contract: self.one("r_contract"),
            subsidies,
            pay_subsidy: of_subsidies.or(ending.pay_subsidy),
        }
    }

    fn coaching(&self, case: &CaseFile) -> Coaching {
        let work = case.work();
        let hours = self.number("r_hours").or(work.hours_tenths.map(Figure::tenths));
        let tenths = hours.map(|h| if h.decimals == 0 { h.scaled * 10 } else { h.scaled });
        let meetings = self.number("r_meetings").and_then(|n| u32::try_from(n.scaled).ok());
        Coaching {
            hours: tenths.map(|t| Figure::tenths(t).plain()),
            hour_cap: self.instance.hour_cap,
            over_cap: tenths.is_some_and(|t| t > i64::from(self.instance.hour_cap) * 10),
            over_cap_reason: self.text("r_over_cap_reason"),
            meetings: meetings.or(work.meetings),
            work_trials: work.work_trials,
            phases: self.phases(),
        }
    }

    fn phases(&self) -> Option<Vec<Phase>> {
        let m = Messages::of(self.language);
        let phase = |code: &str| Phase {
            phase: Coded { code: code.to_owned(), label: m.get(&format!("report.phase_{code}")).to_owned() },
            amount: self.one(&format!("r_{code}_amount")),
            methods: self.many(&format!("r_{code}_methods")).unwrap_or_default(),
        };
        let phases = PHASES.map(phase);
        let told = phases.iter().any(|p| p.amount.is_some() || !p.methods.is_empty());
        told.then(|| phases.to_vec())
    }

    fn course(&self) -> Course {
        Course {
            barriers: self.many("r_barriers"),
            challenges: self.text("r_challenges"),
            successes: self.text("r_successes"),
            feedback_talks: self.text("r_feedback_talks"),
        }
    }

    fn plan(&self) -> Plan {
        let action = |item: Item<'_>| {
            Some(NextAction {
                action: item.1.get("r_next_action").and_then(text_of)?,
                who: self.in_item(item, "r_next_who"),
                by: item.1.get("r_next_by").and_then(date_of),
            })
        };
        Plan {
            next: self.items("r_next").map(|items| items.into_iter().filter_map(action).collect()),
            follow_up_consent: self.yes("r_follow_up_consent"),
            follow_up_on: self.date("r_follow_up_on"),
        }
    }
}

fn text_of(answer: &Answer) -> Option<String> {
    if let Answer::Text(text) = answer { Some(text.clone()) } else { None }
}

fn date_of(answer: &Answer) -> Option<Date> {
    if let Answer::Date(date) = answer { Some(*date) } else { None }
}
