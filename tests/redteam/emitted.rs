//! Sites of invented numbers, attacked as bytes: what is withheld is found again when it can be.

use palaute::audit::{Evidence, Finding, attack, attack_with, audit, differing, report};
use palaute::release::Ledger;
use serde_json::{Value, json};
use std::collections::BTreeMap;

type Site = BTreeMap<String, Vec<u8>>;

/// A count of a table: its codes, whom it counts by attribute, what is shown.
pub(crate) struct Cell {
    codes: Vec<String>,
    reads: Value,
    shown: Option<String>,
}

/// A reading of a count: `only` as `attribute=code,code attribute=code`.
pub(crate) fn whose(only: &str) -> Value {
    let named = only.split_whitespace().filter_map(|part| part.split_once('='));
    let only: BTreeMap<&str, Vec<&str>> = named.map(|(a, codes)| (a, codes.split(',').collect())).collect();
    json!({"block": "b", "only": only})
}

pub(crate) fn count(name: &str, only: &str, shown: &str) -> Cell {
    cell(name, json!({"count": whose(only)}), shown)
}

pub(crate) fn cell(name: &str, reads: Value, shown: &str) -> Cell {
    let codes = name.split(' ').map(str::to_owned).collect();
    Cell { codes, reads, shown: (shown != "...").then(|| shown.to_owned()) }
}

/// The attributes of the block `b`.
fn block(attributes: &[(&str, &[&str])]) -> Value {
    let attributes: BTreeMap<&str, &[&str]> = attributes.iter().copied().collect();
    json!({"b": attributes})
}

/// Adds a table with one axis in all its formats: JSON-stat, CSV, a page with table and chart, a drawing.
fn add(site: &mut Site, id: &str, k: i64, attributes: &Value, cells: &[Cell]) {
    let codes: Vec<String> = cells.iter().map(|c| c.codes.join("_")).collect();
    let value: Vec<Value> = cells
        .iter()
        .map(|c| c.shown.as_ref().map_or(Value::Null, |v| serde_json::from_str(v).expect("a number")))
        .collect();
    let hidden = cells.iter().enumerate().filter(|(_, c)| c.shown.is_none());
    let status: BTreeMap<String, &str> = hidden.map(|(at, _)| (at.to_string(), "...")).collect();
    let reads: Vec<&Value> = cells.iter().map(|c| &c.reads).collect();
    let data = json!({
        "version": "2.0", "class": "dataset", "id": ["a"], "size": [cells.len()], "label": "A table",
        "dimension": {"a": {"category": {"index": codes}}}, "value": value, "status": status,
        "extension": {"class": "counts", "threshold": k, "mean_threshold": 5, "reads": reads, "attributes": attributes, "cohort": null},
    });
    let told = |c: &Cell| c.shown.clone().unwrap_or_else(|| "...".to_owned());
    let mut csv = "a,a_label,value\n".to_owned();
    let mut rows = String::new();
    for (code, cell) in codes.iter().zip(cells) {
        csv.push_str(&format!("{code},X,{}\n", told(cell)));
        rows.push_str(&format!(
            "<tr><td data-cell=\"{id} {code}\">{}</td></tr>",
            told(cell).replace('.', ",").replace(",,,", "...")
        ));
    }
    let largest = cells.iter().filter_map(|c| c.shown.as_ref()?.parse::<f64>().ok()).fold(1.0, f64::max);
    let plots = |class: &str| -> String {
        let bar = |c: &Cell| match &c.shown {
            Some(v) => {
                let width = format!("{:.2}", v.parse::<f64>().expect("a number") / largest * 82.0);
                format!(
                    "<svg {class}><rect x=\"0\" y=\"4\" width=\"{width}%\" height=\"28\"/><text x=\"{width}%\">{}</text></svg>",
                    v.replace('.', ",")
                )
            }
            None => format!(
                "<svg {class}><rect class=\"void\" x=\".5\" y=\"4.5\" width=\"99.8%\" height=\"27\"/><text x=\"50%\">...</text></svg>"
            ),
        };
        cells.iter().map(bar).collect()
    };
    let files = [format!("{id}.csv"), format!("{id}.json"), format!("figure-{id}.svg")];
    let links: String = files.map(|file| format!("<a href=\"../data/{file}\" download>A file</a>")).concat();
    let page = format!(
        "<figure class=\"fig\" id=\"{id}\"><div class=\"plot\">{}</div><p class=\"fig-desc\">A chart.</p><div role=\"region\" aria-label=\"A table\"><table><caption>A table</caption>{rows}</table></div>{links}</figure>",
        plots("class=\"chart\"")
    );
    site.entry("index.html".to_owned()).or_insert_with(|| b"<a href=\"fi/figures.html\">Suomi</a>".to_vec());
    let drawing = format!(
        "<svg xmlns=\"s\" width=\"960\"><title>A table</title><desc>A chart.</desc>{}</svg>",
        plots("x=\"320\" y=\"40\" width=\"600\" height=\"36\" overflow=\"visible\"")
    );
    site.insert(format!("data/{id}.json"), data.to_string().into_bytes());
    site.insert(format!("data/{id}.csv"), csv.into_bytes());
    site.insert(format!("data/figure-{id}.svg"), drawing.into_bytes());
    site.entry("fi/figures.html".to_owned()).or_default().extend(page.into_bytes());
}

