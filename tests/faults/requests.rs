//! Requests that must be refused at little cost: other sites, bombs, slow clients, identity codes.

use crate::attacked::{CANARY, House, IDENTITY_CODE, Page, assert_absent, form, nonce, sent};
use crate::http::{FORM, connect, exchange, get, post, read_to_close, request};
use std::io::Write;
use std::time::{Duration, Instant};

#[test]
fn posts_from_other_sites_are_refused_and_posts_on_a_mapped_name_over_plain_http_are_taken() {
    let house = House::with_links(2);
    let server = house.serve();
    let page = Page::new(&form(), &house.tokens[0], 1);
    let attacks: [&[(&str, &str)]; 8] = [
        &[("Sec-Fetch-Site", "cross-site")],
        &[("Sec-Fetch-Site", "same-site")],
        &[("Sec-Fetch-Site", "cross-site"), ("Origin", "https://evil.example")],
        &[("Sec-Fetch-Site", "cross-site"), ("Origin", "null")],
        &[("Origin", "https://evil.example")],
        &[("Origin", "null")],
        &[("Origin", "http://127.0.0.1")],
        &[("Origin", "http://palaute.test.evil.example"), ("Host", "palaute.test")],
    ];
    for attack in attacks {
        for verb in ["send", "check", "change"] {
            let headers = [&[FORM], attack].concat();
            let target = format!("{}/{verb}", page.target);
            let bytes = request(server.address, "POST", target.as_bytes(), &headers, page.encoded().as_bytes());
            let answer = exchange(server.address, &bytes).expect("an answer");
            assert_eq!((answer.status, answer.receipt()), (403, None), "{verb} {attack:?}");
            assert!(!answer.body.contains(CANARY), "{verb} {attack:?}");
        }
    }
    assert_eq!(house.stored(), []);

    // As a browser does that knows neither Sec-Fetch-Site nor a secure context.
    let host = format!("palaute.test:{}", server.address.port());
    let origin = format!("http://{host}");
    let headers = [FORM, ("Host", &host), ("Origin", &origin)];
    let target = format!("{}/send", page.target);
    let bytes = request(server.address, "POST", target.as_bytes(), &headers, page.encoded().as_bytes());
    assert!(exchange(server.address, &bytes).expect("an answer").receipt().is_some());
    assert_eq!(house.stored().len(), 1);
    // And as a present browser does.
    let second = Page::new(&form(), &house.tokens[1], 2);
    let headers = [FORM, ("Sec-Fetch-Site", "same-origin"), ("Origin", &origin)];
    let target = format!("{}/send", second.target);
    let bytes = request(server.address, "POST", target.as_bytes(), &headers, second.encoded().as_bytes());
    assert!(exchange(server.address, &bytes).expect("an answer").receipt().is_some());
}

