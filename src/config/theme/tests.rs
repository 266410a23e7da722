//! The themes of the repository, and stories about the user's.

use super::color::contrast;
use super::*;

fn built_in() -> impl Iterator<Item = Theme> {
    let themes = Themes::built_in();
    themes.names().into_iter().map(move |name| {
        let (theme, faults) = themes.get(&name);
        assert_eq!(faults, [], "{name}");
        theme
    })
}

fn named(name: &str) -> Theme {
    built_in().find(|theme| theme.name == name).unwrap()
}

/// What a role looks like on the screen: letters and what they stand on, where both are known.
fn seen(theme: &Theme, role: Role) -> ([u8; 3], [u8; 3]) {
    let style = theme.style(role);
    let ground = theme.ground();
    let plain = match theme.background {
        Background::Dark => [229; 3],
        Background::Light => [0; 3],
    };
    let rgb = |color: Option<Color>| color.and_then(Color::rgb);
    let fg = rgb(style.fg).or_else(|| rgb(theme.style(Role::Text).fg)).unwrap_or(plain);
    (fg, rgb(style.bg).unwrap_or(ground))
}

/// Roles that are lines and bars, not letters.
const DRAWN: [Role; 1] = [Role::Border];

/// Roles that matter less by intent.
fn is_muted(role: Role) -> bool {
    matches!(role, Role::Muted | Role::RiskInfo | Role::OutcomeError | Role::JsonPunct | Role::PromptHint)
}

fn least(theme: &Theme, role: Role) -> f32 {
    match theme.name.as_str() {
        "high-contrast" => 7.0,
        _ if is_muted(role) => 3.0,
        _ => 4.5,
    }
}

#[test]
fn five_themes_are_built_in_and_say_what_they_are() {
    let themes: Vec<Theme> = built_in().collect();
    assert_eq!(
        themes.iter().map(|theme| theme.name.as_str()).collect::<Vec<_>>(),
        ["default", "light", "high-contrast", "harbor", "ember"]
    );
    assert!(themes.iter().all(|theme| !theme.about.is_empty()));
}

#[test]
fn letters_can_be_read_on_what_they_stand_on() {
    for theme in built_in().filter(|theme| theme.name != "default") {
        for info in ROLES.iter().filter(|info| !DRAWN.contains(&info.role)) {
            let (fg, bg) = seen(&theme, info.role);
            let contrast = contrast(fg, bg);
            assert!(contrast >= least(&theme, info.role), "{} {}: {contrast:.2}", theme.name, info.name);
        }
    }
}

/// Whether letters of `role` may come to lie on what is drawn as `over`.
fn lies_on(role: Role, over: Role) -> bool {
    match over {
        Role::Selection | Role::SelectionIdle => {
            let name = role.name();
            let cells = ["text", "muted", "accent", "mark", "risk.", "outcome.", "json."];
            cells.iter().any(|cell| name.starts_with(cell))
        }
        _ => !DRAWN.contains(&role),
    }
}

#[test]
fn letters_can_be_read_on_bars_popups_and_the_selected_row() {
    for theme in built_in().filter(|theme| theme.name != "default") {
        for over in [Role::Bar, Role::Popup, Role::Selection, Role::SelectionIdle] {
            let row = matches!(over, Role::Selection | Role::SelectionIdle);
            let replaces = row && theme.style(over).fg.is_some();
            let (above, ground) = seen(&theme, over);
            for info in ROLES.iter().filter(|info| lies_on(info.role, over)) {
                let style = theme.style(info.role);
                let fg = if replaces { above } else { seen(&theme, info.role).0 };
                let contrast =
                    contrast(fg, style.bg.and_then(Color::rgb).filter(|_| !replaces).unwrap_or(ground));
                let least = least(&theme, info.role);
                assert!(contrast >= least, "{}: {} on {}: {contrast:.2}", theme.name, info.name, over.name());
            }
        }
    }
}

