//! All that a template can see: itself, the report's data, the fonts on the shelf.

use std::sync::LazyLock;
use typst::diag::{FileError, FileResult};
use typst::foundations::{Bytes, Datetime, Duration};
use typst::syntax::{FileId, RootedPath, Source, VirtualPath, VirtualRoot};
use typst::text::{Font, FontBook};
use typst::utils::LazyHash;
use typst::{Feature, Library, LibraryExt, World};

/// Typst's own functions; table headers of rows are among its extras.
static LIBRARY: LazyLock<LazyHash<Library>> = LazyLock::new(|| {
    LazyHash::new(Library::builder().with_features([Feature::A11yExtras].into_iter().collect()).build())
});
static MAIN: LazyLock<Option<FileId>> = LazyLock::new(|| file("/closing.typ"));
static DATA: LazyLock<Option<FileId>> = LazyLock::new(|| file("/data.json"));

fn file(path: &str) -> Option<FileId> {
    VirtualPath::new(path).ok().map(|path| RootedPath::new(VirtualRoot::Project, path).intern())
}

/// What stays the same from report to report.
pub(super) struct Shelf {
    template: Source,
    fonts: Vec<Font>,
    book: LazyHash<FontBook>,
}

impl Shelf {
    pub(super) fn new(template: &str, extra_fonts: Vec<Vec<u8>>) -> Self {
        let own = [notosans::REGULAR_TTF, notosans::BOLD_TTF].map(Bytes::new);
        let extra = extra_fonts.into_iter().map(Bytes::new);
        let fonts: Vec<Font> = own.into_iter().chain(extra).flat_map(Font::iter).collect();
        Self { template: source(template), book: LazyHash::new(FontBook::from_fonts(&fonts)), fonts }
    }

    pub(super) fn set_template(&mut self, template: &str) {
        self.template = source(template);
    }

    pub(super) fn fonts(&self) -> &[Font] {
        &self.fonts
    }
}

fn source(text: &str) -> Source {
    MAIN.map_or_else(|| Source::detached(text), |id| Source::new(id, text.to_owned()))
}

/// The world of one report.
pub(super) struct PrintWorld<'s> {
    shelf: &'s Shelf,
    data: Bytes,
}

impl<'s> PrintWorld<'s> {
    pub(super) fn new(shelf: &'s Shelf, data: String) -> Self {
        Self { shelf, data: Bytes::from_string(data) }
    }

    /// The line of a place in the template, counted from 1.
    pub(super) fn line(&self, at: usize) -> Option<usize> {
        self.shelf.template.lines().byte_to_line(at).map(|line| line + 1)
    }
}

impl World for PrintWorld<'_> {
    fn library(&self) -> &LazyHash<Library> {
        &LIBRARY
    }

    fn book(&self) -> &LazyHash<FontBook> {
        &self.shelf.book
    }

    fn main(&self) -> FileId {
        self.shelf.template.id()
    }

    fn source(&self, id: FileId) -> FileResult<Source> {
        if id == self.main() { Ok(self.shelf.template.clone()) } else { Err(FileError::AccessDenied) }
    }

    fn file(&self, id: FileId) -> FileResult<Bytes> {
        if Some(id) == *DATA { Ok(self.data.clone()) } else { Err(FileError::AccessDenied) }
    }

    fn font(&self, index: usize) -> Option<Font> {
        self.shelf.fonts.get(index).cloned()
    }

    fn today(&self, _: Option<Duration>) -> Option<Datetime> {
        None
    }
}
