//! How an operation went, as a small picture: what happened when, from top to bottom, with longer gaps for longer waits.
//!
//! Made for a phone: 390 wide, two pixels each, with a background of its own, so it reads the same in the light and the dark theme.
//! What it shows also stands in words beside it, for those who cannot see it.

mod picture;

use bernard_domain::{
    locale::Locale,
    operation::{
        Operation,
        event::{Event, Port},
    },
    server::TaskStatus,
};
use bernard_text::say;
use bernard_untrusted::shown;
use jiff::{SignedDuration, Timestamp};

use self::picture::{Colour, End, Picture};
use super::{message::File, wording};

/// The width of a phone.
const WIDTH: u16 = 390;
/// Where the first dot is.
const TOP: u16 = 104;
/// How large its letters are.
const TEXT: f32 = 17.0;
const PAPER: Colour = [0x22, 0x25, 0x2b];
const LINE: Colour = [0x6b, 0x72, 0x80];
const GREY: Colour = [0xc3, 0xc9, 0xd2];
const WHITE: Colour = [0xff; 3];
/// The least and the greatest distance of two dots.
const GAP: (f64, f64) = (46.0, 120.0);
/// How much of a server's name fits a line.
const LABEL: usize = 26;
/// How much of a description Discord takes.
const DESCRIPTION: usize = 1_024;

/// What an operation's picture shows.
#[derive(Clone, Debug, PartialEq)]
pub(crate) struct Timeline {
    title: String,
    state: String,
    file: String,
    marks: Vec<Mark>,
}

/// One thing that happened, or the present moment.
#[derive(Clone, Debug, PartialEq)]
struct Mark {
    /// Since it was asked for.
    after: SignedDuration,
    label: String,
    tone: Tone,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Tone {
    Done,
    Bad,
    /// Not over: it is now.
    Now,
}

impl Tone {
    fn colour(self) -> Colour {
        match self {
            Self::Done => [0x4c, 0xc3, 0x8a],
            Self::Bad => [0xff, 0x6b, 0x6b],
            Self::Now => [0x7a, 0xb0, 0xff],
        }
    }
}

impl Timeline {
    /// What happened to `operation` until `now`.
    pub(crate) fn of(operation: &Operation, events: &[(Timestamp, Event)], now: Timestamp, locale: Locale) -> Self {
        let after = |at: Timestamp| at.duration_since(operation.opened).max(SignedDuration::ZERO);
        let mark = |at, label, tone| Mark { after: after(at), label, tone };
        let mut marks = vec![mark(operation.opened, say!(locale, "picture-asked"), Tone::Done)];
        let (mut closed, mut back) = (false, false);
        for (at, event) in events {
            // A port flaps while a system starts: it counts when it first closes, and when it first answers after that.
            if let Event::PortSeen { port, .. } = event {
                let again = match port {
                    Port::Closed => std::mem::replace(&mut closed, true),
                    Port::Open => !closed || std::mem::replace(&mut back, true),
                };
                if again {
                    continue;
                }
            }
            marks.extend(shown(event, locale).map(|(label, tone)| mark(*at, label, tone)));
        }
        if !operation.state.is_ended() {
            marks.push(mark(now, say!(locale, "picture-now"), Tone::Now));
        }
        let label = shown::cut(&shown::visible(&operation.request.label), LABEL);
        Self {
            title: format!("{label} · {}", operation.id),
            state: wording::state(operation, locale).words,
            file: format!("{}.png", operation.id),
            marks,
        }
    }

    /// The same in words.
    pub(crate) fn description(&self) -> String {
        let marks = self.marks.iter().map(|mark| format!("{} {}", elapsed(mark.after), mark.label));
        let words = format!("{}: {}. {}", self.title, self.state, marks.collect::<Vec<_>>().join("; "));
        shown::cut(&words, DESCRIPTION)
    }

    /// The picture as a file for a message. Takes a while: whoever waits for other things has it drawn beside them.
    ///
    /// # Errors
    /// What the painter says.
    pub(crate) fn file(&self) -> Result<File, String> {
        let description = Some(self.description());
        Ok(File { description, ..File::new(self.file.clone(), self.png()?) })
    }

