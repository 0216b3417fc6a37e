//! The attributes that cases are counted by and the categories each may have.

use crate::text::Text;
use schemars::JsonSchema;
use serde::Deserialize;

/// One value of a dimension.
#[derive(Clone, Debug, PartialEq, Eq, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct Category {
    /// Code in data, never renamed.
    pub code: String,
    /// What readers see.
    pub label: Text,
}

/// An attribute of a case with its categories in the order in which they are shown.
#[derive(Clone, Debug, PartialEq, Eq, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct Dimension {
    /// Code of the attribute: `gender`, `origin`, `age_group`, `outcome`.
    pub id: String,
    /// What readers see.
    pub label: Text,
    /// True when a small count of it could tell something about a person.
    pub sensitive: bool,
    /// True when a person can have several of its values, so that they add up to more than everybody.
    #[serde(default)]
    pub multiple: bool,
    /// The values.
    pub categories: Vec<Category>,
}

impl Dimension {
    /// The category of that code.
    #[must_use]
    pub fn category(&self, code: &str) -> Option<&Category> {
        self.categories.iter().find(|c| c.code == code)
    }

    /// The place of a code in the list, which facts store.
    #[must_use]
    pub fn place(&self, code: &str) -> Option<i64> {
        self.categories.iter().position(|c| c.code == code).and_then(|i| i64::try_from(i).ok())
    }
}
