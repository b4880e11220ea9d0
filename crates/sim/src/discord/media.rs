//! What Discord makes of a file: its media type, by its name, and a picture's size.

/// The bytes with which every PNG begins; its first chunk, with width and height, follows.
const PNG: &[u8] = b"\x89PNG\r\n\x1a\n";

/// The media type: the one that came with the file, unless that says nothing; then by the name's ending.
pub(super) fn kind(filename: &str, told: &str) -> String {
    if told != "application/octet-stream" && !told.is_empty() {
        return told.to_owned();
    }
    let ending = filename.rsplit_once('.').map(|(_, ending)| ending.to_ascii_lowercase());
    let kind = match ending.as_deref() {
        Some("png") => "image/png",
        Some("jpg" | "jpeg") => "image/jpeg",
        Some("gif") => "image/gif",
        Some("webp") => "image/webp",
        Some("txt") => "text/plain; charset=utf-8",
        Some("json") => "application/json; charset=utf-8",
        _ => "application/octet-stream",
    };
    kind.to_owned()
}

/// Width and height of a PNG in pixels.
pub(super) fn size(bytes: &[u8]) -> Option<(u32, u32)> {
    let header = bytes.strip_prefix(PNG)?.get(8..16)?;
    let number = |at: usize| Some(u32::from_be_bytes(header.get(at..at + 4)?.try_into().ok()?));
    Some((number(0)?, number(4)?))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_name_says_what_a_file_is_if_nobody_else_does() {
        assert_eq!(kind("R-2.PNG", "application/octet-stream"), "image/png");
        assert_eq!(kind("R-2.png", "text/plain"), "text/plain");
        assert_eq!(kind("rescue.rdp", ""), "application/octet-stream");
    }

    #[test]
    fn a_png_says_how_large_it_is() {
        let png = [PNG, b"\0\0\0\rIHDR", &320_u32.to_be_bytes(), &200_u32.to_be_bytes(), b"\x08"].concat();
        assert_eq!(size(&png), Some((320, 200)));
        assert_eq!(size(&png[..20]), None);
        assert_eq!(size(b"no picture"), None);
    }
}
