//! The JSON Schema of a report, drawn from its types so that it cannot say otherwise.

use super::ReportFile;
use crate::form::Party;
use crate::text::Language;
use schemars::generate::SchemaSettings;
use schemars::{Schema, SchemaGenerator, json_schema};
use serde_json::Value;

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
    root.to_value()
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
