//! Puts withheld figures back where a reader could meet them: cells, spoken names, files, drawings.

use palaute::cube::{Counted, Reading, Table};
use palaute::release::{PublishedTable, Release};
use palaute::site::Site;
use std::collections::BTreeSet;

/// Cells of a table, each in more than twenty places, and tables of a release that are planted.
const CELLS: usize = 1;
const TABLES: usize = 3;

/// A true value planted in one place.
pub(crate) struct Planted {
    /// What and where.
    pub(crate) what: String,
    /// The files of that table with it.
    pub(crate) files: Site,
    /// The same files without it.
    pub(crate) small: Site,
}

/// Withheld cells of new tables with their true values, each in every place that there is.
pub(crate) fn plants(site: &Site, release: &Release, counted: &Counted) -> Vec<Planted> {
    let mut found = Vec::new();
    let mut tables = 0;
    for table in &counted.tables {
        let Some(published) = release.table(&table.id).filter(|t| t.cohort == table.cohort) else { continue };
        let cells = withheld(published, table);
        if cells.is_empty() || tables == TABLES {
            continue;
        }
        tables += 1;
        let small = files_of(site, published);
        for at in cells.into_iter().take(CELLS) {
            let value = table.cells[at].figure.plain();
            for (place, files) in everywhere(&small, published, at, &value) {
                let what = format!("{value} of {} {} {place}", table.id, published.codes_at(at).join(" "));
                found.push(Planted { what, files, small: small.clone() });
            }
        }
    }
    found
}

/// Counts that are withheld and that no other cell of the table shows: the number alone would tell nothing.
fn withheld(published: &PublishedTable, exact: &Table) -> Vec<usize> {
    let shown: BTreeSet<i64> = published.cells.iter().flatten().map(|f| f.scaled).collect();
    let is_hidden = |at: &usize| {
        published.cells[*at].is_none()
            && matches!(exact.reads.get(*at), Some(Reading::Count(_)))
            && exact.cells[*at].figure.scaled > 0
            && !shown.contains(&exact.cells[*at].figure.scaled)
    };
    (0..exact.cells.len()).filter(is_hidden).collect()
}

/// The files that tell of a table.
fn files_of(site: &Site, table: &PublishedTable) -> Site {
    let address = format!("data-cell=\"{} ", table.id);
    let own = |path: &String| {
        [format!("data/{}.", table.id), format!("data/figure-{}.", table.id)].iter().any(|p| path.starts_with(p))
    };
    let page = |path: &String, bytes: &[u8]| {
        path.contains('/') && path.ends_with(".html") && String::from_utf8_lossy(bytes).contains(&address)
    };
    site.iter().filter(|(p, b)| own(p) || page(p, b)).map(|(p, b)| (p.clone(), b.clone())).collect()
}

