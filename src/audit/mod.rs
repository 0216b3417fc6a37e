//! Reads what was published and attacks it.
//!
//! Enters: the emitted bytes of a site; for a publisher also the witnesses and the ledger as bytes. Leaves: an
//! [`AuditReport`] with its [`Finding`]s, none when the site holds.
//! Refuses: files it cannot read as what they claim to be; that is a finding, too.
//! Shares no code with `release/`: an error there must not hide itself here. What is attacked and what is not stands in
//! docs/audit.md.

mod bounds;
mod drawing;
mod elsewhere;
mod languages;
mod links;
mod markup;
mod numbers;
mod pages;
mod primary;
mod reading;
mod response;
mod shares;
mod span;
mod structure;
mod system;
mod table;
mod witness;
mod words;

pub use structure::differing;

use serde::Serialize;

use std::collections::BTreeMap;
use std::fmt;
use system::System;
use table::{ReadTable, read_csv, read_json_stat};

/// Something a reader could use, or a sign that two files of the same table disagree.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct Finding {
    /// The file.
    pub path: String,
    /// What is wrong.
    pub problem: String,
}

impl fmt::Display for Finding {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}: {}", self.path, self.problem)
    }
}

/// Where a site tells what its audit did.
pub const RESULT: &str = "data/audit.json";

/// What a publisher has and a reader has not.
#[derive(Clone, Copy, Debug, Default)]
pub struct Evidence<'a> {
    /// `witness.json` of the release.
    pub witnesses: Option<&'a str>,
    /// `ledger.jsonl` of the releases.
    pub ledger: Option<&'a str>,
    /// Marker values planted in withheld cells.
    pub canaries: &'a [String],
}

/// One attack and what came of it.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct Attack {
    /// Its name.
    pub attack: &'static str,
    /// How many things it tried.
    pub tried: usize,
    /// How many of them it could not decide.
    pub undecided: usize,
    /// How many findings it made.
    pub findings: usize,
}

/// What was read, what was tried and what was found. It says nothing that the site itself does not say.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize)]
pub struct AuditReport {
    /// Files read.
    pub files: usize,
    /// Tables read, each language on its own.
    pub tables: usize,
    /// Figures shown in tables of the first language.
    pub published: usize,
    /// Figures withheld there.
    pub withheld: usize,
    /// The attacks.
    pub attacks: Vec<Attack>,
    /// What was not attacked, and what it would need.
    pub not_attacked: Vec<&'static str>,
    /// What they found.
    pub findings: Vec<Finding>,
}

impl AuditReport {
    fn add(&mut self, attack: &'static str, tried: usize, undecided: usize, findings: Vec<Finding>) {
        self.attacks.push(Attack { attack, tried, undecided, findings: findings.len() });
        self.findings.extend(findings);
    }
}

/// What no audit of a site can attack, whatever is named with it.
const NEVER: [&str; 3] = [
    "whether tables that are called open are: the site does not say which dimensions are sensitive (palaute.yaml)",
    "whether the figures are true: that needs the database",
    "the rule by which figures were withheld, and files that depend on withheld values: the tests of the program do that",
];

