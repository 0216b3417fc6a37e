//! Real mail servers of the test's own: a postfix that encrypts, asks for a password and keeps what it takes, and Debian's
//! `smtp-sink`, which refuses, delays and drops as it is told. Both listen on free ports of this machine and end with the test.

use std::fs;
use std::net::{TcpListener, TcpStream};
use std::os::unix::fs::{MetadataExt, PermissionsExt};
use std::path::{Path, PathBuf};
use std::process::{Child, Command, Stdio};
use std::time::{Duration, Instant};
use tempfile::TempDir;

/// Who may send through the postfix.
pub(crate) const USER: &str = "palaute";
pub(crate) const PASSWORD: &str = "salainen-1d93";
/// Longest wait for a server or a mail.
const PATIENCE: Duration = Duration::from_secs(20);
/// Whoever owns the mailboxes when the test runs as root: postfix delivers nothing as root.
const NOBODY: u32 = 65534;

/// A port that nobody listens on.
pub(crate) fn free_port() -> u16 {
    let listener = TcpListener::bind("127.0.0.1:0").expect("a port");
    listener.local_addr().expect("its number").port()
}

fn wait_for<T>(what: &str, mut found: impl FnMut() -> Option<T>) -> T {
    let began = Instant::now();
    loop {
        if let Some(value) = found() {
            return value;
        }
        assert!(began.elapsed() < PATIENCE, "{what} did not come within {PATIENCE:?}");
        std::thread::sleep(Duration::from_millis(20));
    }
}

fn listens(port: u16) -> Option<()> {
    TcpStream::connect(("127.0.0.1", port)).ok().map(drop)
}

fn must(command: &mut Command) {
    let output = command.stdin(Stdio::null()).output();
    let output = output.unwrap_or_else(|error| panic!("{command:?} does not run: {error}; ./scripts/test installs it"));
    let told = [output.stdout, output.stderr].concat();
    assert!(output.status.success(), "{command:?}: {}", String::from_utf8_lossy(&told));
}

/// A postfix that takes mail for every address from whoever signs in, through encrypted connections only.
pub(crate) struct Postfix {
    folder: TempDir,
    /// Where connections begin with STARTTLS.
    pub(crate) starttls: u16,
    /// Where they are encrypted from the first byte.
    pub(crate) tls: u16,
}

impl Postfix {
    pub(crate) fn start() -> Self {
        let folder = tempfile::Builder::new().prefix("palaute-postfix-").tempdir().expect("a folder");
        let postfix = Self { folder, starttls: free_port(), tls: free_port() };
        let dir = postfix.dir();
        fs::set_permissions(&dir, fs::Permissions::from_mode(0o755)).expect("others may enter");
        for name in ["etc/sasl", "queue", "data", "mail", "tls"] {
            fs::create_dir_all(dir.join(name)).expect("a folder");
        }
        postfix.make_certificate();
        fs::write(dir.join("etc/main.cf"), postfix.settings()).expect("the settings");
        fs::write(dir.join("etc/master.cf"), postfix.services()).expect("the services");
        let passwords = dir.join("etc/sasl/sasldb2").display().to_string();
        let sasl = format!(
            "pwcheck_method: auxprop\nauxprop_plugin: sasldb\nmech_list: PLAIN LOGIN\nsasldb_path: {passwords}\n"
        );
        fs::write(dir.join("etc/sasl/smtpd.conf"), sasl).expect("how to sign in");
        let enter = "printf %s \"$1\" | /usr/sbin/saslpasswd2 -p -c -f \"$2\" -u localhost \"$3\"";
        must(Command::new("sh").args(["-c", enter, "sh", PASSWORD, &passwords, USER]));
        must(as_root("chown").arg("postfix").args([&passwords, &dir.join("data").display().to_string()]));
        must(as_root("chown").arg(owner().to_string()).arg(dir.join("mail")));
        must(as_root("/usr/sbin/postfix").arg("-c").arg(dir.join("etc")).arg("start"));
        for port in [postfix.starttls, postfix.tls] {
            wait_for("postfix", || listens(port));
        }
        postfix
    }

