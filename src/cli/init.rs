//! `palaute init`: a new instance from what is embedded in the binary.

use super::folder::io_at;
use super::run::Outcome;
use super::terminal::say;
use crate::{form, statistics};
use std::path::Path;

/// The neutral instance, which the repository's root is, too.
pub(super) const INSTANCE: &str = include_str!("../../palaute.yaml");

/// The indicators of its forms.
const INDICATORS: &str = include_str!("../../indicators.yaml");

/// What a new instance publishes, and its table of areas.
pub(super) const STATISTICS: &str = include_str!("../../statistics.yaml");
const AREAS: &str = include_str!("../../areas.yaml");

macro_rules! embedded {
    ($($name:literal),* $(,)?) => {
        &[$(($name, include_str!(concat!("../../", $name)))),*]
    };
}

/// Forms and content of a new instance; a test compares the list with the folders.
pub(super) const FILES: &[(&str, &str)] = embedded![
    "content/en/about.md",
    "content/en/accessibility.md",
    "content/en/clients.md",
    "content/en/comparison.md",
    "content/en/durations.md",
    "content/en/earlier-periods.md",
    "content/en/employers.md",
    "content/en/feedback-clients.md",
    "content/en/feedback-employers.md",
    "content/en/feedback-purchasers.md",
    "content/en/feedback-workplaces.md",
    "content/en/feedback.md",
    "content/en/index.md",
    "content/en/indicators.md",
    "content/en/methods.md",
    "content/en/open-data.md",
    "content/en/privacy.md",
    "content/en/progress.md",
    "content/en/results.md",
    "content/en/why-is-a-figure-missing.md",
    "content/fi/aiemmat-jaksot.md",
    "content/fi/asiakkaat.md",
    "content/fi/avoin-data.md",
    "content/fi/eteneminen.md",
    "content/fi/index.md",
    "content/fi/kestot.md",
    "content/fi/menetelmat.md",
    "content/fi/miksi-luku-puuttuu.md",
    "content/fi/mittarit.md",
    "content/fi/palaute-asiakkaat.md",
    "content/fi/palaute-tilaajat.md",
    "content/fi/palaute-tyonantajat.md",
    "content/fi/palaute-tyoyhteisot.md",
    "content/fi/palaute.md",
    "content/fi/saavutettavuus.md",
    "content/fi/tietoa.md",
    "content/fi/tietosuoja.md",
    "content/fi/tulokset.md",
    "content/fi/tyonantajat.md",
    "content/fi/vertailu.md",
    "content/sv/arbetsgivare.md",
    "content/sv/dataskydd.md",
    "content/sv/framsteg.md",
    "content/sv/index.md",
    "content/sv/jamforelse.md",
    "content/sv/klienter.md",
    "content/sv/matt.md",
    "content/sv/metoder.md",
    "content/sv/om.md",
    "content/sv/oppna-data.md",
    "content/sv/respons-arbetsgemenskaper.md",
    "content/sv/respons-arbetsgivare.md",
    "content/sv/respons-bestallare.md",
    "content/sv/respons-klienter.md",
    "content/sv/respons.md",
    "content/sv/resultat.md",
    "content/sv/tidigare-perioder.md",
    "content/sv/tillganglighet.md",
    "content/sv/varaktigheter.md",
    "content/sv/varfor-saknas-en-siffra.md",
    "forms/case-opening.yaml",
    "forms/client-feedback.ar.yaml",
    "forms/client-feedback.yaml",
    "forms/closing-report.yaml",
    "forms/coaching-agreement.yaml",
    "forms/community-feedback.yaml",
    "forms/deep-intake.ar.yaml",
    "forms/deep-intake.yaml",
    "forms/employer-feedback.yaml",
    "forms/follow-up-client.ar.yaml",
    "forms/follow-up-client.yaml",
    "forms/follow-up-employer.yaml",
    "forms/interim-report.yaml",
    "forms/job-search-plan.ar.yaml",
    "forms/job-search-plan.yaml",
    "forms/motivation-letter.ar.yaml",
    "forms/motivation-letter.yaml",
    "forms/purchaser-feedback.yaml",
    "forms/report-reading.ar.yaml",
    "forms/report-reading.yaml",
    "forms/self-assessment-closing.ar.yaml",
    "forms/self-assessment-closing.yaml",
    "forms/self-assessment-start.ar.yaml",
    "forms/self-assessment-start.yaml",
];

pub(super) fn init(dir: &Path) -> Outcome {
    if dir.is_dir() && std::fs::read_dir(dir).map_err(io_at(dir))?.next().is_some() {
        return Err(format!("{} is not empty; name a folder that is, or a new one", dir.display()).into());
    }
    write_instance(dir, INSTANCE)?;
    // For editors that know YAML: docs/forms.md says how they find them.
    for (name, schema) in [
        ("form", form::schema()),
        ("indicators", form::indicators_schema()),
        ("statistics", statistics::schema()),
        ("areas", statistics::areas_schema()),
        ("published", statistics::published_schema()),
    ] {
        write(&dir.join(format!("{name}.schema.json")), format!("{schema:#}\n"))?;
    }
    say(format_args!("Wrote an instance to {}.", dir.display()));
    say(format_args!(
        "Next: edit {}, then run: palaute --instance {} check",
        dir.join("palaute.yaml").display(),
        dir.display()
    ));
    Ok(())
}

/// Writes palaute.yaml, indicators.yaml, statistics.yaml, areas.yaml, forms/ and content/.
pub(super) fn write_instance(dir: &Path, palaute_yaml: &str) -> Outcome {
    // The schema stands beside an instance, and in docs/ of the repository.
    for (name, text) in [("indicators", INDICATORS), ("statistics", STATISTICS), ("areas", AREAS)] {
        write(&dir.join(format!("{name}.yaml")), beside_its_schema(text))?;
    }
    for (name, text) in FILES.iter().copied().chain([("palaute.yaml", palaute_yaml)]) {
        write(&dir.join(name), text)?;
    }
    Ok(())
}

/// The text of a file whose schema stands beside it.
pub(super) fn beside_its_schema(text: &str) -> String {
    text.replace("$schema=docs/", "$schema=").replace("$schema=../docs/", "$schema=")
}

/// Writes a file and the folders above it.
pub(super) fn write(path: &Path, text: impl AsRef<[u8]>) -> Outcome {
    if let Some(folder) = path.parent() {
        std::fs::create_dir_all(folder).map_err(io_at(folder))?;
    }
    Ok(std::fs::write(path, text).map_err(io_at(path))?)
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::collections::BTreeSet;

    fn files(folder: &Path, found: &mut BTreeSet<String>) {
        for entry in std::fs::read_dir(folder).unwrap() {
            let path = entry.unwrap().path();
            if path.is_dir() {
                files(&path, found);
            } else {
                let inside = path.strip_prefix(env!("CARGO_MANIFEST_DIR")).unwrap();
                found.insert(inside.to_string_lossy().into_owned());
            }
        }
    }

    #[test]
    fn every_form_and_page_of_the_repository_is_in_a_new_instance() {
        let mut found = BTreeSet::new();
        for folder in ["forms", "content"] {
            files(&Path::new(env!("CARGO_MANIFEST_DIR")).join(folder), &mut found);
        }
        assert_eq!(found, FILES.iter().map(|(name, _)| (*name).to_owned()).collect());
    }
}
