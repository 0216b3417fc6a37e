//! Whole visits over HTTP, from the explanation page by page to the receipt, while slow clients hold connections:
//! `cargo bench --bench serving`. First fifty visits a second for a minute; then how many a second hold, beside bare
//! rows of an answer's size committed in groups.
#![expect(clippy::print_stdout, reason = "the figures are what a bench is for")]
#![expect(clippy::unwrap_used, reason = "a bench that cannot go on stops")]
#![expect(dead_code, reason = "what the tests of faults use besides")]

#[path = "../tests/support/attacked.rs"]
mod attacked;
mod bare;
#[path = "../tests/support/http.rs"]
mod http;

use attacked::{House, Page, Server, block, form};
use bare::{bare_rows, per_second};
use palaute::store::Database;
use std::collections::{BTreeMap, BTreeSet};
use std::io::{BufRead, BufReader, Read, Write};
use std::net::{SocketAddr, TcpStream};
use std::sync::Mutex;
use std::sync::atomic::{AtomicBool, AtomicUsize, Ordering};
use std::time::{Duration, Instant};

/// Visits a second that must hold, and for how long.
const RATE: usize = 50;
const MINUTE: Duration = Duration::from_secs(60);
/// Rates tried afterwards, each for as long.
const HIGHER: [usize; 8] = [75, 100, 125, 150, 175, 200, 250, 300];
const TRIED_FOR: Duration = Duration::from_secs(10);
/// A rate holds while this share of requests is answered within this time, and every visit begins when it should.
const SHARE: f64 = 0.99;
const WITHIN: Duration = Duration::from_secs(1);
/// Connections that send their request byte by byte.
const SLOW: usize = 500;
const A_BYTE_EVERY: Duration = Duration::from_millis(2500);
/// People at a time.
const PEOPLE: usize = 128;
/// Rows to a commit of the bare ones.
const GROUP: usize = 64;
const LONGEST: Duration = Duration::from_secs(30);

fn main() {
    let most: usize = HIGHER.iter().map(|rate| rate * usize::try_from(TRIED_FOR.as_secs()).unwrap()).sum();
    let minute = RATE * usize::try_from(MINUTE.as_secs()).unwrap();
    println!("preparing {} invitations", minute + most);
    let house = House::with_links(minute + most);
    let form = form();
    let pages: Vec<Page> = house.tokens.iter().enumerate().map(|(n, token)| Page::new(&form, token, n)).collect();
    let server = house.serve();
    let over = AtomicBool::new(false);
    let slow = Slow::default();
    std::thread::scope(|scope| {
        scope.spawn(|| slow.hold(server.address, &over));
        while slow.held.load(Ordering::SeqCst) < SLOW {
            std::thread::sleep(Duration::from_millis(10));
        }
        let first = visits(&server, &pages[..minute], RATE);
        println!("{}", first.told(&slow));
        assert!(first.refused.is_empty() && first.receipts.len() == minute, "{:?}", first.refused.first());
        let (mut next, mut receipts, mut best) = (minute, first.receipts.clone(), None);
        for rate in HIGHER {
            let end = next + rate * usize::try_from(TRIED_FOR.as_secs()).unwrap();
            let run = visits(&server, &pages[next..end], rate);
            next = end;
            println!("{}", run.told(&slow));
            receipts.extend(run.receipts.clone());
            if !run.holds() {
                break;
            }
            best = Some(rate);
        }
        over.store(true, Ordering::SeqCst);
        account(&house, &pages, &receipts);
        let answers = pages[0].answers.iter().cloned().collect::<BTreeMap<String, String>>();
        let answers = serde_json::to_string(&answers).unwrap();
        let rows = 20_000;
        let database = Database::File(house.root.path().join("bare.sqlite"));
        let bare = per_second(rows, block(bare_rows(&database, house.root.path(), &answers, rows, GROUP)));
        let best = best.unwrap_or(RATE);
        let ratio = f64::from(u32::try_from(best).unwrap()) / bare;
        println!(
            "highest rate that held: {best} visits a second; {bare:.0} bare rows a second in groups of {GROUP}; ratio {ratio:.4}"
        );
    });
}

/// Everything that was acknowledged is stored as it was sent, once.
fn account(house: &House, pages: &[Page], receipts: &BTreeMap<String, String>) {
    let stored: BTreeMap<String, _> = house.stored().into_iter().collect();
    let sent: BTreeMap<&str, &Page> = pages.iter().map(|p| (p.target.as_str(), p)).collect();
    let whole = |(target, receipt): (&String, &String)| stored.get(receipt) == Some(&sent[target.as_str()].content);
    let lost = receipts.iter().filter(|r| !whole(*r)).count();
    let distinct: BTreeSet<&String> = receipts.values().collect();
    println!("acknowledged {}, stored {}, lost {lost}", receipts.len(), stored.len());
    assert_eq!((lost, distinct.len()), (0, receipts.len()));
}