pub(crate) fn site(id: &str, k: i64, attributes: &[(&str, &[&str])], cells: &[Cell]) -> Site {
    let mut site = Site::new();
    add(&mut site, id, k, &block(attributes), cells);
    site
}

/// Two rows, two columns and the margins that are named; `...` is withheld.
fn two_by_two(shown: [&str; 9]) -> Vec<Cell> {
    let names = ["x u", "x v", "x t", "y u", "y v", "y t", "t u", "t v", "t t"];
    let whose = |name: &str| {
        let (row, column) = name.split_once(' ').expect("two");
        let part =
            |attribute: &str, code: &str| if code == "t" { String::new() } else { format!("{attribute}={code} ") };
        part("row", row) + &part("column", column)
    };
    names.iter().zip(shown).map(|(name, v)| count(name, &whose(name), v)).collect()
}

const SQUARE: &[(&str, &[&str])] = &[("row", &["x", "y"]), ("column", &["u", "v"])];

pub(crate) fn problems(site: &Site) -> String {
    attack(site).iter().map(Finding::to_string).collect::<Vec<_>>().join("\n")
}

/// A withheld cell of a site that holds, changed in one place.
fn planted(path: &str, from: &str, to: &str) -> String {
    let mut site = held();
    let text = String::from_utf8(site[path].clone()).expect("text");
    assert!(text.contains(from), "{path} has no {from}: {text}");
    site.insert(path.to_owned(), text.replacen(from, to, 1).into_bytes());
    problems(&site)
}

/// Five outcomes of 21, two of them withheld; they may be 0 to 9.
fn held() -> Site {
    let cells = [
        count("a", "o=a", "6"),
        count("b", "o=b", "6"),
        count("c", "o=c", "..."),
        count("d", "o=d", "..."),
        count("total", "", "21"),
    ];
    site("outcomes", 5, &[("o", &["a", "b", "c", "d"])], &cells)
}

#[test]
fn a_site_that_holds_has_no_finding_and_says_what_was_tried() {
    assert_eq!(problems(&held()), "");
    let report = report(&held());
    assert_eq!((report.tables, report.published, report.withheld), (1, 3, 2));
    let tried = |name: &str| report.attacks.iter().find(|a| a.attack.starts_with(name)).map(|a| (a.tried, a.undecided));
    assert_eq!(tried("bounds"), Some((2, 0)));
    assert_eq!(tried("an insider"), Some((2, 0)));
}

#[test]
fn a_withheld_value_planted_in_a_cell_of_a_page_is_found() {
    assert!(planted("fi/figures.html", ">...</td>", ">4</td>").contains("shows `4`"));
}

#[test]
fn a_withheld_value_planted_in_an_attribute_that_only_screen_readers_say_is_found() {
    let found = planted("fi/figures.html", "aria-label=\"A table\"", "aria-label=\"A table, c 4\"");
    assert!(found.contains("`aria-label` says A table, c 4"), "{found}");
}

#[test]
fn a_withheld_value_planted_in_the_csv_is_found() {
    assert!(planted("data/outcomes.csv", "c,X,...", "c,X,4").contains("CSV file shows other figures"));
}

#[test]
fn a_withheld_value_planted_in_the_json_stat_is_found() {
    let found = planted("data/outcomes.json", "null,null,21", "4,null,21");
    assert!(found.contains("do not fit"), "{found}");
}

#[test]
fn a_withheld_value_planted_in_the_text_of_a_drawing_is_found() {
    assert!(planted("data/figure-outcomes.svg", ">...</text>", ">4</text>").contains("a drawing shows 4"));
}

#[test]
fn a_withheld_value_planted_in_the_description_of_a_drawing_is_found() {
    assert!(planted("data/figure-outcomes.svg", "A chart.", "A chart: c 4.").contains("the words say 4"));
}