#[test]
fn every_kind_of_answer_carries_the_security_headers_and_no_form_page_is_kept_by_a_cache() {
    let house = House::with_links(3);
    std::fs::create_dir_all(house.dir().join("public")).expect("a site");
    std::fs::write(house.dir().join("public/index.html"), "site").expect("a page");
    let server = house.serve();
    let at = server.address;
    let open = format!("/f/{}", house.tokens[0]);
    let done = Page::new(&form(), &house.tokens[1], 1);
    let unknown = format!("/f/{}", "0".repeat(64));
    let fields = [("nonce", done.nonce.as_str())];
    let wrong = [("nonce", done.nonce.as_str()), ("c_trust", "maybe")];
    let other = |method: &str, target: &str, headers: &[(&str, &str)], body: &str| {
        exchange(at, &request(at, method, target.as_bytes(), headers, body.as_bytes()))
    };
    let evil = ("Sec-Fetch-Site", "cross-site");
    let big = format!("nonce={}&c_open={}", done.nonce, "x".repeat(200 * 1024));
    let answers = [
        ("explanation", 200, get(at, &open)),
        ("questions", 200, get(at, &format!("{open}/answer"))),
        ("check", 200, post(at, &format!("{open}/check"), &fields)),
        ("change", 200, post(at, &format!("{open}/change"), &fields)),
        ("receipt", 200, done.send(at)),
        ("mistakes", 422, post(at, &format!("{open}/check"), &wrong)),
        ("mistakes when sent", 422, post(at, &format!("{open}/send"), &wrong)),
        ("answered", 409, get(at, &done.target)),
        ("unknown link", 404, get(at, &unknown)),
        ("unknown page of a link", 404, get(at, &format!("{open}/nothing"))),
        ("no link", 404, get(at, "/f/")),
        ("bytes that are no text", 400, get(at, "/f/%ff")),
        ("wrong method", 405, other("DELETE", &open, &[], "")),
        ("no nonce", 400, post(at, &format!("{open}/send"), &[])),
        ("other type", 400, other("POST", &format!("{open}/send"), &[("Content-Type", "application/json")], "{}")),
        ("too large", 413, other("POST", &format!("{open}/send"), &[FORM], &big)),
        ("other site", 403, other("POST", &format!("{open}/send"), &[FORM, evil], "")),
        ("other site to nowhere", 403, other("POST", "/f/x/nothing", &[FORM, evil], "")),
        ("style", 200, get(at, "/palaute.css")),
        ("health", 200, get(at, "/healthz")),
        ("site", 200, get(at, "/index.html")),
        ("no page", 404, get(at, "/nothing")),
        ("other site to the site", 403, other("POST", "/index.html", &[FORM, evil], "")),
    ];
    for (name, status, answer) in answers {
        let answer = answer.unwrap_or_else(|| panic!("{name}: no answer"));
        let form_page = !["style", "health", "site", "no page", "other site to the site"].contains(&name);
        assert_eq!(answer.status, status, "{name}");
        let policy = answer.header("content-security-policy");
        assert!(policy.starts_with("default-src 'none';"), "{name}: {policy}");
        assert!(!policy.contains("unsafe") && !policy.contains("script-src"), "{name}: {policy}");
        assert_eq!(answer.header("referrer-policy"), "strict-origin", "{name}");
        assert_eq!(answer.header("x-content-type-options"), "nosniff", "{name}");
        assert_eq!(answer.header("x-frame-options"), "DENY", "{name}");
        if form_page {
            assert_eq!(answer.header("cache-control"), "no-store", "{name}");
        }
    }
}