/// What came of a run.
#[derive(Default)]
struct Run {
    rate: usize,
    /// By target.
    receipts: BTreeMap<String, String>,
    refused: Vec<String>,
    requests: Vec<Duration>,
    sends: Vec<Duration>,
    /// How much later than it should the latest visit began.
    late: Duration,
}

impl Run {
    fn holds(&self) -> bool {
        self.refused.is_empty() && quantile(&self.requests, SHARE) <= WITHIN && self.late <= WITHIN
    }

    fn told(&self, slow: &Slow) -> String {
        let ms = |times: &[Duration], share| quantile(times, share).as_secs_f64() * 1000.0;
        format!(
            "{} visits a second: {} receipts, {} refused, {} requests, p50 {:.1} ms, p99 {:.1} ms, worst {:.0} ms; of sending p99 {:.1} ms; began at most {:.0} ms late; {} slow connections held{}",
            self.rate,
            self.receipts.len(),
            self.refused.len(),
            self.requests.len(),
            ms(&self.requests, 0.5),
            ms(&self.requests, 0.99),
            ms(&self.requests, 1.0),
            ms(&self.sends, 0.99),
            self.late.as_secs_f64() * 1000.0,
            slow.held.load(Ordering::SeqCst),
            if self.holds() { "" } else { " - does not hold" },
        )
    }
}

fn quantile(times: &[Duration], share: f64) -> Duration {
    let mut sorted = times.to_vec();
    sorted.sort_unstable();
    #[expect(clippy::cast_possible_truncation, clippy::cast_sign_loss, clippy::cast_precision_loss, reason = "a place")]
    let at = ((sorted.len() as f64 * share).ceil() as usize).clamp(1, sorted.len().max(1));
    sorted.get(at - 1).copied().unwrap_or_default()
}

/// Visits begin at the rate, whether earlier ones have ended or not.
fn visits(server: &Server, pages: &[Page], rate: usize) -> Run {
    let run = Mutex::new(Run { rate, ..Run::default() });
    let (next, began) = (AtomicUsize::new(0), Instant::now());
    std::thread::scope(|scope| {
        for _ in 0..PEOPLE {
            scope.spawn(|| {
                loop {
                    let n = next.fetch_add(1, Ordering::SeqCst);
                    let Some(page) = pages.get(n) else { break };
                    let due = Duration::from_secs(1) * u32::try_from(n).unwrap() / u32::try_from(rate).unwrap();
                    std::thread::sleep(due.saturating_sub(began.elapsed()));
                    let late = began.elapsed().saturating_sub(due);
                    let mut visit = Visit { times: Vec::new(), cookie: None };
                    let came = visit.make(server.address, page);
                    let mut run = run.lock().unwrap();
                    run.late = run.late.max(late);
                    run.sends.extend(visit.times.last());
                    run.requests.append(&mut visit.times);
                    match came {
                        Ok(receipt) => drop(run.receipts.insert(page.target.clone(), receipt)),
                        Err(why) => run.refused.push(why),
                    }
                }
            });
        }
    });
    run.into_inner().unwrap()
}

/// One person with a browser: one connection, pages in their order, addresses followed.
struct Visit {
    times: Vec<Duration>,
    cookie: Option<String>,
}

impl Visit {
    fn make(&mut self, server: SocketAddr, page: &Page) -> Result<String, String> {
        let stream = http::connect(server).map_err(|e| e.to_string())?;
        let mut stream = BufReader::new(stream);
        self.ask(&mut stream, "GET", &page.target, "")?;
        let mut body = self.ask(&mut stream, "GET", &format!("{}/answer", page.target), "")?;
        // No form has more pages.
        for _ in 0..30 {
            if let Some(receipt) = receipt(&body) {
                return Ok(receipt);
            }
            let (target, fields) = filled(&body, page)?;
            body = self.ask(&mut stream, "POST", &target, &fields)?;
        }
        Err("there is no end of pages".to_owned())
    }

    /// Asks, and follows where it is sent on.
    fn ask(
        &mut self,
        stream: &mut BufReader<TcpStream>,
        method: &str,
        target: &str,
        body: &str,
    ) -> Result<String, String> {
        let (mut method, mut target, mut body) = (method, target.to_owned(), body);
        for _ in 0..5 {
            let began = Instant::now();
            let (status, headers, text) = self.exchange(stream, method, &target, body)?;
            self.times.push(began.elapsed());
            match (status, headers.get("location")) {
                (200, _) => return Ok(text),
                (303, Some(to)) => (method, target, body) = ("GET", to.clone(), ""),
                _ => return Err(format!("{status} for {method}")),
            }
        }
        Err("sent in circles".to_owned())
    }

