//! A desk for tests: over the pilot's cases, with forms of three parties.

use super::Desk;
use crate::form::Form;
use crate::instance::Instance;
use crate::ledger::{check_rows, read_sheet};
use crate::render::{PdfPrinter, Renderer};
use crate::store::{Database, Store};
use jiff::Timestamp;
use std::collections::BTreeMap;
use std::path::Path;
use std::sync::{Arc, Mutex};

/// A desk over the pilot's cases whose clock the test sets.
pub(super) async fn desk(folder: &Path) -> (Desk, Arc<Mutex<Timestamp>>) {
    let now: Arc<Mutex<Timestamp>> = Arc::new(Mutex::new("2025-12-01T07:00:00Z".parse().unwrap()));
    let (clock, counter) = (Arc::clone(&now), Mutex::new(0_u8));
    let instance = Instance::read("palaute.yaml", include_str!("../../demo/palaute.yaml")).unwrap();
    let form = |id: &str, text| Form::read(&format!("forms/{id}.yaml"), text, Some(&instance)).unwrap();
    let forms = vec![
        form("client-feedback", include_str!("../../forms/client-feedback.yaml")),
        form("closing-report", include_str!("../../forms/closing-report.yaml")),
        form("employer-feedback", include_str!("../../forms/employer-feedback.yaml")),
    ];
    let desk = Desk {
        store: Store::open(&Database::File(folder.join("test.sqlite"))).await.unwrap(),
        instance: Arc::new(instance),
        forms: Arc::new(forms),
        renderer: Arc::new(Renderer::new(&BTreeMap::new()).unwrap()),
        printer: Arc::new(PdfPrinter::new(Vec::new())),
        clock: Arc::new(move || *clock.lock().unwrap()),
        entropy: Arc::new(move |bytes| {
            let mut n = counter.lock().unwrap();
            *n += 1;
            bytes.fill(*n);
        }),
    };
    let sheet = Path::new(env!("CARGO_MANIFEST_DIR")).join("demo/veto-plus-ledger.csv");
    let (rows, ..) = check_rows(&read_sheet(&sheet).unwrap(), &desk.instance, desk.today());
    desk.import(&rows).await.unwrap();
    (desk, now)
}
