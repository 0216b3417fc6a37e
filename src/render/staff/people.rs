//! The page of the staff: who there is, adding and removing.

use super::StaffFrame;
use crate::text::{Language, Messages};
use serde::Serialize;

/// What was typed, to be shown again.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct StaffTyped {
    /// E-mail.
    pub address: String,
    /// Name.
    pub name: String,
    /// Code of the role.
    pub role: String,
}

#[derive(Clone, Debug, Serialize)]
struct Person {
    id: String,
    name: String,
    address: String,
    role: &'static str,
    /// Oneself cannot be removed.
    own: bool,
}

#[derive(Clone, Debug, Serialize)]
struct Choice {
    code: &'static str,
    name: &'static str,
    hint: &'static str,
    chosen: bool,
}

#[derive(Clone, Debug, Serialize)]
struct Problem {
    href: String,
    text: String,
}

/// The page.
#[derive(Clone, Debug, Serialize)]
pub struct StaffView {
    frame: StaffFrame,
    done: Option<String>,
    people: Vec<Person>,
    roles: Vec<Choice>,
    address: String,
    name: String,
    /// Names on cases that no coach has.
    names: Vec<String>,
    errors_title: Option<&'static str>,
    errors: Vec<Problem>,
    address_error: Option<String>,
    name_error: Option<String>,
    role_error: Option<String>,
}

impl StaffView {
    /// The page for the staff `own`: id, name, address and code of the role of everybody; the codes of the roles; what is wrong
    /// by field.
    #[must_use]
    pub fn new(
        frame: StaffFrame,
        own: &str,
        people: &[[String; 4]],
        roles: &[&'static str],
        typed: StaffTyped,
        wrong: &[(&'static str, String)],
        language: Language,
    ) -> Self {
        let m = Messages::of(language);
        let role_name = |code: &str| m.get(&format!("admin.role_{code}"));
        let person = |[id, name, address, role]: &[String; 4]| Person {
            id: id.clone(),
            name: name.clone(),
            address: address.clone(),
            role: role_name(role),
            own: id == own,
        };
        let choice = |code: &&'static str| Choice {
            code,
            name: role_name(code),
            hint: m.get(&format!("admin.role_{code}_hint")),
            chosen: typed.role == **code,
        };
        let error = |field: &str| wrong.iter().find(|(f, _)| *f == field).map(|(_, text)| text.clone());
        Self {
            done: None,
            people: people.iter().map(person).collect(),
            roles: roles.iter().map(choice).collect(),
            names: Vec::new(),
            errors_title: (!wrong.is_empty()).then(|| m.get("form.errors_title_one")),
            errors: wrong
                .iter()
                .map(|(field, text)| Problem { href: format!("#{field}"), text: text.clone() })
                .collect(),
            address_error: error("address"),
            name_error: error("name"),
            role_error: error("role"),
            address: typed.address,
            name: typed.name,
            frame,
        }
    }

    /// The same with what was just done.
    #[must_use]
    pub fn done(self, done: Option<String>) -> Self {
        Self { done, ..self }
    }

    /// The same with the names on cases that no coach has yet.
    #[must_use]
    pub fn names(self, names: Vec<String>) -> Self {
        Self { names, ..self }
    }
}

/// The page that asks whether somebody is to be removed.
#[derive(Clone, Debug, Serialize)]
pub struct RemoveStaffView {
    frame: StaffFrame,
    id: String,
    name: String,
    address: String,
    role: &'static str,
    consequence: String,
}

impl RemoveStaffView {
    /// The page about somebody of that id, name, address and code of the role.
    #[must_use]
    pub fn new(frame: StaffFrame, person: [String; 4], consequence: String, language: Language) -> Self {
        let [id, name, address, role] = person;
        let role = Messages::of(language).get(&format!("admin.role_{role}"));
        Self { frame, id, name, address, role, consequence }
    }
}
