//! A larger follow-up sheet, invented from a seed, for `--cases`.

use super::Random;
use crate::text::{Figure, finnish_date};
use jiff::ToSpan;
use jiff::civil::{Date, date};

/// Said on every page of the synthetic instance.
const NOTICE: &str = "notice:
  fi: \"Malli. Kaikki luvut, asiakkuudet ja palautteet ovat keksittyjä.\"
  sv: \"Exempel. Alla siffror, all respons och alla klienter är påhittade.\"
  en: \"Example. All figures, clients and feedback are invented.\"";
const NAME: &str = "name: { fi: Työhönvalmennuksen palaute, sv: Respons på arbetsträning, en: Job coaching feedback }";
const SOURCE: &str =
    "source: { fi: Työhönvalmennuksen seuranta, sv: Uppföljning av arbetsträning, en: Follow-up of job coaching }";
/// What stands in their place.
const OWN_NAME: &str =
    "name: { fi: Mallihankkeen palaute, sv: Exempelprojektets respons, en: Feedback of the example project }";
const OWN_SOURCE: &str = "source: { fi: Keksitty aineisto, sv: Påhittat material, en: Invented data }";

/// What stands before the dimensions, before the sheet's words, and where a sheet's column of providers is spoken of.
const DIMENSIONS: &str = "\ndimensions:\n";
const WORDS: &str = "\n  words:\n";
const COLUMN: &str = "    # provider: Palveluntuottaja";
/// The providers: code, the sheet's word and share of the cases. The first is the installation's own.
const PROVIDERS: [(&str, &str, u64); 4] = [
    ("provider", "Tuottaja A", 40),
    ("provider_b", "Tuottaja B", 30),
    ("provider_c", "Tuottaja C", 26),
    ("provider_d", "Tuottaja D", 4),
];

/// Where the neutral statistics speak of the ends of cohorts, and what a sheet that ends in November needs.
const ENDS: &str = "  # ends: [2025-11-30]";
const OWN_ENDS: &str = "  ends: [2024-12-31, 2025-06-30, 2025-11-30]";

/// The neutral instance with the label of a model, and with four providers.
pub(super) fn synthetic_instance(neutral: &str) -> String {
    let mut providers = String::from(
        "  - id: provider\n    label: { fi: Palveluntuottaja, sv: Tjänsteproducent, en: Provider }\n    sensitive: false\n    categories:\n",
    );
    let mut words = String::from("    provider:\n");
    for (code, word, _) in PROVIDERS {
        let letter = word.chars().last().unwrap_or('A');
        let label = format!(
            "{{ fi: Tuottaja {letter} (keksitty), sv: Producent {letter} (påhittad), en: Provider {letter} (invented) }}"
        );
        providers += &format!("      - {{ code: {code}, label: {label} }}\n");
        words += &format!("      {word}: {code}\n");
    }
    neutral
        .replacen(NAME, &format!("{OWN_NAME}\n{NOTICE}"), 1)
        .replacen(SOURCE, OWN_SOURCE, 1)
        .replacen(DIMENSIONS, &format!("{DIMENSIONS}{providers}"), 1)
        .replacen(WORDS, &format!("{WORDS}{words}"), 1)
        .replacen(COLUMN, COLUMN.replace("# ", "").as_str(), 1)
}

/// The neutral statistics with cohorts that end where the sheet does.
pub(super) fn synthetic_statistics(neutral: &str) -> String {
    neutral.replacen(ENDS, OWN_ENDS, 1)
}

/// First day on which a synthetic coaching starts, and for how many days they go on starting.
const FIRST_START: Date = date(2024, 9, 2);
const STARTING_DAYS: u64 = 420;
/// The day at which the sheet was last kept.
const KEPT_UNTIL: Date = date(2025, 11, 30);

