//! A disk below a server that loses what was not synced, and fails when told to: `disk.c`, laid under the program.

use crate::attacked::{House, NOW, Server};
use std::collections::BTreeMap;
use std::ffi::OsStr;
use std::fs::{self, File};
use std::os::unix::fs::FileExt;
use std::path::{Path, PathBuf};
use std::process::Command;
use std::sync::OnceLock;

/// What a disk writes whole or not at all.
const SECTOR: usize = 512;

/// How the disk fails; the numbers are those of `disk.c`.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Failing {
    Full = 1,
    ReadOnly = 2,
    Writes = 3,
    Syncs = 4,
}

/// The disk below the data of one house.
pub(crate) struct Disk {
    data: PathBuf,
    /// What is durable; none when everything is.
    shadow: Option<PathBuf>,
    control: PathBuf,
}

impl Disk {
    /// A disk that keeps everything and fails when told to.
    pub(crate) fn that_fails(house: &House) -> Self {
        let control = house.root.path().join("disk");
        fs::write(&control, [0; 16]).expect("the control of the disk");
        Self { data: house.dir().join("data"), shadow: None, control }
    }

    /// A disk on which all that stands there is durable, and of what will be written only what is synced.
    pub(crate) fn that_forgets(house: &House) -> Self {
        let disk = Self { shadow: Some(house.root.path().join("durable")), ..Self::that_fails(house) };
        disk.settle();
        disk
    }

    pub(crate) fn serve(&self, house: &House, program: &Path) -> Server {
        let mut environment: Vec<(&str, &OsStr)> = vec![
            ("LD_PRELOAD", shim().as_os_str()),
            ("PALAUTE_DISK", self.data.as_os_str()),
            ("PALAUTE_DISK_CONTROL", self.control.as_os_str()),
        ];
        environment.extend(self.shadow.as_ref().map(|shadow| ("PALAUTE_DISK_SHADOW", shadow.as_os_str())));
        Server::start_with(house, Some(NOW), "warn", program, &environment)
    }

    /// From now on the disk fails like this, or not at all.
    pub(crate) fn fail(&self, failing: Option<Failing>) {
        let file = File::options().write(true).open(&self.control).expect("the control of the disk");
        file.write_all_at(&failing.map_or(0, |f| f as u32).to_ne_bytes(), 0).expect("the disk is told");
    }

    fn number(&self, at: u64) -> u32 {
        let mut bytes = [0; 4];
        File::open(&self.control).and_then(|f| f.read_exact_at(&mut bytes, at)).expect("the control of the disk");
        u32::from_ne_bytes(bytes)
    }

    /// Errors that it has given.
    pub(crate) fn errors(&self) -> u32 {
        self.number(4)
    }

    /// How often something was made durable.
    pub(crate) fn syncs(&self) -> u32 {
        self.number(8)
    }

    /// How often that was begun for what is no write-ahead log: for the database, at a checkpoint.
    pub(crate) fn checkpoints(&self) -> u32 {
        self.number(12)
    }

    /// Everything that stands on the disk is durable.
    fn settle(&self) {
        let Some(shadow) = &self.shadow else { return };
        if shadow.exists() {
            fs::remove_dir_all(shadow).expect("the old disk goes");
        }
        fs::create_dir(shadow).expect("a folder");
        for (name, bytes) in files(&self.data) {
            if !name.ends_with("-shm") {
                fs::write(shadow.join(name), bytes).expect("room");
            }
        }
    }

    /// The power goes while no server runs: of each sector that was not synced, what was written reached the disk when
    /// `reached` says so, and likewise the length of each file. How many sectors and lengths did not.
    pub(crate) fn lose_power(&self, mut reached: impl FnMut() -> bool) -> usize {
        let durable = files(self.shadow.as_ref().expect("a disk that forgets"));
        let written = files(&self.data);
        let mut lost = 0;
        fs::remove_dir_all(&self.data).expect("the old disk goes");
        fs::create_dir(&self.data).expect("a folder");
        for (name, old) in durable {
            let new = written.get(&name).unwrap_or(&old);
            let mut length = new.len();
            if old.len() != new.len() && !reached() {
                length = old.len();
                lost += 1;
            }
            let at_length = |file: &[u8]| {
                let mut bytes = file.to_vec();
                bytes.resize(length, 0);
                bytes
            };
            let (before, mut bytes) = (at_length(&old), at_length(new));
            for (before, after) in before.chunks(SECTOR).zip(bytes.chunks_mut(SECTOR)) {
                if before != after && !reached() {
                    after.copy_from_slice(before);
                    lost += 1;
                }
            }
            fs::write(self.data.join(name), bytes).expect("room");
        }
        self.settle();
        lost
    }
}

fn files(folder: &Path) -> BTreeMap<String, Vec<u8>> {
    let entries = fs::read_dir(folder).expect("the folder").map(|e| e.expect("an entry").path());
    let name = |path: &Path| path.file_name().expect("a name").to_string_lossy().into_owned();
    entries.filter(|path| path.is_file()).map(|path| (name(&path), fs::read(&path).expect("the file"))).collect()
}

/// `disk.c`, compiled once.
fn shim() -> &'static Path {
    static SHIM: OnceLock<PathBuf> = OnceLock::new();
    SHIM.get_or_init(|| {
        let folder = Path::new(env!("CARGO_TARGET_TMPDIR"));
        let (made, shim) = (folder.join(format!("disk-{}.so", std::process::id())), folder.join("disk.so"));
        let source = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/faults/disk.c");
        let mut cc = Command::new("cc");
        cc.args(["-shared", "-fPIC", "-O2", "-Wall", "-Wextra", "-Werror", "-o"]).arg(&made).arg(source);
        let output = cc.args(["-ldl", "-lpthread"]).output().expect("cc, of Debian's gcc and libc6-dev");
        assert!(output.status.success(), "{}", String::from_utf8_lossy(&output.stderr));
        // Another run may have the old one open.
        fs::rename(made, &shim).expect("the shim gets its name");
        shim
    })
}