#[test]
fn true_color_themes_leave_nothing_to_the_palette_of_the_terminal() {
    for name in ["harbor", "ember"] {
        let theme = named(name);
        for info in ROLES {
            let style = theme.style(info.role);
            assert!(style.fg.is_some() || style.bg.is_some(), "{name} {}", info.name);
            for color in style.fg.into_iter().chain(style.bg) {
                assert!(matches!(color, Color::Rgb(..)), "{name} {}: {color:?}", info.name);
            }
        }
    }
}

#[test]
fn the_default_keeps_to_16_colors_and_the_background_of_the_terminal() {
    let theme = named("default");
    assert_eq!(theme.style(Role::Text).bg, None);
    assert_eq!(theme.at(Depth::Ansi16), theme);
    for info in ROLES {
        let style = theme.style(info.role);
        for color in style.fg.into_iter().chain(style.bg) {
            assert!(matches!(color, Color::Default | Color::Ansi(_)), "{}", info.name);
        }
    }
}

#[test]
fn with_fewer_colors_everything_can_still_be_read() {
    for theme in built_in().filter(|theme| theme.name != "default") {
        for depth in [Depth::Ansi256, Depth::Ansi16] {
            let fewer = theme.at(depth);
            for info in ROLES.iter().filter(|info| !DRAWN.contains(&info.role)) {
                let (fg, bg) = seen(&fewer, info.role);
                assert!(contrast(fg, bg) >= 3.0, "{} {depth:?} {}", theme.name, info.name);
                if let Some(color) = fewer.style(info.role).fg {
                    let fits = matches!((depth, color), (_, Color::Default | Color::Ansi(_)))
                        || matches!((depth, color), (Depth::Ansi256, Color::Indexed(_)));
                    assert!(fits, "{} {depth:?} {}: {color:?}", theme.name, info.name);
                }
            }
        }
    }
}

#[test]
fn the_selected_row_is_seen_at_every_depth() {
    for theme in built_in() {
        for depth in [Depth::None, Depth::Ansi16, Depth::Ansi256, Depth::True] {
            let fewer = theme.at(depth);
            let style = fewer.style(Role::Selection);
            let colored = style.bg.is_some() && style.bg != fewer.style(Role::Text).bg;
            assert!(colored || style.attributes.reverse, "{} {depth:?}", theme.name);
            if depth == Depth::Ansi16 {
                assert!(style.fg.is_some(), "{}: letters of any color lie on the row", theme.name);
            }
        }
    }
}

#[test]
fn what_would_vanish_with_fewer_colors_does_not() {
    let text = "[roles]\ntext = { fg = \"#ffffff\", bg = \"#000000\" }\nmuted = \"#202020\"\n\
                selection = { bg = \"#0a0a0a\" }\npopup = { bg = \"#030303\" }\n";
    let (theme, faults) = mine(text);
    assert_eq!(faults, [""; 0]);
    let fewer = theme.at(Depth::Ansi16);
    let (fg, bg) = seen(&fewer, Role::Muted);
    assert!(contrast(fg, bg) >= 3.0, "dark gray is not black on black");
    assert_eq!(fewer.style(Role::Text).bg, Some(Color::Ansi(0)));
    assert_eq!(fewer.style(Role::Popup).bg, Some(Color::Ansi(0)), "a popup has its border");
    for depth in [Depth::Ansi16, Depth::Ansi256] {
        let fewer = theme.at(depth);
        assert_ne!(fewer.style(Role::Selection).bg, fewer.style(Role::Text).bg, "{depth:?}");
    }
}

#[test]
fn without_colors_there_are_attributes_only() {
    for theme in built_in() {
        let plain = theme.at(Depth::None);
        for info in ROLES {
            let style = plain.style(info.role);
            assert_eq!((style.fg, style.bg), (None, None), "{}", info.name);
            assert_eq!(style.attributes.with(info.plain), style.attributes, "{}", info.name);
        }
        assert_ne!(plain.style(Role::RiskCritical), plain.style(Role::RiskInfo));
        assert_ne!(plain.style(Role::Match), plain.style(Role::Text));
    }
}