#[test]
fn bombs_are_refused_at_little_cost_and_the_server_goes_on() {
    let house = House::with_links(2);
    let server = house.serve();
    let at = server.address;
    let nonce = nonce();
    let send = format!("/f/{}/send", house.tokens[0]);
    let shaped = |headers: &[(&str, &str)], body: &[u8]| request(at, "POST", send.as_bytes(), headers, body);
    let posted = |body: String| shaped(&[FORM], body.as_bytes());
    let chunked = {
        let head = format!(
            "POST {send} HTTP/1.1\r\nHost: {at}\r\nContent-Type: {}\r\nTransfer-Encoding: chunked\r\n\r\n",
            FORM.1
        );
        let chunk = format!("2000\r\n{}\r\n", "a".repeat(0x2000));
        [head, chunk.repeat(128), "0\r\n\r\n".to_owned()].concat().into_bytes()
    };
    let headers = |n: usize| format!("GET / HTTP/1.1\r\n{}\r\n", "X: y\r\n".repeat(n)).into_bytes();
    let bombs: Vec<(&str, Vec<u8>)> = vec![
        ("a megabyte of text", posted(format!("nonce={nonce}&c_open={}", "x".repeat(1 << 20)))),
        ("a megabyte in chunks", chunked),
        ("100,000 fields", posted(format!("nonce={nonce}{}", "&a=b".repeat(100_000)))),
        ("as many fields as fit", posted(format!("nonce={nonce}{}", "&a".repeat(30_000)))),
        (
            "1,000 unknown fields",
            posted(format!("nonce={nonce}{}", (0..998).map(|n| format!("&f{n}=1")).collect::<String>())),
        ),
        ("bytes that are no text in a value", posted(format!("nonce={nonce}&c_open=%ff%fe"))),
        (
            "raw bytes that are no text",
            shaped(&[FORM], &[format!("nonce={nonce}&c_open=").as_bytes(), b"\xff\xc3"].concat()),
        ),
        ("half a character", posted(format!("nonce={nonce}&c_open=hyv%C3"))),
        ("a surrogate", posted(format!("nonce={nonce}&c_open=%ED%A0%80"))),
        ("bytes that are no text in a name", posted(format!("nonce={nonce}&c_open%ff=1"))),
        ("NUL in a choice", posted(format!("nonce={nonce}&c_trust=yes%00"))),
        ("NUL in a name", posted(format!("nonce={nonce}&c_open%00=1"))),
        ("a text over its limit", posted(format!("nonce={nonce}&c_open={}", "%C3%A4".repeat(501)))),
        ("no nonce", posted("c_overall=5".to_owned())),
        ("a short nonce", posted("nonce=abc".to_owned())),
        ("a nonce of other characters", posted(format!("nonce={}", "%C3%A4".repeat(16)))),
        ("an empty body", posted(String::new())),
        ("no type", shaped(&[], format!("nonce={nonce}").as_bytes())),
        ("JSON", shaped(&[("Content-Type", "application/json")], b"{\"nonce\":\"x\"}")),
        ("deep JSON", shaped(&[("Content-Type", "application/json")], "[".repeat(10_000).as_bytes())),
        ("several parts", shaped(&[("Content-Type", "multipart/form-data; boundary=x")], b"--x--\r\n")),
        ("plain text", shaped(&[("Content-Type", "text/plain")], format!("nonce={nonce}").as_bytes())),
        ("90 kB of address", request(at, "GET", "/x".repeat(45_000).as_bytes(), &[], b"")),
        ("5,000 headers", headers(5_000)),
        ("200,000 headers", headers(200_000)),
        ("no HTTP", b"\x16\x03\x01\x02\x00\x01\x00\x01\xfc\x03\x03".repeat(100)),
        (
            "two lengths",
            format!("POST {send} HTTP/1.1\r\nHost: {at}\r\nContent-Length: 5\r\nContent-Length: 6\r\n\r\nnonce=")
                .into_bytes(),
        ),
    ];
    for (name, bytes) in &bombs {
        let began = Instant::now();
        // Closing without an answer is an answer to what is no request, or is still coming.
        if let Some(answer) = exchange(at, bytes) {
            assert!((400..500).contains(&answer.status), "{name}: {}", answer.status);
            assert_eq!(answer.receipt(), None, "{name}");
        }
        assert!(began.elapsed() < Duration::from_secs(5), "{name} took {:?}", began.elapsed());
        assert!(server.healthy(), "after {name}");
    }
    assert_eq!(house.stored(), []);
    assert!(server.peak_memory() < 256 * 1024, "{} kB", server.peak_memory());

    // A NUL in free words is dropped, as every control character is; what is left is an answer.
    let page = Page::new(&form(), &house.tokens[0], 7);
    let body = page.encoded().replace("kanarialintu", "kana%00rialintu");
    assert!(exchange(at, &posted(body)).expect("an answer").receipt().is_some());
    assert_eq!(house.stored()[0].1, page.content);
}