/// A sheet of that many rows as CSV with the headings of the neutral instance.
pub(super) fn synthetic_sheet(cases: u32, seed: u64) -> String {
    // Another stream than the answers, so that both do not follow the same numbers.
    let mut random = Random::new(seed ^ 0x005e_ed0f_5eed);
    let mut out = String::from(
        "Asiakastunnus;Työhönvalmentaja;Kunta;Sukupuoli;Tausta;Ikäryhmä;Asiakkuus alkoi;Työhönvalmennus alkoi;Asiakkuus päättyi;Lopputulos;Ala;Työkokeiluja;Valmennustunnit;Tapaamisia;Palkkatuki;Palveluntuottaja\n",
    );
    for n in 1..=cases {
        out.push_str(&row(n, &mut random));
        out.push('\n');
    }
    out
}

fn days(random: &mut Random, least: u64, most: u64) -> i64 {
    i64::try_from(least + random.below(most - least + 1)).unwrap_or(0)
}

fn later(day: Date, days: i64) -> Date {
    day.checked_add(days.days()).unwrap_or(day)
}

fn row(n: u32, random: &mut Random) -> String {
    let coach = 1 + random.below(12);
    let gender = random.pick(&[(52, "nainen"), (46, "mies"), (2, "muu")]);
    let origin = random.pick(&[(60, "kantasuomalainen"), (40, "maahanmuuttaja")]);
    let age = random.pick(&[(3, "alle 20"), (25, "20-29"), (27, "30-39"), (25, "40-49"), (17, "50-59"), (3, "60-")]);
    let started = later(FIRST_START, days(random, 0, STARTING_DAYS));
    let since = later(started, -days(random, 5, 300));
    let lasted = days(random, 60, 260);
    let ended = Some(later(started, lasted)).filter(|d| *d <= KEPT_UNTIL);
    let outcome = random.pick(&[
        (30, "työ"),
        (22, "koulutus"),
        (14, "pidempi työkokeilu"),
        (15, "paluu työvoimaviranomaiselle"),
        (8, "palkkatukityö"),
        (3, "yrittäjyys"),
        (4, "muu"),
        (4, "muutti tai keskeytti"),
    ]);
    let trials = random.pick(&[(35, 0), (35, 1), (20, 2), (10, 3)]);
    let hours = Figure::tenths(days(random, 6, 90) * 5).plain().replace('.', ",");
    let meetings = 2 + random.below(10);
    let subsidy = if random.chance(15) { "kyllä" } else { "ei" };
    let providers = PROVIDERS.map(|(_, word, share)| (share, word));
    let provider = random.pick(&providers);
    let end = ended.map_or_else(|| ";".to_owned(), |d| format!("{};{outcome}", finnish_date(d)));
    format!(
        "S-{n:05};Valmentaja {coach};;{gender};{origin};{age};{};{};{end};;{trials};{hours};{meetings};{subsidy};{provider}",
        finnish_date(since),
        finnish_date(started)
    )
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::cli::init::INSTANCE;
    use crate::instance::Instance;
    use crate::statistics::Statistics;
    use crate::text::Language;

    #[test]
    fn the_synthetic_instance_carries_its_label() {
        let instance = Instance::read("palaute.yaml", &synthetic_instance(INSTANCE)).unwrap();
        assert!(instance.notice.as_ref().unwrap().fi.contains("keksittyjä"));
        assert_eq!(instance.source.fi, "Keksitty aineisto");
        assert_eq!(instance.provider_name("provider_b", Language::En), "Provider B (invented)");
        assert_eq!(instance.provider_name("provider", Language::Fi), "Tuottaja A (keksitty)");
        assert_eq!(instance.ledger.columns.provider.as_deref(), Some("Palveluntuottaja"));
    }

    #[test]
    fn the_synthetic_statistics_cut_time_where_the_sheet_ends() {
        let neutral = include_str!("../../../statistics.yaml");
        let statistics: Statistics = crate::text::read_yaml("statistics.yaml", &synthetic_statistics(neutral)).unwrap();
        assert_eq!(statistics.cohorts.ends.last().unwrap().value, KEPT_UNTIL);
    }

    #[test]
    fn the_same_seed_gives_the_same_sheet_and_another_another() {
        assert_eq!(synthetic_sheet(50, 7), synthetic_sheet(50, 7));
        assert_ne!(synthetic_sheet(50, 7), synthetic_sheet(50, 8));
    }
}