    fn dir(&self) -> PathBuf {
        self.folder.path().to_owned()
    }

    /// The certificate of who signed the server's.
    pub(crate) fn authority(&self) -> PathBuf {
        self.dir().join("tls/authority.pem")
    }

    /// For `mail.smtp` of palaute.yaml: host, port, sender and the authority. The password stands in `secret`, a new file.
    pub(crate) fn lines(&self, port: u16, secret: &Path, password: &str) -> String {
        fs::write(secret, format!("{USER}:{password}\n")).expect("the password");
        format!(
            "host: localhost, port: {port}, from: palaute@sender.example, secret_file: {}, certificate_file: {}",
            secret.display(),
            self.authority().display()
        )
    }

    fn make_certificate(&self) {
        let tls = self.dir().join("tls");
        let new_key = ["-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:prime256v1", "-nodes"];
        let openssl = || {
            let mut command = Command::new("openssl");
            command.current_dir(&tls);
            command
        };
        must(
            openssl()
                .args(["req", "-x509"])
                .args(new_key)
                .args(["-subj", "/CN=Authority of a test", "-days", "2"])
                .args(["-keyout", "authority.key", "-out", "authority.pem"]),
        );
        must(openssl().arg("req").args(new_key).args([
            "-subj",
            "/CN=localhost",
            "-keyout",
            "server.key",
            "-out",
            "request",
        ]));
        let names = "subjectAltName=DNS:localhost\nbasicConstraints=CA:FALSE\n";
        fs::write(tls.join("names"), names).expect("the names");
        must(
            openssl()
                .args(["x509", "-req", "-in", "request", "-CA", "authority.pem", "-CAkey", "authority.key"])
                .args(["-CAcreateserial", "-days", "2", "-extfile", "names", "-out", "server.pem"]),
        );
    }

    fn settings(&self) -> String {
        let (dir, owner) = (self.dir().display().to_string(), owner());
        format!(
            "compatibility_level = 3.6
queue_directory = {dir}/queue
data_directory = {dir}/data
daemon_directory = /usr/lib/postfix/sbin
command_directory = /usr/sbin
meta_directory = /etc/postfix
shlib_directory = /usr/lib/postfix
mail_owner = postfix
setgid_group = postdrop
maillog_file = {dir}/log
maillog_file_prefixes = {dir}
myhostname = localhost
mydestination =
inet_interfaces = 127.0.0.1
inet_protocols = ipv4
virtual_mailbox_domains = static:all
virtual_mailbox_maps = static:all/
virtual_mailbox_base = {dir}/mail
virtual_uid_maps = static:{owner}
virtual_gid_maps = static:{NOBODY}
alias_maps =
alias_database =
smtpd_peername_lookup = no
smtpd_tls_cert_file = {dir}/tls/server.pem
smtpd_tls_key_file = {dir}/tls/server.key
smtpd_tls_security_level = encrypt
smtpd_tls_auth_only = yes
smtpd_sasl_auth_enable = yes
smtpd_sasl_local_domain = localhost
smtpd_relay_restrictions = permit_sasl_authenticated, reject
smtpd_recipient_restrictions = permit_sasl_authenticated, reject
"
        )
    }

    fn services(&self) -> String {
        let (starttls, tls) = (self.starttls, self.tls);
        format!(
            "127.0.0.1:{starttls} inet n - n - - smtpd
127.0.0.1:{tls} inet n - n - - smtpd -o smtpd_tls_wrappermode=yes
cleanup unix n - n - 0 cleanup
qmgr unix n - n 300 1 qmgr
tlsmgr unix - - n 1000? 1 tlsmgr
rewrite unix - - n - - trivial-rewrite
bounce unix - - n - 0 bounce
defer unix - - n - 0 bounce
trace unix - - n - 0 bounce
flush unix n - n 1000? 0 flush
proxymap unix - - n - - proxymap
smtp unix - - n - - smtp
error unix - - n - - error
retry unix - - n - - error
discard unix - - n - - discard
virtual unix - n n - - virtual
anvil unix - - n - 1 anvil
scache unix - - n - 1 scache
postlog unix-dgram n - n - 1 postlogd
"
        )
    }

