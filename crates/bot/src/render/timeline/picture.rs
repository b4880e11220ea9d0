//! Shapes and words as a PNG: what a timeline is drawn with, and no more.

use skrifa::{
    FontRef, MetadataProvider,
    instance::{LocationRef, Size},
    outline::{DrawSettings, OutlinePen},
};
use tiny_skia::{FillRule, Paint, Path, PathBuilder, Pixmap, Stroke, Transform};

/// DejaVu Sans, reduced to Latin letters; its licence lies beside it.
const FONT: &[u8] = include_bytes!("DejaVuSans-Latin.ttf");
/// Pixels for each unit: phones have at least two.
const SHARPNESS: u8 = 2;
/// How round the corners of the background are.
const CORNER: f32 = 14.0;

/// Red, green, blue.
pub(super) type Colour = [u8; 3];

/// A place, in units of a phone's screen: from the left, from the top.
pub(super) type Place = (f32, f32);

/// Which end of a text stands at its place.
#[derive(Clone, Copy, Debug)]
pub(super) enum End {
    First,
    Last,
}

/// What has been drawn so far; what lies outside is not drawn.
pub(super) struct Picture {
    pixels: Pixmap,
    font: FontRef<'static>,
}

impl Picture {
    /// A transparent one, `width` and `height` units large.
    ///
    /// # Errors
    ///
    /// In words, if there is no room for it, or the font cannot be read.
    pub(super) fn new(width: u16, height: u16) -> Result<Self, String> {
        let pixels = |units: u16| u32::from(units) * u32::from(SHARPNESS);
        Ok(Self {
            pixels: Pixmap::new(pixels(width), pixels(height)).ok_or("no room")?,
            font: FontRef::new(FONT).map_err(|error| error.to_string())?,
        })
    }

    /// A rectangle with round corners.
    pub(super) fn card(&mut self, (left, top): Place, (right, bottom): Place, fill: Colour, edge: Colour) {
        let mut path = PathBuilder::new();
        path.move_to(left + CORNER, top);
        path.line_to(right - CORNER, top);
        path.quad_to(right, top, right, top + CORNER);
        path.line_to(right, bottom - CORNER);
        path.quad_to(right, bottom, right - CORNER, bottom);
        path.line_to(left + CORNER, bottom);
        path.quad_to(left, bottom, left, bottom - CORNER);
        path.line_to(left, top + CORNER);
        path.quad_to(left, top, left + CORNER, top);
        path.close();
        self.shape(path.finish(), Some(fill), Some((edge, 1.5)));
    }

    /// A line, three units thick.
    pub(super) fn line(&mut self, from: Place, to: Place, colour: Colour) {
        let mut path = PathBuilder::new();
        path.move_to(from.0, from.1);
        path.line_to(to.0, to.1);
        self.shape(path.finish(), None, Some((colour, 3.0)));
    }

    /// A dot with a ring around it.
    pub(super) fn dot(&mut self, at: Place, fill: Colour, ring: Colour) {
        self.shape(PathBuilder::from_circle(at.0, at.1, 7.0), Some(fill), Some((ring, 3.0)));
    }

    /// A line of text on its baseline. What the font does not have is drawn as an empty box.
    pub(super) fn text(&mut self, text: &str, at: Place, end: End, size: f32, colour: Colour) {
        let (size, upright) = (Size::new(size), LocationRef::default());
        let (letters, widths) = (self.font.charmap(), self.font.glyph_metrics(size, upright));
        let outlines = self.font.outline_glyphs();
        let glyphs: Vec<_> = text.chars().map(|c| letters.map(c).unwrap_or_default()).collect();
        let advance = |glyph| widths.advance_width(glyph).unwrap_or_default();
        let mut pen = Pen { path: PathBuilder::new(), x: at.0, y: at.1 };
        if let End::Last = end {
            pen.x -= glyphs.iter().map(|glyph| advance(*glyph)).sum::<f32>();
        }
        for glyph in glyphs {
            if let Some(outline) = outlines.get(glyph) {
                // A letter that the font describes wrongly is a gap.
                outline.draw(DrawSettings::unhinted(size, upright), &mut pen).ok();
            }
            pen.x += advance(glyph);
        }
        self.shape(pen.path.finish(), Some(colour), None);
    }

    /// The whole of it as a file.
    ///
    /// # Errors
    ///
    /// In words, if it cannot be encoded.
    pub(super) fn png(&self) -> Result<Vec<u8>, String> {
        self.pixels.encode_png().map_err(|error| error.to_string())
    }

    fn shape(&mut self, path: Option<Path>, fill: Option<Colour>, stroke: Option<(Colour, f32)>) {
        // There is no path where nothing is to be drawn, as for an empty text.
        let Some(path) = path else { return };
        let sharp = f32::from(SHARPNESS);
        let sharp = Transform::from_scale(sharp, sharp);
        if let Some(colour) = fill {
            self.pixels.fill_path(&path, &paint(colour), FillRule::Winding, sharp, None);
        }
        if let Some((colour, width)) = stroke {
            self.pixels.stroke_path(&path, &paint(colour), &Stroke { width, ..Stroke::default() }, sharp, None);
        }
    }
}

fn paint([red, green, blue]: Colour) -> Paint<'static> {
    let mut paint = Paint::default();
    paint.set_color_rgba8(red, green, blue, 255);
    paint
}

/// Takes a letter's outline, which counts upwards from its baseline, to its place in the picture.
struct Pen {
    path: PathBuilder,
    x: f32,
    y: f32,
}

impl Pen {
    fn at(&self, x: f32, y: f32) -> Place {
        (self.x + x, self.y - y)
    }
}

impl OutlinePen for Pen {
    fn move_to(&mut self, x: f32, y: f32) {
        let (x, y) = self.at(x, y);
        self.path.move_to(x, y);
    }

    fn line_to(&mut self, x: f32, y: f32) {
        let (x, y) = self.at(x, y);
        self.path.line_to(x, y);
    }

    fn quad_to(&mut self, x1: f32, y1: f32, x: f32, y: f32) {
        let ((x1, y1), (x, y)) = (self.at(x1, y1), self.at(x, y));
        self.path.quad_to(x1, y1, x, y);
    }

    fn curve_to(&mut self, x1: f32, y1: f32, x2: f32, y2: f32, x: f32, y: f32) {
        let ((x1, y1), (x2, y2), (x, y)) = (self.at(x1, y1), self.at(x2, y2), self.at(x, y));
        self.path.cubic_to(x1, y1, x2, y2, x, y);
    }

    fn close(&mut self) {
        self.path.close();
    }
}
