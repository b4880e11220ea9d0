//! The vendors' files: read only as far as they are asked for, because they are long and every story asks.

use std::{
    collections::BTreeMap,
    env, fs,
    path::{Path, PathBuf},
    sync::{Arc, Mutex, OnceLock, PoisonError},
};

use jsonschema::Validator;
use serde::Deserialize;
use serde_json::{Map, Value, json, value::RawValue};

/// How many characters of a complaint are shown: it quotes the whole body.
const LONGEST_COMPLAINT: usize = 400;

/// An OpenAPI file, its paths and schemas not yet looked into.
#[derive(Deserialize)]
pub(super) struct Document {
    paths: BTreeMap<String, Box<RawValue>>,
    components: Components,
    #[serde(skip)]
    items: Memo<Value>,
    #[serde(skip)]
    validators: Memo<Validator>,
}

/// What was made of a part of a file: every story asks for the same few parts, and making them takes longest.
struct Memo<T>(Mutex<BTreeMap<String, Arc<T>>>);

impl<T> Default for Memo<T> {
    fn default() -> Self {
        Self(Mutex::default())
    }
}

impl<T> Memo<T> {
    fn get(&self, key: &str, make: impl FnOnce() -> T) -> Arc<T> {
        let known = self.0.lock().unwrap_or_else(PoisonError::into_inner).get(key).cloned();
        known.unwrap_or_else(|| {
            let made = Arc::new(make());
            self.0.lock().unwrap_or_else(PoisonError::into_inner).insert(key.to_owned(), Arc::clone(&made));
            made
        })
    }
}

#[derive(Deserialize)]
struct Components {
    schemas: BTreeMap<String, Box<RawValue>>,
}

/// One method of one path, with its parameters filled in.
pub(super) struct Operation {
    /// Each parameter of the path: its name, what stands there, and its schema.
    pub(super) path: Vec<(String, String, Value)>,
    /// The schema of each parameter of the query.
    pub(super) query: BTreeMap<String, Value>,
    /// `requestBody` as the file has it, or null.
    pub(super) body: Value,
}

/// The text of a vendor's file; `None` when the vendors' files are not at hand.
pub(super) fn text(name: &str) -> Option<String> {
    static FOLDER: OnceLock<Option<PathBuf>> = OnceLock::new();
    let folder = FOLDER.get_or_init(folder).as_ref()?;
    let text = fs::read_to_string(folder.join(name));
    Some(text.unwrap_or_else(|error| panic!("{name} is not beside the others: {error}")))
}

fn folder() -> Option<PathBuf> {
    let manifest = Path::new(env!("CARGO_MANIFEST_DIR"));
    let named = env::var_os("BERNARD_SHARED").map(PathBuf::from);
    let places = named.into_iter().chain([manifest.join("../shared"), manifest.join("../../shared")]);
    let found = places.map(|place| place.join("data")).find(|place| place.is_dir());
    if found.is_none() {
        let required =
            env::var("BERNARD_REQUIRE").is_ok_and(|words| words.split(',').any(|word| word.trim() == "shared"));
        assert!(!required, "the vendors' files are required and not at hand: name their folder in BERNARD_SHARED");
        eprintln!(
            "skipped: requests are not checked, the vendors' files are not at hand (BERNARD_SHARED names their folder)"
        );
    }
    found
}

impl Document {
    /// Reads an OpenAPI file, if it is at hand.
    pub(super) fn read(name: &str) -> Option<Self> {
        Some(serde_json::from_str(&text(name)?).unwrap_or_else(|error| panic!("{name} is no OpenAPI file: {error}")))
    }

