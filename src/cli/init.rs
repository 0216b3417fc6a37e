//! `palaute init`: a new instance from what is embedded in the binary.

use super::folder::io_at;
use super::run::Outcome;
use super::terminal::say;
use std::path::Path;

/// The neutral instance, which the repository's root is, too.
pub(super) const INSTANCE: &str = include_str!("../../palaute.yaml");

/// Forms and content of a new instance.
pub(super) const FILES: [(&str, &str); 6] = [
    ("forms/client-feedback.yaml", include_str!("../../forms/client-feedback.yaml")),
    ("content/fi/index.md", include_str!("../../content/fi/index.md")),
    ("content/fi/tulokset.md", include_str!("../../content/fi/tulokset.md")),
    ("content/fi/palaute.md", include_str!("../../content/fi/palaute.md")),
    ("content/fi/menetelmat.md", include_str!("../../content/fi/menetelmat.md")),
    ("content/fi/avoin-data.md", include_str!("../../content/fi/avoin-data.md")),
];

pub(super) fn init(dir: &Path) -> Outcome {
    if dir.is_dir() && std::fs::read_dir(dir).map_err(io_at(dir))?.next().is_some() {
        return Err(format!("{} is not empty; name a folder that is, or a new one", dir.display()).into());
    }
    write_instance(dir, INSTANCE)?;
    say(format_args!("Wrote an instance to {}.", dir.display()));
    say(format_args!(
        "Next: edit {}, then run: palaute --instance {} check",
        dir.join("palaute.yaml").display(),
        dir.display()
    ));
    Ok(())
}

/// Writes palaute.yaml, forms/ and content/.
pub(super) fn write_instance(dir: &Path, palaute_yaml: &str) -> Outcome {
    for (name, text) in FILES.into_iter().chain([("palaute.yaml", palaute_yaml)]) {
        write(&dir.join(name), text)?;
    }
    Ok(())
}

/// Writes a file and the folders above it.
pub(super) fn write(path: &Path, text: impl AsRef<[u8]>) -> Outcome {
    if let Some(folder) = path.parent() {
        std::fs::create_dir_all(folder).map_err(io_at(folder))?;
    }
    Ok(std::fs::write(path, text).map_err(io_at(path))?)
}
