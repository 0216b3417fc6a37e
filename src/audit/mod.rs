//! Reads what was published and attacks it.
//!
//! Enters: the emitted bytes of a site, nothing else. Leaves: [`Finding`]s, none when the site holds.
//! Refuses: files it cannot read as what they claim to be; that is a finding, too.
//! Shares no code with `release/`: an error there must not hide itself here.

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
        // Every table about one party's answers counts the same respondents.
        if let (Some((party, _)), Some(total)) = (id.split_once("-c-"), table.total()) {
            let (first, same) = totals.entry(party.to_owned()).or_insert((id.to_owned(), total.clone()));
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
        for (page, html) in files.iter().filter(|(p, _)| p.ends_with(".html")) {
            for problem in disagreements(id, &table, &String::from_utf8_lossy(html)) {
                findings.push(Finding { path: page.clone(), problem });
            }
        }
    }
    for (page, html) in files.iter().filter(|(p, _)| p.ends_with(".html")) {
        for address in String::from_utf8_lossy(html).split("data-cell=\"").skip(1).filter_map(|c| c.split('"').next()) {
            let table = address.split(' ').next().unwrap_or_default();
            if !files.contains_key(&format!("data/{table}.json")) {
                let problem = format!("shows a figure of {table}, which is not among the open data");
                findings.push(Finding { path: page.clone(), problem });
            }
        }
    }
    findings
}

/// Figures of the page's data tables that differ from the open data: the cells carry their address
/// in `data-cell="table code code"`.
fn disagreements(id: &str, table: &ReadTable, html: &str) -> Vec<String> {
    let mut problems = Vec::new();
    for cell in html.split("data-cell=\"").skip(1) {
        let Some((address, rest)) = cell.split_once('"') else { continue };
        let mut parts = address.split(' ');
        if parts.next() != Some(id) {
            continue;
        }
        let codes: Vec<String> = parts.map(str::to_owned).collect();
        let shown = rest.split_once('>').and_then(|(_, r)| r.split_once('<')).map_or("", |(text, _)| text.trim());
        let expected = table.cells.get(&codes);
        let plain = shown.replace(['\u{a0}'], "").replace(',', ".").replace('\u{2212}', "-");
        let same = match expected {
            Some(None) => shown == "...",
            Some(Some(v)) => plain == *v || (shown == "-" && v == "0"),
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
}