#[test]
fn neighboring_levels_of_risk_look_different_at_every_depth() {
    use Role::{RiskCritical, RiskHigh, RiskInfo, RiskLow, RiskMedium};
    for theme in built_in() {
        for depth in [Depth::Ansi16, Depth::Ansi256, Depth::True] {
            let theme = theme.at(depth);
            let styles =
                [RiskCritical, RiskHigh, RiskMedium, RiskLow, RiskInfo].map(|role| theme.style(role));
            for pair in styles.windows(2) {
                assert_ne!(pair[0], pair[1], "{} {depth:?}", theme.name);
            }
            assert_ne!(styles[0], styles[4], "{} {depth:?}", theme.name);
        }
    }
}

/// The user's theme `mine` in `mine.toml`, and what was wrong with it.
fn mine(text: &str) -> (Theme, Vec<String>) {
    let (theme, faults) = Themes::built_in().with("mine", "mine.toml", text).get("mine");
    (theme, faults.iter().map(ToString::to_string).collect())
}

#[test]
fn a_theme_changes_what_it_names_and_leaves_the_rest_to_its_base() {
    let text = "base = \"harbor\"\nabout = \"mine\"\n[palette]\ntide = \"#010203\"\nink = 17\n[roles]\ntext = \"ink\"\n\
                title = { fg = 200, bg = \"default\", italic = true }\nborder = { fg = \"red\", focus = \"tide\" }\n\
                [roles.risk]\nhigh = \"bright-red\"\ncritical = { reverse = true }\n";
    let (theme, faults) = mine(text);
    assert_eq!(faults, [""; 0]);
    let tide = Some(Color::Rgb(1, 2, 3));
    for (role, fg, bg) in [
        (Role::Text, Some(Color::Indexed(17)), None),
        (Role::Title, Some(Color::Indexed(200)), Some(Color::Default)),
        (Role::Border, Some(Color::Ansi(1)), None),
        (Role::BorderFocus, tide, None),
        (Role::RiskHigh, Some(Color::Ansi(9)), None),
        (Role::RiskCritical, None, None),
        (Role::RiskLow, tide, None),
        (Role::Key, tide, None),
        (Role::Muted, named("harbor").style(Role::Muted).fg, None),
    ] {
        let style = theme.style(role);
        assert_eq!((style.fg, style.bg), (fg, bg), "{}", role.name());
    }
    assert!(theme.style(Role::Title).attributes.italic && theme.style(Role::RiskCritical).attributes.reverse);
    assert_eq!((theme.name.as_str(), theme.about.as_str()), ("mine", "mine"));
}

#[test]
fn every_fault_of_a_theme_is_told_at_once_and_the_role_stays_as_it_was() {
    let text = "base = \"harbor\"\nbackground = \"drak\"\nrole = 1\ntext = \"red\"\n[palette]\nx = \"#12\"\n[roles]\n\
                titel = \"red\"\ntext = \"foan\"\nmuted = 256\nerror = { fg = \"red\", blink = true, bold = 1 }\n\
                selection = true\n[roles.risk]\nhihg = \"red\"\nhigh = \"ochre\"\n[roles.chart]\n7 = \"red\"\n";
    let (theme, faults) = mine(text);
    assert_eq!(
        faults,
        [
            "mine.toml:2: background = \"drak\": no such background; did you mean \"dark\"?",
            "mine.toml:3: role: no such section of a theme; did you mean \"roles\"?",
            "mine.toml:4: text: a role stands under [roles]",
            "mine.toml:6: palette.x = \"#12\": expected # and six hexadecimal digits, as in \"#0f1720\"",
            "mine.toml:8: roles.titel: no such role; did you mean \"title\"?",
            "mine.toml:9: roles.text = \"foan\": no such color; did you mean \"foam\"?",
            "mine.toml:10: roles.muted = 256: a numbered color is one of 0 to 255",
            "mine.toml:11: roles.error.blink: no such part of a style; there are fg, bg, bold, dim, italic, \
             underline, reverse",
            "mine.toml:11: roles.error.bold = 1: expected true or false, found a whole number",
            "mine.toml:12: roles.selection = true: expected a color: a name, \"#rrggbb\" or 0 to 255, found true or \
             false",
            "mine.toml:14: roles.risk.hihg: no such role; did you mean \"risk.high\"?",
            "mine.toml:15: roles.risk.high = \"ochre\": no such color",
            "mine.toml:17: roles.chart.7: no such role; did you mean \"chart.1\"?",
        ]
    );
    let harbor = named("harbor");
    for role in [Role::Text, Role::Muted, Role::Error, Role::Selection, Role::RiskHigh] {
        assert_eq!(theme.style(role), harbor.style(role), "{}", role.name());
    }
}

