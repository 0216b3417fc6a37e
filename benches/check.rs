//! How long `palaute check` needs for the forms of a large authority: 200 forms of 60 questions with conditions, in
//! three languages, from text to checked forms and warnings. Should be under a second.
#![expect(clippy::unwrap_used, clippy::print_stdout, reason = "a benchmark that cannot go on fails; it prints")]

use palaute::form::{FormFile, FormSet, Indicators};
use palaute::instance::Instance;
use std::fmt::Write;
use std::time::{Duration, Instant};

const FORMS: usize = 200;
const QUESTIONS: usize = 60;
const TIMES: usize = 5;

fn main() {
    let instance = Instance::read("palaute.yaml", include_str!("../palaute.yaml")).unwrap();
    let indicators = Indicators::read("indicators.yaml", include_str!("../indicators.yaml"), Some(&instance)).unwrap();
    let files: Vec<FormFile> = (0..FORMS).map(form).collect();
    let bytes: usize = files.iter().map(|f| f.source.len()).sum();
    let mut took: Vec<Duration> = Vec::new();
    for _ in 0..TIMES {
        let start = Instant::now();
        let set = FormSet::read(&files, Some(&instance), Some(&indicators));
        took.push(start.elapsed());
        assert!(set.found.is_empty(), "{}", set.found[0]);
        assert_eq!(set.forms.len(), FORMS);
    }
    took.sort();
    // The same with a mistake in every form, which is then told by way of the schema.
    let broken: Vec<FormFile> =
        files.iter().map(|f| FormFile { source: f.source.replacen("steps: 3", "stepz: 3", 1), ..f.clone() }).collect();
    let start = Instant::now();
    let found = FormSet::read(&broken, Some(&instance), Some(&indicators)).found.len();
    let with_mistakes = start.elapsed();
    println!(
        "{FORMS} forms of {QUESTIONS} questions, {} kB: checked in {:?} (fastest {:?}); with a mistake in each ({found} told) in {with_mistakes:?}",
        bytes / 1000,
        took[TIMES / 2],
        took[0]
    );
}

fn form(n: usize) -> FormFile {
    let mut yaml = format!(
        "id: form-{n}\nparty: client\ntitle: {{ fi: Lomake {n}, sv: Blankett {n}, en: Form {n} }}\nlead: {{ fi: Johdanto., sv: Inledning., en: Introduction. }}\nwhy: {{ fi: Kysymme kaikilta., sv: Vi frågar alla., en: We ask everyone. }}\nminutes: 5\npages:\n"
    );
    for q in 0..QUESTIONS {
        if q % 6 == 0 {
            writeln!(yaml, "  - title: {{ fi: Sivu {q}, sv: Sida {q}, en: Page {q} }}\n    questions:").unwrap();
        }
        let ask = if q % 3 == 2 {
            format!(
                "        ask_if:\n          any:\n            - {{ question: f{n}_q{}, is: a }}\n            - all: [{{ question: f{n}_q{}, answered: true }}, {{ case: outcome, is: job }}]\n",
                q - 2,
                q - 1
            )
        } else {
            String::new()
        };
        let kind = if q % 3 == 0 {
            "one\n        choices:\n          - { code: a, label: { fi: Kyllä on, sv: Ja det är, en: It is so } }\n          - { code: b, label: { fi: Ei ole, sv: Nej det är inte, en: It is not } }\n          - { code: c, label: { fi: Jotain muuta, sv: Något annat, en: Something else } }"
        } else {
            "agreement\n        steps: 3"
        };
        write!(
            yaml,
            "      - id: f{n}_q{q}\n        type: {kind}\n{ask}        text:\n          fi: Miten tämä kohta numero {q} sujui sinulta?\n          sv: Hur gick den här punkten nummer {q} för dig?\n          en: How did this point number {q} go for you?\n        hint: {{ fi: Valitse yksi., sv: Välj en., en: Choose one. }}\n"
        )
        .unwrap();
    }
    FormFile { file: format!("forms/form-{n}.yaml"), source: yaml, translations: Vec::new() }
}
