//! The example that comes with Bernard: as it is, it is nobody's configuration.

use std::{fs, path::Path};

/// The file that is copied to begin with.
const EXAMPLE: &str = include_str!("../../config/bernard.toml");

/// Whether nobody has filled anything in: the file is the example, up to comments, blank lines, and where the store and the secrets are:
/// a package has places of its own for those.
pub fn is_untouched(path: &Path) -> bool {
    fs::read_to_string(path).is_ok_and(|text| meat(&text).eq(meat(EXAMPLE)))
}

/// What is to be said of such a file.
pub fn said() -> &'static str {
    "this is the example configuration, untouched: discord.guild, the credentials and the ids under [[role]] are yours to fill in; \
     `bernard init` asks for them and writes a configuration"
}

fn meat(text: &str) -> impl Iterator<Item = &str> {
    text.lines().map(str::trim).filter(|line| !line.is_empty() && !line.starts_with('#') && !is_place(line))
}

/// Whether a line only says where something is.
fn is_place(line: &str) -> bool {
    ["= { env = ", "= { file = ", "url = \"sqlite://"].iter().any(|place| line.contains(place))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_example_is_known_until_a_value_changes() {
        let folder = tempfile::tempdir().expect("a folder");
        let file = folder.path().join("my.toml");
        let says = |text: &str| {
            fs::write(&file, text).expect("it is written");
            is_untouched(&file)
        };
        assert!(says(EXAMPLE));
        assert!(says(&format!("# mine\n\n{EXAMPLE}")));
        assert!(!says(&EXAMPLE.replace("100000000000000001", "100000000000000002")));
        let packaged =
            EXAMPLE.replace("{ env = \"DISCORD_TOKEN\" }", "{ file = \"/etc/credstore/bernard.discord-token\" }");
        let packaged = packaged.replace("sqlite://data/", "sqlite:///var/lib/bernard/");
        assert!(packaged != EXAMPLE && says(&packaged), "as a package installs it");
        assert!(!says(&packaged.replace("{ file = \"/etc/credstore/bernard.discord-token\" }", "\"mine\"")));
        assert!(!says(""));
    }
}