    /// The operation of a method and a real path.
    pub(super) fn operation(&self, method: &str, path: &str) -> Option<Operation> {
        let template = best_template(self.paths.keys().map(String::as_str), path)?;
        let item = self.items.get(template, || serde_json::from_str(self.paths[template].get()).expect("JSON"));
        let operation = item.get(method.to_lowercase())?;
        let parameters = [&item["parameters"], &operation["parameters"]];
        let parameters: Vec<&Value> = parameters.into_iter().filter_map(Value::as_array).flatten().collect();
        let schema = |place: &str, name: &str| {
            let found = parameters.iter().find(|known| known["in"] == place && known["name"] == name);
            found.map(|known| known["schema"].clone())
        };
        let path = filled_in(template, path).map(|(name, value)| {
            let schema = schema("path", &name).unwrap_or(json!(true));
            (name, value, schema)
        });
        let names = parameters.iter().filter(|known| known["in"] == "query").filter_map(|known| known["name"].as_str());
        let query = names.map(|name| (name.to_owned(), schema("query", name).unwrap_or(json!(true)))).collect();
        Some(Operation { path: path.collect(), query, body: operation["requestBody"].clone() })
    }

    /// What a value breaks of a schema, which is translated by `dialect` (always the same one for a file) together with everything
    /// it refers to.
    pub(super) fn complaints(&self, schema: &Value, value: &Value, dialect: fn(&Value) -> Value) -> Vec<String> {
        let validator = self.validators.get(&schema.to_string(), || validator(&self.whole(schema, dialect)));
        broken(&validator, value)
    }

    /// A schema with everything that it refers to.
    fn whole(&self, schema: &Value, dialect: fn(&Value) -> Value) -> Value {
        let mut schemas = Map::new();
        let mut wanted = references(schema);
        while let Some(name) = wanted.pop() {
            if !schemas.contains_key(&name) {
                let raw = self.schemas().get(&name).unwrap_or_else(|| panic!("no schema {name}"));
                let found: Value = serde_json::from_str(raw.get()).expect("JSON");
                wanted.extend(references(&found));
                schemas.insert(name, dialect(&found));
            }
        }
        json!({ "components": { "schemas": schemas }, "allOf": [dialect(schema)] })
    }

    fn schemas(&self) -> &BTreeMap<String, Box<RawValue>> {
        &self.components.schemas
    }
}

/// What a value breaks of a schema that is complete in itself.
pub(super) fn complaints(schema: &Value, value: &Value) -> Vec<String> {
    static VALIDATORS: OnceLock<Memo<Validator>> = OnceLock::new();
    let validators = VALIDATORS.get_or_init(Memo::default);
    broken(&validators.get(&schema.to_string(), || validator(schema)), value)
}

fn validator(schema: &Value) -> Validator {
    jsonschema::draft202012::new(schema).expect("a schema")
}

fn broken(validator: &Validator, value: &Value) -> Vec<String> {
    let complaint = |error: jsonschema::ValidationError<'_>| {
        format!("{} {error}", error.instance_path()).chars().take(LONGEST_COMPLAINT).collect()
    };
    validator.iter_errors(value).map(complaint).collect()
}

/// The template that a path fits, the most literal one first: `/users/@me` before `/users/{user_id}`.
pub(super) fn best_template<'a>(templates: impl Iterator<Item = &'a str>, path: &str) -> Option<&'a str> {
    let fits = |template: &&str| {
        let (theirs, ours) = (template.split('/'), path.split('/'));
        theirs.clone().count() == ours.clone().count()
            && theirs
                .zip(ours)
                .all(|(theirs, ours)| if is_parameter(theirs) { !ours.is_empty() } else { theirs == ours })
    };
    let literals = |template: &&str| template.split('/').filter(|part| !is_parameter(part)).count();
    templates.filter(fits).max_by_key(literals)
}

fn filled_in(template: &str, path: &str) -> impl Iterator<Item = (String, String)> {
    let pairs = template.split('/').zip(path.split('/')).filter(|(theirs, _)| is_parameter(theirs));
    pairs.map(|(name, value)| (name.trim_matches(['{', '}']).to_owned(), value.to_owned()))
}

fn is_parameter(part: &str) -> bool {
    part.starts_with('{') && part.ends_with('}')
}

/// The names of the schemas that a schema refers to.
fn references(schema: &Value) -> Vec<String> {
    match schema {
        Value::Object(fields) => {
            let own =
                fields.get("$ref").and_then(Value::as_str).and_then(|text| text.strip_prefix("#/components/schemas/"));
            own.map(str::to_owned).into_iter().chain(fields.values().flat_map(references)).collect()
        }
        Value::Array(items) => items.iter().flat_map(references).collect(),
        _ => Vec::new(),
    }
}
