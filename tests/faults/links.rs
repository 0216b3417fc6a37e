//! Links that must open nothing: forged, expired, leading out of the site.

use crate::attacked::{CANARY, House, LATER, Page, Server, form};
use crate::http::{FORM, exchange, get, post, request};
use std::sync::atomic::{AtomicUsize, Ordering};

/// Some thousand addresses that are near a valid token's, as the bytes of the request line.
fn forgeries(token: &str) -> Vec<Vec<u8>> {
    let plain = token.as_bytes();
    let mut out: Vec<Vec<u8>> = Vec::new();
    for at in 0..plain.len() {
        for bit in 0..8 {
            let mut bytes = plain.to_vec();
            bytes[at] ^= 1 << bit;
            out.push(bytes);
        }
        for digit in b"0123456789abcdef" {
            let mut bytes = plain.to_vec();
            bytes[at] = *digit;
            out.push(bytes);
        }
        for inserted in [&b"0"[..], b"%00", b"%20", b"+", b".", b"%2e", b"/", b"%2f", b"\\", b";", b"\t", b"\0"] {
            out.push([&plain[..at], inserted, &plain[at..]].concat());
        }
        out.push(plain[..at].to_vec());
        out.push(plain[at + 1..].to_vec());
        out.push([&plain[..at], &plain[at + 1..]].concat());
        // Encoded twice.
        out.push([&plain[..at], format!("%25{:02x}", plain[at]).as_bytes(), &plain[at + 1..]].concat());
        // One letter in upper case, plain and encoded.
        let upper = plain[at].to_ascii_uppercase();
        out.push([&plain[..at], &[upper], &plain[at + 1..]].concat());
        if upper != plain[at] {
            out.push([&plain[..at], format!("%{upper:02X}").as_bytes(), &plain[at + 1..]].concat());
        }
    }
    let mut turned = plain.to_vec();
    turned.reverse();
    out.push(turned);
    out.push(token.to_ascii_uppercase().into_bytes());
    out.push([plain, plain].concat());
    for after in [
        "%00",
        "%0a",
        "%0d%0a",
        "%20",
        ".",
        "..",
        "/",
        "/..",
        "/../..",
        "%2f..",
        "/../../palaute.yaml",
        "%",
        "%f",
        "%ff",
        "ä",
    ] {
        out.push([plain, after.as_bytes()].concat());
    }
    for before in
        ["../f/", "..%2ff%2f", "%2e%2e/f/", "./", ".%2f", "%00", "%20", "/", "//", "*", "%", "'", "'%20OR%201=1--"]
    {
        out.push([before.as_bytes(), plain].concat());
    }
    out.push([&b"%"[..], b"_".repeat(63).as_slice()].concat());
    // The same 64 characters written otherwise are the same token, not a forged one.
    out.retain(|bytes| bytes != plain);
    out.sort();
    out.dedup();
    out
}

#[test]
fn no_mutation_of_a_token_opens_anything() {
    let house = House::with_links(2);
    std::fs::create_dir_all(house.dir().join("public")).expect("a site");
    std::fs::write(house.dir().join("public/index.html"), "site").expect("a page");
    let server = house.serve();
    let token = &house.tokens[0];
    let targets = forgeries(token);
    assert!(targets.len() > 2000, "{} forgeries", targets.len());
    let page = Page::new(&form(), token, 1);
    let next = AtomicUsize::new(0);
    std::thread::scope(|scope| {
        for _ in 0..4 {
            scope.spawn(|| {
                loop {
                    let at = next.fetch_add(1, Ordering::SeqCst);
                    let Some(forged) = targets.get(at) else { break };
                    let target = [b"/f/", forged.as_slice()].concat();
                    // Most are only looked at; each seventh is answered, too.
                    let asked = [b"".as_slice(), b"/answer"][at % 2];
                    let mut tried = vec![request(server.address, "GET", &[&target, asked].concat(), &[], b"")];
                    if at.is_multiple_of(7) {
                        let target = [&target, b"/send".as_slice()].concat();
                        tried.push(request(server.address, "POST", &target, &[FORM], page.encoded().as_bytes()));
                    }
                    for bytes in tried {
                        let shown = String::from_utf8_lossy(forged).into_owned();
                        // A request line that is none is answered 400 or not at all.
                        let Some(answer) = exchange(server.address, &bytes) else { continue };
                        assert!((400..500).contains(&answer.status), "{shown}: {}", answer.status);
                        assert!(!answer.body.contains("<form") && answer.receipt().is_none(), "{shown}");
                        assert!(!answer.body.contains("/answer"), "{shown}");
                    }
                }
            });
        }
    });
    eprintln!("{} forged tokens: none opened anything", targets.len());
    let mut unknown = token.clone().into_bytes();
    unknown.reverse();
    let unknown = String::from_utf8(unknown).expect("digits");
    assert_eq!(get(server.address, &format!("/f/{unknown}")).map(|a| a.status), Some(404));
    assert_eq!(get(server.address, &format!("/f/{token}")).map(|a| a.status), Some(200), "the token itself is good");
    assert_eq!(house.stored(), []);
}

#[test]
fn an_expired_link_gives_410_everywhere_and_stores_nothing() {
    let house = House::with_links(1);
    let server = Server::start(&house, LATER, "warn");
    let page = Page::new(&form(), &house.tokens[0], 1);
    for path in ["", "/answer"] {
        let answer = get(server.address, &format!("{}{path}", page.target)).expect("an answer");
        assert_eq!((answer.status, answer.body.contains("<form")), (410, false), "{path}");
    }
    for verb in ["check", "change", "send"] {
        let answer = post(server.address, &format!("{}/{verb}", page.target), &page.fields()).expect("an answer");
        assert_eq!((answer.status, answer.body.contains(CANARY)), (410, false), "{verb}");
    }
    assert_eq!(house.stored(), []);
}

#[test]
fn no_path_leads_out_of_the_site() {
    let house = House::with_links(1);
    std::fs::create_dir_all(house.dir().join("public/fi")).expect("a site");
    std::fs::write(house.dir().join("public/fi/index.html"), "site").expect("a page");
    let server = house.serve();
    assert_eq!(get(server.address, "/fi/index.html").map(|a| a.status), Some(200));
    for up in [
        "..",
        "%2e%2e",
        ".%2e",
        "..%2f..",
        "%2e%2e%2f%2e%2e",
        "fi/../..",
        "fi/%2e%2e/%2e%2e",
        "..\\",
        "%5c..%5c..",
        "/..",
        "%c0%ae%c0%ae",
    ] {
        for file in ["palaute.yaml", "data/palaute.sqlite", "instance/palaute.yaml"] {
            for separator in ["/", "%2f", "//"] {
                let target = format!("/{up}{separator}{file}");
                let Some(answer) = get(server.address, &target) else { continue };
                assert!((400..500).contains(&answer.status), "{target}: {}", answer.status);
                assert!(!answer.body.contains("closing_form") && !answer.body.contains("SQLite"), "{target}");
            }
        }
    }
}
