//! The figures of the site as drawings that travel alone: a file of SVG for each, in each language.
//!
//! Enters: the figures of a page as the page shows them. Leaves: the files `data/figure-<anchor>.svg` with
//! title, chart, source and release in themselves, drawn with attributes only. Refuses nothing: a figure
//! without a chart has no file, and a withheld figure is drawn as its sign. A chart of signs alone stands on no page; its
//! file is there all the same, so that addresses do not come and go with what is withheld.

use super::figures::{Chart, Figure};
use crate::chart::{Bar, Flow, FlowStep, Funnel, Line, Range, RangeRow, Stack};
use crate::release::Release;
use crate::render::{Frame, RenderError, Renderer};
use crate::text::{Messages, told_date};
use serde::Serialize;

/// Width of every drawing, pixels; its height follows from what is drawn.
const WIDTH: u32 = 960;
/// Around the drawing.
const MARGIN: u32 = 40;
/// Between the margins.
const INNER: u32 = WIDTH - 2 * MARGIN;
/// Width of the labels at the left.
const LABEL: u32 = 260;
/// Between two columns.
const GAP: u32 = 20;
/// Where plots begin that have labels at their left, and their width.
const PLOT_X: u32 = MARGIN + LABEL + GAP;
const PLOT: u32 = WIDTH - MARGIN - PLOT_X;
/// Width of the share at the end of each stack.
const SHARE: u32 = 90;
/// Room for the texts that stand half outside an axis.
const INSET: u32 = 16;
/// Room for the first and last texts of a curve.
const CURVE_INSET: (u32, u32) = (28, 56);
/// Side of a square of the legend.
const SWATCH: u32 = 16;

/// How a text is written.
#[derive(Clone, Copy, Debug, Serialize)]
struct Hand {
    size: u32,
    bold: bool,
    quiet: bool,
}

const TITLE: Hand = Hand { size: 28, bold: true, quiet: false };
const POSTER: Hand = Hand { size: 56, bold: true, quiet: false };
const FIGURE: Hand = Hand { size: 18, bold: true, quiet: false };
const STRONG: Hand = Hand { size: 16, bold: true, quiet: false };
const PLAIN: Hand = Hand { size: 16, bold: false, quiet: false };
const QUIET: Hand = Hand { size: 16, bold: false, quiet: true };

impl Hand {
    /// From one line to the next.
    fn leading(self) -> u32 {
        self.size * 4 / 3
    }

    /// Hundredths of the size that a letter is wide, on the average.
    fn letter(self) -> u32 {
        if self.bold { 55 } else { 48 }
    }

    /// Letters that have room in `width` pixels.
    fn columns(self, width: u32) -> u32 {
        width * 100 / (self.size * self.letter())
    }

    /// About how wide a text is.
    fn width(self, text: &str) -> u32 {
        letters(text) * self.size * self.letter() / 100
    }
}

/// One line of text; `y` is its base line.
#[derive(Debug, Serialize)]
struct Words {
    x: u32,
    y: u32,
    anchor: &'static str,
    hand: Hand,
    text: String,
}

/// A box with a part of the chart, one of these.
#[derive(Clone, Copy, Debug, Default, Serialize)]
struct Plot<'a> {
    x: u32,
    y: u32,
    width: u32,
    height: u32,
    bar: Option<&'a Bar>,
    step: Option<&'a FlowStep>,
    share: Option<&'a Stack>,
    /// Colour class of a square of the legend.
    swatch: Option<&'a str>,
    group: Option<&'a RangeRow>,
    /// Name of the axis of the groups.
    axis: Option<&'static str>,
    /// Places and texts of that axis.
    ticks: &'a [(String, String)],
    line: Option<&'a Line>,
    funnel: Option<&'a Funnel>,
    /// Name of its axis of numbers expected.
    expected: &'static str,
}

#[derive(Debug, Default, Serialize)]
struct Row<'a> {
    words: Vec<Words>,
    plot: Option<Plot<'a>>,
}

/// Everything that `site/figure.svg` draws.
#[derive(Debug, Serialize)]
struct Drawing<'a> {
    lang: &'static str,
    width: u32,
    height: u32,
    margin: u32,
    /// Height of the line above the foot.
    rule: u32,
    title: &'a str,
    description: String,
    rows: Vec<Row<'a>>,
}

