//! The JSON Schemas of forms and of indicators.yaml, drawn from their types, for editors.

use super::indicator::RawIndicator;
use super::raw::RawForm;
use schemars::JsonSchema;
use schemars::generate::SchemaSettings;
use serde_json::Value;

/// The JSON Schema (draft 2020-12) of `forms/<id>.yaml`.
#[must_use]
pub fn schema() -> Value {
    drawn::<RawForm>("form.schema.json", "Form of Palaute")
}

/// The JSON Schema (draft 2020-12) of `indicators.yaml`.
#[must_use]
pub fn indicators_schema() -> Value {
    drawn::<Vec<RawIndicator>>("indicators.schema.json", "Indicators of Palaute")
}

/// The JSON Schema of a file that people write.
pub(crate) fn drawn<T: JsonSchema>(id: &str, title: &str) -> Value {
    let mut root = SchemaSettings::draft2020_12().into_generator().into_root_schema_for::<T>();
    root.insert("$id".to_owned(), id.into());
    root.insert("title".to_owned(), title.into());
    sorted(root.to_value())
}

/// With its keys in alphabetical order, whatever order the JSON library keeps them in.
fn sorted(value: Value) -> Value {
    match value {
        Value::Object(fields) => {
            let fields: std::collections::BTreeMap<String, Value> =
                fields.into_iter().map(|(k, v)| (k, sorted(v))).collect();
            Value::Object(fields.into_iter().collect())
        }
        Value::Array(values) => Value::Array(values.into_iter().map(sorted).collect()),
        other => other,
    }
}
