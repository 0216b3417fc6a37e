//! Figures as drawn: in pages, and as files that travel alone. A withheld figure is a place without length, whatever is
//! hidden; every length and every number beside it is a published one.

use super::Finding;
use super::markup::{Piece, pieces};
use super::numbers::Accounted;
use super::pages::id_of;
use super::table::ReadTable;
use std::collections::{BTreeMap, BTreeSet};

/// The sign of a withheld figure.
const SIGN: &str = "...";

/// What is inside is looked at in another way.
const APART: &str = "";

/// How many figures were looked at and what is wrong with them.
pub(super) fn findings(
    files: &BTreeMap<String, Vec<u8>>,
    tables: &BTreeMap<String, ReadTable>,
) -> (usize, Vec<Finding>) {
    let (mut seen, mut findings) = (0, Vec::new());
    let mut of_anchor: BTreeMap<String, BTreeSet<String>> = BTreeMap::new();
    let open: Vec<&ReadTable> = tables.values().filter(|t| t.is_open()).collect();
    let mut judge = |path: &str, drawn: &[Piece<'_>], ids: &BTreeSet<String>| {
        // A file in another language says the same figures in other words.
        let in_words = |id: &&String| ids.contains(id.split_once('.').map_or(id.as_str(), |(id, _)| id));
        let mut known: Vec<&ReadTable> = tables.keys().filter(in_words).map(|id| &tables[id]).collect();
        if known.is_empty() {
            return;
        }
        seen += 1;
        // The words about an open figure compare it with others, such as a target.
        if known.iter().all(|t| t.is_open()) {
            known.clone_from(&open);
        }
        let problems = problems(drawn, &known, decimal_of(path));
        findings.extend(problems.into_iter().map(|problem| Finding { path: path.to_owned(), problem }));
    };
    for (path, html) in files.iter().filter(|(p, _)| p.ends_with(".html")) {
        let html = String::from_utf8_lossy(html);
        for region in html.split("<figure").skip(1) {
            let region = region.split("</figure>").next().unwrap_or_default();
            let whole = format!("<figure{region}");
            let drawn = pieces(&whole);
            let addresses = drawn.iter().filter_map(|p| p.get("data-cell")?.split(' ').next());
            let ids: BTreeSet<String> = addresses.map(id_of).collect();
            if let Some(anchor) = drawn.first().and_then(|p| p.get("id")) {
                of_anchor.entry(anchor.to_owned()).or_default().extend(ids.clone());
            }
            judge(path, &drawn, &ids);
        }
    }
    for (path, svg) in files.iter().filter(|(p, _)| p.ends_with(".svg")) {
        let Some(name) = path.rsplit("figure-").next().and_then(|n| n.split('.').next()) else { continue };
        let ids = of_anchor.get(name).cloned().unwrap_or_else(|| BTreeSet::from([id_of(name)]));
        judge(path, &pieces(&String::from_utf8_lossy(svg)), &ids);
    }
    (seen, findings)
}

/// English pages and files write a decimal point, the others a comma.
fn decimal_of(path: &str) -> char {
    if path.starts_with("en/") || path.contains(".en.") { '.' } else { ',' }
}

fn problems(drawn: &[Piece<'_>], tables: &[&ReadTable], decimal: char) -> Vec<String> {
    let accounted = Accounted::new(tables);
    let mut problems = Vec::new();
    // Words: titles, descriptions, whatever stands beside the bars, and everything that only a screen reader says.
    let (mut inside, mut closing): (Vec<&str>, Vec<&str>) = (Vec::new(), Vec::new());
    for piece in drawn {
        match piece {
            Piece::Open { name, alone, attributes } => {
                for (key, value) in attributes.iter().filter(|(k, _)| ["aria-label", "alt", "title"].contains(k)) {
                    let value = super::markup::decoded(value);
                    if !accounted.says(&value) {
                        problems.push(format!("`{key}` says {value}, which the open data do not say"));
                    }
                }
                if !alone && !["br", "img", "rect", "line", "circle"].contains(name) {
                    // What the cells and the plots show is looked at as such, which chart it is by its place.
                    let apart =
                        piece.get("data-cell").is_some() || *name == "text" || piece.get("class") == Some("fig-no");
                    inside.push(if apart { APART } else { name });
                    closing.push(name);
                }
            }
            Piece::Close(name) => {
                if let Some(at) = closing.iter().rposition(|n| n == name) {
                    inside.truncate(at);
                    closing.truncate(at);
                }
            }
            Piece::Text(text) if !inside.contains(&APART) => {
                let strange = accounted.strange(text, decimal, None).into_iter();
                problems
                    .extend(strange.map(|number| format!("the words say {number}, which the open data do not show")));
            }
            Piece::Text(_) => {}
        }
    }
    let mut lengths: Vec<(f64, f64)> = Vec::new();
    for plot in plots(drawn) {
        problems.extend(wrong_plot(&plot, &accounted, decimal, &mut lengths));
    }
    // Bars of one figure have one scale; a length that does not fit its number tells another.
    let scale = lengths.iter().fold((0.0, 0.0), |best: (f64, f64), l| if l.1 > best.1 { *l } else { best });
    for (length, value) in &lengths {
        if scale.1 > 0.0 && (length - value / scale.1 * scale.0).abs() > 0.02 {
            problems.push(format!("a bar of {length}% stands for {value}, which is another length"));
        }
    }
    problems
}

/// The pieces of each drawing that holds no other one but points.
fn plots<'a, 'b>(drawn: &'b [Piece<'a>]) -> Vec<Vec<&'b Piece<'a>>> {
    let is_plot = |p: &Piece<'_>| {
        p.name() == "svg"
            && (p.get("class") == Some("chart") || p.get("overflow").is_some() && p.get("width") != Some("1"))
    };
    let (mut plots, mut depth) = (Vec::new(), 0);
    let mut plot: Vec<&Piece<'_>> = Vec::new();
    for piece in drawn {
        if depth == 0 {
            if is_plot(piece) {
                depth = 1;
            }
            continue;
        }
        match piece {
            Piece::Open { name: "svg", alone: false, .. } => depth += 1,
            Piece::Close("svg") => depth -= 1,
            _ => {}
        }
        if depth == 0 {
            plots.push(std::mem::take(&mut plot));
        } else {
            plot.push(piece);
        }
    }
    plots
}