/// What was not attacked with this evidence.
fn not_attacked(evidence: &Evidence<'_>) -> Vec<&'static str> {
    let witnesses =
        "whether the withheld figures are proved safe: that needs the witnesses of the release (--witnesses)";
    let ledger =
        "what follows with everything that was published before, here and elsewhere: that needs the ledger (--ledger)";
    let lacking = [(evidence.witnesses.is_none(), witnesses), (evidence.ledger.is_none(), ledger)];
    lacking.into_iter().filter(|(lacks, _)| *lacks).map(|(_, what)| what).chain(NEVER).collect()
}

/// Attacks every table of `files`, a map of paths to bytes, as any reader could.
#[must_use]
pub fn attack(files: &BTreeMap<String, Vec<u8>>) -> Vec<Finding> {
    report(files).findings
}

/// The same; none of the `canaries` may be in any byte.
#[must_use]
pub fn attack_with(files: &BTreeMap<String, Vec<u8>>, canaries: &[String]) -> Vec<Finding> {
    audit(files, Evidence { canaries, ..Evidence::default() }).findings
}

/// The same with what was read and tried, to be published beside the site.
#[must_use]
pub fn report(files: &BTreeMap<String, Vec<u8>>) -> AuditReport {
    audit(files, Evidence::default())
}

/// Attacks a site and checks the evidence that its publisher keeps.
#[must_use]
pub fn audit(files: &BTreeMap<String, Vec<u8>>, evidence: Evidence<'_>) -> AuditReport {
    let (tables, unread) = read(files);
    let base = || tables.iter().filter(|(id, _)| !id.contains('.')).flat_map(|(_, t)| t.cells.values());
    let (published, withheld) = (base().filter(|c| c.is_some()).count(), base().filter(|c| c.is_none()).count());
    let mut report =
        AuditReport { files: files.len(), tables: tables.len(), published, withheld, ..AuditReport::default() };
    report.not_attacked = not_attacked(&evidence);
    report.add("files are what they claim to be", tables.len() + unread.len(), 0, unread);
    report.add("CSV, JSON-stat and pages agree", tables.len(), 0, agreement(files, &tables));
    let (drawn, drawings) = drawing::findings(files, &tables);
    report.add("drawings and texts show published figures only", drawn, 0, drawings);
    report.add(
        "pages, rows and files do not tell what is withheld",
        files.len(),
        0,
        structure::findings(files, &tables),
    );
    report.add("words beside figures, comments and attributes", files.len(), 0, words::findings(files, &tables));
    report.add("every language says the same numbers", files.len(), 0, languages::findings(files));
    report.add("there is every file that is named, and no other", files.len(), 0, links::findings(files, &tables));
    let old = tables.values().filter(|t| t.reads.is_empty()).count();
    report.add("the rules for tables that do not say whom they count", old, 0, plain_rules(&tables));
    let kept = witness::Kept::read(evidence.witnesses);
    let (lines, broken) = evidence.ledger.map(witness::lines).unwrap_or_default();
    let k = witness::threshold(&tables).unwrap_or(0);
    let lost = kept.as_ref().map(|kept| elsewhere::lost(kept, &lines, k)).unwrap_or_default();
    report.add("no small count and no small rest is shown", published, 0, primary::findings(&tables, &lost.excused));
    systems(&tables, &lost.excused, kept.as_ref().ok(), &mut report);
    let of = |path: &str, problem: String| Finding { path: path.to_owned(), problem };
    let mut proof: Vec<Finding> = broken.into_iter().map(|problem| of("ledger.jsonl", problem)).collect();
    match (kept, evidence.witnesses) {
        (Ok(kept), Some(_)) => {
            let ledger = evidence.ledger.map(|_| lines.as_slice());
            let (tried, unmatched, found) = kept.findings(&tables, ledger);
            proof.extend(found);
            proof.extend(lost.claimed.iter().map(|whose| of("witness.json", elsewhere::unexcused(whose))));
            report.add("witnesses reproduce every published number", tried, unmatched, proof);
        }
        (Err(problem), _) => {
            proof.push(of("witness.json", problem));
            report.add("witnesses reproduce every published number", 0, 0, proof);
        }
        (Ok(_), None) => {}
    }
    if !evidence.canaries.is_empty() {
        let found = structure::canaries(files, evidence.canaries);
        report.add("no canary is in any byte", evidence.canaries.len(), 0, found);
    }
    report
}

/// The tables of the open data by their id, which is their path inside `data/`.
fn read(files: &BTreeMap<String, Vec<u8>>) -> (BTreeMap<String, ReadTable>, Vec<Finding>) {
    let (mut tables, mut unread) = (BTreeMap::new(), Vec::new());
    for (path, bytes) in files {
        let Some(id) = path.strip_prefix("data/").and_then(|p| p.strip_suffix(".json")) else { continue };
        if path == RESULT {
            continue;
        }
        match read_json_stat(bytes) {
            Ok(table) => {
                tables.insert(id.to_owned(), table);
            }
            Err(problem) => unread.push(Finding { path: path.clone(), problem }),
        }
    }
    (tables, unread)
}

/// Whether all files of a table say the same.
fn agreement(files: &BTreeMap<String, Vec<u8>>, tables: &BTreeMap<String, ReadTable>) -> Vec<Finding> {
    let mut findings = Vec::new();
    for (id, table) in tables {
        let problem = match files.get(&format!("data/{id}.csv")).map(|csv| read_csv(csv)) {
            None => "the table has no CSV file".to_owned(),
            Some(Err(problem)) => problem,
            Some(Ok(cells)) if cells != table.cells => "the CSV file shows other figures".to_owned(),
            Some(Ok(_)) => continue,
        };
        findings.push(Finding { path: format!("data/{id}.json"), problem });
    }
    findings.extend(translations(tables));
    for (page, html) in files.iter().filter(|(p, _)| p.ends_with(".html")) {
        let problems = pages::disagreements(tables, page, &String::from_utf8_lossy(html));
        findings.extend(problems.into_iter().map(|problem| Finding { path: page.clone(), problem }));
    }
    findings
}

/// The attacks on tables of releases that did not say whom their figures count.
fn plain_rules(tables: &BTreeMap<String, ReadTable>) -> Vec<Finding> {
    let mut findings = Vec::new();
    let mut totals: BTreeMap<String, (String, String)> = BTreeMap::new();
    for (id, table) in tables.iter().filter(|(_, t)| t.reads.is_empty()) {
        let mut tell = |problem: String| findings.push(Finding { path: format!("data/{id}.json"), problem });
        table.weaknesses().into_iter().for_each(&mut tell);
        // Every table about the answers to one form counts the same respondents.
        if let (Some(form), Some(total)) = (form_of(id), table.total()) {
            let (first, same) = totals.entry(form).or_insert((id.to_owned(), total.clone()));
            if same != total {
                tell(format!(
                    "{total} respondents here and {same} in {first}: subtract to find who left a question open"
                ));
            }
        }
    }
    findings.extend(response::weaknesses(tables));
    findings
}

/// The attacks on each block as a system of everything that is shown of it.
fn systems(
    tables: &BTreeMap<String, ReadTable>,
    lost: &[reading::Whose],
    kept: Option<&witness::Kept>,
    report: &mut AuditReport,
) {
    let attributes = system::attributes(tables);
    let (mut spanned, mut bounded, mut insiders, mut fitted) = (Vec::new(), Vec::new(), Vec::new(), Vec::new());
    let (mut tried, mut undecided, mut unanswered, mut too_large, mut shares_tried) = (0, 0, 0, 0, 0);
    let none = BTreeMap::new();
    for (block, told) in system::told(tables) {
        let (kinds, named) = kept.map(|k| k.named(&block)).unwrap_or_default();
        let systems: Vec<System> =
            match system::systems(&told, attributes.get(&block).unwrap_or(&none), (&kinds, &named)) {
                Ok(systems) => systems,
                Err(_) => {
                    too_large += told.iter().filter(|t| t.shown.is_none()).count();
                    continue;
                }
            };
        let (count, found) = shares::findings(&told, lost);
        shares_tried += count;
        fitted.extend(found);
        for system in &systems {
            tried += system.targets.len();
            let given = span::recovered(system);
            let bounds = bounds::attack(system);
            if bounds.impossible {
                let path = told.first().map(|t| t.path.clone()).unwrap_or_default();
                bounded
                    .push(Finding { path, problem: format!("no people of {block} can fit everything that is shown") });
                continue;
            }
            let at = |place: usize| {
                let target = &system.targets[place];
                (target.path.clone(), &target.place, lost.contains(&target.whose))
            };
            for (place, value) in given.iter().enumerate() {
                if let (Some(value), (path, cell, false)) = (value, at(place)) {
                    spanned.push(Finding {
                        path,
                        problem: format!("{cell} is withheld, and other figures add up to {value}"),
                    });
                }
            }
            for (place, known) in bounds.reader.iter().enumerate() {
                let (path, cell, false) = at(place) else { continue };
                match known {
                    bounds::Known::Only(v) if given[place].is_none() => {
                        bounded.push(Finding { path, problem: format!("{cell} is withheld, and it can only be {v}") });
                    }
                    bounds::Known::Small(low, high) => bounded.push(Finding {
                        path,
                        problem: format!("{cell} is withheld, and it can only be {low} to {high}"),
                    }),
                    bounds::Known::Undecided => undecided += 1,
                    _ => {}
                }
            }
            for (place, value) in &bounds.insider {
                if let (path, cell, false) = at(*place) {
                    let problem =
                        format!("somebody who is counted himself learns that {cell}, which is withheld, is {value}");
                    if !insiders.iter().any(|f: &Finding| f.path == path && f.problem == problem) {
                        insiders.push(Finding { path, problem });
                    }
                }
            }
            unanswered += bounds.unanswered;
        }
    }
    report.add("adding and subtracting (row space)", tried, too_large, spanned);
    report.add("bounds of whole people, the threshold and the sign known", tried, undecided + too_large, bounded);
    report.add("an insider who knows himself", tried, unanswered + too_large, insiders);
    report.add("shares and means that fit few numbers only", shares_tried, 0, fitted);
}

/// Parties that answer forms; their tables are named by the party, then the question.
const PARTIES: [&str; 5] = ["client", "employer", "community", "purchaser", "coach"];

/// Party and form of a table of answers: `client-c-overall` is of `client-c`.
fn form_of(id: &str) -> Option<String> {
    let mut parts = id.split('-');
    let (party, form, _) = (parts.next()?, parts.next()?, parts.next()?);
    let base = !id.contains('.');
    (base && PARTIES.contains(&party)).then(|| format!("{party}-{form}"))
}

/// Files of a table in another language, `outcomes.sv`, that show other figures than the table's first one.
fn translations(tables: &BTreeMap<String, ReadTable>) -> Vec<Finding> {
    let translated = tables.iter().filter_map(|(id, table)| Some((id, id.split_once('.')?.0, table)));
    let same = |t: &ReadTable, other: &ReadTable| t.cells == other.cells && t.reads == other.reads;
    let wrong = translated.filter(|(_, base, table)| tables.get(*base).is_none_or(|t| !same(t, table)));
    let finding = |(id, base, _)| Finding {
        path: format!("data/{id}.json"),
        problem: format!("shows other figures than data/{base}.json"),
    };
    wrong.map(finding).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn site(values: &str, status: &str, csv: &str) -> BTreeMap<String, Vec<u8>> {
        let json = format!(
            r#"{{"version":"2.0","class":"dataset","id":["a"],"size":[3],"dimension":{{"a":{{"category":{{"index":["x","y","total"]}}}}}},
            "value":{values},"status":{status},"extension":{{"class":"counts","threshold":5,"mean_threshold":5}}}}"#
        );
        BTreeMap::from([
            ("data/t.json".to_owned(), json.into_bytes()),
            ("data/t.csv".to_owned(), csv.as_bytes().to_vec()),
        ])
    }

    #[test]
    fn a_table_that_holds_has_no_findings() {
        let ok = site("[7,9,16]", "{}", "a,a_label,value\nx,X,7\ny,Y,9\ntotal,T,16\n");
        assert_eq!(attack(&ok), []);
        let hidden =
            site("[null,null,16]", r#"{"0":"...","1":"..."}"#, "a,a_label,value\nx,X,...\ny,Y,...\ntotal,T,16\n");
        assert_eq!(attack(&hidden), []);
    }

    #[test]
    fn a_small_count_is_found() {
        let bad = site("[3,13,16]", "{}", "a,a_label,value\nx,X,3\ny,Y,13\ntotal,T,16\n");
        assert!(attack(&bad)[0].problem.contains("a count of 3"), "{:?}", attack(&bad));
    }

    #[test]
    fn a_single_withheld_cell_is_found_because_subtraction_gives_it() {
        let bad = site("[null,9,16]", r#"{"0":"..."}"#, "a,a_label,value\nx,X,...\ny,Y,9\ntotal,T,16\n");
        assert!(attack(&bad)[0].problem.contains("subtract"), "{:?}", attack(&bad));
    }

    #[test]
    fn a_mean_that_tells_how_few_gave_no_grade_is_found() {
        // Six respondents and a mean of 4.4: only five grades can give it, so one left the question open.
        let json = r#"{"version":"2.0","class":"dataset","id":["a"],"size":[3],
            "dimension":{"a":{"category":{"index":["x","total","mean"]}}},"value":[null,6,4.4],"status":{"0":"..."},
            "extension":{"class":"counts","threshold":5,"mean_threshold":5}}"#;
        let csv = "a,a_label,value\nx,X,...\ntotal,T,6\nmean,M,4.4\n";
        let files = BTreeMap::from([
            ("data/t.json".to_owned(), json.as_bytes().to_vec()),
            ("data/t.csv".to_owned(), csv.as_bytes().to_vec()),
        ]);
        assert!(attack(&files)[0].problem.contains("how few gave no grade"), "{:?}", attack(&files));
    }

    /// What the files of a table say, whatever leads to them.
    fn agreed(files: &BTreeMap<String, Vec<u8>>) -> Vec<Finding> {
        agreement(files, &read(files).0)
    }

    #[test]
    fn a_csv_or_page_that_says_something_else_is_found() {
        let mut bad =
            site("[null,null,16]", r#"{"0":"...","1":"..."}"#, "a,a_label,value\nx,X,3\ny,Y,...\ntotal,T,16\n");
        bad.insert("fi/t.html".into(), br#"<td data-cell="t y">13</td>"#.to_vec());
        let problems: Vec<String> = agreed(&bad).into_iter().map(|f| f.problem).collect();
        assert_eq!(problems.len(), 2, "{problems:?}");
    }

    #[test]
    fn english_pages_write_a_decimal_point_and_the_others_a_comma() {
        let mut files = site("[7.5,9,16.5]", "{}", "a,a_label,value\nx,X,7.5\ny,Y,9\ntotal,T,16.5\n");
        for (page, figure) in [("en/t.html", "7.5"), ("sv/t.html", "7,5"), ("fi/t.html", "7,5")] {
            files.insert(page.to_owned(), format!(r#"<td data-cell="t x">{figure}</td>"#).into_bytes());
        }
        assert_eq!(agreed(&files), []);
        files.insert("en/u.html".to_owned(), br#"<td data-cell="t x">7,5</td>"#.to_vec());
        files.insert("sv/u.html".to_owned(), br#"<td data-cell="t x">7.5</td>"#.to_vec());
        assert_eq!(agreed(&files).len(), 2);
    }

    #[test]
    fn a_translated_file_or_a_page_with_a_figure_that_the_first_file_lacks_is_found() {
        let mut files = site("[7,9,16]", "{}", "a,a_label,value\nx,X,7\ny,Y,9\ntotal,T,16\n");
        let hidden =
            site("[null,null,16]", r#"{"0":"...","1":"..."}"#, "a,a_label,value\nx,X,...\ny,Y,...\ntotal,T,16\n");
        for ending in ["json", "csv"] {
            files.insert(format!("data/t.sv.{ending}"), hidden[&format!("data/t.{ending}")].clone());
        }
        files.insert("sv/t.html".to_owned(), br#"<td data-cell="other x">7</td>"#.to_vec());
        let problems: Vec<String> = agreed(&files).into_iter().map(|f| f.problem).collect();
        assert_eq!(problems.len(), 2, "{problems:?}");
        assert!(problems[0].contains("other figures than data/t.json"), "{problems:?}");
    }
}