#[test]
fn a_withheld_value_planted_in_the_coordinates_of_a_drawing_is_found() {
    let bar = "<rect x=\"0\" width=\"15.62%\"/><text x=\"50%\">...";
    assert!(planted("data/figure-outcomes.svg", "<text x=\"50%\">...", bar).contains("mark whose place or length"));
    let dashed = planted("data/figure-outcomes.svg", "width=\"99.8%\"", "width=\"15.62%\"");
    assert!(dashed.contains("mark whose place or length"), "{dashed}");
    let moved = planted("fi/figures.html", "<text x=\"50%\">...", "<text x=\"15.62%\">...");
    assert!(moved.contains("stands where"), "{moved}");
}

#[test]
fn a_bar_of_another_length_than_its_number_is_found() {
    assert!(planted("data/figure-outcomes.svg", "width=\"23.43%\"", "width=\"19.52%\"").contains("another length"));
}

/// A site that holds in two languages, with words of authors beside its figure.
fn in_two_languages() -> Site {
    let mut site = held();
    let alternates = "<link rel=\"alternate\" hreflang=\"fi\" href=\"../fi/figures.html\"><link rel=\"alternate\" hreflang=\"sv\" href=\"../sv/figures.html\">";
    let figure = String::from_utf8(site["fi/figures.html"].clone()).expect("text");
    let page = format!(
        "<!doctype html>{alternates}<main><p class=\"prose\">The law of 2015.</p><p>Some words.</p>{figure}</main>"
    );
    for ending in ["csv", "json"] {
        site.insert(format!("data/outcomes.sv.{ending}"), site[&format!("data/outcomes.{ending}")].clone());
    }
    site.insert("data/figure-outcomes.sv.svg".to_owned(), site["data/figure-outcomes.svg"].clone());
    let swedish = ["csv", "json", "svg"]
        .iter()
        .fold(page.clone(), |page, e| page.replace(&format!("outcomes.{e}"), &format!("outcomes.sv.{e}")));
    site.insert("fi/figures.html".to_owned(), page.into_bytes());
    site.insert("sv/figures.html".to_owned(), swedish.into_bytes());
    site
}

/// The same with something else in the files that begin so.
fn changed(begin: &str, from: &str, to: &str) -> String {
    let mut site = in_two_languages();
    let mut changed = 0;
    for (_, bytes) in site.iter_mut().filter(|(path, _)| path.contains(begin)) {
        let text = String::from_utf8(bytes.clone()).expect("text");
        changed += usize::from(text.contains(from));
        *bytes = text.replacen(from, to, 1).into_bytes();
    }
    assert!(changed > 0, "{begin} has no {from}");
    problems(&site)
}

#[test]
fn a_site_in_two_languages_that_holds_has_no_finding() {
    assert_eq!(problems(&in_two_languages()), "");
}

#[test]
fn a_withheld_value_planted_in_any_words_of_one_language_is_found() {
    for (from, to) in [
        ("The law of 2015.", "The law of 2015, and 4."),
        ("Some words.", "Some words, and 4."),
        ("<caption>A table", "<caption>A table, c 4"),
        ("A chart.", "A chart: c 4."),
        // A number that is shown elsewhere on the page.
        ("Some words.", "Some words, and 6."),
    ] {
        let found = changed("fi/figures", from, to);
        assert!(found.contains("fi/figures.html: has the number"), "{to}: {found}");
    }
    let found = changed("data/outcomes.sv.csv", "c,X,", "c,X 4,");
    assert!(found.contains("data/outcomes.sv.csv: has the number 4"), "{found}");
    let found = changed("data/outcomes.sv.json", "\"A table\"", "\"A table, c 4\"");
    assert!(found.contains("data/outcomes.sv.json: has the number 4"), "{found}");
}

#[test]
fn a_withheld_value_planted_in_the_words_of_all_languages_is_found_beside_figures_and_in_them() {
    let found = changed("/figures.html", "Some words.", "Some words, and 4.");
    assert!(found.contains("the words beside the figures say 4"), "{found}");
    for place in ["<caption>A table", "A chart."] {
        let found = changed("/figures.html", place, &format!("{place} 4"));
        assert!(found.contains("sv/figures.html: the words say 4"), "{place}: {found}");
    }
}

#[test]
fn a_withheld_value_planted_in_a_comment_or_in_what_is_not_shown_is_found() {
    for hidden in
        ["<!-- c 4 -->", "<!--4>-->", "<![CDATA[4]]>", "<?c 4?>", "<script>4</script>", "<template>4</template>"]
    {
        let found = changed("/figures.html", "<main>", &format!("<main>{hidden}"));
        assert!(
            found.contains("fi/figures.html: holds `<") || found.contains("fi/figures.html: holds <"),
            "{hidden}: {found}"
        );
    }
    let found = changed("data/figure-outcomes.svg", "<title>", "<!-- c 4 --><title>");
    assert!(found.contains("data/figure-outcomes.svg: holds `<!-- c 4"), "{found}");
}

