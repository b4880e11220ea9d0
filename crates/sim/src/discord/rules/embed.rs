//! Embeds: the limits of each part, and 6,000 characters in all.

use serde_json::{Map, Value};

use super::form::{Form, join};

/// Most characters over all embeds of one message.
const TOTAL: usize = 6_000;
const WEB: &[&str] = &["http://", "https://"];
const PICTURES: &[&str] = &["http://", "https://", "attachment://"];

/// Checks the embeds of a body.
pub(crate) fn check_embeds(form: &mut Form, path: &str, embeds: Option<&Value>) {
    let embeds = form.list(path, embeds, 0, 10);
    let mut total = 0;
    for (index, embed) in embeds.iter().enumerate() {
        let here = join(path, index);
        if let Some(embed) = form.object(&here, embed) {
            total += length(embed);
            check_embed(form, &here, embed);
        }
    }
    if total > TOTAL {
        form.wrong(path, "MAX_EMBED_SIZE_EXCEEDED", "Embed size exceeds maximum size of 6000");
    }
}

fn check_embed(form: &mut Form, path: &str, embed: &Map<String, Value>) {
    let known = [
        "title",
        "type",
        "description",
        "url",
        "timestamp",
        "color",
        "footer",
        "image",
        "thumbnail",
        "video",
        "provider",
        "author",
        "fields",
    ];
    form.only(path, embed, &known);
    form.text(&join(path, "title"), embed.get("title"), 0, 256);
    form.text(&join(path, "description"), embed.get("description"), 0, 4_096);
    form.address(&join(path, "url"), embed.get("url"), WEB);
    form.number(&join(path, "color"), embed.get("color"), 0, 0xff_ffff);
    check_timestamp(form, &join(path, "timestamp"), embed.get("timestamp"));
    check_part(form, path, embed, "footer", &[("text", 1, 2_048)], &["icon_url", "proxy_icon_url"]);
    check_part(form, path, embed, "author", &[("name", 1, 256)], &["url", "icon_url", "proxy_icon_url"]);
    check_part(form, path, embed, "image", &[], &["url", "proxy_url", "height", "width"]);
    check_part(form, path, embed, "thumbnail", &[], &["url", "proxy_url", "height", "width"]);
    let fields = form.list(&join(path, "fields"), embed.get("fields"), 0, 25);
    for (index, field) in fields.iter().enumerate() {
        let here = format!("{path}.fields.{index}");
        if let Some(field) = form.object(&here, field) {
            form.only(&here, field, &["name", "value", "inline"]);
            form.text(&join(&here, "name"), field.get("name"), 1, 256);
            form.text(&join(&here, "value"), field.get("value"), 1, 1_024);
            form.truth(&join(&here, "inline"), field.get("inline"));
        }
    }
}

fn check_timestamp(form: &mut Form, path: &str, value: Option<&Value>) {
    if let Some(Value::String(text)) = value
        && text.parse::<jiff::Timestamp>().is_err()
    {
        form.wrong(path, "DATE_TIME_TYPE_PARSE", "Could not parse. Should be ISO8601.");
    }
}

/// Checks a part that is an object of its own: its texts, and its addresses.
fn check_part(
    form: &mut Form,
    path: &str,
    embed: &Map<String, Value>,
    name: &str,
    texts: &[(&str, usize, usize)],
    others: &[&str],
) {
    let Some(part) = embed.get(name).filter(|part| !part.is_null()) else { return };
    let here = join(path, name);
    let Some(part) = form.object(&here, part) else { return };
    let known: Vec<&str> = texts.iter().map(|text| text.0).chain(others.iter().copied()).collect();
    form.only(&here, part, &known);
    for (text, least, most) in texts {
        form.text(&join(&here, text), part.get(*text), *least, *most);
    }
    for address in others.iter().filter(|other| other.ends_with("url")) {
        form.address(&join(&here, address), part.get(*address), PICTURES);
    }
}

/// The characters that count towards the total: titles, descriptions, fields, footers and authors.
fn length(embed: &Map<String, Value>) -> usize {
    let of = |value: Option<&Value>| value.and_then(Value::as_str).map_or(0, |text| text.chars().count());
    let fields = embed.get("fields").and_then(Value::as_array).map_or(&[][..], Vec::as_slice);
    of(embed.get("title"))
        + of(embed.get("description"))
        + of(embed.get("footer").and_then(|footer| footer.get("text")))
        + of(embed.get("author").and_then(|author| author.get("name")))
        + fields.iter().map(|field| of(field.get("name")) + of(field.get("value"))).sum::<usize>()
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    fn taken(embeds: &Value) -> bool {
        let mut form = Form::new();
        check_embeds(&mut form, "embeds", Some(embeds));
        form.finish().is_ok()
    }

    #[test]
    fn each_part_has_its_limit() {
        assert!(taken(&json!([{ "title": "t".repeat(256), "description": "d".repeat(4_096) }])));
        assert!(!taken(&json!([{ "title": "t".repeat(257) }])));
        assert!(!taken(&json!([{ "description": "d".repeat(4_097) }])));
        assert!(!taken(&json!([{ "fields": [{ "name": "", "value": "v" }] }])));
        assert!(!taken(&json!([{ "fields": [{ "name": "n" }] }])));
        assert!(!taken(&json!([{ "fields": vec![json!({ "name": "n", "value": "v" }); 26] }])));
        assert!(!taken(&json!([{ "footer": { "text": "f".repeat(2_049) } }])));
        assert!(!taken(&json!([{ "colour": 1 }])));
        assert!(!taken(&json!([{ "url": "javascript:alert(1)" }])));
        assert!(!taken(&json!([{ "timestamp": "yesterday" }])));
        assert!(!taken(&Value::from(vec![json!({ "title": "t" }); 11])));
    }

    #[test]
    fn all_embeds_together_hold_six_thousand_characters() {
        let half = json!({ "description": "d".repeat(3_000) });
        assert!(taken(&json!([half, half])));
        assert!(!taken(&json!([half, half, { "title": "t" }])));
    }
}
