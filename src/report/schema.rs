//! The JSON Schema of a report, drawn from its types so that it cannot say otherwise.

use super::ReportFile;
use crate::form::Party;
use crate::text::Language;
use schemars::generate::SchemaSettings;
use schemars::{Schema, SchemaGenerator, json_schema};
use serde_json::Value;
use std::collections::BTreeMap;

/// Name of the schema; a relative reference, since no address is ours to promise.
pub const SCHEMA_ID: &str = "closing-report.schema.json";
/// Grows when readers of the JSON have to change.
pub const SCHEMA_VERSION: u32 = 1;

/// The JSON Schema (draft 2020-12) of both editions of a report.
#[must_use]
pub fn schema() -> Value {
    let mut root = SchemaSettings::draft2020_12().into_generator().into_root_schema_for::<ReportFile>();
    root.insert("$id".to_owned(), SCHEMA_ID.into());
    root.insert("title".to_owned(), "Closing report of job coaching".into());
    for (property, constant) in [("schema", Value::from(SCHEMA_ID)), ("schema_version", SCHEMA_VERSION.into())] {
        if let Some(at) = root.pointer_mut(&format!("/properties/{property}")).and_then(Value::as_object_mut) {
            at.insert("const".to_owned(), constant);
        }
    }
    sorted(root.to_value())
}

/// With its keys in alphabetical order, whatever order the JSON library keeps them in.
fn sorted(value: Value) -> Value {
    match value {
        Value::Object(fields) => {
            let fields: BTreeMap<String, Value> = fields.into_iter().map(|(k, v)| (k, sorted(v))).collect();
            Value::Object(fields.into_iter().collect())
        }
        Value::Array(values) => Value::Array(values.into_iter().map(sorted).collect()),
        other => other,
    }
}

pub(super) fn party(_: &mut SchemaGenerator) -> Schema {
    let codes = [Party::Client, Party::Employer, Party::Community].map(Party::code);
    json_schema!({ "type": "string", "enum": codes })
}

pub(super) fn language(_: &mut SchemaGenerator) -> Schema {
    json_schema!({ "type": "string", "enum": Language::ALL.map(Language::code) })
}

pub(super) fn case_number(_: &mut SchemaGenerator) -> Schema {
    json_schema!({ "type": "string", "pattern": r"^\d{4}-\d{6}$" })
}