#[test]
fn a_withheld_value_planted_in_an_attribute_is_found() {
    for attribute in ["data-n=\"4\"", "value=\"4\"", "data-4"] {
        let found = changed("/figures.html", "<main>", &format!("<main {attribute}>"));
        assert!(found.contains("fi/figures.html: has the attribute"), "{attribute}: {found}");
    }
    for attribute in ["class=\"n4\"", "id=\"c4\"", "tabindex=\"4\"", "aria-label=\"c 4\"", "title='4'"] {
        let found = changed("fi/figures.html", "<p>", &format!("<p {attribute}>"));
        assert!(found.contains("fi/figures.html: has "), "{attribute}: {found}");
    }
}

#[test]
fn a_file_that_belongs_to_no_table_or_that_no_page_links_is_found() {
    for path in
        ["data/leak.csv", "data/leak.xlsx", "data/outcomes.xlsx", "leak.json", "data/outcomes.json.bak", "fi/leak.txt"]
    {
        let mut site = in_two_languages();
        site.insert(path.to_owned(), b"c,4\n".to_vec());
        assert!(
            problems(&site).contains(&format!("{path}: the file is no page, no table")),
            "{path}: {}",
            problems(&site)
        );
    }
    let mut site = in_two_languages();
    for ending in ["csv", "json"] {
        site.insert(format!("data/leak.{ending}"), site[&format!("data/outcomes.{ending}")].clone());
    }
    site.insert("data/figure-leak.svg".to_owned(), b"<svg><text>4</text></svg>".to_vec());
    site.insert("fi/leak.html".to_owned(), b"<p>4</p>".to_vec());
    for path in ["data/leak.csv", "data/leak.json", "data/figure-leak.svg", "fi/leak.html"] {
        assert!(problems(&site).contains(&format!("{path}: no page leads to the file")), "{path}: {}", problems(&site));
    }
}

#[test]
fn a_language_or_a_page_or_a_file_that_is_missing_is_found() {
    for path in ["sv/figures.html", "fi/figures.html"] {
        let mut site = in_two_languages();
        site.remove(path);
        assert!(
            problems(&site).contains(&format!("the page {path}, which is the same in another language, is missing"))
        );
    }
    for path in ["data/outcomes.csv", "data/figure-outcomes.sv.svg", "fi/figures.html"] {
        let mut site = in_two_languages();
        site.remove(path);
        assert!(problems(&site).contains(&format!("links {path}, which is not there")), "{path}: {}", problems(&site));
    }
    let mut site = in_two_languages();
    site.remove("index.html");
    assert!(problems(&site).contains("index.html: the page that leads into the languages is missing"));
}

#[test]
fn a_row_less_its_other_cell_is_found() {
    let found = problems(&site("s", 3, SQUARE, &two_by_two(["...", "4", "9", "...", "6", "...", "...", "10", "..."])));
    assert!(found.contains("x_u is withheld, and other figures add up to 5"), "{found}");
}

#[test]
fn a_column_less_its_other_cell_is_found() {
    let found =
        problems(&site("s", 3, SQUARE, &two_by_two(["...", "...", "...", "8", "...", "...", "20", "...", "..."])));
    assert!(found.contains("x_u is withheld, and other figures add up to 12"), "{found}");
}

/// Every line has two or three withheld cells; w|b is the one bridge between two rings of them, so it is exact.
#[test]
fn a_hidden_dependency_in_a_four_by_four_table_is_found() {
    let (rows, columns) = (["w", "x", "y", "z"], ["a", "b", "c", "d"]);
    let attributes: &[(&str, &[&str])] = &[("row", &rows), ("column", &columns)];
    let hidden = ["wa", "wc", "xa", "xc", "wb", "yb", "yd", "zb", "zd"];
    let value = |r: usize, c: usize| 47 + 3 * i64::try_from(4 * r + c).expect("small");
    let mut cells = Vec::new();
    for (r, row) in rows.iter().enumerate() {
        for (c, column) in columns.iter().enumerate() {
            let shown = if hidden.contains(&format!("{row}{column}").as_str()) {
                "...".to_owned()
            } else {
                value(r, c).to_string()
            };
            cells.push(count(&format!("{row} {column}"), &format!("row={row} column={column}"), &shown));
        }
    }
    for (r, row) in rows.iter().enumerate() {
        cells.push(count(
            &format!("{row} t"),
            &format!("row={row}"),
            &(0..4).map(|c| value(r, c)).sum::<i64>().to_string(),
        ));
    }
    for (c, column) in columns.iter().enumerate() {
        cells.push(count(
            &format!("t {column}"),
            &format!("column={column}"),
            &(0..4).map(|r| value(r, c)).sum::<i64>().to_string(),
        ));
    }
    let found = problems(&site("s", 3, attributes, &cells));
    assert!(found.contains("w_b is withheld, and other figures add up to 50"), "{found}");
}

