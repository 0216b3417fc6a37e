//! A desk for tests: over the pilot's cases, with forms of three parties.

use super::Desk;
use crate::form::Form;
use crate::instance::Instance;
use crate::ledger::{check_rows, read_sheet};
use crate::render::{PdfPrinter, Renderer};
use crate::statistics::Statistics;
use crate::store::{Database, Store};
use jiff::Timestamp;
use std::collections::BTreeMap;
use std::path::Path;
use std::sync::{Arc, Mutex};

/// A desk over the pilot's cases whose clock the test sets.
pub(super) async fn desk(folder: &Path) -> (Desk, Arc<Mutex<Timestamp>>) {
    let now: Arc<Mutex<Timestamp>> = Arc::new(Mutex::new("2025-12-01T07:00:00Z".parse().unwrap()));
    let (clock, counter) = (Arc::clone(&now), Mutex::new(0_u64));
    let instance = Instance::read("palaute.yaml", include_str!("../../demo/palaute.yaml")).unwrap();
    let form = |id: &str, text| Form::read(&format!("forms/{id}.yaml"), text, Some(&instance)).unwrap();
    let forms = vec![
        form("client-feedback", include_str!("../../forms/client-feedback.yaml")),
        form("closing-report", include_str!("../../forms/closing-report.yaml")),
        form("employer-feedback", include_str!("../../forms/employer-feedback.yaml")),
        form("community-feedback", include_str!("../../forms/community-feedback.yaml")),
        form("case-opening", include_str!("../../forms/case-opening.yaml")),
        form("follow-up-client", include_str!("../../forms/follow-up-client.yaml")),
        form("report-reading", include_str!("../../forms/report-reading.yaml")),
        form("purchaser-feedback", include_str!("../../forms/purchaser-feedback.yaml")),
    ];
    let statistics = Statistics::usual(&instance, &forms);
    let desk = Desk {
        statistics: Arc::new(statistics),
        published: Arc::default(),
        store: Store::open(&Database::File(folder.join("test.sqlite"))).await.unwrap(),
        instance: Arc::new(instance),
        forms: Arc::new(forms),
        renderer: Arc::new(Renderer::new(&BTreeMap::new()).unwrap()),
        printer: Arc::new(PdfPrinter::new(Vec::new())),
        clock: Arc::new(move || *clock.lock().unwrap()),
        entropy: Arc::new(move |bytes| {
            let mut n = counter.lock().unwrap();
            for byte in bytes {
                // SplitMix64: different every time, the same in every run.
                *n = n.wrapping_add(0x9e37_79b9_7f4a_7c15);
                let mixed = (*n ^ (*n >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
                *byte = mixed.to_be_bytes()[0];
            }
        }),
    };
    let sheet = Path::new(env!("CARGO_MANIFEST_DIR")).join("demo/veto-plus-ledger.csv");
    let (rows, ..) = check_rows(&read_sheet(&sheet).unwrap(), &desk.instance, desk.today());
    desk.import(&rows).await.unwrap();
    (desk, now)
}

/// Lets time pass in an office where something happens every other week.
pub(super) async fn pass(desk: &Desk, now: &Mutex<Timestamp>, until: &str) {
    let until: Timestamp = until.parse().unwrap();
    let case = desk.find_case("V-017").await.unwrap();
    loop {
        let next = now.lock().unwrap().checked_add(jiff::SignedDuration::from_hours(14 * 24)).unwrap();
        if next >= until {
            break;
        }
        *now.lock().unwrap() = next;
        desk.open_link(case, "employer-feedback").await.unwrap();
    }
    *now.lock().unwrap() = until;
}
