//! How long lists at a desk take with 10,000 cases of 20 coaches, over HTTP from the request to the last byte of the page,
//! beside a bare query by an index: `cargo bench --bench desks`.
#![expect(clippy::print_stdout, reason = "the figures are what a bench is for")]
#![expect(clippy::unwrap_used, reason = "a bench that cannot go on stops")]

use palaute::case::{CaseEvent, Ending, Opening, Work};
use palaute::cube::{Codebook, Fact};
use palaute::desk::{Desk, Past, Publishing};
use palaute::form::Form;
use palaute::instance::Instance;
use palaute::render::{PdfPrinter, Renderer};
use palaute::serve::{bind, router, serve};
use palaute::statistics::Statistics;
use palaute::store::{CaseChange, Database, Role, Staff, Store, StoredReport, Subject};
use palaute::text::Fingerprint;
use sqlx::Connection;
use std::collections::BTreeMap;
use std::io::{Read, Write};
use std::net::{SocketAddr, TcpStream};
use std::path::Path;
use std::sync::Arc;
use std::time::{Duration, Instant};

const CASES: usize = 10_000;
const COACHES: usize = 20;
/// Requests of each kind.
const TIMES: usize = 200;
/// What every list must stay under.
const WITHIN: Duration = Duration::from_millis(100);
/// Tasks that invite at the same time.
const AT_ONCE: usize = 64;

/// What is asked for, by its name. The worst: everything is looked at, sorted by what no index holds, the last page.
const LISTS: [(Role, &str, &str); 12] = [
    (Role::Coach, "coach, first page", "/desk/cases"),
    (Role::Coach, "coach, last page", "/desk/cases?page=10"),
    (Role::Coach, "coach, what waits", "/desk/cases?tab=waiting"),
    (Role::Coach, "coach, by hours, turned", "/desk/cases?sort=hours&dir=desc&page=5"),
    (
        Role::Coach,
        "coach, searched, filtered, sorted",
        "/desk/cases?q=kunta%203&outcome=job&stage=ended&tab=ended&sort=meetings&dir=desc",
    ),
    (Role::Coach, "coach, nothing found", "/desk/cases?q=nowhere"),
    (Role::Officer, "officer, new reports", "/desk/reports"),
    (Role::Officer, "officer, all by hours, turned", "/desk/reports?tab=all&sort=hours&desc=1"),
    (Role::Officer, "officer, searched, filtered", "/desk/reports?tab=all&q=kunta%203&outcome=job&sort=case"),
    (Role::Officer, "officer, last page", "/desk/reports?tab=all&page=100"),
    (Role::Officer, "officer, nothing found", "/desk/reports?tab=all&q=nowhere"),
    (Role::Manager, "manager, overview", "/desk/overview"),
];

#[tokio::main]
async fn main() {
    sqlx::any::install_default_drivers();
    let folder = tempfile::tempdir().unwrap();
    let file = folder.path().join("bench.sqlite");
    let desk = Arc::new(desk(&file).await);
    let began = Instant::now();
    fill(&desk).await;
    println!("{CASES} cases of {COACHES} coaches made in {:.0} s", began.elapsed().as_secs_f64());
    let mut sessions = Vec::new();
    for role in [Role::Coach, Role::Officer, Role::Manager] {
        let code = role.code();
        let name = if role == Role::Coach { "Valmentaja 7" } else { code };
        let staff =
            Staff { id: code.to_owned(), address: format!("{code}@example.invalid"), name: name.to_owned(), role };
        desk.store.add_staff(staff.clone(), desk.now()).await.unwrap();
        sessions.push((role, desk.open_session(&staff, None).await.unwrap()));
    }
    let session = |role| sessions.iter().find(|(r, _)| *r == role).map(|(_, s)| s.clone()).unwrap();
    let listener = bind("127.0.0.1:0".parse().unwrap()).await.unwrap();
    let address = listener.local_addr().unwrap();
    let routes = router(Arc::clone(&desk), folder.path().join("public"), nothing_published()).unwrap();
    tokio::spawn(serve(listener, routes, std::future::pending()));
    let bare = bare(&file).await;
    println!("bare query by an index: {}", told(&bare));
    let half = quantile(&bare, 0.5);
    let mut slow = Vec::new();
    for (role, name, path) in LISTS {
        let times = ask(address, &session(role), path, TIMES).await;
        let ratio = quantile(&times, 0.5).as_secs_f64() / half.as_secs_f64();
        println!("{name}: {}; {ratio:.0} times the bare query", told(&times));
        if quantile(&times, 0.99) > WITHIN {
            slow.push(name);
        }
    }
    let times = ask(address, &session(Role::Coach), "/desk/cases.xlsx", 20).await;
    println!("spreadsheet of a coach's {} cases: {}", CASES / COACHES, told(&times));
    if slow.is_empty() {
        println!("every list stays under {WITHIN:?} (99 of 100 answers)");
    } else {
        println!("slower than {WITHIN:?}: {slow:?}");
    }
}

