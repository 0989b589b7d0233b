//! Strangers' text, made safe to show.
//!
//! Nothing that comes out of here can hide, reorder or imitate what stands around it: controls, bidirectional marks,
//! invisible and private characters are written out as `⟨U+202E⟩`. What remains are ordinary letters; whether they
//! *look* like others is said by [`signs`].

/// Renders a text on one line. Line breaks are written as `⏎`.
#[must_use]
pub fn inert(text: &str) -> String {
    render(text, false)
}

/// Renders a text that may have several lines: line breaks stay.
#[must_use]
pub fn inert_block(text: &str) -> String {
    render(text, true)
}

/// Renders a name or symbol on one line, cut off after [`MAX_NAME`] characters, and saying so.
#[must_use]
pub fn inert_name(text: &str) -> String {
    let mut characters = text.chars();
    let head: String = characters.by_ref().take(MAX_NAME).collect();
    let mut out = render(head.trim(), false);
    let rest = characters.count();
    if rest > 0 {
        out.push_str(&format!("… ({rest} more characters)"));
    }
    out
}

/// What is suspicious about a text.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Signs {
    /// It holds characters that hide or reorder others.
    pub deceptive: bool,
    /// A word mixes letters of scripts that look alike (Latin with Cyrillic or Greek, say).
    pub mixed_scripts: bool,
    /// It has letters that are written from right to left: show it in a box of its own.
    pub right_to_left: bool,
}

/// Looks for what is suspicious about a text.
#[must_use]
pub fn signs(text: &str) -> Signs {
    let mut signs = Signs::default();
    let mut word: Option<Script> = None;
    for c in text.chars() {
        signs.deceptive |= !matches!(c, '\n' | '\r' | '\t' | '\u{fe0f}') && is_hidden(c);
        match script(c) {
            Script::None => word = None,
            Script::Other => {}
            found => {
                signs.right_to_left |= found == Script::RightToLeft;
                signs.mixed_scripts |= word.is_some_and(|script| script != found);
                word = Some(found);
            }
        }
    }
    signs
}

fn render(text: &str, lines: bool) -> String {
    let mut out = String::with_capacity(text.len());
    let mut marks = 0;
    let mut characters = text.chars().peekable();
    while let Some(c) = characters.next() {
        marks = if is_mark(c) { marks + 1 } else { 0 };
        match c {
            '\r' if characters.peek() == Some(&'\n') => {}
            '\n' | '\r' => out.push(if lines { '\n' } else { '⏎' }),
            '\t' => out.push(' '),
            // asks for an emoji's coloured form, and does nothing else
            '\u{fe0f}' => {}
            c if is_space(c) => out.push(' '),
            c if is_hidden(c) || marks > MAX_MARKS => escape(c, &mut out),
            // our own brackets cannot be forged
            '⟨' | '⟩' | '⏎' => escape(c, &mut out),
            c => out.push(c),
        }
    }
    out
}

fn escape(c: char, out: &mut String) {
    out.push_str(&format!("⟨U+{:04X}⟩", u32::from(c)));
}

/// Unicode's spaces that are as wide as a space.
fn is_space(c: char) -> bool {
    matches!(c, '\u{a0}' | '\u{1680}' | '\u{2000}'..='\u{200a}' | '\u{202f}' | '\u{205f}' | '\u{3000}')
}

/// Controls, format characters, what is drawn as nothing, and what has no agreed look.
fn is_hidden(c: char) -> bool {
    c.is_control()
        || matches!(c,
            '\u{ad}' | '\u{34f}' | '\u{600}'..='\u{605}' | '\u{61c}' | '\u{6dd}' | '\u{70f}'
            | '\u{890}' | '\u{891}' | '\u{8e2}' | '\u{115f}' | '\u{1160}' | '\u{17b4}' | '\u{17b5}'
            | '\u{180b}'..='\u{180f}' | '\u{200b}'..='\u{200f}' | '\u{2028}'..='\u{202e}'
            | '\u{2060}'..='\u{206f}' | '\u{2800}' | '\u{3164}' | '\u{fe00}'..='\u{fe0f}' | '\u{feff}'
            | '\u{ffa0}' | '\u{fff0}'..='\u{fffb}' | '\u{110bd}' | '\u{110cd}' | '\u{13430}'..='\u{1345f}'
            | '\u{1bca0}'..='\u{1bca3}' | '\u{1d173}'..='\u{1d17a}' | '\u{e0000}'..='\u{e0fff}'
            | '\u{e000}'..='\u{f8ff}' | '\u{f0000}'..='\u{10ffff}')
        || u32::from(c) & 0xfffe == 0xfffe
}