#[test]
fn slow_clients_keep_nobody_waiting_and_are_cut_off() {
    let house = House::with_links(1);
    let server = house.serve();
    let at = server.address;
    let page = Page::new(&form(), &house.tokens[0], 1);
    let head = format!("POST {}/send HTTP/1.1\r\nHost: {at}\r\nContent-Type: {}\r\n", page.target, FORM.1);
    let half_head =
        |stream: &mut std::net::TcpStream| stream.write_all(b"GET /healthz HTTP/1.1\r\nHost: x\r\nX-Slow: ");
    let mut slow = Vec::new();
    for _ in 0..200 {
        let mut stream = connect(at).expect("a connection");
        half_head(&mut stream).expect("half a head");
        slow.push(stream);
    }
    let began = Instant::now();
    for _ in 0..50 {
        let asked = Instant::now();
        assert!(server.healthy());
        assert!(asked.elapsed() < Duration::from_secs(1), "others wait {:?}", asked.elapsed());
    }
    assert!(sent(&page, &server).receipt().is_some(), "others can send");

    let mut silent = connect(at).expect("a connection");
    let mut idle = connect(at).expect("a connection");
    idle.write_all(format!("GET /healthz HTTP/1.1\r\nHost: {at}\r\n\r\n").as_bytes()).expect("a request");
    let mut half_body = connect(at).expect("a connection");
    half_body.write_all(format!("{head}Content-Length: 1000\r\n\r\nnonce=").as_bytes()).expect("half a body");
    let mut boaster = connect(at).expect("a connection");
    boaster.write_all(format!("{head}Content-Length: 99999999999999\r\n\r\n").as_bytes()).expect("a boast");
    let cut_off = |stream: &mut std::net::TcpStream, what: &str, within: u64| {
        // The stream's own deadline is longer, so that a server that never closes is noticed.
        let bytes = read_to_close(stream);
        assert!(began.elapsed() < Duration::from_secs(within), "{what} was kept for {:?}", began.elapsed());
        String::from_utf8_lossy(&bytes).into_owned()
    };
    for (n, stream) in slow.iter_mut().enumerate() {
        let told = cut_off(stream, &format!("half a head, {n}"), 15);
        assert!(!told.contains(" 200 "), "{told}");
    }
    cut_off(&mut silent, "a silent connection", 20);
    assert!(cut_off(&mut idle, "an idle connection", 20).contains(" 200 "));
    for (stream, what) in [(&mut half_body, "half a body"), (&mut boaster, "a body that never comes")] {
        let told = cut_off(stream, what, 25);
        assert!(!told.contains(" 200 ") && !told.contains("receipt"), "{told}");
    }
    assert!(server.healthy());
    assert_eq!(house.stored().len(), 1);
}

#[test]
fn an_identity_code_is_refused_in_every_field_and_never_stored() {
    let house = House::with_links(1);
    let server = house.serve();
    let target = format!("/f/{}", house.tokens[0]);
    let form = form();
    let mut names: Vec<&str> = form.questions().map(|q| q.id.as_str()).collect();
    names.extend(["extra", IDENTITY_CODE]);
    let nonce = nonce();
    for name in names {
        for value in [IDENTITY_CODE, "010190-999x", " 01 01 90 \u{2013} 999 X.", "hetu:010190A999X"] {
            for verb in ["send", "check"] {
                let fields = [("nonce", nonce.as_str()), (name, value)];
                let answer = post(server.address, &format!("{target}/{verb}"), &fields).expect("an answer");
                assert_eq!((answer.status, answer.receipt()), (422, None), "{verb} {name}={value}");
            }
        }
    }
    // Beside answers that are good, and in place of the nonce.
    let mut page = Page::new(&form, &house.tokens[0], 1);
    let good = page.answers.clone();
    page.answers.push(("c_phases".to_owned(), IDENTITY_CODE.to_owned()));
    assert_eq!(sent(&page, &server).status, 422);
    let as_nonce = post(server.address, &format!("{target}/send"), &[("nonce", IDENTITY_CODE)]);
    assert_eq!(as_nonce.map(|a| a.status), Some(400));
    assert_eq!(house.stored(), []);
    page.answers = good;
    assert!(sent(&page, &server).receipt().is_some(), "without it the page is taken");
    server.kill();
    assert_absent("the database", &house.database_bytes(), &["010190-999X", "010190A999X"]);
    assert_absent("the log", house.log().as_bytes(), &["010190-999X", "010190A999X", "999X"]);
}
