//! The newer components (flag 32768): containers, sections, texts, separators, pictures and files, and how much one message holds.
//!
//! From Discord's components reference: forty components in all, whatever they are inside of, and 4,000 characters in all texts.

use std::collections::BTreeSet;

use serde_json::{Map, Value};

use super::{
    control::{check_button, check_row, kind},
    form::{Form, join},
};

/// Most components of one message, nested ones included.
pub(super) const MOST_COMPONENTS: usize = 40;
/// Most characters in all texts of one message.
const MOST_TEXT: usize = 4_000;
const MEDIA: &[&str] = &["http://", "https://", "attachment://"];
const FILES: &[&str] = &["attachment://"];

/// Checks what holds for all components of a message together.
pub(super) fn check_whole(form: &mut Form, path: &str, components: Option<&Value>) {
    let mut whole = Whole::default();
    whole.add(components);
    if whole.count > MOST_COMPONENTS {
        let words = format!("The total number of components exceeds maximum of {MOST_COMPONENTS}");
        form.wrong(path, "COMPONENT_MAX_TOTAL_COMPONENTS_EXCEEDED", words);
    }
    if whole.text > MOST_TEXT {
        let words = format!("Component displayable text size exceeds maximum size of {MOST_TEXT}");
        form.wrong(path, "COMPONENT_DISPLAYABLE_TEXT_SIZE_EXCEEDED", words);
    }
    if whole.repeated {
        form.wrong(path, "COMPONENT_ID_DUPLICATED", "Component id cannot be duplicated");
    }
}

#[derive(Default)]
struct Whole {
    count: usize,
    text: usize,
    ids: BTreeSet<u64>,
    repeated: bool,
}

impl Whole {
    fn add(&mut self, components: Option<&Value>) {
        for component in components.and_then(Value::as_array).into_iter().flatten() {
            self.add_one(component);
        }
    }

    fn add_one(&mut self, component: &Value) {
        self.count += 1;
        // Zero asks Discord for a number.
        let id = component["id"].as_u64().unwrap_or_default();
        self.repeated |= id != 0 && !self.ids.insert(id);
        if component["type"] == 10 {
            self.text += component["content"].as_str().map_or(0, |text| text.chars().count());
        }
        self.add(component.get("components"));
        if component["accessory"].is_object() {
            self.add_one(&component["accessory"]);
        }
    }
}

/// Checks one component of the newer kind and what is inside it.
pub(super) fn check_layout(
    form: &mut Form,
    path: &str,
    component: &Map<String, Value>,
    custom_ids: &mut BTreeSet<String>,
) {
    match kind(component) {
        9 => check_section(form, path, component, custom_ids),
        10 => check_text(form, path, component),
        12 => check_gallery(form, path, component),
        13 => {
            form.only(path, component, &["type", "id", "file", "spoiler"]);
            check_media(form, &join(path, "file"), component.get("file"), FILES);
        }
        14 => {
            form.only(path, component, &["type", "id", "spacing", "divider"]);
            form.number(&join(path, "spacing"), component.get("spacing"), 1, 2);
            form.truth(&join(path, "divider"), component.get("divider"));
        }
        17 => check_container(form, path, component, custom_ids),
        _ => form.wrong(&join(path, "type"), "UNION_TYPE_CHOICES", "Not a component that may stand here."),
    }
}

fn check_container(form: &mut Form, path: &str, container: &Map<String, Value>, custom_ids: &mut BTreeSet<String>) {
    form.only(path, container, &["type", "id", "components", "accent_color", "spoiler"]);
    form.number(&join(path, "accent_color"), container.get("accent_color"), 0, 0xff_ffff);
    form.truth(&join(path, "spoiler"), container.get("spoiler"));
    let inside = join(path, "components");
    for (index, child) in inner(form, &inside, container, MOST_COMPONENTS).iter().enumerate() {
        let here = join(&inside, index);
        let Some(child) = form.object(&here, child) else { continue };
        match kind(child) {
            1 => check_row(form, &here, child, custom_ids),
            17 => form.wrong(
                &join(&here, "type"),
                "UNION_TYPE_CHOICES",
                "Value of field \"type\" must be one of (1, 9, 10, 12, 13, 14).",
            ),
            _ => check_layout(form, &here, child, custom_ids),
        }
    }
}

