//! A message's components: how many, and which may stand beside which.

use std::collections::BTreeSet;

use serde_json::Value;

use super::{
    control::{check_row, kind},
    form::{Form, join},
    layout::{MOST_COMPONENTS, check_layout, check_whole},
};

/// Which set of components a message uses.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Kit {
    /// Rows of buttons or one select.
    Classic,
    /// Flag 32768: texts, containers, sections and rows, arranged freely.
    V2,
}

/// Checks the components of a message.
pub(crate) fn check_components(form: &mut Form, path: &str, components: Option<&Value>, kit: Kit) {
    let most = if kit == Kit::Classic { 5 } else { MOST_COMPONENTS };
    let mut custom_ids = BTreeSet::new();
    if kit == Kit::V2 {
        check_whole(form, path, components);
    }
    for (index, component) in form.list(path, components, 0, most).iter().enumerate() {
        let here = join(path, index);
        let Some(component) = form.object(&here, component) else { continue };
        match (kind(component), kit) {
            (1, _) => check_row(form, &here, component, &mut custom_ids),
            (9 | 10 | 12..=14 | 17, Kit::V2) => check_layout(form, &here, component, &mut custom_ids),
            _ => form.wrong(&join(&here, "type"), "UNION_TYPE_CHOICES", "Value of field \"type\" must be one of (1,)."),
        }
    }
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    fn taken(components: &Value) -> bool {
        let mut form = Form::new();
        check_components(&mut form, "components", Some(components), Kit::Classic);
        form.finish().is_ok()
    }

    fn button(custom_id: &str) -> Value {
        json!({ "type": 2, "style": 1, "label": "Confirm", "custom_id": custom_id })
    }

    fn row(buttons: &[Value]) -> Value {
        json!({ "type": 1, "components": buttons })
    }

    #[test]
    fn five_rows_of_five_buttons_and_not_one_more() {
        let rows = |rows: usize, buttons: usize| -> Value {
            (0..rows)
                .map(|r| row(&(0..buttons).map(|b| button(&format!("{r}:{b}"))).collect::<Vec<_>>()))
                .collect::<Vec<_>>()
                .into()
        };
        assert!(taken(&rows(5, 5)));
        assert!(!taken(&rows(6, 1)));
        assert!(!taken(&rows(1, 6)));
        assert!(!taken(&rows(1, 0)));
    }

    #[test]
    fn custom_ids_are_there_short_and_unique() {
        assert!(taken(&json!([row(&[button(&"x".repeat(100))])])));
        assert!(!taken(&json!([row(&[button(&"x".repeat(101))])])));
        assert!(!taken(&json!([row(&[button("")])])));
        assert!(!taken(&json!([row(&[button("a")]), row(&[button("a")])])));
        assert!(!taken(&json!([row(&[json!({ "type": 2, "style": 1, "label": "x" })])])));
    }

    #[test]
    fn a_link_button_has_a_url_and_no_custom_id() {
        let link = |extra: Value| {
            let mut link = json!({ "type": 2, "style": 5, "label": "Open" });
            link.as_object_mut().unwrap().extend(extra.as_object().unwrap().clone());
            json!([row(&[link])])
        };
        assert!(taken(&link(json!({ "url": "https://example.org/" }))));
        assert!(!taken(&link(json!({}))));
        assert!(!taken(&link(json!({ "url": "https://example.org/", "custom_id": "x" }))));
        assert!(!taken(&link(json!({ "url": "example.org" }))));
        assert!(!taken(&json!([row(&[json!({ "type": 2, "style": 2, "label": "l".repeat(81), "custom_id": "x" })])])));
    }

    #[test]
    fn a_select_stands_alone_in_its_row() {
        let select = json!({ "type": 3, "custom_id": "s", "options": [{ "label": "a", "value": "a" }] });
        assert!(taken(&json!([row(std::slice::from_ref(&select))])));
        assert!(!taken(&json!([row(&[select, button("x")])])));
        assert!(!taken(&json!([button("x")])));
    }
}