    /// What the mailbox holds for an address by now, each mail as it arrived.
    pub(crate) fn mails(&self, address: &str) -> Vec<String> {
        let arrived = fs::read_dir(self.dir().join("mail/all/new")).into_iter().flatten().flatten();
        let mut mails: Vec<String> = arrived.filter_map(|file| fs::read_to_string(file.path()).ok()).collect();
        mails.retain(|mail| mail.lines().any(|line| line == format!("Delivered-To: {address}")));
        mails
    }

    /// The first mail for an address, waited for; its texts decoded.
    pub(crate) fn mail(&self, address: &str) -> ReceivedMail {
        let told = || fs::read_to_string(self.dir().join("log")).unwrap_or_default();
        let began = Instant::now();
        loop {
            if let Some(mail) = self.mails(address).pop() {
                return ReceivedMail::read(&mail);
            }
            assert!(began.elapsed() < PATIENCE, "no mail for {address}; postfix says: {}", told());
            std::thread::sleep(Duration::from_millis(20));
        }
    }
}

impl Drop for Postfix {
    fn drop(&mut self) {
        // It may have ended already.
        let _ = as_root("/usr/sbin/postfix").arg("-c").arg(self.dir().join("etc")).arg("abort").output();
        let began = Instant::now();
        while listens(self.starttls).is_some() && began.elapsed() < PATIENCE {
            std::thread::sleep(Duration::from_millis(20));
        }
        if !is_root() {
            let _ = as_root("rm").arg("-rf").arg(self.dir()).output();
        }
    }
}

fn uid() -> u32 {
    fs::metadata("/proc/self").map_or(0, |own| own.uid())
}

fn is_root() -> bool {
    uid() == 0
}

/// The owner of the mailboxes.
fn owner() -> u32 {
    if is_root() { NOBODY } else { uid() }
}

/// Postfix runs as root only.
fn as_root(program: &str) -> Command {
    if is_root() {
        return Command::new(program);
    }
    let mut command = Command::new("sudo");
    command.args(["-n", program]);
    command
}

/// A mail as its reader sees it.
#[derive(Clone, Debug)]
pub(crate) struct ReceivedMail {
    /// Everything before the texts, each header in one line.
    pub(crate) headers: Vec<String>,
    pub(crate) text: String,
    pub(crate) html: String,
}

impl ReceivedMail {
    /// Takes a mail of two texts apart and decodes them.
    pub(crate) fn read(mail: &str) -> Self {
        let mail = mail.replace("\r\n", "\n");
        let (head, body) = mail.split_once("\n\n").expect("headers and a body");
        let mut headers: Vec<String> = Vec::new();
        for line in head.lines() {
            match headers.last_mut().filter(|_| line.starts_with([' ', '\t'])) {
                Some(last) => *last += &format!(" {}", line.trim_start()),
                None => headers.push(line.to_owned()),
            }
        }
        let kind = headers.iter().find(|h| h.starts_with("Content-Type: multipart/alternative")).expect("two texts");
        let boundary = kind.split("boundary=\"").nth(1).and_then(|b| b.split('"').next()).expect("a boundary");
        let border = format!("--{boundary}");
        let part = |kind: &str| {
            let parts = body.split(&border).filter_map(|part| part.trim_start().split_once("\n\n"));
            let mut parts = parts.filter(|(head, _)| head.contains(kind));
            parts.next().map(|(head, text)| decoded(head, text)).unwrap_or_else(|| panic!("no {kind} in {body}"))
        };
        Self { text: part("text/plain"), html: part("text/html"), headers }
    }

    /// The value of a header; the encoded words of a name or subject are decoded.
    pub(crate) fn header(&self, name: &str) -> String {
        let begin = format!("{name}: ");
        let line =
            self.headers.iter().find_map(|h| h.strip_prefix(&begin)).unwrap_or_else(|| panic!("no {name}: {self:?}"));
        // Between two encoded words a space means nothing.
        let words: Vec<&str> = line.split_whitespace().collect();
        let mut value = String::new();
        let mut before_encoded = false;
        for word in words {
            let encoded = word.strip_prefix("=?utf-8?b?").and_then(|w| w.strip_suffix("?="));
            let joined = before_encoded && encoded.is_some();
            if !(value.is_empty() || joined) {
                value.push(' ');
            }
            before_encoded = encoded.is_some();
            match encoded {
                Some(letters) => value += &String::from_utf8(from_base64(letters)).expect("text"),
                None => value += word,
            }
        }
        value
    }
}