fn everywhere(small: &Site, table: &PublishedTable, at: usize, value: &str) -> Vec<(&'static str, Site)> {
    let mut found = Vec::new();
    let codes = table.codes_at(at).join(" ");
    let mut plant = |place: &'static str, path: &str, change: &dyn Fn(&str) -> Option<String>| {
        let text = small.get(path).map(|b| String::from_utf8_lossy(b).into_owned());
        if let Some(changed) = text.and_then(|t| change(&t)) {
            let mut files = small.clone();
            files.insert(path.to_owned(), changed.into_bytes());
            found.push((place, files));
        }
    };
    let page = small.keys().find(|p| p.starts_with("fi/") && p.ends_with(".html")).cloned().unwrap_or_default();
    let region = |html: &str| {
        let cell = html.find(&format!("data-cell=\"{} {codes}\"", table.id))?;
        let begin = html[..cell].rfind("<figure")?;
        let end = cell + html[cell..].find("</figure>")?;
        Some((begin, end))
    };
    // Changes the first such piece of the figure in which the cell stands.
    let in_figure = |html: &str, from: &str, to: &str| {
        let (begin, end) = region(html)?;
        let figure = &html[begin..end];
        figure.contains(from).then(|| format!("{}{}{}", &html[..begin], figure.replacen(from, to, 1), &html[end..]))
    };
    let cell = format!("data-cell=\"{} {codes}\">", table.id);
    plant("in the cell of a page", &page, &|html| {
        let from = format!("{cell}...<");
        html.contains(&from).then(|| html.replacen(&from, &format!("{cell}{value}<"), 1))
    });
    plant("in what a screen reader says", &page, &|html| {
        in_figure(html, "aria-label=\"", &format!("aria-label=\"{value}, "))
    });
    plant("in a title", &page, &|html| in_figure(html, "<figcaption>", &format!("<figcaption title=\"{value}\">")));
    plant("in the words below a chart", &page, &|html| {
        in_figure(html, "<p class=\"fig-desc\">", &format!("<p class=\"fig-desc\">{codes}: {value}. "))
    });
    plant("in the intro of a page", &page, &|html| put_before(html, "</h1>", &format!(" {value}")));
    plant("in a paragraph beside the figures", &page, &|html| put_before(html, "</main>", &format!("<p>{value}</p>")));
    plant("in the caption of a table", &page, &|html| in_figure(html, "<caption>", &format!("<caption>{value} ")));
    plant("below the title of a chart", &page, &|html| {
        in_figure(html, "<p class=\"fig-sub\">", &format!("<p class=\"fig-sub\">{value} "))
    });
    plant("in a comment", &page, &|html| put_before(html, "</main>", &format!("<!-- {value} -->")));
    plant("in an attribute of data", &page, &|html| {
        in_figure(html, "<figcaption>", &format!("<figcaption data-n=\"{value}\">"))
    });
    plant("in a class", &page, &|html| in_figure(html, "<figcaption>", &format!("<figcaption class=\"n{value}\">")));
    plant("in the words of a file", &format!("data/{}.sv.json", table.id), &|json| {
        let mut data: serde_json::Value = serde_json::from_str(json).ok()?;
        data["label"] = format!("{} {value}", data["label"].as_str()?).into();
        Some(data.to_string())
    });
    plant("as the length of a bar", &page, &|html| {
        let (begin, end) = region(html)?;
        let width = format!("{:.2}%", value.parse::<f64>().ok()? / 40.0 * 82.0);
        let void = html[begin..end].find("class=\"void\"")? + begin;
        let place = html[void..end].find("width=\"99.8%\"")? + void;
        Some(format!("{}width=\"{width}\"{}", &html[..place], &html[place + "width=\"99.8%\"".len()..]))
    });
    plant("in the CSV file", &format!("data/{}.csv", table.id), &|csv| {
        let mut lines: Vec<String> = csv.lines().map(str::to_owned).collect();
        let line = lines.get_mut(at + 1)?;
        *line = format!("{}{value}", line.strip_suffix("...")?);
        Some(lines.join("\n") + "\n")
    });
    plant("in the JSON-stat file", &format!("data/{}.json", table.id), &|json| {
        let mut data: serde_json::Value = serde_json::from_str(json).ok()?;
        data["value"][at] = serde_json::from_str(value).ok()?;
        data["status"].as_object_mut()?.remove(&at.to_string());
        Some(data.to_string())
    });
    plant("in a drawing", &format!("data/figure-{}.svg", table.id), &|svg| {
        svg.contains(">...</text>").then(|| svg.replacen(">...</text>", &format!(">{value}</text>"), 1))
    });
    plant("as a length in a drawing", &format!("data/figure-{}.svg", table.id), &|svg| {
        let sign = svg.find(">...</text>")?;
        let place = svg[..sign].rfind("width=\"99.8%\"")?;
        let width = format!("width=\"{value}.00%\"");
        Some(format!("{}{width}{}", &svg[..place], &svg[place + "width=\"99.8%\"".len()..]))
    });
    for file in ["csv", "json", "xlsx"] {
        let mut files = small.clone();
        files.insert(format!("data/planted.{file}"), format!("{codes},{value}\n").into_bytes());
        found.push(("in a file of its own", files));
    }
    found
}

fn put_before(html: &str, place: &str, what: &str) -> Option<String> {
    html.contains(place).then(|| html.replacen(place, &format!("{what}{place}"), 1))
}
