//! Prints a hundred different reports and tells what one of them costs: `cargo bench --bench reports`.
//! With `-- --show FOLDER` it writes one of each edition there instead, to be looked at.
#![expect(clippy::print_stdout, reason = "the figures are what a bench is for")]
#![expect(clippy::unwrap_used, reason = "a bench that cannot go on stops")]

#[path = "../tests/support/reported.rs"]
mod reported;

use palaute::render::{PdfPrinter, Renderer, ReportView, closing_report_html};
use palaute::report::ReportFile;
use palaute::text::Language;
use reported::Model;
use std::collections::BTreeMap;
use std::fs;
use std::path::Path;
use std::time::Instant;

const REPORTS: u32 = 100;
const WARM_UP: u32 = 10;

fn main() {
    let model = reported::model();
    let arguments: Vec<String> = std::env::args().collect();
    if let Some(at) = arguments.iter().position(|a| a == "--show") {
        return show(&model, Path::new(&arguments[at + 1]));
    }
    let printer = PdfPrinter::new(Vec::new());
    for n in 1..=WARM_UP {
        printer.print(&ReportView::of(&different(&model, n, Language::Fi))).unwrap();
    }
    let officers: Vec<ReportFile> =
        (0..REPORTS).map(|n| different(&model, 1000 + n, Language::ALL[n as usize % 3])).collect();
    let coachs: Vec<ReportFile> = officers.iter().map(|f| ReportFile { annex: None, ..f.clone() }).collect();
    for (edition, files) in [("coach's edition", coachs), ("officer's edition", officers)] {
        let (cpu, wall) = (cpu_milliseconds(), Instant::now());
        let bytes: usize = files.iter().map(|f| printer.print(&ReportView::of(f)).unwrap().len()).sum();
        let (cpu, wall) = ((cpu_milliseconds() - cpu) / f64::from(REPORTS), wall.elapsed().as_millis());
        let size = bytes / REPORTS as usize;
        println!("{REPORTS} reports, {edition}: {cpu:.1} ms of CPU each, {wall} ms in all, {size} bytes each");
    }
    println!("at most {} MB of memory", peak_megabytes());
}

/// No two alike: numbers, words and length differ.
fn different(model: &Model, n: u32, language: Language) -> ReportFile {
    let case = reported::case(n, language, [1, 1, 4]);
    let hours = format!("{},5", 8 + n % 12);
    let meetings = (1 + n % 9).to_string();
    let text = format!("Lähtötilanne {n}: {}", "asiakas etsi suuntaa. ".repeat(1 + n as usize % 12));
    let given = [
        ("r_hours", hours.as_str()),
        ("r_meetings", &meetings),
        ("r_start_text", &text),
        ("r_over_cap_reason", "Siirtymä kesti."),
    ];
    let coach = reported::coach(model, &given);
    reported::with_annex(reported::report(model, &case, Some(&coach)), &case, &reported::feedback(model))
}

fn show(model: &Model, folder: &Path) {
    fs::create_dir_all(folder).unwrap();
    let template = fs::read_to_string("templates/report/closing.typ").unwrap();
    let printer = PdfPrinter::new(Vec::new()).with_template(&template);
    let mut own = BTreeMap::new();
    for name in ["report/closing.html", "report/components.html"] {
        own.insert(name.to_owned(), fs::read_to_string(Path::new("templates").join(name)).unwrap());
    }
    let renderer = Renderer::new(&own).unwrap();
    for language in Language::ALL {
        let case = reported::case(7, language, [1, 1, 4]);
        let file = reported::report(model, &case, Some(&reported::coach(model, &[])));
        let officer = reported::with_annex(file.clone(), &case, &reported::feedback(model));
        let bare = reported::report(model, &case, None);
        for (name, file) in [("coach", file), ("officer", officer), ("sheet", bare)] {
            let view = ReportView::of(&file);
            let name = format!("{name}-{}", language.code());
            fs::write(folder.join(format!("{name}.json")), file.to_json()).unwrap();
            fs::write(folder.join(format!("{name}.html")), closing_report_html(&renderer, &view).unwrap()).unwrap();
            match printer.print(&view) {
                Ok(pdf) => fs::write(folder.join(format!("{name}.pdf")), pdf).unwrap(),
                Err(error) => println!("{name}: {error}"),
            }
        }
    }
}

/// User and system time of this process; Linux counts them in hundredths of a second.
fn cpu_milliseconds() -> f64 {
    let stat = fs::read_to_string("/proc/self/stat").unwrap();
    let fields: Vec<&str> = stat.rsplit(')').next().unwrap().split_whitespace().collect();
    let ticks: u32 = fields[11].parse::<u32>().unwrap() + fields[12].parse::<u32>().unwrap();
    f64::from(ticks) * 10.0
}

fn peak_megabytes() -> u64 {
    let status = fs::read_to_string("/proc/self/status").unwrap();
    let line = status.lines().find(|l| l.starts_with("VmHWM:")).unwrap();
    line.split_whitespace().nth(1).unwrap().parse::<u64>().unwrap() / 1024
}
