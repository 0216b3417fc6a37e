//! What `palaute check` says of broken forms: each of `tests/cases/` is told as its `.txt` holds it, and nothing
//! that can be written makes it fall.

use super::statistics_files::StatisticsFiles;
use crate::form::{Form, FormFile, FormSet, Indicators};
use crate::instance::Instance;
use crate::text::{Code, Diagnostic};
use std::collections::BTreeMap;
use std::fs;
use std::path::{Path, PathBuf};
use std::time::{Duration, Instant};

fn folder() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/cases")
}

fn text(path: &Path) -> String {
    fs::read_to_string(path).unwrap()
}

/// Everything that is told of some forms.
fn told(files: &[FormFile], indicators: Option<&str>, instance: &Instance) -> Vec<Diagnostic> {
    let declared = indicators.map(|source| Indicators::read("indicators.yaml", source, Some(instance)));
    match declared {
        Some(Err(found)) => found.0,
        declared => {
            let indicators = declared.and_then(Result::ok);
            let set = FormSet::read(files, Some(instance), indicators.as_ref());
            set.found.into_iter().chain(set.warnings).collect()
        }
    }
}

/// Files of a folder whose statistics are the case.
const STATISTICS: [&str; 3] = ["statistics.yaml", "areas.yaml", "published.yaml"];

/// Everything that is told of the statistics of a folder. All of them share one form.
fn told_of_statistics(dir: &Path, instance: &Instance) -> Vec<Diagnostic> {
    let source = text(&folder().join("statistics-form/form.yaml"));
    let form = Form::read("forms/form.yaml", &source, Some(instance)).unwrap();
    let mut found = Vec::new();
    StatisticsFiles::read(dir, instance, &[form], &mut found).unwrap();
    for d in &mut found {
        d.file = Path::new(&d.file).file_name().unwrap().to_string_lossy().into_owned();
    }
    found
}

/// Name of a case, and what is told of it.
fn cases() -> BTreeMap<String, Vec<Diagnostic>> {
    let instance = Instance::read("palaute.yaml", &text(&folder().join("palaute.yaml"))).unwrap();
    let shared = text(&folder().join("indicators.yaml"));
    let mut all = BTreeMap::new();
    for entry in fs::read_dir(folder()).unwrap() {
        let path = entry.unwrap().path();
        let name = path.file_stem().unwrap().to_string_lossy().into_owned();
        let read = |path: &Path| FormFile {
            file: format!("forms/{}", path.file_name().unwrap().to_string_lossy()),
            source: text(path),
            translations: Vec::new(),
        };
        if name == "statistics-form" {
            // No case of its own.
        } else if STATISTICS.iter().any(|name| path.join(name).exists()) {
            all.insert(name, told_of_statistics(&path, &instance));
        } else if path.is_dir() {
            let mut files: Vec<PathBuf> = fs::read_dir(&path).unwrap().map(|e| e.unwrap().path()).collect();
            files.sort();
            let forms: Vec<FormFile> =
                files.iter().filter(|p| !p.ends_with("indicators.yaml")).map(|p| read(p)).collect();
            let indicators = files.iter().find(|p| p.ends_with("indicators.yaml")).map(|p| text(p));
            all.insert(name, told(&forms, indicators.as_deref(), &instance));
        } else if path.extension().is_some_and(|e| e == "yaml") && !["palaute", "indicators"].contains(&name.as_str()) {
            let mut found = told(&[read(&path)], Some(&shared), &instance);
            found.retain(|d| d.code != Code::Unmeasured);
            all.insert(name, found);
        }
    }
    all
}

/// Cases that are broken in several places on purpose.
const SEVERAL: [&str; 3] = ["several-mistakes", "indicator-of-words", "indicator-key-mistyped"];

#[test]
#[expect(clippy::disallowed_methods, reason = "a person asks for the files to be written anew")]
fn every_broken_form_is_told_as_its_case_says() {
    let bless = std::env::var("PALAUTE_BLESS").is_ok();
    let cases = cases();
    assert!(cases.len() >= 115, "{} cases", cases.len());
    let mut wrong = Vec::new();
    for (name, found) in &cases {
        let mut now = found.iter().map(ToString::to_string).collect::<Vec<_>>().join("\n\n");
        now.push('\n');
        let path = folder().join(format!("{name}.txt"));
        if bless {
            fs::write(&path, &now).unwrap();
        }
        let single = SEVERAL.contains(&name.as_str()) || found.len() == 1;
        if !single || fs::read_to_string(&path).unwrap_or_default() != now {
            wrong.push(format!("== {name}\n{now}"));
        }
    }
    assert!(wrong.is_empty(), "PALAUTE_BLESS=1 writes them anew:\n{}", wrong.join("\n"));
}

#[test]
fn the_form_of_the_authors_guide_is_right() {
    let root = Path::new(env!("CARGO_MANIFEST_DIR"));
    let read = |name: &str| text(&root.join(name));
    let guide = read("docs/forms.md");
    let begin = guide.split("## A form from the start").nth(1).unwrap().split("**A translation.**").next().unwrap();
    let blocks = begin.split("```yaml\n").skip(1).filter_map(|b| b.split("```").next());
    let source: String = blocks.collect();
    let instance = Instance::read("palaute.yaml", &read("palaute.yaml")).unwrap();
    let file = FormFile { file: "forms/my-feedback.yaml".to_owned(), source, translations: Vec::new() };
    let mut found = told(std::slice::from_ref(&file), Some(&read("indicators.yaml")), &instance);
    found.retain(|d| d.code != Code::Unmeasured);
    assert!(found.is_empty(), "{}", found[0]);
    let wrong = FormFile { source: file.source.replace("question: m_clear", "question: m_claer"), ..file.clone() };
    let found = told(std::slice::from_ref(&wrong), None, &instance);
    assert!(guide.contains(&found[0].to_string()), "the guide shows:\n{}", found[0]);
}

