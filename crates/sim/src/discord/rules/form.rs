//! Collects what is wrong with a body, in the nested shape of Discord's error 50035.

use serde_json::{Map, Value, json};

use crate::discord::refusal::Refusal;

/// The mistakes found in a body so far, each at its path such as `embeds.0.title`.
#[derive(Debug, Default)]
pub(crate) struct Form {
    errors: Map<String, Value>,
}

impl Form {
    pub(crate) fn new() -> Self {
        Self::default()
    }

    /// Notes a mistake. An empty path means the body as a whole.
    pub(crate) fn wrong(&mut self, path: &str, code: &str, message: impl Into<String>) {
        let mut here = &mut self.errors;
        for part in path.split('.').filter(|part| !part.is_empty()) {
            let next = here.entry(part).or_insert_with(|| json!({}));
            let Value::Object(inner) = next else { return };
            here = inner;
        }
        let list = here.entry("_errors").or_insert_with(|| json!([]));
        if let Value::Array(list) = list {
            list.push(json!({ "code": code, "message": message.into() }));
        }
    }

    /// Ends the check: `Ok` when nothing was wrong.
    pub(crate) fn finish(self) -> Result<(), Refusal> {
        if self.errors.is_empty() { Ok(()) } else { Err(Refusal::Form(Value::Object(self.errors))) }
    }

    /// Refuses fields that are not in `known`.
    pub(crate) fn only(&mut self, path: &str, object: &Map<String, Value>, known: &[&str]) {
        for key in object.keys().filter(|key| !known.contains(&key.as_str())) {
            self.wrong(&join(path, key), "UNKNOWN_FIELD", format!("Discord knows no field {key} here."));
        }
    }

    /// Reads an object, or notes that it is none.
    pub(crate) fn object<'a>(&mut self, path: &str, value: &'a Value) -> Option<&'a Map<String, Value>> {
        if value.as_object().is_none() {
            self.wrong(path, "DICT_TYPE_CONVERT", "Only dictionaries may be used in a DictType");
        }
        value.as_object()
    }

    /// Reads a list of `least` to `most` entries; missing or null is an empty list.
    pub(crate) fn list<'a>(&mut self, path: &str, value: Option<&'a Value>, least: usize, most: usize) -> &'a [Value] {
        match value {
            None | Some(Value::Null) => &[],
            Some(Value::Array(list)) => {
                if list.len() < least || list.len() > most {
                    let words = format!("Must be between {least} and {most} in length.");
                    self.wrong(path, "BASE_TYPE_BAD_LENGTH", words);
                }
                list
            }
            Some(_) => {
                self.wrong(path, "LIST_TYPE_CONVERT", "Only iterables may be used in a ListType");
                &[]
            }
        }
    }

    /// Checks a text of `least` to `most` characters. Missing or null is a mistake if `least` is above zero.
    pub(crate) fn text(&mut self, path: &str, value: Option<&Value>, least: usize, most: usize) {
        match value {
            None | Some(Value::Null) if least == 0 => {}
            None | Some(Value::Null) => self.wrong(path, "BASE_TYPE_REQUIRED", "This field is required"),
            Some(Value::String(text)) => {
                let length = text.chars().count();
                if length > most {
                    let words = format!("Must be {most} or fewer in length.");
                    self.wrong(path, "BASE_TYPE_MAX_LENGTH", words);
                } else if length < least {
                    let words = format!("Must be between {least} and {most} in length.");
                    self.wrong(path, "BASE_TYPE_BAD_LENGTH", words);
                }
            }
            Some(_) => self.wrong(path, "BASE_TYPE_BAD_TYPE", "Must be a string."),
        }
    }

    /// Checks a whole number between two bounds, if it is there.
    pub(crate) fn number(&mut self, path: &str, value: Option<&Value>, least: i64, most: i64) {
        match value {
            None | Some(Value::Null) => {}
            Some(value) => match value.as_i64() {
                Some(number) if (least..=most).contains(&number) => {}
                Some(_) => self.wrong(path, "NUMBER_TYPE_RANGE", format!("Must be between {least} and {most}.")),
                None => self.wrong(path, "NUMBER_TYPE_COERCE", "Value is not an int."),
            },
        }
    }

    /// Checks a truth value, if it is there.
    pub(crate) fn truth(&mut self, path: &str, value: Option<&Value>) {
        if value.is_some_and(|value| !value.is_null() && !value.is_boolean()) {
            self.wrong(path, "BOOLEAN_TYPE_CONVERT", "Must be either true or false.");
        }
    }

    /// Checks a web address, if it is there.
    pub(crate) fn address(&mut self, path: &str, value: Option<&Value>, schemes: &[&str]) {
        self.text(path, value, 0, 2_048);
        if let Some(Value::String(text)) = value
            && !schemes.iter().any(|scheme| text.starts_with(scheme) && text.len() > scheme.len())
        {
            self.wrong(path, "URL_TYPE_INVALID_URL", "Not a well formed URL.");
        }
    }
}

/// A path and what is below it.
pub(crate) fn join(path: &str, part: impl std::fmt::Display) -> String {
    if path.is_empty() { part.to_string() } else { format!("{path}.{part}") }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn mistakes_nest_by_their_path() {
        let mut form = Form::new();
        form.text("embeds.0.title", Some(&json!("x".repeat(257))), 0, 256);
        let Err(Refusal::Form(errors)) = form.finish() else { panic!("taken") };
        assert_eq!(errors["embeds"]["0"]["title"]["_errors"][0]["code"], "BASE_TYPE_MAX_LENGTH");
    }
}
