//! What a mistyped name was probably meant to be.

/// The name among `names` that is nearest to `word`, if it is near enough to be meant.
#[must_use]
pub fn nearest<'a>(word: &str, names: impl IntoIterator<Item = &'a str>) -> Option<&'a str> {
    let word: Vec<char> = word.to_lowercase().chars().take(LONGEST).collect();
    // A name has a slip or two; a sentence may have other words.
    let reach = if word.len() < 16 { (word.len() / 3).clamp(1, 3) } else { word.len() / 3 };
    let near = names.into_iter().filter_map(|name| {
        let far = distance(&word, &name.to_lowercase().chars().take(LONGEST).collect::<Vec<_>>());
        (far <= reach && far < name.chars().count()).then_some((far, name))
    });
    near.min_by_key(|(far, _)| *far).map(|(_, name)| name)
}

/// What to do about an unknown name: the nearest one, and those that there are.
#[must_use]
pub fn did_you_mean<'a>(word: &str, names: impl IntoIterator<Item = &'a str>) -> String {
    /// More names than this help nobody.
    const MOST: usize = 16;
    let names: Vec<&str> = names.into_iter().collect();
    let mut list = names.iter().take(MOST).copied().collect::<Vec<_>>().join(", ");
    if names.len() > MOST {
        list.push_str(&format!(" or one of {} others", names.len() - MOST));
    }
    match (nearest(word, names.iter().copied()), names.is_empty()) {
        (Some(name), _) if names.len() > MOST => format!("did you mean `{name}`?"),
        (Some(name), _) => format!("did you mean `{name}`? Possible are: {list}"),
        (None, false) => format!("use one of: {list}"),
        (None, true) => "remove it: there is nothing that could be named here".to_owned(),
    }
}

/// Names are short; what is longer is no slip of the fingers.
const LONGEST: usize = 64;

/// Letters to add, take away, change or swap with their neighbour.
fn distance(a: &[char], b: &[char]) -> usize {
    let mut before: Vec<usize> = Vec::new();
    let mut last: Vec<usize> = (0..=b.len()).collect();
    for i in 1..=a.len() {
        let mut row = vec![i; b.len() + 1];
        for j in 1..=b.len() {
            let changed = last[j - 1] + usize::from(a[i - 1] != b[j - 1]);
            row[j] = changed.min(last[j] + 1).min(row[j - 1] + 1);
            if i > 1 && j > 1 && a[i - 1] == b[j - 2] && a[i - 2] == b[j - 1] {
                row[j] = row[j].min(before[j - 2] + 1);
            }
        }
        before = std::mem::replace(&mut last, row);
    }
    last[b.len()]
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn slips_are_recognised_and_other_words_are_not() {
        let names = ["steps", "type", "title", "text", "one"];
        for (word, meant) in
            [("stepz", Some("steps")), ("tpye", Some("type")), ("Title", Some("title")), ("colour", None), ("x", None)]
        {
            assert_eq!(nearest(word, names), meant, "{word}");
        }
        assert_eq!(did_you_mean("tpye", names), "did you mean `type`? Possible are: steps, type, title, text, one");
        assert_eq!(did_you_mean("colour", names), "use one of: steps, type, title, text, one");
    }
}