    fn exchange(
        &mut self,
        stream: &mut BufReader<TcpStream>,
        method: &str,
        target: &str,
        body: &str,
    ) -> Result<(u16, BTreeMap<String, String>, String), String> {
        let failed = |e: std::io::Error| e.to_string();
        let mut head = format!("{method} {target} HTTP/1.1\r\nHost: bench\r\n");
        if let Some(cookie) = &self.cookie {
            head.push_str(&format!("Cookie: {cookie}\r\n"));
        }
        if method == "POST" {
            head.push_str(&format!("{}: {}\r\nContent-Length: {}\r\n", http::FORM.0, http::FORM.1, body.len()));
        }
        stream.get_mut().write_all(format!("{head}\r\n{body}").as_bytes()).map_err(failed)?;
        let (mut line, mut headers) = (String::new(), BTreeMap::new());
        stream.read_line(&mut line).map_err(failed)?;
        let status = line.split(' ').nth(1).and_then(|s| s.parse().ok()).ok_or_else(|| "cut off".to_owned())?;
        loop {
            line.clear();
            stream.read_line(&mut line).map_err(failed)?;
            let Some((name, value)) = line.trim_end().split_once(':') else { break };
            headers.insert(name.to_ascii_lowercase(), value.trim().to_owned());
        }
        let length = headers.get("content-length").and_then(|n| n.parse().ok()).unwrap_or(0);
        let mut text = vec![0; length];
        stream.read_exact(&mut text).map_err(failed)?;
        if let Some(cookie) = headers.get("set-cookie") {
            self.cookie = cookie.split(';').next().map(str::to_owned);
        }
        Ok((status, headers, String::from_utf8_lossy(&text).into_owned()))
    }
}

/// What the page's form posts, with this person's answers to what it asks.
fn filled(body: &str, page: &Page) -> Result<(String, String), String> {
    let form = body.split("<form id=\"answers\"").nth(1).ok_or("a page without a form")?;
    let action = form.split("action=\"").nth(1).and_then(|a| a.split('"').next()).ok_or("a form without an address")?;
    let mut fields: Vec<(String, String)> = Vec::new();
    for hidden in form.split("<input type=\"hidden\" name=\"").skip(1) {
        let (name, rest) = hidden.split_once("\" value=\"").ok_or("a field without a value")?;
        fields.push((name.to_owned(), rest.split('"').next().unwrap_or_default().to_owned()));
    }
    let asked = |name: &str| form.contains(&format!("name=\"{name}\"")) && fields.iter().all(|(n, _)| n != name);
    let answers: Vec<(String, String)> = page.answers.iter().filter(|(name, _)| asked(name)).cloned().collect();
    fields.extend(answers);
    let fields: Vec<(&str, &str)> = fields.iter().map(|(n, v)| (n.as_str(), v.as_str())).collect();
    Ok((action.replace("&amp;", "&"), http::encode(&fields)))
}

fn receipt(body: &str) -> Option<String> {
    let (_, rest) = body.split_once("id=\"receipt\">")?;
    Some(rest.split('<').next()?.replace('-', ""))
}

/// Clients that never come to the end of their request.
#[derive(Default)]
struct Slow {
    held: AtomicUsize,
}

impl Slow {
    /// Holds connections open, each a byte at a time; one that the server cuts off is opened again.
    fn hold(&self, server: SocketAddr, over: &AtomicBool) {
        let open = || {
            let mut stream = TcpStream::connect_timeout(&server, LONGEST).ok()?;
            stream.write_all(b"GET /healthz HTTP/1.1\r\nHost: slow\r\nX-Slow: ").ok()?;
            stream.set_nonblocking(true).ok()?;
            Some(stream)
        };
        let mut all: Vec<Option<TcpStream>> = (0..SLOW).map(|_| open()).collect();
        while !over.load(Ordering::SeqCst) {
            self.held.store(all.iter().flatten().count(), Ordering::SeqCst);
            for place in &mut all {
                let closed = place.as_mut().is_none_or(|stream| {
                    let gone = stream.read(&mut [0]).is_ok();
                    gone || stream.write_all(b"x").is_err()
                });
                if closed {
                    *place = open();
                }
            }
            std::thread::sleep(A_BYTE_EVERY);
        }
    }
}
