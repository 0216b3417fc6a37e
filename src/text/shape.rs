//! The shape of YAML: reads it into its type, and where that fails tells every key and value that does not fit
//! the type's JSON Schema.

use super::reader::{TWICE, reader};
use super::{Code, Diagnostic, Diagnostics, Position, SourceText, did_you_mean, nearest};
use schemars::JsonSchema;
use schemars::generate::SchemaSettings;
use serde::Deserialize;
use serde::de::{DeserializeOwned, Deserializer, MapAccess, SeqAccess, Visitor};
use serde_json::Value as Schema;
use serde_yaml::Spanned;
use std::fmt;

/// The largest YAML file that is read.
const MAX_YAML_BYTES: usize = 1_000_000;
/// How deep values may stand in each other; nobody writes deeper.
const MAX_DEPTH: usize = 60;

/// Reads YAML into `T`; duplicate keys, unknown fields and alias bombs are refused with their place.
///
/// # Errors
/// One diagnostic: the reader stops at the first thing that is not YAML of the expected shape.
pub fn read_yaml<T: DeserializeOwned>(file: &str, source: &str) -> Result<T, Diagnostics> {
    let text = SourceText::new(file, source);
    let refuse =
        |code, problem: String, remedy| Err(Diagnostics(vec![text.tell(code, Position::START, problem, remedy)]));
    if source.len() > MAX_YAML_BYTES {
        let problem = format!("the file is {} bytes long; at most {MAX_YAML_BYTES} are read", source.len());
        return refuse(Code::TooLong, problem, "split it into smaller files");
    }
    if source.lines().all(|line| line.trim().is_empty() || line.trim_start().starts_with('#')) {
        return refuse(Code::EmptyFile, "the file says nothing".to_owned(), "`palaute init` writes one to start from");
    }
    let options = serde_yaml::options! { budget: serde_yaml::budget! { max_depth: MAX_DEPTH } };
    serde_yaml::from_str_with_options(source, options).map_err(|error| Diagnostics(vec![reader(&text, &error)]))
}

/// Reads YAML into `T` and tells everything whose shape is wrong, not only the first.
///
/// # Errors
/// A diagnostic for each key and value that does not fit; one where the file is no YAML at all.
pub fn read_shaped<T: DeserializeOwned + JsonSchema>(file: &str, source: &str) -> Result<T, Diagnostics> {
    let first = match read_yaml(file, source) {
        Ok(value) => return Ok(value),
        Err(Diagnostics(first)) => first,
    };
    if first.iter().any(|d| matches!(d.code, Code::TooLong | Code::EmptyFile)) {
        return Err(Diagnostics(first));
    }
    let text = SourceText::new(file, source);
    let options = serde_yaml::options! {
        budget: serde_yaml::budget! { max_depth: MAX_DEPTH },
        duplicate_keys: serde_yaml::options::DuplicateKeyPolicy::PassThrough,
    };
    let node: Node = match serde_yaml::from_str_with_options(source, options) {
        Ok(node) => node,
        Err(error) => return Err(Diagnostics(vec![reader(&text, &error)])),
    };
    let root = SchemaSettings::draft2020_12().into_generator().into_root_schema_for::<T>().to_value();
    let mut walk = Walk { text, root: &root, found: Vec::new() };
    walk.node(&node, &root, "the file");
    Err(Diagnostics(if walk.found.is_empty() { first } else { walk.found }))
}

/// A value of YAML with its place.
#[derive(Debug)]
struct Node(Spanned<Value>);

#[derive(Debug)]
enum Value {
    Nothing,
    Truth(bool),
    Whole(i128),
    Fraction(f64),
    Words(String),
    List(Vec<Node>),
    Map(Vec<(Spanned<Key>, Node)>),
}

/// The name of a key, whatever YAML takes it for.
#[derive(Debug)]
struct Key(String);

impl<'de> Deserialize<'de> for Node {
    fn deserialize<D: Deserializer<'de>>(from: D) -> Result<Self, D::Error> {
        Spanned::deserialize(from).map(Self)
    }
}

impl<'de> Deserialize<'de> for Key {
    fn deserialize<D: Deserializer<'de>>(from: D) -> Result<Self, D::Error> {
        String::deserialize(from).map(Self)
    }
}

impl<'de> Deserialize<'de> for Value {
    fn deserialize<D: Deserializer<'de>>(from: D) -> Result<Self, D::Error> {
        struct Any;
        impl<'de> Visitor<'de> for Any {
            type Value = Value;

            fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                f.write_str("YAML")
            }
            fn visit_unit<E>(self) -> Result<Value, E> {
                Ok(Value::Nothing)
            }
            fn visit_none<E>(self) -> Result<Value, E> {
                Ok(Value::Nothing)
            }
            fn visit_some<D: Deserializer<'de>>(self, from: D) -> Result<Value, D::Error> {
                Value::deserialize(from)
            }
            fn visit_bool<E>(self, truth: bool) -> Result<Value, E> {
                Ok(Value::Truth(truth))
            }
            fn visit_i64<E>(self, n: i64) -> Result<Value, E> {
                Ok(Value::Whole(n.into()))
            }
            fn visit_u64<E>(self, n: u64) -> Result<Value, E> {
                Ok(Value::Whole(n.into()))
            }
            fn visit_i128<E>(self, n: i128) -> Result<Value, E> {
                Ok(Value::Whole(n))
            }
            fn visit_u128<E>(self, n: u128) -> Result<Value, E> {
                Ok(Value::Whole(i128::try_from(n).unwrap_or(i128::MAX)))
            }
            fn visit_f64<E>(self, n: f64) -> Result<Value, E> {
                Ok(Value::Fraction(n))
            }
            fn visit_str<E>(self, words: &str) -> Result<Value, E> {
                Ok(Value::Words(words.to_owned()))
            }
            fn visit_seq<A: SeqAccess<'de>>(self, mut from: A) -> Result<Value, A::Error> {
                let mut list = Vec::new();
                while let Some(node) = from.next_element()? {
                    list.push(node);
                }
                Ok(Value::List(list))
            }
            fn visit_map<A: MapAccess<'de>>(self, mut from: A) -> Result<Value, A::Error> {
                let mut map = Vec::new();
                while let Some(entry) = from.next_entry()? {
                    map.push(entry);
                }
                Ok(Value::Map(map))
            }
        }
        from.deserialize_any(Any)
    }
}

impl Value {
    /// How its author would call it.
    fn told(&self) -> String {
        match self {
            Self::Nothing => "nothing".to_owned(),
            Self::Truth(truth) => format!("`{truth}`"),
            Self::Whole(n) => format!("`{n}`"),
            Self::Fraction(n) => format!("`{n}`"),
            Self::Words(words) => format!("`{}`", words.chars().take(40).collect::<String>()),
            Self::List(_) => "a list".to_owned(),
            Self::Map(_) => "keys with values".to_owned(),
        }
    }
}

/// A walk through a tree beside the schema that it should fit.
struct Walk<'a> {
    text: SourceText<'a>,
    root: &'a Schema,
    found: Vec<Diagnostic>,
}

impl<'a> Walk<'a> {
    fn tell(&mut self, code: Code, at: Position, problem: String, remedy: String) {
        self.found.push(self.text.tell(code, at, problem, remedy));
    }

    /// The schema that a reference means, and what it calls the thing.
    fn resolved(&self, mut schema: &'a Schema) -> (&'a Schema, Option<&'a str>) {
        let mut name = None;
        while let Some(reference) = schema["$ref"].as_str() {
            name = reference.rsplit('/').next();
            schema = self.root.pointer(reference.trim_start_matches('#')).unwrap_or(&Schema::Null);
        }
        (schema, name)
    }

    /// `key` is what the value is said of.
    fn node(&mut self, node: &Node, schema: &'a Schema, key: &str) {
        let (schema, name) = self.resolved(schema);
        let (at, value) = (Position::of(&node.0), &node.0.value);
        if let Some(words) = words(schema) {
            return self.word(at, value, &words, key);
        }
        if let Some(alternatives) = schema["anyOf"].as_array().or_else(|| schema["oneOf"].as_array()) {
            return self.one_of(node, alternatives, key);
        }
        let types = match &schema["type"] {
            Schema::String(one) => vec![one.as_str()],
            Schema::Array(several) => several.iter().filter_map(Schema::as_str).collect(),
            _ => return,
        };
        let wanted = types.iter().find(|t| **t != "null").copied().unwrap_or("null");
        let nothing_fits = types.contains(&"null") || !schema["default"].is_null() || wanted == "array";
        match (wanted, value) {
            (_, Value::Nothing) if nothing_fits => {}
            ("string", Value::Words(_) | Value::Truth(_) | Value::Whole(_) | Value::Fraction(_))
            | ("boolean", Value::Truth(_))
            | ("number", Value::Whole(_) | Value::Fraction(_)) => {}
            ("integer", Value::Whole(n)) => self.whole(at, *n, schema, key),
            ("array", Value::List(items)) => {
                for item in items {
                    self.node(item, &schema["items"], key);
                }
            }
            ("object", Value::Map(entries)) => self.map(at, entries, schema, name, key),
            _ => {
                let problem = format!("`{key}` is {}, which is not what belongs here", value.told());
                self.tell(Code::WrongType, at, problem, wanted_instead(wanted, name).to_owned());
            }
        }
    }