/// The files of the figures that have a chart, with their paths.
pub(super) fn files(
    figures: &[Figure],
    frame: &Frame,
    release: &Release,
    renderer: &Renderer,
    m: Messages,
) -> Result<Vec<(String, String)>, RenderError> {
    let file = |figure: &Figure| {
        let path = format!("data/figure-{}{}.svg", figure.anchor, frame.suffix);
        renderer.fill("site/figure.svg", &drawing(figure, frame, release, m)).map(|svg| (path, svg))
    };
    figures.iter().filter(|f| f.chart.is_drawn()).map(file).collect()
}

fn drawing<'a>(figure: &'a Figure, frame: &Frame, release: &Release, m: Messages) -> Drawing<'a> {
    let mut sheet = Sheet { y: MARGIN, rows: Vec::new() };
    sheet.write(&figure.title, TITLE);
    sheet.skip(6);
    sheet.write(&figure.subtitle, QUIET);
    sheet.skip(24);
    sheet.chart(&figure.chart, m);
    sheet.skip(16);
    let rule = sheet.y;
    sheet.skip(14);
    let withheld = figure.withheld.then(|| m.get("site.withheld_here"));
    if let Some(sign) = withheld {
        sheet.write(sign, PLAIN);
    }
    sheet.write(&format!("{}{}", m.get("site.source"), figure.source), QUIET);
    let (date, id) = (told_date(release.as_of(), m.language()), release.id().to_string());
    let origin = m.fill(
        "site.drawing_origin",
        &[("site", &frame.site_name), ("date", &date), ("id", &id), ("licence", &frame.licence)],
    );
    sheet.write(&origin, QUIET);
    if let Some(notice) = &frame.notice {
        sheet.write(notice, QUIET);
    }
    let description = [figure.description.as_str()].into_iter().chain(withheld).collect::<Vec<_>>().join(" ");
    Drawing {
        lang: frame.lang,
        width: WIDTH,
        height: sheet.y + MARGIN - 10,
        margin: MARGIN,
        rule,
        title: &figure.title,
        description,
        rows: sheet.rows,
    }
}

/// A sheet that is filled from the top.
struct Sheet<'a> {
    /// How far it is filled.
    y: u32,
    rows: Vec<Row<'a>>,
}

impl<'a> Sheet<'a> {
    fn skip(&mut self, pixels: u32) {
        self.y += pixels;
    }

    /// A text from margin to margin.
    fn write(&mut self, text: &str, hand: Hand) {
        let (words, height) = written(text, INNER, hand, self.y);
        self.rows.push(Row { words, plot: None });
        self.y += height;
    }

    /// A label, how many are counted and a plot beside them, all around one middle; returns that middle.
    fn row(&mut self, label: &str, n: Option<&str>, plot: Plot<'a>) -> u32 {
        let (mut words, mut tall) = written(label, LABEL, PLAIN, 0);
        if let Some(n) = n {
            let (count, height) = written(&format!("n\u{a0}=\u{a0}{n}"), LABEL, QUIET, tall);
            words.extend(count);
            tall += height;
        }
        let height = tall.max(plot.height);
        let down = self.y + (height - tall) / 2;
        words.iter_mut().for_each(|w| w.y += down);
        let plot = Plot { y: self.y + (height - plot.height) / 2, ..plot };
        self.rows.push(Row { words, plot: Some(plot) });
        let middle = self.y + height / 2;
        self.y += height;
        middle
    }

    fn chart(&mut self, chart: &'a Chart, m: Messages) {
        if let Some(mean) = &chart.mean {
            self.mean(mean, m);
        }
        if let Some(bars) = &chart.bars {
            for bar in &bars.rows {
                self.row(&bar.label, None, Plot { bar: Some(bar), ..plot(PLOT, 36) });
                self.skip(10);
            }
        }
        if let Some(range) = &chart.range {
            self.range(range, m);
        }
        if let Some(line) = &chart.line {
            let (before, after) = CURVE_INSET;
            let place = Plot { x: MARGIN + before, y: self.y + 10, ..plot(INNER - before - after, line.height + 32) };
            self.skip(10 + place.height);
            self.rows.push(Row { words: Vec::new(), plot: Some(Plot { line: Some(line), ..place }) });
        }
        if let Some(funnel) = &chart.funnel {
            self.funnel(funnel, &chart.legend, m);
        }
        if !chart.stacks.is_empty() {
            self.legend(&chart.legend);
            self.stacks(&chart.stacks, &chart.share);
        }
        if let Some(flow) = &chart.flow {
            self.flow(flow, m);
        }
    }