/// Groups A B I J and K L M N, and the group LM across them: each table is safe alone.
fn linked(n: &str) -> String {
    let all: &[&str] = &["A", "B", "I", "J", "K", "L", "M", "N"];
    let cells = [
        count("A", "g=A", "..."),
        count("B", "g=B", "..."),
        count("I", "g=I", "8"),
        count("J", "g=J", "8"),
        count("ABIJ", "g=A,B,I,J", "20"),
        count("K", "g=K", "..."),
        count("L", "g=L", "..."),
        count("M", "g=M", "..."),
        count("N", "g=N", n),
        count("KLMN", "g=K,L,M,N", "16"),
        count("BIG", "g=L,M", "6"),
    ];
    problems(&site("s", 3, &[("g", all)], &cells))
}

#[test]
fn linked_tables_that_are_not_nested_are_solved_together() {
    assert!(linked("7").contains("K is withheld, and other figures add up to 3"), "{}", linked("7"));
    assert_eq!(linked("..."), "");
}

#[test]
fn profiles_that_overlap_are_bounded_together() {
    // 17 of 20 have p, 17 have q, and the shown zero says that nobody has p alone.
    let attributes: &[(&str, &[&str])] = &[("profile.p", &["yes", "no"]), ("profile.q", &["yes", "no"])];
    let cells = [
        count("all", "", "20"),
        count("p", "profile.p=yes", "17"),
        count("q", "profile.q=yes", "17"),
        count("neither", "profile.p=no profile.q=no", "..."),
        count("both", "profile.p=yes profile.q=yes", "..."),
        count("one", "profile.p=yes profile.q=no", "0"),
    ];
    let found = problems(&site("s", 3, attributes, &cells));
    assert!(found.contains("neither is withheld, and other figures add up to 3"), "{found}");
}

#[test]
fn zeros_that_are_all_that_is_left_are_found() {
    let codes: &[&str] = &["a", "b", "c", "d", "e"];
    let shown = ["5", "...", "7", "...", "9"];
    let mut cells: Vec<Cell> = codes.iter().zip(shown).map(|(c, v)| count(c, &format!("o={c}"), v)).collect();
    cells.push(count("total", "", "21"));
    let found = problems(&site("s", 3, &[("o", codes)], &cells));
    assert!(found.contains("b is withheld, and it can only be 0") && found.contains("d is withheld"), "{found}");
}

#[test]
fn shown_zeros_that_leave_one_place_are_found() {
    let codes: &[&str] = &["a", "b", "c"];
    let cells = [count("a", "o=a", "0"), count("b", "o=b", "..."), count("c", "o=c", "0"), count("total", "", "9")];
    let found = problems(&site("s", 3, &[("o", codes)], &cells));
    assert!(found.contains("b is withheld, and other figures add up to 9"), "{found}");
}

#[test]
fn a_group_that_a_shown_zero_leaves_empty_hides_nobody() {
    let cells = two_by_two(["...", "...", "0", "7", "8", "15", "...", "...", "..."]);
    assert_eq!(problems(&site("s", 3, SQUARE, &cells)).matches("x_").count(), 0);
}

#[test]
fn somebody_who_knows_himself_must_not_learn_of_the_others() {
    let attributes: &[(&str, &[&str])] = &[("g", &["a", "b", "c"])];
    // Outsiders hold 0 to 1 of a for possible; who is in b knows.
    let cells = [count("a", "g=a", "..."), count("b", "g=b", "..."), count("total", "g=a,b", "1")];
    let found = problems(&site("s", 3, attributes, &cells));
    assert!(found.contains("counted himself learns that a, which is withheld, is 0"), "{found}");
}

#[test]
fn a_share_that_fits_one_number_below_the_size_of_its_group_is_found() {
    let attributes: &[(&str, &[&str])] = &[("g", &["in", "out"]), ("o", &["job", "other"])];
    let cells = |share: &str| {
        [
            count("all", "", "30"),
            count("group", "g=in", "..."),
            count("jobs", "g=in o=job", "..."),
            cell("share", json!({"share": {"part": whose("g=in o=job"), "whole": whose("g=in")}}), share),
        ]
    };
    let found = problems(&site("s", 3, attributes, &cells("29.4")));
    assert!(found.contains("share tells the size of its group: 17"), "{found}");
    assert!(found.contains("share tells how many it counts: 5"), "{found}");
    assert_eq!(problems(&site("s", 3, attributes, &cells("50"))), "");
}