/// Marks that are stacked on the letter before them.
fn is_mark(c: char) -> bool {
    matches!(c, '\u{300}'..='\u{36f}' | '\u{483}'..='\u{489}' | '\u{591}'..='\u{5bd}' | '\u{610}'..='\u{61a}'
        | '\u{64b}'..='\u{65f}' | '\u{e31}' | '\u{e34}'..='\u{e3a}' | '\u{e47}'..='\u{e4e}'
        | '\u{1ab0}'..='\u{1aff}' | '\u{1dc0}'..='\u{1dff}' | '\u{20d0}'..='\u{20ff}' | '\u{fe20}'..='\u{fe2f}')
}

#[derive(Clone, Copy, PartialEq, Eq)]
enum Script {
    Armenian,
    Cherokee,
    Cyrillic,
    Greek,
    Latin,
    /// Not a letter: ends a word.
    None,
    /// A letter, mark or digit of no script that is mistaken for Latin.
    Other,
    RightToLeft,
}

fn script(c: char) -> Script {
    match c {
        '\u{370}'..='\u{3ff}' | '\u{1f00}'..='\u{1fff}' => Script::Greek,
        '\u{400}'..='\u{52f}'
        | '\u{1c80}'..='\u{1c8f}'
        | '\u{2de0}'..='\u{2dff}'
        | '\u{a640}'..='\u{a69f}' => Script::Cyrillic,
        '\u{531}'..='\u{58f}' => Script::Armenian,
        '\u{590}'..='\u{8ff}'
        | '\u{fb1d}'..='\u{fdff}'
        | '\u{fe70}'..='\u{fefe}'
        | '\u{10800}'..='\u{10fff}'
        | '\u{1e800}'..='\u{1efff}' => Script::RightToLeft,
        '\u{13a0}'..='\u{13ff}' | '\u{ab70}'..='\u{abbf}' => Script::Cherokee,
        'a'..='z' | 'A'..='Z' | '\u{c0}'..='\u{24f}' | '\u{1e00}'..='\u{1eff}' | '\u{ff21}'..='\u{ff5a}' => {
            Script::Latin
        }
        c if c.is_alphanumeric() || is_mark(c) || is_hidden(c) => Script::Other,
        _ => Script::None,
    }
}

/// Characters of a name that are shown.
pub const MAX_NAME: usize = 64;
/// Marks on one letter before they are written out.
const MAX_MARKS: usize = 3;

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn ordinary_text_stays_as_it_is() {
        for text in
            ["Hello, Bob!", "Zażółć gęślą jaźń", "日本語", "Привет", "שלום", "a < b & c", "100 %", "🎉", "é"]
        {
            assert_eq!(inert(text), text);
            assert!(!signs(text).deceptive, "{text}");
            assert!(!signs(text).mixed_scripts, "{text}");
        }
    }

    #[test]
    fn what_reorders_text_is_written_out() {
        assert_eq!(inert("pay \u{202e}ecila\u{202c}"), "pay ⟨U+202E⟩ecila⟨U+202C⟩");
        assert_eq!(inert("\u{2066}x\u{2069}\u{200f}"), "⟨U+2066⟩x⟨U+2069⟩⟨U+200F⟩");
        assert!(signs("pay \u{202e}ecila").deceptive);
    }

    #[test]
    fn what_is_invisible_is_written_out() {
        assert_eq!(inert("US\u{200b}DC"), "US⟨U+200B⟩DC");
        assert_eq!(inert("a\u{e0041}b\u{feff}"), "a⟨U+E0041⟩b⟨U+FEFF⟩");
        assert_eq!(inert("a\0b\u{1b}[2Jc"), "a⟨U+0000⟩b⟨U+001B⟩[2Jc");
        assert!(signs("US\u{200b}DC").deceptive);
    }

    #[test]
    fn line_breaks_stay_only_where_lines_are_wanted() {
        assert_eq!(inert("a\r\nb\nc\rd\te"), "a⏎b⏎c⏎d e");
        assert_eq!(inert_block("a\r\nb\nc\rd\te"), "a\nb\nc\nd e");
    }

    #[test]
    fn the_marks_of_the_rendering_cannot_be_forged() {
        assert_eq!(inert("⟨U+202E⟩"), "⟨U+27E8⟩U+202E⟨U+27E9⟩");
    }

    #[test]
    fn piles_of_marks_are_written_out() {
        let text = format!("a{}", "\u{301}".repeat(5));
        assert_eq!(inert(&text), format!("a{}⟨U+0301⟩⟨U+0301⟩", "\u{301}".repeat(3)));
    }

    #[test]
    fn a_long_name_is_cut_and_says_so() {
        let shown = inert_name(&"x".repeat(10_000));
        assert_eq!(shown, format!("{}… (9936 more characters)", "x".repeat(64)));
        assert_eq!(inert_name("  USDC "), "USDC");
    }

    #[test]
    fn letters_of_two_scripts_in_a_word_are_noticed() {
        assert!(signs("p\u{430}ypal.com").mixed_scripts);
        assert!(signs("US\u{421}").mixed_scripts);
        assert!(!signs("hello мир").mixed_scripts);
        assert!(signs("שלום").right_to_left);
    }
}
