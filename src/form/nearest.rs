//! The nearest of known words, for "did you mean".

/// The known word that is nearest to the wrong one, if at most two fifths of it have to change.
pub(super) fn nearest<'k>(wrong: &str, known: impl IntoIterator<Item = &'k str>) -> Option<&'k str> {
    let wrong: Vec<char> = wrong.chars().collect();
    let near = known.into_iter().filter_map(|word| {
        let length = word.chars().count().max(wrong.len());
        let changes = changes(&wrong, word);
        (changes * 5 <= length * 2).then_some((changes, word))
    });
    near.min_by_key(|(changes, _)| *changes).map(|(_, word)| word)
}

/// Letters to add, remove or replace between the two (Levenshtein's distance).
fn changes(from: &[char], to: &str) -> usize {
    let mut row: Vec<usize> = (0..=from.len()).collect();
    for (i, b) in to.chars().enumerate() {
        let mut diagonal = row[0];
        row[0] = i + 1;
        for (j, a) in from.iter().enumerate() {
            let replaced = diagonal + usize::from(*a != b);
            diagonal = row[j + 1];
            row[j + 1] = replaced.min(diagonal + 1).min(row[j] + 1);
        }
    }
    row[from.len()]
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_nearest_word_is_one_that_little_has_to_change_in() {
        let known = ["c_amount", "c_amount.right", "title", "Kuinka paljon tukea sait?"];
        assert_eq!(nearest("c_amuont", known), Some("c_amount"));
        assert_eq!(nearest("titel", known), Some("title"));
        assert_eq!(nearest("c_amount.rigth", known), Some("c_amount.right"));
        assert_eq!(nearest("Kuinka paljon apua sait?", known), Some("Kuinka paljon tukea sait?"));
        assert_eq!(nearest("xyz", known), None);
    }
}
