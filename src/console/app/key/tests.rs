//! How keys are written, in every form.

use proptest::prelude::*;

use super::*;

const CTRL: Mods = Mods { ctrl: true, ..Mods::NONE };
const ALT: Mods = Mods { alt: true, ..Mods::NONE };
const SHIFT: Mods = Mods { shift: true, ..Mods::NONE };

fn one(text: &str) -> Key {
    let keys: Keys = text.parse().unwrap();
    assert_eq!(keys.as_slice().len(), 1, "{text}");
    keys.as_slice()[0]
}

#[test]
fn every_form_of_a_key_is_read_and_written_back() {
    for (text, code, mods) in [
        ("a", Code::Char('a'), Mods::NONE),
        ("A", Code::Char('A'), Mods::NONE),
        ("+", Code::Char('+'), Mods::NONE),
        (">", Code::Char('>'), Mods::NONE),
        ("é", Code::Char('é'), Mods::NONE),
        ("<lt>", Code::Char('<'), Mods::NONE),
        ("<space>", Code::Char(' '), Mods::NONE),
        ("<enter>", Code::Enter, Mods::NONE),
        ("<esc>", Code::Esc, Mods::NONE),
        ("<tab>", Code::Tab, Mods::NONE),
        ("<s-tab>", Code::Tab, SHIFT),
        ("<up>", Code::Up, Mods::NONE),
        ("<pgup>", Code::PageUp, Mods::NONE),
        ("<home>", Code::Home, Mods::NONE),
        ("<bs>", Code::Backspace, Mods::NONE),
        ("<del>", Code::Delete, Mods::NONE),
        ("<c-x>", Code::Char('x'), CTRL),
        ("<a-x>", Code::Char('x'), ALT),
        ("<a-X>", Code::Char('X'), ALT),
        ("<c-a-x>", Code::Char('x'), Mods { ctrl: true, alt: true, shift: false }),
        ("<c-space>", Code::Char(' '), CTRL),
        ("<c-->", Code::Char('-'), CTRL),
        ("<c-lt>", Code::Char('<'), CTRL),
        ("<a-gt>", Code::Char('>'), ALT),
        ("<s-left>", Code::Left, SHIFT),
        ("<f1>", Code::F(1), Mods::NONE),
        ("<c-f12>", Code::F(12), CTRL),
    ] {
        assert_eq!(one(text), Key { code, mods }, "{text}");
        assert_eq!(one(text).to_string(), text);
    }
}

#[test]
fn other_spellings_come_to_the_same_key() {
    for (text, same) in
        [("<C-X>", "<c-x>"), ("<s-a>", "A"), ("<ENTER>", "<enter>"), ("<gt>", ">"), ("<a-c-x>", "<c-a-x>")]
    {
        assert_eq!(one(text).to_string(), same);
    }
    let pressed = Key::new(Code::Char('g'), SHIFT);
    assert_eq!(pressed, Key::letter('G'));
    assert_eq!(Key::new(Code::Char('G'), SHIFT), Key::letter('G'));
    assert_eq!(Key::new(Code::Char('X'), Mods { ctrl: true, shift: true, alt: false }), one("<c-x>"));
}

#[test]
fn sequences_are_read() {
    for (text, count, label) in
        [("gg", 2, "gg"), ("<c-x>s", 2, "ctrl-x s"), ("zM", 2, "zM"), ("<esc>:q<enter>", 4, "esc : q enter")]
    {
        let keys: Keys = text.parse().unwrap();
        assert_eq!(
            (keys.as_slice().len(), keys.to_string().as_str(), keys.label().as_str()),
            (count, text, label)
        );
    }
}

#[test]
fn a_bad_name_says_why_and_what_was_meant() {
    for (text, said) in [
        ("", "must name a key"),
        ("<entr>", "no key is named <entr>; did you mean \"<enter>\"?"),
        ("<c-spac>", "no key is named <c-spac>; did you mean \"<c-space>\"?"),
        ("<f25>", "no key is named <f25>"),
        ("<f+1>", "no key is named <f+1>"),
        ("<c->", "no key is named <c->"),
        ("<>", "no key is named <>"),
        ("<x>", "a letter stands without < and >; did you mean \"x\"?"),
        ("<", "a < without its >; the key itself is <lt>; did you mean \"<lt>\"?"),
        ("<c-x", "a < without its >; the key itself is <lt>"),
        ("g g", "a space is written <space>"),
        ("\u{1b}", "keys are written with letters and names"),
        ("abcde", "more than 4 keys in a row"),
        ("<c-i>", "a terminal sends <tab> for <c-i>; did you mean \"<tab>\"?"),
        ("<c-M>", "a terminal sends <enter> for <c-M>; did you mean \"<enter>\"?"),
    ] {
        assert_eq!(text.parse::<Keys>().unwrap_err().to_string(), said, "{text:?}");
    }
}

#[test]
fn keys_that_type_are_told_from_keys_that_act() {
    assert_eq!((Key::letter('x').typed(), one("<space>").typed()), (Some('x'), Some(' ')));
    assert_eq!((one("<c-x>").typed(), one("<enter>").typed()), (None, None));
}

#[test]
fn labels_are_short() {
    for (text, label) in [
        ("u", "u"),
        ("<enter>", "enter"),
        ("<c-d>", "ctrl-d"),
        ("<s-tab>", "shift-tab"),
        ("<f5>", "F5"),
        ("<down>", "↓"),
        ("<lt>", "<"),
    ] {
        assert_eq!(one(text).label(), label);
    }
}

#[test]
fn a_key_hides_the_sequence_that_begins_with_it() {
    let keys = |text: &str| text.parse::<Keys>().unwrap();
    assert!(keys("g").collides(&keys("gg")) && keys("gg").collides(&keys("g")));
    assert!(!keys("gu").collides(&keys("gg")));
}

proptest! {
    #[test]
    fn no_text_breaks_the_reader(text: String) {
        let _ = text.parse::<Keys>();
    }

    #[test]
    fn what_was_read_is_written_so_that_it_reads_the_same(text in "(<?[cas]?-?(enter|f1|x|-|>|lt|é|[!-~])>?){1,3}") {
        if let Ok(keys) = text.parse::<Keys>() {
            prop_assert_eq!(keys.to_string().parse::<Keys>(), Ok(keys));
        }
    }
}