/// No list looks at releases.
fn nothing_published() -> Publishing {
    Publishing {
        earlier: Arc::new(|| Ok(Past::default())),
        write: Arc::new(|_| Ok(())),
        build: Arc::new(|_| Ok(0)),
        turn: Arc::default(),
    }
}

/// Asks again and again; how long each answer took.
async fn ask(address: SocketAddr, session: &str, path: &str, times: usize) -> Vec<Duration> {
    let request = format!(
        "GET {path} HTTP/1.1\r\nHost: {address}\r\nConnection: close\r\nCookie: palaute-session={session}\r\n\r\n"
    );
    let asking = tokio::task::spawn_blocking(move || {
        let once = || {
            let start = Instant::now();
            let mut stream = TcpStream::connect(address).unwrap();
            stream.write_all(request.as_bytes()).unwrap();
            let mut answer = Vec::new();
            stream.read_to_end(&mut answer).unwrap();
            assert!(answer.starts_with(b"HTTP/1.1 200"), "{}", String::from_utf8_lossy(&answer));
            start.elapsed()
        };
        once();
        (0..times).map(|_| once()).collect()
    });
    asking.await.unwrap()
}

/// What a query by an index takes that gives as many rows as a page has.
async fn bare(file: &Path) -> Vec<Duration> {
    let mut connection = sqlx::AnyConnection::connect(&format!("sqlite://{}", file.display())).await.unwrap();
    let mut times = Vec::new();
    for _ in 0..TIMES {
        let start = Instant::now();
        let rows = sqlx::query("SELECT file FROM cases WHERE coach = $1 ORDER BY started_on DESC LIMIT 50")
            .bind("Valmentaja 7")
            .fetch_all(&mut connection)
            .await
            .unwrap();
        assert_eq!(rows.len(), 50);
        times.push(start.elapsed());
    }
    times
}

fn told(times: &[Duration]) -> String {
    let ms = |share| quantile(times, share).as_secs_f64() * 1000.0;
    format!("p50 {:.2} ms, p99 {:.2} ms, worst {:.2} ms", ms(0.5), ms(0.99), ms(1.0))
}

fn quantile(times: &[Duration], share: f64) -> Duration {
    let mut sorted = times.to_vec();
    sorted.sort_unstable();
    #[expect(clippy::cast_possible_truncation, clippy::cast_sign_loss, clippy::cast_precision_loss, reason = "a place")]
    let at = ((sorted.len() as f64 * share).ceil() as usize).clamp(1, sorted.len().max(1));
    sorted.get(at - 1).copied().unwrap_or_default()
}