    /// The mean as a poster figure, what it is beside it.
    fn mean(&mut self, mean: &str, m: Messages) {
        let y = self.y + POSTER.size * 3 / 4;
        let x = MARGIN + POSTER.width(mean) + GAP;
        let words = vec![
            Words { x: MARGIN, y, anchor: "start", hand: POSTER, text: mean.to_owned() },
            Words { x, y, anchor: "start", hand: QUIET, text: m.get("site.mean_scale").to_owned() },
        ];
        self.rows.push(Row { words, plot: None });
        self.skip(POSTER.size + 12);
    }

    fn range(&mut self, range: &'a Range, m: Messages) {
        let place = |height: u32| Plot { x: PLOT_X + INSET, ticks: &range.ticks, ..plot(PLOT - 2 * INSET, height) };
        for group in &range.rows {
            self.row(&group.label, Some(group.n.as_str()), Plot { group: Some(group), ..place(76) });
        }
        self.row("", None, Plot { axis: Some(m.get("site.months_axis")), ..place(50) });
    }

    /// The funnel, above it what goes up, below it what its points are called.
    fn funnel(&mut self, funnel: &'a Funnel, names: &'a [(String, String)], m: Messages) {
        self.write(m.get("comparison.ratio"), QUIET);
        let place = Plot { x: MARGIN + CURVE_INSET.0, y: self.y + 10, ..plot(INNER - 2 * CURVE_INSET.0, 0) };
        self.skip(funnel.height + 70);
        let expected = m.get("comparison.expected");
        let funnel = Plot { height: funnel.height + 60, funnel: Some(funnel), expected, ..place };
        self.rows.push(Row { words: Vec::new(), plot: Some(funnel) });
        self.write(m.get("comparison.limits"), QUIET);
        for (name, provider) in names {
            self.write(&format!("{name}: {provider}"), PLAIN);
        }
    }

    /// What each colour means, side by side as long as there is room.
    fn legend(&mut self, legend: &'a [(String, String)]) {
        let mut x = MARGIN;
        for (class, text) in legend {
            let wide = SWATCH + 8 + PLAIN.width(text);
            if x > MARGIN && x + wide > WIDTH - MARGIN {
                x = MARGIN;
                self.skip(SWATCH + 10);
            }
            let y = self.y + SWATCH - 2;
            let words = Words { x: x + SWATCH + 8, y, anchor: "start", hand: PLAIN, text: text.clone() };
            let swatch = Plot { x, y: self.y, swatch: Some(class.as_str()), ..plot(SWATCH, SWATCH) };
            self.rows.push(Row { words: vec![words], plot: Some(swatch) });
            x += wide + GAP;
        }
        self.skip(SWATCH + 16);
    }

    /// Stacks with the share of the first answer at their end, under what it is a share of.
    fn stacks(&mut self, stacks: &'a [Stack], share: &str) {
        let at_end = |y: u32, hand: Hand, text: &str| {
            let words = vec![Words { x: WIDTH - MARGIN, y, anchor: "end", hand, text: text.to_owned() }];
            Row { words, plot: None }
        };
        self.rows.push(at_end(self.y + QUIET.size, QUIET, share));
        self.skip(QUIET.leading() + 6);
        for stack in stacks {
            let place = Plot { share: Some(stack), ..plot(PLOT - SHARE, 36) };
            let middle = self.row(&stack.label, Some(stack.n.as_str()), place);
            self.rows.push(at_end(middle + 6, FIGURE, &stack.share));
            self.skip(14);
        }
    }

