//! A minimal blocking HTTP/1.1 client that sends exactly the bytes it is told to and never waits for ever.

use std::collections::BTreeMap;
use std::io::{Read, Write};
use std::net::{SocketAddr, TcpStream};
use std::time::Duration;

/// Longest silence of the server that is waited for.
pub(crate) const PATIENCE: Duration = Duration::from_secs(30);

/// What came back.
#[derive(Clone, Debug)]
pub(crate) struct Answer {
    /// Status code.
    pub(crate) status: u16,
    /// Names in lower case.
    headers: Vec<(String, String)>,
    /// The body as text.
    pub(crate) body: String,
}

impl Answer {
    /// The header of that lower-case name; the empty text when there is none.
    pub(crate) fn header(&self, name: &str) -> &str {
        self.headers.iter().find(|(n, _)| n == name).map_or("", |(_, v)| v.as_str())
    }

    /// The receipt that the page shows, without its dash.
    pub(crate) fn receipt(&self) -> Option<String> {
        let (_, rest) = self.body.split_once("id=\"receipt\">")?;
        let (code, _) = rest.split_once('<')?;
        Some(code.replace('-', ""))
    }

    /// None when the bytes are no answer.
    pub(crate) fn parse(bytes: &[u8]) -> Option<Self> {
        let text = String::from_utf8_lossy(bytes);
        let (head, body) = text.split_once("\r\n\r\n")?;
        let mut lines = head.lines();
        let status = lines.next()?.split(' ').nth(1)?.parse().ok()?;
        let headers = lines.filter_map(|l| l.split_once(':'));
        let headers = headers.map(|(n, v)| (n.to_ascii_lowercase(), v.trim().to_owned())).collect();
        Some(Self { status, headers, body: body.to_owned() })
    }
}

/// A connection with deadlines.
pub(crate) fn connect(server: SocketAddr) -> std::io::Result<TcpStream> {
    let stream = TcpStream::connect_timeout(&server, PATIENCE)?;
    stream.set_read_timeout(Some(PATIENCE))?;
    stream.set_write_timeout(Some(PATIENCE))?;
    stream.set_nodelay(true)?;
    Ok(stream)
}

/// Sends these bytes and reads until the server closes. None when nothing that is an answer came
/// back: the server is gone, or it closed because it had read enough.
pub(crate) fn exchange(server: SocketAddr, bytes: &[u8]) -> Option<Answer> {
    let mut stream = connect(server).ok()?;
    // The server may answer and close before it has read everything; its answer counts.
    let _ = stream.write_all(bytes);
    Answer::parse(&read_to_close(&mut stream))
}

/// Everything until the end, an error or a silence longer than the stream's deadline.
pub(crate) fn read_to_close(stream: &mut TcpStream) -> Vec<u8> {
    let (mut all, mut part) = (Vec::new(), [0; 16 * 1024]);
    while let Ok(n) = stream.read(&mut part) {
        if n == 0 {
            break;
        }
        all.extend_from_slice(&part[..n]);
    }
    all
}

/// A request as bytes. `target` goes out as it is; without a `Host` among the headers it is the server's address.
pub(crate) fn request(
    server: SocketAddr,
    method: &str,
    target: &[u8],
    headers: &[(&str, &str)],
    body: &[u8],
) -> Vec<u8> {
    let mut out = Vec::with_capacity(body.len() + 256);
    out.extend_from_slice(method.as_bytes());
    out.push(b' ');
    out.extend_from_slice(target);
    out.extend_from_slice(b" HTTP/1.1\r\nConnection: close\r\n");
    if headers.iter().all(|(name, _)| *name != "Host") {
        out.extend_from_slice(format!("Host: {server}\r\n").as_bytes());
    }
    for (name, value) in headers {
        out.extend_from_slice(format!("{name}: {value}\r\n").as_bytes());
    }
    if method != "GET" {
        out.extend_from_slice(format!("Content-Length: {}\r\n", body.len()).as_bytes());
    }
    out.extend_from_slice(b"\r\n");
    out.extend_from_slice(body);
    out
}

/// Gets a page.
pub(crate) fn get(server: SocketAddr, target: &str) -> Option<Answer> {
    exchange(server, &request(server, "GET", target.as_bytes(), &[], b""))
}

/// The type of a posted form.
pub(crate) const FORM: (&str, &str) = ("Content-Type", "application/x-www-form-urlencoded");

/// Posts a form and follows where the answer leads, as a browser without cookies does.
pub(crate) fn post(server: SocketAddr, target: &str, fields: &[(&str, &str)]) -> Option<Answer> {
    let answer = exchange(server, &request(server, "POST", target.as_bytes(), &[FORM], encode(fields).as_bytes()))?;
    if answer.status == 303 { get(server, answer.header("location")) } else { Some(answer) }
}

/// A browser that keeps its cookies and follows where answers lead.
#[derive(Debug)]
pub(crate) struct Visitor {
    server: SocketAddr,
    cookies: BTreeMap<String, String>,
}

impl Visitor {
    pub(crate) fn new(server: SocketAddr) -> Self {
        Self { server, cookies: BTreeMap::new() }
    }

    pub(crate) fn get(&mut self, target: &str) -> Answer {
        self.ask("GET", target, "")
    }

    pub(crate) fn post(&mut self, target: &str, fields: &[(&str, &str)]) -> Answer {
        let answer = self.ask("POST", target, &encode(fields));
        if answer.status == 303 { self.get(answer.header("location")) } else { answer }
    }

    /// The value of a cookie that it keeps.
    pub(crate) fn cookie(&self, name: &str) -> Option<&str> {
        self.cookies.get(name).map(String::as_str)
    }

    fn ask(&mut self, method: &str, target: &str, body: &str) -> Answer {
        let cookies: Vec<String> = self.cookies.iter().map(|(name, value)| format!("{name}={value}")).collect();
        let cookies = cookies.join("; ");
        let mut headers = if method == "GET" { Vec::new() } else { vec![FORM] };
        if !cookies.is_empty() {
            headers.push(("Cookie", &cookies));
        }
        let bytes = request(self.server, method, target.as_bytes(), &headers, body.as_bytes());
        let answer = exchange(self.server, &bytes).expect("an answer");
        for (_, set) in answer.headers.iter().filter(|(name, _)| name == "set-cookie") {
            let (name, value) = set.split(';').next().and_then(|pair| pair.split_once('=')).expect("a cookie");
            if set.contains("Max-Age=0") {
                self.cookies.remove(name);
            } else {
                self.cookies.insert(name.to_owned(), value.to_owned());
            }
        }
        answer
    }
}

/// Fields as `application/x-www-form-urlencoded`.
pub(crate) fn encode(fields: &[(&str, &str)]) -> String {
    let pairs: Vec<String> = fields.iter().map(|(n, v)| format!("{}={}", escape(n), escape(v))).collect();
    pairs.join("&")
}

fn escape(text: &str) -> String {
    let keep = |b: u8| b.is_ascii_alphanumeric() || b"-._".contains(&b);
    text.bytes().map(|b| if keep(b) { char::from(b).to_string() } else { format!("%{b:02X}") }).collect()
}