#[test]
fn a_mean_that_fits_few_sizes_of_its_group_is_found() {
    let grades: &[&str] = &["1", "2", "3", "4", "5"];
    let attributes: &[(&str, &[&str])] = &[("answer", &["1", "2", "3", "4", "5", "none"])];
    let read: Vec<Value> = (1..).zip(grades).map(|(g, c)| json!([g, whose(&format!("answer={c}"))])).collect();
    let cells = [
        count("total", "", "9"),
        count("graded", "answer=1,2,3,4,5", "..."),
        cell("mean", json!({"grades": read}), "4.43"),
    ];
    let found = problems(&site("s", 3, attributes, &cells));
    assert!(found.contains("mean tells the size of its group: 7"), "{found}");
}

#[test]
fn counts_that_can_only_be_small_are_found() {
    let cells = two_by_two(["...", "...", "9", "...", "...", "12", "10", "11", "21"]);
    assert_eq!(problems(&site("s", 3, SQUARE, &cells)), "");
    let cells = [
        count("a", "o=a", "..."),
        count("b", "o=b", "..."),
        cell("mean", json!({"grades": [[1, whose("o=a")], [5, whose("o=b")]]}), "1.5"),
        count("total", "", "16"),
    ];
    let found = problems(&site("s", 3, &[("o", &["a", "b"])], &cells));
    assert!(found.contains("b is withheld, and it can only be 2"), "{found}");
}

#[test]
fn a_small_count_and_a_small_rest_that_are_shown_are_found() {
    let cells = [count("a", "o=a", "19"), count("b", "o=b", "2"), count("total", "", "21")];
    let found = problems(&site("s", 3, &[("o", &["a", "b"])], &cells));
    assert!(found.contains("a count of 2 is shown at b") && found.contains("21 less 19 at a gives 2"), "{found}");
}

/// A ratio beside the expected number gives the observed one; as a share of the closed cases it is attacked like any share.
#[test]
fn an_observed_number_that_a_ratio_beside_its_expected_number_gives_is_found() {
    let attributes: &[(&str, &[&str])] = &[("o", &["reached", "not"])];
    let cells = [
        count("closed", "", "30"),
        count("observed", "o=reached", "..."),
        cell("ratio", json!({"share": {"part": whose("o=reached"), "whole": whose("")}}), "16.7"),
        cell("expected", json!("plain"), "5"),
    ];
    let found = problems(&site("s", 3, attributes, &cells));
    assert!(found.contains("can only be 5"), "{found}");
}

#[test]
fn figures_that_no_people_fit_are_found() {
    let cells = [count("a", "o=a", "12"), count("b", "o=b", "..."), count("total", "", "9")];
    let found = problems(&site("s", 3, &[("o", &["a", "b"])], &cells));
    assert!(found.contains("no people of b can fit"), "{found}");
}

#[test]
fn withheld_rows_in_another_order_than_declared_are_found() {
    let mut site = held();
    let page = String::from_utf8(site["fi/figures.html"].clone()).expect("text");
    let (c, d) = ("<tr><td data-cell=\"outcomes c\">...</td></tr>", "<tr><td data-cell=\"outcomes d\">...</td></tr>");
    let page = page.replace(&format!("{c}{d}"), &format!("{d}{c}"));
    site.insert("fi/figures.html".to_owned(), page.into_bytes());
    assert!(problems(&site).contains("declared order"));
}

#[test]
fn a_row_that_is_missing_where_it_is_withheld_is_found() {
    let row = "<tr><td data-cell=\"outcomes c\">...</td></tr>";
    assert!(planted("fi/figures.html", row, "").contains("has not the same rows"));
    assert!(planted("data/outcomes.csv", "c,X,...\n", "").contains("CSV file shows other figures"));
}

#[test]
fn a_key_that_is_missing_instead_of_null_is_found() {
    assert!(planted("data/outcomes.json", "null,null,21", "null,21").contains("4 values for 5 cells"));
    assert!(planted("data/outcomes.json", "\"2\":\"...\"", "\"2\":\"x\"").contains("do not fit"));
}

#[test]
fn a_page_that_exists_only_when_something_is_shown_is_found() {
    let mut site = held();
    let cells = [count("c", "o=c", "..."), count("d", "o=d", "...")];
    add(&mut site, "hidden", 5, &block(&[("o", &["a", "b", "c", "d"])]), &cells);
    assert_eq!(problems(&site), "");
    site.insert("fi/figures.html".to_owned(), held()["fi/figures.html"].clone());
    assert!(problems(&site).contains("data/hidden.json: the table is on no page in `fi`"));
}