fn check_section(form: &mut Form, path: &str, section: &Map<String, Value>, custom_ids: &mut BTreeSet<String>) {
    form.only(path, section, &["type", "id", "components", "accessory"]);
    let inside = join(path, "components");
    for (index, child) in inner(form, &inside, section, 3).iter().enumerate() {
        let here = join(&inside, index);
        let Some(child) = form.object(&here, child) else { continue };
        match kind(child) {
            10 => check_text(form, &here, child),
            _ => {
                let words = "Value of field \"type\" must be one of (10,).";
                form.wrong(&join(&here, "type"), "UNION_TYPE_CHOICES", words);
            }
        }
    }
    let here = join(path, "accessory");
    match section.get("accessory") {
        None | Some(Value::Null) => form.wrong(&here, "BASE_TYPE_REQUIRED", "This field is required"),
        Some(accessory) => {
            let Some(accessory) = form.object(&here, accessory) else { return };
            match kind(accessory) {
                2 => check_button(form, &here, accessory, custom_ids),
                11 => check_picture(form, &here, accessory, &["type", "id", "media", "description", "spoiler"]),
                _ => {
                    let words = "Value of field \"type\" must be one of (2, 11).";
                    form.wrong(&join(&here, "type"), "UNION_TYPE_CHOICES", words);
                }
            }
        }
    }
}

fn check_text(form: &mut Form, path: &str, text: &Map<String, Value>) {
    form.only(path, text, &["type", "id", "content"]);
    form.text(&join(path, "content"), text.get("content"), 1, MOST_TEXT);
}

fn check_gallery(form: &mut Form, path: &str, gallery: &Map<String, Value>) {
    form.only(path, gallery, &["type", "id", "items"]);
    let inside = join(path, "items");
    require(form, &inside, gallery.get("items"));
    for (index, item) in form.list(&inside, gallery.get("items"), 1, 10).iter().enumerate() {
        let here = join(&inside, index);
        if let Some(item) = form.object(&here, item) {
            check_picture(form, &here, item, &["media", "description", "spoiler"]);
        }
    }
}

fn check_picture(form: &mut Form, path: &str, picture: &Map<String, Value>, known: &[&str]) {
    form.only(path, picture, known);
    form.text(&join(path, "description"), picture.get("description"), 0, 1_024);
    form.truth(&join(path, "spoiler"), picture.get("spoiler"));
    check_media(form, &join(path, "media"), picture.get("media"), MEDIA);
}

fn check_media(form: &mut Form, path: &str, media: Option<&Value>, schemes: &[&str]) {
    require(form, path, media);
    if let Some(media) = media.filter(|media| !media.is_null())
        && let Some(media) = form.object(path, media)
    {
        form.only(path, media, &["url"]);
        require(form, &join(path, "url"), media.get("url"));
        form.address(&join(path, "url"), media.get("url"), schemes);
    }
}

/// The components inside one: at least one, which must be there.
fn inner<'a>(form: &mut Form, path: &str, around: &'a Map<String, Value>, most: usize) -> &'a [Value] {
    require(form, path, around.get("components"));
    form.list(path, around.get("components"), 1, most)
}

