//! The fonts of a PDF beside those of the program: the ones that were named, and those of the system.
//!
//! The program has letters for Latin, Greek and Cyrillic. Where a report has other
//! characters, the fonts of the system are looked for: by the file names in [`NAMES`], in that
//! order, in the usual folders and the folders below them. Only fonts that draw something which is
//! still missing are taken, so that a report without such characters reads no file at all.

use std::collections::BTreeSet;
use std::path::{Path, PathBuf};

use crate::report::paper::Paper;
use crate::report::pdf::{self, Font, PdfError};

/// Which fonts a PDF is made with.
#[derive(Clone, Debug, Default, clap::Args)]
pub(crate) struct FontArgs {
    /// A font file (.ttf, .otf, .ttc) for characters that the built-in fonts lack; may be given again. Asked before those of the system
    #[arg(long = "font", value_name = "FILE")]
    pub(crate) fonts: Vec<PathBuf>,
}

/// Why the fonts are not there.
#[derive(Debug, thiserror::Error)]
pub(crate) enum FontsError {
    /// A named file cannot be read.
    #[error("{}: {source}; --font takes a font file that can be read", path.display())]
    Read {
        /// The file.
        path: PathBuf,
        /// What the system says.
        source: std::io::Error,
    },
    /// A named file is no font.
    #[error(transparent)]
    Font(#[from] PdfError),
}

/// Fonts, and what is in none of them.
#[derive(Debug)]
pub(crate) struct Found {
    /// In the order in which they are asked.
    pub(crate) fonts: Vec<Font>,
    /// The characters that will be shown as escapes.
    pub(crate) missing: BTreeSet<char>,
}

/// File names of fonts for Chinese, Japanese and Korean, the preferred first; compared without regard to case.
pub(crate) const NAMES: [&str; 38] = [
    // All three in one file.
    "NotoSansCJK-Regular.ttc",
    "NotoSansCJKkr-Regular.otf",
    "NotoSansCJKjp-Regular.otf",
    "NotoSansCJKsc-Regular.otf",
    "SourceHanSans-Regular.ttc",
    "SourceHanSans.ttc",
    "wqy-microhei.ttc",
    // Korean.
    "NotoSansKR-Regular.ttf",
    "NotoSansKR-Regular.otf",
    "NanumGothic.ttf",
    "NanumBarunGothic.ttf",
    "UnDotum.ttf",
    "AppleSDGothicNeo.ttc",
    "AppleGothic.ttf",
    "malgun.ttf",
    // Japanese.
    "NotoSansJP-Regular.ttf",
    "NotoSansJP-Regular.otf",
    "ipaexg.ttf",
    "ipag.ttf",
    "TakaoGothic.ttf",
    "VL-Gothic-Regular.ttf",
    "ヒラギノ角ゴシック W3.ttc",
    "YuGothR.ttc",
    "meiryo.ttc",
    "msgothic.ttc",
    // Chinese.
    "NotoSansSC-Regular.ttf",
    "NotoSansSC-Regular.otf",
    "NotoSansTC-Regular.otf",
    "DroidSansFallbackFull.ttf",
    "DroidSansFallback.ttf",
    "wqy-zenhei.ttc",
    "uming.ttc",
    "PingFang.ttc",
    "Hiragino Sans GB.ttc",
    "msyh.ttc",
    "simsun.ttc",
    // Nearly everything, plainly drawn.
    "Arial Unicode.ttf",
    "unifont.ttf",
];

/// How far below a folder of fonts files are looked for.
const DEPTH: usize = 5;
/// A font file larger than this is left alone.
const LARGEST: u64 = 128 << 20;

/// The fonts for a report: the named ones always, those of the system where characters are still missing.
///
/// # Errors
/// A named file that cannot be read or is no font. Files of the system that are none are passed over.
pub(crate) fn for_paper(args: &FontArgs, paper: &Paper) -> Result<Found, FontsError> {
    for_paper_from(args, paper, &folders())
}

fn for_paper_from(args: &FontArgs, paper: &Paper, folders: &[PathBuf]) -> Result<Found, FontsError> {
    let mut fonts = Vec::with_capacity(args.fonts.len());
    for path in &args.fonts {
        let bytes = std::fs::read(path).map_err(|source| FontsError::Read { path: path.clone(), source })?;
        fonts.push(Font { name: path.display().to_string(), bytes });
    }
    let mut missing = pdf::missing(paper, &fonts)?;
    if !missing.is_empty() {
        for path in candidates(folders) {
            if missing.is_empty() {
                break;
            }
            take(&path, &mut fonts, &mut missing);
        }
    }
    Ok(Found { fonts, missing })
}

/// Takes a font of the system if it draws something that is missing.
fn take(path: &Path, fonts: &mut Vec<Font>, missing: &mut BTreeSet<char>) {
    if path.metadata().map_or(true, |about| about.len() > LARGEST) {
        return;
    }
    let Ok(bytes) = std::fs::read(path) else { return };
    let font = Font { name: path.display().to_string(), bytes };
    let Ok(drawn) = font.draws(missing) else { return };
    if !drawn.is_empty() {
        missing.retain(|c| !drawn.contains(c));
        fonts.push(font);
    }
}

/// The files of the names in [`NAMES`] that exist, in that order; of files of one name the one in the first folder.
fn candidates(folders: &[PathBuf]) -> Vec<PathBuf> {
    let mut found: Vec<(usize, PathBuf)> = Vec::new();
    for folder in folders {
        let files = walkdir::WalkDir::new(folder).max_depth(DEPTH).sort_by_file_name();
        for entry in files.into_iter().filter_map(Result::ok).filter(|entry| !entry.file_type().is_dir()) {
            let name = entry.file_name().to_string_lossy().to_lowercase();
            if let Some(rank) = NAMES.iter().position(|known| known.to_lowercase() == name) {
                found.push((rank, entry.into_path()));
            }
        }
    }
    found.sort_by_key(|(rank, _)| *rank);
    found.dedup_by_key(|(rank, _)| *rank);
    found.into_iter().map(|(_, path)| path).collect()
}

/// Where systems keep fonts: the user's folders first.
fn folders() -> Vec<PathBuf> {
    let below = |variable: &str, folder: &str| std::env::var_os(variable).map(|v| Path::new(&v).join(folder));
    let own = [
        below("XDG_DATA_HOME", "fonts"),
        below("HOME", ".local/share/fonts"),
        below("HOME", ".fonts"),
        below("HOME", "Library/Fonts"),
        below("LOCALAPPDATA", "Microsoft/Windows/Fonts"),
    ];
    let shared = ["/usr/local/share/fonts", "/usr/share/fonts", "/Library/Fonts", "/System/Library/Fonts"];
    let shared = shared.into_iter().map(PathBuf::from).chain(below("WINDIR", "Fonts"));
    own.into_iter().flatten().chain(shared).collect()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::report::paper::{Block, Section};

    fn paper(text: &str) -> Paper {
        let blocks = vec![Block::Text(text.into())];
        Paper { sections: vec![Section { blocks, ..Section::default() }], ..Paper::default() }
    }

    #[test]
    fn a_report_without_foreign_letters_needs_no_font() {
        let paper = paper("Ünïcödé, Ελληνικά, Кириллица, İığş");
        let found = for_paper(&FontArgs::default(), &paper).unwrap();
        assert!(found.fonts.is_empty() && found.missing.is_empty(), "{:?}", found.missing);
    }

    #[test]
    fn what_no_font_has_is_named() {
        let found = for_paper_from(&FontArgs::default(), &paper("東 🙂 \u{202e}"), &[]).unwrap();
        assert_eq!(found.missing.into_iter().collect::<String>(), "東🙂");
    }

    #[test]
    fn fonts_are_asked_in_the_order_of_their_names_and_only_for_what_is_missing() {
        let room = tempfile::tempdir().unwrap();
        let deep = room.path().join("truetype/some");
        std::fs::create_dir_all(&deep).unwrap();
        // The letters of another font under a name that is looked for, and a file that is no font.
        std::fs::write(deep.join("NANUMGOTHIC.TTF"), dejavu::sans::regular()).unwrap();
        std::fs::write(room.path().join("NotoSansCJK-Regular.ttc"), b"no font").unwrap();
        std::fs::write(room.path().join("other.ttf"), dejavu::sans::regular()).unwrap();
        let folders = [room.path().to_path_buf()];
        let names: Vec<_> = candidates(&folders).iter().map(|p| p.file_name().unwrap().to_owned()).collect();
        assert_eq!(names, ["NotoSansCJK-Regular.ttc", "NANUMGOTHIC.TTF"]);
        let found = for_paper_from(&FontArgs::default(), &paper("東 x"), &folders).unwrap();
        assert!(found.fonts.is_empty(), "it draws nothing that is missing");
    }

    #[test]
    fn a_named_file_must_be_a_font() {
        let room = tempfile::tempdir().unwrap();
        let file = room.path().join("a.ttf");
        let args = FontArgs { fonts: vec![file.clone()] };
        let said = for_paper_from(&args, &paper("x"), &[]).unwrap_err().to_string();
        assert!(said.contains("a.ttf") && said.contains("--font"), "{said}");
        std::fs::write(&file, b"no font at all").unwrap();
        let said = for_paper_from(&args, &paper("x"), &[]).unwrap_err().to_string();
        assert!(said.contains("a.ttf") && said.contains("cannot be used as a font"), "{said}");
        std::fs::write(&file, dejavu::sans::regular()).unwrap();
        assert_eq!(for_paper_from(&args, &paper("x"), &[]).unwrap().fonts.len(), 1);
    }
}