/// Half of the cases have ended; of these client and coach are invited, and a report was sent.
async fn fill(desk: &Desk) {
    let outcomes = ["job", "education", "longer_work_trial"];
    let change = |n: usize| {
        let month = i8::try_from(n % 12 + 1).unwrap();
        let opening = Opening {
            office: "area".to_owned(),
            provider: "provider".to_owned(),
            coach: format!("Valmentaja {}", n % COACHES + 1),
            municipality: Some(format!("Kunta {}", n % 37)),
            gender: Some("woman".to_owned()),
            origin: Some("native".to_owned()),
            age_group: None,
            client_since: jiff::civil::date(2024, 1, 1),
            coaching_started: jiff::civil::date(2024, month, 2),
            language: None,
        };
        let work =
            Work { hours_tenths: i64::try_from(n % 230).ok(), meetings: u32::try_from(n % 9).ok(), work_trials: None };
        let mut events = vec![
            CaseEvent::Opened { imported_number: Some(format!("K-{n:05}")), opening },
            CaseEvent::WorkRecorded { work },
        ];
        if (n / COACHES).is_multiple_of(2) {
            let ending = Ending {
                on: jiff::civil::date(2025, month, 3),
                outcome: outcomes[n % 3].to_owned(),
                field: Some("ravintola".to_owned()),
                pay_subsidy: None,
            };
            events.push(CaseEvent::Ended { ending });
        }
        let instance = Arc::clone(&desk.instance);
        CaseChange {
            subject: Subject::New(desk.fresh_id()),
            events,
            codebook: Codebook::of_cases(&desk.instance, None),
            fact_of: Arc::new(move |case| Fact::of_case(case, &instance, None)),
            notices: Vec::new(),
        }
    };
    let made = desk.store.record((0..CASES).map(change).collect(), 2025, desk.now()).await.unwrap();
    let ended: Vec<_> = made.iter().filter(|c| c.ending().is_some()).map(palaute::case::CaseFile::number).collect();
    let tasks: Vec<_> = ended
        .chunks(ended.len().div_ceil(AT_ONCE))
        .map(|some| {
            let (desk, some) = (desk.clone(), some.to_vec());
            tokio::spawn(async move {
                for case in some {
                    desk.invite_parties(case).await.unwrap();
                    // As large as reports are.
                    let report = StoredReport {
                        version: 1,
                        content: Fingerprint::of(case.to_string()),
                        written_on: desk.today(),
                        json: "j".repeat(6_000),
                        html: "h".repeat(20_000),
                        pdf: vec![0; 40_000],
                        sent_at: Some(desk.now()),
                        sha256: Fingerprint::of("j").as_str().to_owned(),
                    };
                    desk.store.save_report(report, case, Vec::new(), desk.now()).await.unwrap();
                }
            })
        })
        .collect();
    for task in tasks {
        task.await.unwrap();
    }
}

async fn desk(file: &Path) -> Desk {
    let now = "2026-01-05T07:00:00Z".parse().unwrap();
    let instance = Instance::read("palaute.yaml", include_str!("../demo/palaute.yaml")).unwrap();
    let form = |id: &str, text| Form::read(&format!("forms/{id}.yaml"), text, Some(&instance)).unwrap();
    let forms = vec![
        form("client-feedback", include_str!("../forms/client-feedback.yaml")),
        form("closing-report", include_str!("../forms/closing-report.yaml")),
        form("employer-feedback", include_str!("../forms/employer-feedback.yaml")),
        form("community-feedback", include_str!("../forms/community-feedback.yaml")),
        form("case-opening", include_str!("../forms/case-opening.yaml")),
    ];
    Desk {
        store: Store::open(&Database::File(file.to_owned())).await.unwrap(),
        statistics: Arc::new(Statistics::usual(&instance, &forms)),
        published: Arc::default(),
        instance: Arc::new(instance),
        forms: Arc::new(forms),
        renderer: Arc::new(Renderer::new(&BTreeMap::new()).unwrap()),
        printer: Arc::new(PdfPrinter::new(Vec::new())),
        clock: Arc::new(move || now),
        entropy: Arc::new(|bytes| getrandom::fill(bytes).unwrap()),
    }
}