fn require(form: &mut Form, path: &str, value: Option<&Value>) {
    if value.is_none_or(Value::is_null) {
        form.wrong(path, "BASE_TYPE_REQUIRED", "This field is required");
    }
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;
    use crate::discord::{
        refusal::Refusal,
        rules::component::{Kit, check_components},
    };

    fn check(components: &Value) -> Result<(), Refusal> {
        let mut form = Form::new();
        check_components(&mut form, "components", Some(components), Kit::V2);
        form.finish()
    }

    fn taken(component: Value) -> bool {
        check(&json!([component])).is_ok()
    }

    fn words(text: &str) -> Value {
        json!({ "type": 10, "content": text })
    }

    fn button(custom_id: &str) -> Value {
        json!({ "type": 2, "style": 2, "label": "Restore…", "custom_id": custom_id })
    }

    fn section(custom_id: &str) -> Value {
        json!({ "type": 9, "components": [words("`web-1`")], "accessory": button(custom_id) })
    }

    fn with(component: &Value, more: &Value) -> Value {
        let mut component = component.clone();
        component.as_object_mut().unwrap().extend(more.as_object().unwrap().clone());
        component
    }

    #[test]
    fn a_container_holds_everything_but_containers() {
        let row = json!({ "type": 1, "components": [button("a")] });
        let gallery =
            json!({ "type": 12, "items": [{ "media": { "url": "attachment://a.png" }, "description": "a" }] });
        let file = json!({ "type": 13, "file": { "url": "attachment://a.txt" } });
        let inside =
            json!([words("w"), section("b"), { "type": 14, "divider": true, "spacing": 2 }, row, gallery, file]);
        let container = json!({ "type": 17, "accent_color": 0x3ba55d, "components": inside });
        assert!(taken(container.clone()));
        assert!(!taken(json!({ "type": 17, "components": [container] })));
        assert!(!taken(json!({ "type": 17, "components": [] })));
        assert!(!taken(json!({ "type": 17 })));
        assert!(!taken(json!({ "type": 17, "components": [button("a")] })), "a button needs a row or a section");
        assert!(!taken(json!({ "type": 17, "components": [words("w")], "accent_color": 0x100_0000 })));
        assert!(!taken(json!({ "type": 17, "components": [words("w")], "accent_colour": 1 })));
    }

    #[test]
    fn a_section_has_one_to_three_texts_and_something_beside_them() {
        assert!(taken(section("a")));
        assert!(taken(with(&section("a"), &json!({ "components": [words("1"), words("2"), words("3")] }))));
        assert!(!taken(with(&section("a"), &json!({ "components": vec![words("w"); 4] }))));
        assert!(!taken(with(&section("a"), &json!({ "components": [] }))));
        assert!(!taken(with(&section("a"), &json!({ "components": [{ "type": 14 }] }))));
        assert!(!taken(with(&section("a"), &json!({ "accessory": null }))));
        assert!(!taken(with(&section("a"), &json!({ "accessory": words("w") }))));
        let thumbnail = json!({ "type": 11, "media": { "url": "https://example.org/a.png" }, "description": "a" });
        assert!(taken(with(&section("a"), &json!({ "accessory": thumbnail }))));
        assert!(!taken(with(&section("a"), &json!({ "accessory": { "type": 11 } }))));
    }

    #[test]
    fn texts_are_not_empty_and_separators_are_small_or_large() {
        assert!(!taken(words("")));
        assert!(!taken(json!({ "type": 10 })));
        assert!(!taken(json!({ "type": 14, "spacing": 3 })));
        assert!(!taken(json!({ "type": 14, "divider": "yes" })));
        assert!(!taken(json!({ "type": 13, "file": { "url": "https://example.org/a.txt" } })), "a file comes along");
    }

    #[test]
    fn forty_components_in_all_however_they_nest() {
        // A section counts three times: itself, its text and its button.
        let sections = |count: usize| (0..count).map(|n| section(&format!("s{n}"))).collect::<Vec<_>>();
        let inside = |count: usize, texts: usize| {
            let mut all = sections(count);
            all.extend(vec![words("w"); texts]);
            json!([{ "type": 17, "components": all }])
        };
        assert!(check(&inside(13, 0)).is_ok());
        let refused = check(&inside(13, 1)).unwrap_err();
        let Refusal::Form(errors) = refused else { panic!("{refused:?}") };
        assert_eq!(errors["components"]["_errors"][0]["code"], "COMPONENT_MAX_TOTAL_COMPONENTS_EXCEEDED");
    }

    #[test]
    fn four_thousand_characters_in_all_texts() {
        let texts = |last: usize| json!([words(&"é".repeat(3_000)), section("a"), words(&"x".repeat(last))]);
        let beside = "`web-1`".len();
        assert!(check(&texts(1_000 - beside)).is_ok());
        assert!(check(&texts(1_001 - beside)).is_err());
    }

    #[test]
    fn custom_ids_and_ids_are_unique_wherever_they_stand() {
        assert!(check(&json!([section("a"), section("b")])).is_ok());
        assert!(check(&json!([section("a"), section("a")])).is_err());
        assert!(check(&json!([section("a"), { "type": 1, "components": [button("a")] }])).is_err());
        assert!(
            check(&json!([with(&words("w"), &json!({ "id": 3 })), with(&words("w"), &json!({ "id": 3 }))])).is_err()
        );
        assert!(
            check(&json!([with(&words("w"), &json!({ "id": 0 })), with(&words("w"), &json!({ "id": 0 }))])).is_ok()
        );
    }
}