    /// Each group with its rate, its steps below it.
    fn flow(&mut self, flow: &'a Flow, m: Messages) {
        for group in &flow.rows {
            let (mut words, height) = written(&group.label, LABEL, STRONG, self.y);
            if let Some(rate) = &group.rate {
                let text = format!("{rate} {}", m.get("site.response_rate"));
                words.push(Words { x: PLOT_X, y: self.y + STRONG.size, anchor: "start", hand: STRONG, text });
            }
            self.rows.push(Row { words, plot: None });
            self.skip(height + 4);
            for step in &group.steps {
                self.row(&step.label, None, Plot { step: Some(step), ..plot(PLOT, 28) });
                self.skip(4);
            }
            self.skip(16);
        }
    }
}

/// An empty box beside the labels.
fn plot<'a>(width: u32, height: u32) -> Plot<'a> {
    Plot { x: PLOT_X, width, height, ..Plot::default() }
}

/// The lines of a text in a column at the left margin that begins at `top`, and their height.
fn written(text: &str, width: u32, hand: Hand, top: u32) -> (Vec<Words>, u32) {
    let mut height = 0;
    let words = wrapped(text, hand.columns(width)).into_iter().map(|text| {
        let y = top + height + hand.size;
        height += hand.leading();
        Words { x: MARGIN, y, anchor: "start", hand, text }
    });
    let words = words.collect();
    (words, height)
}

fn letters(text: &str) -> u32 {
    u32::try_from(text.chars().count()).unwrap_or(u32::MAX)
}

/// The text in lines of at most so many letters; a longer word has a line of its own, for words are never
/// cut. Parts that no-break spaces hold together stay together; signs that XML does not know are left out.
fn wrapped(text: &str, columns: u32) -> Vec<String> {
    let mut lines: Vec<String> = Vec::new();
    for word in text.split(|c: char| c == ' ' || c.is_control()).filter(|w| !w.is_empty()) {
        let fits = lines.last().is_some_and(|line| letters(line) + 1 + letters(word) <= columns);
        match lines.last_mut() {
            Some(line) if fits => {
                line.push(' ');
                line.push_str(word);
            }
            _ => lines.push(word.to_owned()),
        }
    }
    lines
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::collections::BTreeMap;

    #[test]
    fn lines_break_at_spaces_and_long_words_stay_whole() {
        assert_eq!(wrapped("one two three four", 9), ["one two", "three", "four"]);
        assert_eq!(wrapped("a työkokeilupaikkakunta b", 6), ["a", "työkokeilupaikkakunta", "b"]);
        assert_eq!(wrapped("ääää öööö", 9), ["ääää öööö"]);
        assert!(wrapped("  ", 9).is_empty());
    }

    #[test]
    fn no_break_spaces_hold_together_and_control_signs_are_left_out() {
        assert_eq!(wrapped("aged n\u{a0}=\u{a0}22 a", 8), ["aged", "n\u{a0}=\u{a0}22 a"]);
        assert_eq!(wrapped("a\u{b}b\nc", 9), ["a b c"]);
    }

    #[test]
    fn what_a_text_says_never_becomes_part_of_the_drawing() {
        let renderer = Renderer::new(&BTreeMap::new()).unwrap();
        let mut sheet = Sheet { y: 0, rows: Vec::new() };
        sheet.write("<script>&", PLAIN);
        let drawing = Drawing {
            lang: "en",
            width: WIDTH,
            height: 100,
            margin: MARGIN,
            rule: 50,
            title: "a < b",
            description: "\"c\" & d".to_owned(),
            rows: sheet.rows,
        };
        let svg = renderer.fill("site/figure.svg", &drawing).unwrap();
        assert!(svg.contains(">&lt;script&gt;&amp;</text>") && svg.contains(">a &lt; b</title>"), "{svg}");
    }

    #[test]
    fn a_label_taller_than_its_plot_pushes_the_next_row_down() {
        let mut sheet = Sheet { y: 100, rows: Vec::new() };
        let label = "word ".repeat(30);
        let middle = sheet.row(&label, Some("7"), plot(PLOT, 36));
        let last = sheet.rows[0].words.last().map(|w| (w.y, w.text.as_str()));
        assert!(last.is_some_and(|(y, text)| y < sheet.y && text == "n\u{a0}=\u{a0}7"), "{last:?}");
        let at = sheet.rows[0].plot.as_ref().map(|p| p.y + p.height / 2);
        assert_eq!(at, Some(middle));
        assert!(sheet.y - 100 > 36);
    }
}