#[test]
fn dates_of_a_sitemap_that_tell_which_page_changed_are_found() {
    let mut site = held();
    let map = |a: &str, b: &str| {
        format!("<urlset><url><lastmod>{a}</lastmod></url><url><lastmod>{b}</lastmod></url></urlset>")
    };
    site.insert("sitemap.xml".to_owned(), map("2025-12-01", "2025-12-01").into_bytes());
    assert_eq!(problems(&site), "");
    site.insert("sitemap.xml".to_owned(), map("2025-12-01", "2025-11-01").into_bytes());
    assert!(problems(&site).contains("tell which pages changed"));
}

#[test]
fn a_size_or_byte_that_depends_on_what_is_withheld_is_found() {
    assert_eq!(differing(&held(), &held()), []);
    let mut other = held();
    other.entry("data/outcomes.csv".to_owned()).or_default().push(b' ');
    other.remove("fi/figures.html");
    let found = differing(&held(), &other);
    assert!(found[0].problem.contains("size") && found[1].problem.contains("exists"), "{found:?}");
}

#[test]
fn a_canary_in_any_byte_is_found() {
    let marker = ["7919".to_owned()];
    assert_eq!(attack_with(&held(), &marker), []);
    let mut site = held();
    site.insert("palaute.css".to_owned(), b"a{width:7919px}".to_vec());
    assert!(attack_with(&site, &marker).iter().any(|f| f.problem.contains("the marker 7919")));
}

/// 4 x 4 x 4 kinds of few people, all two-way margins shown and all inner cells withheld: the size of a real block.
#[test]
fn a_block_of_real_size_is_attacked_whole() {
    let codes: &[&str] = &["0", "1", "2", "3"];
    let people = |x: usize, y: usize, z: usize| usize::from((x * 5 + y * 3 + z * 7 + x * y) % 5 < 2);
    let all = || (0..64).map(|i| (i / 16, i / 4 % 4, i % 4));
    let mut cells: Vec<Cell> =
        all().map(|(x, y, z)| count(&format!("{x} {y} {z}"), &format!("x={x} y={y} z={z}"), "...")).collect();
    for (a, b, name) in [(0, 1, "xy"), (0, 2, "xz"), (1, 2, "yz")] {
        for (i, j) in (0..16).map(|i| (i / 4, i % 4)) {
            let here = |p: &(usize, usize, usize)| [p.0, p.1, p.2][a] == i && [p.0, p.1, p.2][b] == j;
            let n: usize = all().filter(here).map(|(x, y, z)| people(x, y, z)).sum();
            let only = format!("{}={i} {}={j}", &name[..1], &name[1..]);
            cells.push(count(&format!("{name} {i} {j}"), &only, &n.to_string()));
        }
    }
    let report = report(&site("s", 3, &[("x", codes), ("y", codes), ("z", codes)], &cells));
    let attack = |name: &str| report.attacks.iter().find(|a| a.attack.starts_with(name)).expect("it is made");
    assert_eq!((attack("adding").findings, attack("bounds").undecided), (0, 0));
    assert!(attack("bounds").findings > 0, "sums alone give nothing, whole people do");
}

fn witnesses(low: &Value, high: &Value) -> String {
    let pair = |code: &str| json!({"whose": whose(&format!("o={code}")), "low": low, "high": high});
    json!({"release": "r", "threshold": 5, "blocks": [{
        "id": "b", "attributes": [{"id": "o", "codes": ["a", "b", "c", "d"]}], "kinds": [[0], [1], [2], [3]],
        "pairs": [pair("c")], "lost": [],
    }]})
    .to_string()
}

/// A ledger of counts of the outcomes: whose, how many, and whether that was published elsewhere.
fn ledger(lines: &[(&str, i64, bool)]) -> String {
    let entry = |(only, n, elsewhere): &(&str, i64, bool)| {
        let source = elsewhere.then(|| json!({"fi": "Raportti", "sv": "Rapport", "en": "A report"}));
        let mut line = json!({"release": "r", "table": "outcomes", "cohort": null, "block": "b",
            "reading": {"count": whose(only)}, "low": n, "high": n});
        if let (Some(source), Some(line)) = (source, line.as_object_mut()) {
            line.insert("source".to_owned(), source);
        }
        serde_json::from_value(line).expect("an entry")
    };
    let mut ledger = Ledger::default();
    ledger.add(lines.iter().map(entry).collect());
    ledger.to_lines()
}

