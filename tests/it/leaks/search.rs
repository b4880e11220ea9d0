//! Finds secrets in what came out: as they are, and in hex, base64 and percent-encoding.

use base64::{Engine, alphabet, engine::GeneralPurposeConfig, engine::general_purpose::GeneralPurpose};

/// What must not turn up, each under a name that may.
#[derive(Default)]
pub(super) struct Secrets(Vec<Secret>);

struct Secret {
    name: String,
    looks: Vec<String>,
}

impl Secrets {
    /// One more secret; an empty one would be everywhere.
    pub(super) fn add(&mut self, name: impl Into<String>, secret: &str) {
        assert!(secret.len() >= 8, "too short to be told from chance");
        self.0.push(Secret { name: name.into(), looks: looks(secret) });
    }

    /// How many there are.
    pub(super) fn len(&self) -> usize {
        self.0.len()
    }

    /// Which of them stand in `text`, with what stands before them; `place` says where that is.
    pub(super) fn found_in(&self, place: &str, text: &str) -> Vec<String> {
        let found = |secret: &Secret| {
            let look = secret.looks.iter().find(|look| text.contains(look.as_str()))?;
            let at = text.find(look.as_str())?;
            let before: String = text[..at].chars().rev().take(120).collect::<Vec<_>>().into_iter().rev().collect();
            Some(format!("{} in {place}, after {before:?}", secret.name))
        };
        self.0.iter().filter_map(found).collect()
    }

    /// The same, in bytes of any kind.
    pub(super) fn found_in_bytes(&self, place: &str, bytes: &[u8]) -> Vec<String> {
        // Secrets are ASCII, and ASCII survives this.
        self.found_in(place, &String::from_utf8_lossy(bytes))
    }
}

/// A part so long is told from chance, and from what all secrets of a kind have in common.
const HALF: usize = 16;

/// Every disguise of a secret, itself first.
fn looks(secret: &str) -> Vec<String> {
    let hex: String = secret.bytes().map(|byte| format!("{byte:02x}")).collect();
    let encoded = |keep: fn(u8) -> bool, upper: bool| -> String {
        let one = |byte: u8| match (keep(byte), upper) {
            (true, _) => char::from(byte).to_string(),
            (false, true) => format!("%{byte:02X}"),
            (false, false) => format!("%{byte:02x}"),
        };
        secret.bytes().map(one).collect()
    };
    let unreserved = |byte: u8| byte.is_ascii_alphanumeric() || b"-._~".contains(&byte);
    let mut looks = vec![secret.to_owned(), hex.to_uppercase(), hex];
    let form = |byte: u8| byte.is_ascii_alphanumeric() || b"*-._".contains(&byte);
    for keep in [unreserved, form, |byte: u8| byte.is_ascii_alphanumeric(), |_| false] {
        looks.extend([encoded(keep, true), encoded(keep, false)]);
    }
    for alphabet in [&alphabet::STANDARD, &alphabet::URL_SAFE] {
        let engine = GeneralPurpose::new(alphabet, GeneralPurposeConfig::new().with_encode_padding(false));
        looks.extend((0..3).map(|offset| base64_core(&engine, secret, offset)));
    }
    looks.push(secret.chars().rev().collect());
    // Cut in two, by a database's pages or by two writes of a log, one part is at least a half.
    if secret.len() >= 2 * HALF && secret.is_ascii() {
        let half = secret.len() / 2;
        looks.extend([secret[..half].to_owned(), secret[secret.len() - half..].to_owned()]);
    }
    looks.sort();
    looks.dedup();
    looks
}

/// What base64 makes of a secret that stands `offset` bytes after a multiple of three, whatever stands around it.
fn base64_core(engine: &GeneralPurpose, secret: &str, offset: usize) -> String {
    let mut bytes = vec![0; offset];
    bytes.extend(secret.bytes());
    let whole = engine.encode(&bytes);
    let first = [0, 2, 3][offset];
    // The last character also holds bits of what follows, unless the bytes fill their group.
    let last = if bytes.len().is_multiple_of(3) { whole.len() } else { whole.len() - 1 };
    whole[first..last].to_owned()
}

#[test]
fn a_planted_canary_is_found_in_every_disguise() {
    use base64::engine::general_purpose::{STANDARD, STANDARD_NO_PAD, URL_SAFE, URL_SAFE_NO_PAD};
    let canary = "https://fake.example/#?id=canary+/~é".replace('é', "e");
    let mut secrets = Secrets::default();
    secrets.add("the canary", &canary);
    let hex: String = canary.bytes().map(|byte| format!("{byte:02x}")).collect();
    let all: String = canary.bytes().map(|byte| format!("%{byte:02X}")).collect();
    let mut planted = vec![canary.clone(), hex.to_uppercase(), hex, all.to_lowercase(), all];
    planted.push(url::form_urlencoded::byte_serialize(canary.as_bytes()).collect());
    for before in ["", "a", "ab", "abc"] {
        for after in ["", "z", "yz", "xyz"] {
            let text = format!("{before}{canary}{after}");
            planted
                .extend([&STANDARD, &STANDARD_NO_PAD, &URL_SAFE, &URL_SAFE_NO_PAD].map(|engine| engine.encode(&text)));
        }
    }
    for at in 1..canary.len() {
        planted.push(format!("{}\0page\0{}", &canary[..at], &canary[at..]));
    }
    for text in planted {
        let line = format!("INFO something: {text}, and more");
        assert_eq!(secrets.found_in("a log", &line).len(), 1, "{line}");
        assert_eq!(secrets.found_in_bytes("a file", &[b"\xff\0\xfe", line.as_bytes(), b"\xff"].concat()).len(), 1);
    }
    assert!(secrets.found_in("a log", "https://fake.ex").is_empty());
}