fn decoded(head: &str, text: &str) -> String {
    if head.contains("quoted-printable") {
        let text = text.replace("=\n", "");
        let mut bytes = Vec::new();
        let mut rest = text.as_bytes();
        while let Some((first, after)) = rest.split_first() {
            let code = after.get(..2).and_then(|hex| std::str::from_utf8(hex).ok());
            match code.and_then(|hex| u8::from_str_radix(hex, 16).ok()).filter(|_| *first == b'=') {
                Some(byte) => {
                    bytes.push(byte);
                    rest = &after[2..];
                }
                None => {
                    bytes.push(*first);
                    rest = after;
                }
            }
        }
        String::from_utf8(bytes).expect("text")
    } else if head.contains("base64") {
        String::from_utf8(from_base64(text)).expect("text")
    } else {
        text.to_owned()
    }
}

fn from_base64(text: &str) -> Vec<u8> {
    let value = |letter: u8| match letter {
        b'A'..=b'Z' => Some(letter - b'A'),
        b'a'..=b'z' => Some(letter - b'a' + 26),
        b'0'..=b'9' => Some(letter - b'0' + 52),
        b'+' => Some(62),
        b'/' => Some(63),
        _ => None,
    };
    let letters: Vec<u8> = text.bytes().filter_map(value).collect();
    let mut bytes = Vec::new();
    for group in letters.chunks(4) {
        let bits = group.iter().fold(0_u32, |bits, v| (bits << 6) | u32::from(*v)) << (6 * (4 - group.len()));
        bytes.extend(bits.to_be_bytes().iter().skip(1).take(group.len() - 1));
    }
    bytes
}

/// A server of `smtp-sink`: it takes every mail and keeps it, unless its options say otherwise.
pub(crate) struct Sink {
    child: Child,
    folder: TempDir,
}

impl Sink {
    /// Listens on that port with these options of `smtp-sink`, such as `-r RCPT`.
    pub(crate) fn start(port: u16, options: &[&str]) -> Self {
        let folder = tempfile::Builder::new().prefix("palaute-sink-").tempdir().expect("a folder");
        let kept = folder.path().join("mails");
        fs::create_dir(&kept).expect("a folder");
        for path in [folder.path(), &kept] {
            fs::set_permissions(path, fs::Permissions::from_mode(0o777)).expect("it may write");
        }
        let mut command = Command::new("/usr/sbin/smtp-sink");
        if is_root() {
            command.args(["-u", "nobody"]);
        }
        command.arg("-d").arg(kept.join("mail.")).args(options).arg(format!("127.0.0.1:{port}")).arg("100");
        let spawned = command.stdin(Stdio::null()).stdout(Stdio::null()).stderr(Stdio::null()).spawn();
        let child = spawned.expect("smtp-sink of Debian's postfix runs; ./scripts/test installs it");
        let sink = Self { child, folder };
        wait_for("smtp-sink", || listens(port));
        sink
    }

    /// What it was sent up to the end of a text, whether it took it or not.
    pub(crate) fn mails(&self) -> Vec<String> {
        let kept = fs::read_dir(self.folder.path().join("mails")).into_iter().flatten().flatten();
        let mails = kept.filter_map(|file| fs::read_to_string(file.path()).ok());
        mails.filter(|mail| mail.contains("Message-ID: ")).collect()
    }

    /// The Message-IDs of those.
    pub(crate) fn message_ids(&self) -> Vec<String> {
        let id = |mail: &String| mail.lines().find_map(|l| l.strip_prefix("Message-ID: ")).map(str::to_owned);
        self.mails().iter().filter_map(id).collect()
    }
}

impl Drop for Sink {
    fn drop(&mut self) {
        let _ = self.child.kill();
        let _ = self.child.wait();
    }
}
