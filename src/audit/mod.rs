//! Reads what was published and attacks it.
//!
//! Enters: the emitted bytes of a site, nothing else. Leaves: [`Finding`]s, none when the site holds.
//! Refuses: files it cannot read as what they claim to be; that is a finding, too.
//! Shares no code with `release/`: an error there must not hide itself here.

mod response;
mod table;

use std::collections::BTreeMap;
use std::fmt;
use table::{ReadTable, read_csv, read_json_stat};

/// Something a reader could use, or a sign that two files of the same table disagree.
#[derive(Clone, Debug, PartialEq, Eq)]
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

/// Attacks every table of `files`, a map of paths to bytes.
#[must_use]
pub fn attack(files: &BTreeMap<String, Vec<u8>>) -> Vec<Finding> {
    let mut findings = Vec::new();
    let mut totals: BTreeMap<String, (String, String)> = BTreeMap::new();
    let mut tables: BTreeMap<String, ReadTable> = BTreeMap::new();
    for (path, bytes) in files {
        let Some(id) = path.strip_prefix("data/").and_then(|p| p.strip_suffix(".json")) else { continue };
        let mut tell = |problem: String| findings.push(Finding { path: path.clone(), problem });
        let table = match read_json_stat(bytes) {
            Ok(table) => table,
            Err(problem) => {
                tell(problem);
                continue;
            }
        };
        for problem in table.weaknesses() {
            tell(problem);
        }
        // Every table about the answers to one form counts the same respondents.
        if let (Some(form), Some(total)) = (form_of(id), table.total()) {
            let (first, same) = totals.entry(form).or_insert((id.to_owned(), total.clone()));
            if same != total {
                tell(format!(
                    "{total} respondents here and {same} in {first}: subtract to find who left a question open"
                ));
            }
        }
        match files.get(&format!("data/{id}.csv")).map(|csv| read_csv(csv)) {
            None => tell("the table has no CSV file".to_owned()),
            Some(Err(problem)) => tell(problem),
            Some(Ok(cells)) if cells != table.cells => tell("the CSV file shows other figures".to_owned()),
            Some(Ok(_)) => {}
        }
        tables.insert(id.to_owned(), table);
    }
    findings.extend(translations(&tables));
    findings.extend(response::weaknesses(&tables));
    for (page, html) in files.iter().filter(|(p, _)| p.ends_with(".html")) {
        let problems = disagreements(&tables, page, &String::from_utf8_lossy(html));
        findings.extend(problems.into_iter().map(|problem| Finding { path: page.clone(), problem }));
    }
    findings
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
    let wrong = translated.filter(|(_, base, table)| tables.get(*base).is_none_or(|t| t.cells != table.cells));
    let finding = |(id, base, _)| Finding {
        path: format!("data/{id}.json"),
        problem: format!("shows other figures than data/{base}.json"),
    };
    wrong.map(finding).collect()
}

/// Figures of a page's data tables that differ from the open data: the cells carry their address in
/// `data-cell="table code code"`. English pages write a decimal point, the others a comma.
fn disagreements(tables: &BTreeMap<String, ReadTable>, page: &str, html: &str) -> Vec<String> {
    let mut problems = Vec::new();
    let (decimal, other) = if page.starts_with("en/") { ('.', ',') } else { (',', '.') };
    for cell in html.split("data-cell=\"").skip(1) {
        let Some((address, rest)) = cell.split_once('"') else { continue };
        let mut parts = address.split(' ');
        let id = parts.next().unwrap_or_default();
        let Some(table) = tables.get(id) else {
            problems.push(format!("shows a figure of {id}, which is not among the open data"));
            continue;
        };
        let codes: Vec<String> = parts.map(str::to_owned).collect();
        let shown = rest.split_once('>').and_then(|(_, r)| r.split_once('<')).map_or("", |(text, _)| text.trim());
        let plain = shown.replace('\u{a0}', "").replace('\u{2212}', "-");
        let same = match table.cells.get(&codes) {
            Some(None) => shown == "...",
            Some(Some(v)) => {
                (!plain.contains(other) && plain.replace(decimal, ".") == *v) || (shown == "-" && v == "0")
            }
            None => false,
        };
        if !same {
            problems.push(format!("shows `{shown}` at {address}, which is not what the open data says"));
        }
    }
    problems
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

    #[test]
    fn a_csv_or_page_that_says_something_else_is_found() {
        let mut bad =
            site("[null,null,16]", r#"{"0":"...","1":"..."}"#, "a,a_label,value\nx,X,3\ny,Y,...\ntotal,T,16\n");
        bad.insert("fi/t.html".into(), br#"<td data-cell="t y">13</td>"#.to_vec());
        let problems: Vec<String> = attack(&bad).into_iter().map(|f| f.problem).collect();
        assert_eq!(problems.len(), 2, "{problems:?}");
    }

    #[test]
    fn english_pages_write_a_decimal_point_and_the_others_a_comma() {
        let mut files = site("[7.5,9,16.5]", "{}", "a,a_label,value\nx,X,7.5\ny,Y,9\ntotal,T,16.5\n");
        for (page, figure) in [("en/t.html", "7.5"), ("sv/t.html", "7,5"), ("fi/t.html", "7,5")] {
            files.insert(page.to_owned(), format!(r#"<td data-cell="t x">{figure}</td>"#).into_bytes());
        }
        assert_eq!(attack(&files), []);
        files.insert("en/u.html".to_owned(), br#"<td data-cell="t x">7,5</td>"#.to_vec());
        files.insert("sv/u.html".to_owned(), br#"<td data-cell="t x">7.5</td>"#.to_vec());
        assert_eq!(attack(&files).len(), 2);
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
        let problems: Vec<String> = attack(&files).into_iter().map(|f| f.problem).collect();
        assert_eq!(problems.len(), 2, "{problems:?}");
        assert!(problems[0].contains("other figures than data/t.json"), "{problems:?}");
    }
}