/// What is wrong with one plot: the row of a bar or a stack, a range, or a curve.
fn wrong_plot(plot: &[&Piece<'_>], accounted: &Accounted, decimal: char, lengths: &mut Vec<(f64, f64)>) -> Vec<String> {
    let mut problems = Vec::new();
    let mut texts: Vec<(&str, &Piece<'_>)> = Vec::new();
    for pair in plot.windows(2) {
        if let (piece @ Piece::Open { name: "text", .. }, Piece::Text(text)) = (pair[0], pair[1]) {
            texts.push((text, piece));
        }
    }
    let is_void = |p: &Piece<'_>| p.get("class") == Some("void") || p.get("stroke-dasharray") == Some("2 4");
    let is_grid = |p: &Piece<'_>| p.get("class") == Some("grid") || p.get("stroke") == Some("#cbd3d1");
    let marks = ["rect", "circle", "line", "polyline", "polygon", "path", "ellipse", "image", "use"];
    let drawn: Vec<&&Piece<'_>> = plot.iter().filter(|p| marks.contains(&p.name())).collect();
    if let Some((_, sign)) = texts.iter().find(|(text, _)| *text == SIGN) {
        let void_tells = |p: &Piece<'_>| is_void(p) && (p.get("x") != Some(".5") || p.get("width") != Some("99.8%"));
        if drawn.iter().any(|p| (!is_void(p) && !is_grid(p)) || void_tells(p)) {
            problems.push("a withheld figure has a mark whose place or length could tell it".to_owned());
        }
        if sign.get("x") != Some("50%") || texts.len() > 1 {
            problems.push("the sign of a withheld figure stands where or beside what could tell it".to_owned());
        }
        return problems;
    }
    let per_cent = |p: &Piece<'_>, key: &str| p.get(key)?.strip_suffix('%')?.parse::<f64>().ok();
    let is_segment =
        |p: &Piece<'_>| p.get("class").is_some_and(|c| c.ends_with(" seg")) || p.get("stroke") == Some("#ffffff");
    let bars: Vec<f64> = drawn
        .iter()
        .filter(|p| p.name() == "rect" && p.get("x") == Some("0") && !is_segment(p))
        .filter_map(|p| per_cent(p, "width"))
        .collect();
    let segments = drawn.iter().any(|p| p.name() == "rect" && is_segment(p) && per_cent(p, "width").is_some());
    let curve = drawn.iter().any(|p| p.name() == "polyline");
    let quiet = |p: &Piece<'_>| {
        p.get("class").is_some_and(|c| c.split(' ').any(|c| c == "m")) || p.get("fill") == Some("#4b5958")
    };
    for (text, _) in texts.iter().filter(|(_, p)| !segments && !curve && !quiet(p)) {
        if !accounted.shows(text, decimal) {
            problems.push(format!("a drawing shows {text}, which the open data do not show"));
        }
    }
    match (bars.as_slice(), texts.first()) {
        ([length], Some((text, _))) => {
            let value = text.replace('\u{a0}', "").replace(decimal, ".");
            lengths.push((*length, if value == "-" { 0.0 } else { value.parse().unwrap_or(f64::NAN) }));
        }
        ([], _) => {}
        _ => problems.push("a bar has no figure or more than one".to_owned()),
    }
    problems
}