    /// The alternative that the value is meant to be.
    fn one_of(&mut self, node: &Node, alternatives: &'a [Schema], key: &str) {
        let (at, value) = (Position::of(&node.0), &node.0.value);
        let mut possible = Vec::new();
        for alternative in alternatives {
            let (schema, _) = self.resolved(alternative);
            let is = |name: &str| schema["type"] == name;
            match value {
                Value::Nothing if is("null") => return,
                Value::Map(_) if is("object") => return self.node(node, alternative, key),
                _ => possible.extend(words(schema).unwrap_or_default()),
            }
        }
        if !possible.is_empty() {
            return self.word(at, value, &possible, key);
        }
        if let Some(other) = alternatives.iter().find(|a| a["type"] != "null") {
            self.node(node, other, key);
        }
    }

    fn word(&mut self, at: Position, value: &Value, possible: &[&str], key: &str) {
        let word = match value {
            Value::Words(word) => word.clone(),
            Value::Whole(n) => n.to_string(),
            // `yes` and `no` are read as what they say where a word is wanted.
            Value::Truth(_) if possible.iter().any(|w| ["yes", "no"].contains(w)) => return,
            Value::Truth(truth) => truth.to_string(),
            other => {
                let problem = format!("`{key}` is {}, which is not what belongs here", other.told());
                return self.tell(Code::WrongType, at, problem, did_you_mean("", possible.iter().copied()));
            }
        };
        if !possible.contains(&word.as_str()) {
            let problem = format!("`{key}` cannot be `{}`", word.chars().take(40).collect::<String>());
            self.tell(Code::UnknownValue, at, problem, did_you_mean(&word, possible.iter().copied()));
        }
    }

    fn whole(&mut self, at: Position, n: i128, schema: &Schema, key: &str) {
        let limit = |name: &str| schema[name].as_f64();
        let most = limit("maximum").or(match schema["format"].as_str() {
            Some("uint8") => Some(255.0),
            Some("uint16") => Some(65_535.0),
            Some("uint32") => Some(4_294_967_295.0),
            _ => None,
        });
        #[expect(clippy::cast_precision_loss, reason = "limits are far from where it matters")]
        let n = n as f64;
        if limit("minimum").is_some_and(|least| n < least) || most.is_some_and(|most| n > most) {
            let least = limit("minimum").unwrap_or(0.0);
            let remedy = most
                .filter(|most| *most < 1e6)
                .map_or(format!("write {least} or more"), |most| format!("write {least} to {most}"));
            self.tell(Code::WrongType, at, format!("`{key}` cannot be {n}"), remedy);
        }
    }

    fn map(
        &mut self,
        at: Position,
        entries: &[(Spanned<Key>, Node)],
        schema: &'a Schema,
        name: Option<&str>,
        key: &str,
    ) {
        let empty = serde_json::Map::new();
        let known = schema["properties"].as_object().unwrap_or(&empty);
        let rest = &schema["additionalProperties"];
        let mut seen: Vec<(&str, Position)> = Vec::new();
        let (mut meant, mut twice): (Vec<&str>, bool) = (Vec::new(), false);
        for (entry, value) in entries {
            let (word, place) = (entry.value.0.as_str(), Position::of(entry));
            if let Some((_, first)) = seen.iter().find(|(w, _)| *w == word) {
                // A missing dash repeats every key of the next item; once says it.
                if !std::mem::replace(&mut twice, true) {
                    let problem = format!("the key `{word}` is given twice, already on line {}", first.line);
                    self.tell(Code::KeyTwice, place, problem, TWICE.to_owned());
                }
                continue;
            }
            seen.push((word, place));
            match (schema["properties"].get(word), rest.is_object()) {
                (Some(inner), _) => self.node(value, inner, word),
                (None, true) => self.node(value, rest, word),
                (None, false) => {
                    let names: Vec<&str> = known.keys().map(String::as_str).collect();
                    meant.extend(nearest(word, names.iter().copied()));
                    let mut remedy = did_you_mean(word, names);
                    if matches!(value.0.value, Value::Nothing) {
                        remedy = "put a text that holds a comma or a colon in quotes; or remove the key".to_owned();
                    }
                    let word: String = word.chars().take(40).collect();
                    let problem = format!("there is no key `{word}` in {}", of_what(name, key));
                    self.tell(Code::UnknownKey, place, problem, remedy);
                }
            }
        }
        for missing in schema["required"].as_array().into_iter().flatten().filter_map(Schema::as_str) {
            if seen.iter().all(|(word, _)| *word != missing) && !meant.contains(&missing) {
                let remedy = match missing {
                    "fi" => "write the Finnish text after fi:".to_owned(),
                    _ => match schema["properties"][missing]["description"].as_str() {
                        Some(description) => format!("add `{missing}:` – {}", description.trim_end_matches('.')),
                        None => format!("add `{missing}:`"),
                    },
                };
                let problem = format!("`{missing}` is missing in {}", of_what(name, key));
                self.tell(Code::MissingKey, at, problem, remedy);
            }
        }
    }
}

