//! All that a template can see: itself, the report's or form's data, the fonts on the shelf.

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
static MAIN: LazyLock<Option<FileId>> = LazyLock::new(|| file("/main.typ"));
static DATA: LazyLock<Option<FileId>> = LazyLock::new(|| file("/data.json"));

fn file(path: &str) -> Option<FileId> {
    VirtualPath::new(path).ok().map(|path| RootedPath::new(VirtualRoot::Project, path).intern())
}

/// A template by its name.
pub(super) struct Template {
    name: &'static str,
    source: Source,
}

impl Template {
    pub(super) fn new(name: &'static str, text: &str) -> Self {
        let source = MAIN.map_or_else(|| Source::detached(text), |id| Source::new(id, text.to_owned()));
        Self { name, source }
    }

    pub(super) fn name(&self) -> &'static str {
        self.name
    }
}

/// The fonts, which stay the same from print to print.
pub(super) struct Shelf {
    fonts: Vec<Font>,
    book: LazyHash<FontBook>,
}

impl Shelf {
    pub(super) fn new(extra_fonts: Vec<Vec<u8>>) -> Self {
        let own = [notosans::REGULAR_TTF, notosans::BOLD_TTF].map(Bytes::new);
        let extra = extra_fonts.into_iter().map(Bytes::new);
        let fonts: Vec<Font> = own.into_iter().chain(extra).flat_map(Font::iter).collect();
        Self { book: LazyHash::new(FontBook::from_fonts(&fonts)), fonts }
    }

    pub(super) fn fonts(&self) -> &[Font] {
        &self.fonts
    }
}

/// The world of one print.
pub(super) struct PrintWorld<'s> {
    shelf: &'s Shelf,
    template: &'s Source,
    data: Bytes,
}

impl<'s> PrintWorld<'s> {
    pub(super) fn new(shelf: &'s Shelf, template: &'s Template, data: String) -> Self {
        Self { shelf, template: &template.source, data: Bytes::from_string(data) }
    }

    /// The line of a place in the template, counted from 1.
    pub(super) fn line(&self, at: usize) -> Option<usize> {
        self.template.lines().byte_to_line(at).map(|line| line + 1)
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
        self.template.id()
    }

    fn source(&self, id: FileId) -> FileResult<Source> {
        if id == self.main() { Ok(self.template.clone()) } else { Err(FileError::AccessDenied) }
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