/// Outcomes of 16 of which a subtraction opens c, with witnesses that call it lost.
fn opened(told: &[(&str, i64, bool)]) -> String {
    let cells = [count("a", "o=a", "6"), count("b", "o=b", "6"), count("c", "o=c", "..."), count("total", "", "16")];
    let site = site("outcomes", 5, &[("o", &["a", "b", "c"])], &cells);
    let kept = json!({"release": "r", "threshold": 5, "blocks": [{
        "id": "b", "attributes": [{"id": "o", "codes": ["a", "b", "c"]}], "kinds": [[0], [1], [2]],
        "pairs": [], "lost": [whose("o=c")],
    }]})
    .to_string();
    let own = [("o=a", 6, false), ("o=b", 6, false), ("", 16, false)];
    let ledger = ledger(&[told, &own].concat());
    let found = audit(&site, Evidence { witnesses: Some(&kept), ledger: Some(&ledger), canaries: &[] }).findings;
    found.iter().map(Finding::to_string).collect::<Vec<_>>().join("\n")
}

#[test]
fn a_set_is_excused_as_lost_only_where_what_was_published_elsewhere_tells_it() {
    assert_eq!(opened(&[("o=c", 4, true)]), "");
    assert_eq!(opened(&[("o=a,b", 12, true)]), "", "the number of everybody is no secret");
    for told in [&[][..], &[("o=c", 4, false)], &[("o=a", 6, true)]] {
        let found = opened(told);
        assert!(found.contains("c is withheld, and other figures add up to 4"), "{told:?}: {found}");
        assert!(found.contains("witness.json: calls o c of b lost, and no ledger shows"), "{told:?}: {found}");
    }
}

#[test]
fn the_threshold_is_the_one_that_readers_are_told_whatever_the_witnesses_say() {
    let near = witnesses(&json!([[0, 6], [1, 6], [2, 3], [3, 6]]), &json!([[0, 6], [1, 6], [2, 7], [3, 2]]));
    let kept = near.replace("\"threshold\":5", "\"threshold\":3");
    assert_ne!(kept, near);
    let found = audit(&held(), Evidence { witnesses: Some(&kept), ..Evidence::default() }).findings;
    let told: Vec<String> = found.iter().map(Finding::to_string).collect();
    assert!(told.iter().any(|f| f.contains("it proves for a threshold of 3, and readers are told 5")), "{told:?}");
    assert!(told.iter().any(|f| f.contains("a pair of b gives 3 and 7, which is too near")), "{told:?}");
}

#[test]
fn a_ledger_line_that_no_block_tells_is_undecided_and_a_shown_figure_that_it_lacks_is_found() {
    let kept = witnesses(&json!([[0, 6], [1, 6], [3, 9]]), &json!([[0, 6], [1, 6], [2, 9]]));
    let attack = |ledger: &str| {
        let report = audit(&held(), Evidence { witnesses: Some(&kept), ledger: Some(ledger), canaries: &[] });
        let of_witnesses = report.attacks.iter().find(|a| a.attack.starts_with("witnesses")).expect("it is made");
        (of_witnesses.tried, of_witnesses.undecided, report.findings.iter().map(Finding::to_string).collect::<Vec<_>>())
    };
    let own = [("o=a", 6, false), ("o=b", 6, false), ("", 21, false)];
    assert_eq!(attack(&ledger(&own)), (6, 0, Vec::new()));
    let strange = ledger(&own).replace("\"block\":\"b\"", "\"block\":\"x\"");
    let (tried, undecided, _) = attack(&strange);
    assert_eq!((tried, undecided), (3, 3));
    let (.., lacking) = attack(&ledger(&own[..2]));
    assert_eq!(lacking, ["ledger.jsonl: lacks total, which data/outcomes.json shows"]);
}

#[test]
fn a_witness_that_does_not_reproduce_a_published_number_is_found() {
    let check = |low: Value, high: Value| {
        let kept = witnesses(&low, &high);
        audit(&held(), Evidence { witnesses: Some(&kept), ..Evidence::default() }).findings
    };
    assert_eq!(check(json!([[0, 6], [1, 6], [3, 9]]), json!([[0, 6], [1, 6], [2, 9]])), []);
    let found = check(json!([[0, 6], [1, 6], [3, 8]]), json!([[0, 6], [1, 6], [2, 9]]));
    assert!(found[0].problem.contains("does not reproduce total"), "{found:?}");
    let found = check(json!([[0, 6], [1, 6], [2, 5], [3, 4]]), json!([[0, 6], [1, 6], [2, 9]]));
    assert!(found[0].problem.contains("too near"), "{found:?}");
}