/// The words that a schema lists, if it lists some.
fn words(schema: &Schema) -> Option<Vec<&str>> {
    if let Some(word) = schema["const"].as_str() {
        return Some(vec![word]);
    }
    if let Some(all) = schema["oneOf"].as_array() {
        // Words with a description of their own.
        return all.iter().map(words).collect::<Option<Vec<_>>>().map(|lists| lists.concat());
    }
    schema["enum"].as_array().map(|all| all.iter().filter_map(Schema::as_str).collect())
}

/// What has keys, by the name of its type, or by the key under which it stands.
fn of_what(name: Option<&str>, key: &str) -> String {
    match name {
        Some(name) if name.chars().skip(1).all(|c| c.is_ascii_lowercase()) => {
            let name = name.to_ascii_lowercase();
            let article = if name.starts_with(['a', 'e', 'i', 'o', 'u']) { "an" } else { "a" };
            format!("{article} {name}")
        }
        _ if key == "the file" => key.to_owned(),
        _ => format!("`{key}`"),
    }
}

fn wanted_instead(wanted: &str, name: Option<&str>) -> &'static str {
    match (wanted, name) {
        ("object", Some("Text")) => "write the text as { fi: ..., sv: ..., en: ... }",
        ("object", _) => "write keys with values, indented below the key",
        ("array", _) => "write a list: [a, b], or a line with - for each",
        ("integer", _) => "write a whole number such as 50, without a unit or quotes",
        ("number", _) => "write a number, without a unit or quotes",
        ("boolean", _) => "write true or false",
        _ => "write words, in quotes if they hold a colon, a comma or a brace",
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[derive(Debug, Deserialize, JsonSchema)]
    #[serde(deny_unknown_fields)]
    #[expect(dead_code, reason = "only their shape is tested")]
    struct Cup {
        size: u8,
        colour: Colour,
        #[serde(default)]
        full: Option<bool>,
        #[serde(default)]
        marks: Vec<Mark>,
    }

    #[derive(Debug, Deserialize, JsonSchema)]
    #[serde(rename_all = "kebab-case")]
    enum Colour {
        Red,
        /// With a description it becomes one of several.
        DarkBlue,
    }

    #[derive(Debug, Deserialize, JsonSchema)]
    #[serde(deny_unknown_fields)]
    #[expect(dead_code, reason = "only their shape is tested")]
    struct Mark {
        at: i64,
    }

    fn told(source: &str) -> Vec<(usize, usize, &'static str)> {
        let found = read_shaped::<Cup>("cup.yaml", source).unwrap_err().0;
        found.iter().map(|d| (d.at.line, d.at.column, d.code.short())).collect()
    }

    #[test]
    fn every_key_and_value_that_does_not_fit_is_told_at_its_place() {
        assert!(read_shaped::<Cup>("cup.yaml", "size: 1\ncolour: red\nmarks: [{ at: -1 }]\n").is_ok());
        let wrong = "siez: 3\ncolour: dark-bleu\nfull: perhaps\nmarks:\n  - { at: x, on: 3 }\n  - {}\n";
        assert_eq!(
            told(wrong),
            [(1, 1, "Y003"), (2, 9, "Y006"), (3, 7, "Y005"), (5, 11, "Y005"), (5, 14, "Y003"), (6, 5, "Y004"),]
        );
        assert_eq!(told("size: 300\ncolour: red\nsize: 2\n"), [(1, 7, "Y005"), (3, 1, "Y002")]);
        assert_eq!(told("size: [1\n"), [(1, 7, "Y001")]);
        assert_eq!(told("# nothing\n"), [(1, 1, "Y008")]);
    }
}