#[test]
fn a_theme_that_is_no_toml_or_not_there_gives_the_default_and_says_so() {
    let (theme, faults) = mine("[roles\ntext = 1");
    assert_eq!(theme, named("default"));
    assert!(faults[0].starts_with("mine.toml:1: not valid TOML: "), "{faults:?}");
    assert!(faults[0].contains("the theme default is used"), "{faults:?}");
    let (theme, faults) = Themes::built_in().get("harbour");
    assert_eq!(theme, named("default"));
    let said = "harbour: no such theme; the theme default is used; did you mean \"harbor\"?";
    assert_eq!(faults.iter().map(ToString::to_string).collect::<Vec<_>>(), [said]);
}

#[test]
fn a_base_that_is_missing_or_runs_in_a_circle_is_told() {
    let (theme, faults) = mine("base = \"harbour\"\n[roles]\ntext = \"red\"");
    assert_eq!(theme.style(Role::Text).fg, Some(Color::Ansi(1)));
    assert_eq!(theme.style(Role::Key), named("default").style(Role::Key));
    assert_eq!(faults, ["mine.toml:1: base = \"harbour\": no such theme; did you mean \"harbor\"?"]);
    let themes = Themes::built_in().with("a", "a.toml", "base = \"b\"").with("b", "b.toml", "base = \"a\"");
    let (theme, faults) = themes.get("a");
    assert_eq!(theme.style(Role::Key), named("default").style(Role::Key));
    assert_eq!(faults[0].to_string(), "b.toml:1: base = \"a\": the themes stand on each other in a circle");
}

#[test]
fn a_user_may_change_a_built_in_theme_under_its_own_name() {
    let themes =
        Themes::built_in().with("harbor", "u/harbor.toml", "base = \"harbor\"\n[roles]\nkey = \"red\"");
    let (theme, faults) = themes.get("harbor");
    assert_eq!(faults, []);
    assert_eq!(theme.style(Role::Key).fg, Some(Color::Ansi(1)));
    assert_eq!(theme.style(Role::Title), named("harbor").style(Role::Title));
    assert_eq!(themes.names().iter().filter(|name| *name == "harbor").count(), 1);
}

#[test]
fn the_themes_of_the_folder_are_found() {
    let folder = tempfile::tempdir().unwrap();
    std::fs::write(folder.path().join("mine.toml"), "[roles]\nkey = 7").unwrap();
    std::fs::write(folder.path().join("notes.txt"), "no theme").unwrap();
    std::fs::write(folder.path().join("broken.toml"), b"\xff").unwrap();
    let (themes, faults) = Themes::with_folder(Some(folder.path()));
    assert_eq!(themes.names().last().map(String::as_str), Some("mine"));
    assert_eq!(themes.get("mine").0.style(Role::Key).fg, Some(Color::Ansi(7)));
    assert_eq!(faults.len(), 1);
    assert!(faults[0].message.starts_with("not UTF-8"));
    assert_eq!(Themes::with_folder(Some(&folder.path().join("none"))).1, []);
}

proptest::proptest! {
    #[test]
    fn no_text_breaks_a_theme(text in "((base|palette|roles|text|risk\\.high|fg) ?= ?[{\\[]?(\"[#a-f0-9]{0,7}\"|[0-9]{1,4}|true)[}\\]]?\n|\\[(roles|palette|roles\\.risk)\\]\n){0,8}") {
        let (theme, _) = mine(&text);
        for depth in [Depth::None, Depth::Ansi16, Depth::Ansi256, Depth::True] {
            let _ = theme.at(depth);
        }
    }
}