    fn png(&self) -> Result<Vec<u8>, String> {
        let places = self.places();
        let height = places.last().copied().unwrap_or(TOP) + 44;
        let mut picture = Picture::new(WIDTH, height)?;
        let corner = (f32::from(WIDTH) - 1.0, f32::from(height) - 1.0);
        picture.card((1.0, 1.0), corner, PAPER, LINE);
        picture.text(&self.title, (20.0, 38.0), End::First, 19.0, WHITE);
        picture.text(&self.state, (20.0, 64.0), End::First, TEXT, GREY);
        let places: Vec<f32> = places.into_iter().map(f32::from).collect();
        for pair in places.windows(2) {
            picture.line((106.0, pair[0]), (106.0, pair[1]), LINE);
        }
        for (mark, y) in self.marks.iter().zip(places) {
            let colour = mark.tone.colour();
            let fill = if mark.tone == Tone::Now { PAPER } else { colour };
            picture.dot((106.0, y), fill, colour);
            picture.text(&elapsed(mark.after), (84.0, y + 6.0), End::Last, TEXT, GREY);
            picture.text(&mark.label, (126.0, y + 6.0), End::First, TEXT, WHITE);
        }
        picture.png()
    }

    /// How far down each dot is. A wait of an hour is not sixty times as long as one of a minute, but it is longer.
    fn places(&self) -> Vec<u16> {
        let mut y = f64::from(TOP);
        let mut places = vec![TOP];
        for pair in self.marks.windows(2) {
            let seconds = (pair[1].after - pair[0].after).as_secs_f64().max(0.0);
            y += (GAP.0 + 9.0 * (1.0 + seconds / 10.0).log2()).min(GAP.1);
            // At most a dozen dots of at most GAP each: far from any bound.
            #[expect(clippy::cast_possible_truncation, clippy::cast_sign_loss, reason = "a small positive number")]
            places.push(y.round() as u16);
        }
        places
    }
}

/// What of an event is worth a dot.
fn shown(event: &Event, locale: Locale) -> Option<(String, Tone)> {
    let shown = match event {
        Event::BootSet { .. } => (say!(locale, "picture-set"), Tone::Done),
        Event::RebootIntended { .. } => (say!(locale, "picture-reboot"), Tone::Done),
        Event::RebootUnknown { .. } => (say!(locale, "picture-unknown"), Tone::Bad),
        Event::RebootNotDone { .. } | Event::SettingRefused { .. } => (say!(locale, "picture-refused"), Tone::Bad),
        Event::TaskSeen { status: TaskStatus::Done, .. } => (say!(locale, "picture-task-done"), Tone::Done),
        Event::TaskSeen { status, .. } if status.is_final() => (say!(locale, "picture-task-failed"), Tone::Bad),
        Event::TaskVanished => (say!(locale, "picture-task-vanished"), Tone::Bad),
        Event::PortSeen { port: Port::Closed, .. } => (say!(locale, "picture-port-closed"), Tone::Done),
        Event::PortSeen { port: Port::Open, .. } => (say!(locale, "picture-port-back"), Tone::Done),
        Event::LinkDelivered | Event::LinkRevealed { .. } => (say!(locale, "picture-link"), Tone::Done),
        Event::LinkNotFound { .. } | Event::LinkGivenUp | Event::LinkWithheld => {
            (say!(locale, "picture-no-link"), Tone::Bad)
        }
        Event::CancelAsked { .. } => (say!(locale, "picture-cancelled"), Tone::Bad),
        // The rest is between these, or stands in the line of state above them.
        _ => return None,
    };
    Some(shown)
}

/// `0:07`, `12:30`, `1:05:00`: hours only when there are some.
fn elapsed(after: SignedDuration) -> String {
    let all = after.as_secs();
    let (hours, minutes, seconds) = (all / 3_600, all / 60 % 60, all % 60);
    match hours {
        0 => format!("{minutes}:{seconds:02}"),
        1..100 => format!("{hours}:{minutes:02}:{seconds:02}"),
        _ => format!("{hours} h"),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn timeline(marks: &[(i64, &str, Tone)]) -> Timeline {
        let mark = |(after, label, tone): &(i64, &str, Tone)| Mark {
            after: SignedDuration::from_secs(*after),
            label: (*label).to_owned(),
            tone: *tone,
        };
        Timeline {
            title: "web-1 · R-142".to_owned(),
            state: "Looking for the link".to_owned(),
            file: "R-142.png".to_owned(),
            marks: marks.iter().map(mark).collect(),
        }
    }

    fn long() -> Timeline {
        timeline(&[
            (0, "Asked for", Tone::Done),
            (3, "Netboot set", Tone::Done),
            (4, "Reboot sent", Tone::Done),
            (64, "OVHcloud's task done", Tone::Done),
            (147, "Port stopped answering", Tone::Done),
            (211, "Port answers again", Tone::Done),
            (215, "No link found", Tone::Bad),
            (3_900, "Now", Tone::Now),
        ])
    }

    /// Every pixel as red, green, blue, opacity.
    fn pixels(timeline: &Timeline) -> (u32, u32, Vec<[u8; 4]>) {
        let decoded = tiny_skia::Pixmap::decode_png(&timeline.png().unwrap()).unwrap();
        let pixels = decoded.pixels().iter().map(|pixel| [pixel.red(), pixel.green(), pixel.blue(), pixel.alpha()]);
        (decoded.width(), decoded.height(), pixels.collect())
    }

    #[test]
    fn the_picture_fits_a_phone_and_its_words_are_drawn() {
        let (width, height, drawn) = pixels(&long());
        assert_eq!(width, 780);
        assert!((800..2_400).contains(&height), "{height}");
        let white_at = |top: u16, bottom: u16| {
            let (top, bottom) = (u32::from(top), u32::from(bottom));
            let rows = (top * 2 * width) as usize..(bottom * 2 * width) as usize;
            drawn[rows].iter().filter(|pixel| **pixel == [255, 255, 255, 255]).count()
        };
        assert!(white_at(20, 44) > 200, "the title");
        for y in long().places() {
            assert!(white_at(y - 10, y + 10) > 100, "the label at {y}");
        }
        let empty = timeline(&[(0, "", Tone::Done)]);
        let y = u32::from(empty.places()[0]);
        let blank = pixels(&empty).2;
        let rows = ((y - 10) * 2 * 780) as usize..((y + 10) * 2 * 780) as usize;
        assert!(blank[rows].iter().all(|pixel| *pixel != [255, 255, 255, 255]), "without words there is no white");
    }

    #[test]
    fn it_brings_its_own_background_for_either_theme() {
        let (width, height, drawn) = pixels(&long());
        let middle = drawn[(height / 2 * width + width - 40) as usize];
        assert_eq!(middle, [0x22, 0x25, 0x2b, 255]);
        assert_eq!(drawn[0][3], 0, "around its corners the theme shows");
    }

    #[test]
    fn its_description_says_the_same() {
        let words = long().description();
        assert!(words.starts_with("web-1 · R-142: Looking for the link. 0:00 Asked for; 0:03 Netboot set"), "{words}");
        assert!(words.ends_with("1:05:00 Now"), "{words}");
    }

    #[test]
    fn no_name_breaks_the_picture() {
        let mut odd = timeline(&[(0, "<&>'\"", Tone::Done), (1, "]]>\u{0}\u{7}\u{ffff}", Tone::Bad)]);
        odd.title = "日本語 👍".to_owned();
        odd.png().unwrap();
    }

    #[test]
    fn longer_waits_are_longer_but_not_endless() {
        let places = long().places();
        let gaps: Vec<u16> = places.windows(2).map(|pair| pair[1] - pair[0]).collect();
        assert!(gaps[1] < gaps[2] && gaps[2] < gaps[6], "{gaps:?}");
        assert!(gaps.iter().all(|gap| (46..=120).contains(gap)), "{gaps:?}");
    }
}