/// Numbers that look random and are the same on every machine.
struct Xorshift(u64);

impl Xorshift {
    fn next(&mut self) -> u64 {
        self.0 ^= self.0 << 13;
        self.0 ^= self.0 >> 7;
        self.0 ^= self.0 << 17;
        self.0
    }

    fn below(&mut self, n: usize) -> usize {
        usize::try_from(self.next() % u64::try_from(n.max(1)).unwrap()).unwrap()
    }

    fn of<'a>(&mut self, all: &[&'a str]) -> &'a str {
        all[self.below(all.len())]
    }
}

/// What authors do not mean, and attackers do.
const NASTY: [&str; 40] = [
    "",
    "~",
    "null",
    "yes",
    "no",
    "-1",
    "0",
    "1e999",
    "99999999999999999999",
    ".nan",
    "0x1F",
    "'",
    "\"",
    "{",
    "}",
    "[",
    "]",
    "{}",
    "[]",
    "- -",
    ":",
    "? x",
    "*a",
    "&a x",
    "!!binary x",
    "!tag",
    "|",
    ">-",
    "# x",
    "%YAML 1.2",
    "---",
    "...",
    "\t",
    "\u{feff}",
    "\u{202e}x",
    "\u{0}",
    "{a: {b: [c]}}",
    "<<: *a",
    "{provider.genitive",
    "ö\u{301}\u{1f600}",
];

fn mutated(form: &str, random: &mut Xorshift) -> String {
    let mut lines: Vec<String> = form.lines().map(str::to_owned).collect();
    for _ in 0..=random.below(4) {
        let at = random.below(lines.len());
        let other = random.below(lines.len());
        match random.below(8) {
            0 => drop(lines.remove(at)),
            1 => lines.insert(other, lines[at].clone()),
            2 => lines.swap(at, other),
            3 => {
                let mut letters: Vec<char> = lines[at].chars().collect();
                if !letters.is_empty() {
                    let i = random.below(letters.len());
                    letters[i] = random.of(&["x", " ", ":", "{", "\"", "-", "é", ","]).chars().next().unwrap();
                    lines[at] = letters.into_iter().collect();
                }
            }
            4 => {
                let key = lines[at].split(':').next().unwrap_or_default().to_owned();
                lines[at] = format!("{key}: {}", random.of(&NASTY));
            }
            5 => lines[at].insert_str(0, "  "),
            6 => {
                let i = lines[at].char_indices().map(|(i, _)| i).nth(random.below(30)).unwrap_or(0);
                lines[at].insert_str(i, random.of(&NASTY));
            }
            _ => lines[at] = format!("{}{}", lines[at].split('-').next().unwrap_or_default(), tree(random, 4)),
        }
        if lines.is_empty() {
            break;
        }
    }
    lines.join(if random.below(20) == 0 { "\r\n" } else { "\n" })
}

/// A random tree in one line.
fn tree(random: &mut Xorshift, depth: usize) -> String {
    let keys = ["id", "type", "text", "fi", "ask_if", "all", "not", "question", "choices", "pages", "questions", "x"];
    match random.below(if depth == 0 { 1 } else { 3 }) {
        0 => random.of(&NASTY).to_owned(),
        1 => format!("[{}, {}]", tree(random, depth - 1), tree(random, depth - 1)),
        _ => format!(
            "{{ {}: {}, {}: {} }}",
            random.of(&keys),
            tree(random, depth - 1),
            random.of(&keys),
            tree(random, depth - 1)
        ),
    }
}

#[test]
fn whatever_is_written_is_told_within_the_file_and_nothing_falls() {
    let root = Path::new(env!("CARGO_MANIFEST_DIR"));
    let instance = Instance::read("palaute.yaml", &text(&root.join("palaute.yaml"))).unwrap();
    let indicators = text(&root.join("indicators.yaml"));
    let mut paths: Vec<PathBuf> = fs::read_dir(root.join("forms")).unwrap().map(|e| e.unwrap().path()).collect();
    paths.retain(|p| p.extension().is_some_and(|e| e == "yaml"));
    paths.sort();
    let forms: Vec<String> = paths.iter().map(|p| text(p)).collect();
    let (start, mut seeds) = (Instant::now(), 0);
    for seed in 1..=2_000_u64 {
        if start.elapsed() > Duration::from_secs(5) {
            break;
        }
        let mut random = Xorshift(seed.wrapping_mul(0x9e37_79b9_7f4a_7c15));
        let at = random.below(forms.len());
        let (source, indicators) = match random.below(8) {
            0 => (forms[at].clone(), mutated(&indicators, &mut random)),
            1 => (tree(&mut random, 6), indicators.clone()),
            _ => (mutated(&forms[at], &mut random), indicators.clone()),
        };
        let name = paths[at].file_name().unwrap().to_string_lossy().into_owned();
        let file = FormFile { file: format!("forms/{name}"), source, translations: Vec::new() };
        for d in told(std::slice::from_ref(&file), Some(&indicators), &instance) {
            let source = if d.file == file.file { &file.source } else { &indicators };
            let lines: Vec<&str> = source.lines().collect();
            let line = d.at.line.checked_sub(1).and_then(|i| lines.get(i).copied());
            let inside = line.map_or(d.at.line == 1, |l| (1..=l.chars().count() + 1).contains(&d.at.column));
            assert!(inside, "seed {seed}: {d}\n{source}");
            assert!(!d.problem.trim().is_empty() && !d.remedy.trim().is_empty(), "seed {seed}: {d}");
        }
        seeds += 1;
    }
    assert!(seeds > 20, "only {seeds} forms in {:?}", start.elapsed());
}
