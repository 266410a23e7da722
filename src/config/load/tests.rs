//! Stories of settings: files, variables and flags in, settings and faults out.

use super::*;
use crate::config::dirs::System;
use crate::config::settings::{Scoring, TimeZone};
use crate::event::field::Field;

/// A home with files in its `.config/trailhound`; every story is loaded from one.
struct Home {
    folder: tempfile::TempDir,
}

impl Home {
    fn with(files: &[(&str, &str)]) -> Self {
        let home = Self { folder: tempfile::tempdir().unwrap() };
        for (name, text) in files {
            let path = home.config().join(name);
            std::fs::create_dir_all(path.parent().unwrap()).unwrap();
            std::fs::write(path, text).unwrap();
        }
        home
    }

    fn config(&self) -> PathBuf {
        self.folder.path().join(".config/trailhound")
    }

    fn load(&self, variables: &[(&str, &str)], flags: &Flags) -> Loaded {
        let home = self.folder.path().to_str().unwrap();
        let environment = variables.iter().copied().chain([("HOME", home)]).collect();
        let dirs = Dirs::of(&environment, System::Unix);
        load(&environment, flags, dirs)
    }

    /// The faults, with the path of the home left out.
    fn faults(&self, loaded: &Loaded) -> Vec<String> {
        let folder = format!("{}/", self.config().display());
        loaded.faults.iter().map(|fault| fault.to_string().replace(&folder, "")).collect()
    }
}

#[test]
fn without_anything_the_defaults_hold() {
    let loaded = Home::with(&[]).load(&[], &Flags::default());
    assert_eq!(loaded.faults, []);
    assert_eq!(loaded.settings, Settings::default());
    assert_eq!(loaded.origin("theme"), &Origin::Default);
    assert_eq!(load(&Environment::default(), &Flags::default(), Dirs::default()).faults, []);
}

#[test]
fn each_layer_lies_over_the_one_before() {
    let file = "theme = \"harbor\"\nsort = \"time\"\nmin_risk = 10\nmouse = true\n";
    let home = Home::with(&[("config.toml", file)]);
    let variables = [("TRAILHOUND_SORT", "-actor"), ("TRAILHOUND_MIN_RISK", "20"), ("TRAILHOUND_BLESS", "1")];
    let flags = Flags { min_risk: Some("70".into()), ..Flags::default() };
    let loaded = home.load(&variables, &flags);
    assert_eq!(loaded.faults, []);
    let settings = &loaded.settings;
    assert_eq!((settings.theme.as_str(), settings.mouse, settings.min_risk), ("harbor", true, 70));
    assert_eq!((settings.sort.by, settings.sort.descending), (Field::Actor, true));
    let file = home.config().join(FILE).display().to_string();
    assert_eq!(loaded.origin("mouse"), &Origin::File { file, line: 4 });
    assert_eq!(loaded.origin("sort"), &Origin::Environment);
    assert_eq!(loaded.origin("min_risk"), &Origin::CommandLine);
}

#[test]
fn every_form_of_every_value_is_read() {
    let file = "theme = \"mine\"\ncolors = 256\nkeymap = \"keys/vim.toml\"\ntime_zone = \"local\"\n\
                columns = [\"time\", \"ip\"]\nscoring = \"classic\"\nscoring_file = \"~/weights.toml\"\n\
                sensitive_apis = \"/etc/apis.json\"\nrules = [\"mine\", \"/r.yml\"]\nbuiltin_rules = false\n\
                exclude_rules = [\"a\", \"b\"]\nenvironment_file = \"/e.toml\"\nrecord_cap = \"1 MiB\"\ninflate_cap = 1000\nthreads = 3\n";
    let home = Home::with(&[("config.toml", file), ("themes/mine.toml", "")]);
    let in_file = home.load(&[], &Flags::default());
    assert_eq!(home.faults(&in_file), [""; 0]);
    let settings = &in_file.settings;
    assert_eq!(settings.keymap, Some(home.config().join("keys/vim.toml")));
    assert_eq!(settings.scoring_file, Some(home.folder.path().join("weights.toml")));
    assert_eq!(settings.columns, [Field::Time, Field::Ip]);
    assert_eq!((settings.record_cap, settings.inflate_cap), (1 << 20, 1000));
    assert_eq!((settings.time_zone, settings.scoring), (TimeZone::Local, Scoring::Classic));
    let keys = home.config().join("keys/vim.toml").display().to_string();
    let rules = format!("{}\n/r.yml", home.config().join("mine").display());
    let variables = [
        ("TRAILHOUND_THEME", "mine"),
        ("TRAILHOUND_COLORS", "256"),
        ("TRAILHOUND_KEYMAP", &keys),
        ("TRAILHOUND_TIME_ZONE", "LOCAL"),
        ("TRAILHOUND_COLUMNS", "time, sourceIPAddress"),
        ("TRAILHOUND_SCORING", "classic"),
        ("TRAILHOUND_SCORING_FILE", "~/weights.toml"),
        ("TRAILHOUND_SENSITIVE_APIS", "/etc/apis.json"),
        ("TRAILHOUND_RULES", &rules),
        ("TRAILHOUND_BUILTIN_RULES", "no"),
        ("TRAILHOUND_EXCLUDE_RULES", "a\nb"),
        ("TRAILHOUND_ENVIRONMENT_FILE", "/e.toml"),
        ("TRAILHOUND_RECORD_CAP", "1MiB"),
        ("TRAILHOUND_INFLATE_CAP", "1000"),
        ("TRAILHOUND_THREADS", "3"),
    ];
    std::fs::remove_file(home.config().join(FILE)).unwrap();
    let in_variables = home.load(&variables, &Flags::default());
    assert_eq!(home.faults(&in_variables), [""; 0]);
    assert_eq!(in_variables.settings, *settings);
}

#[test]
fn every_fault_is_told_at_once_and_leaves_what_was_below() {
    let file = "theme = \"harbour\"\nmouze = true\nmouse = \"yes\"\ncolumns = [\"time\", \"tiem\"]\n\
                sort = \"requestParameters.x\"\nmin_risk = 101\nrecord_cap = \"8 parsecs\"\nthreads = 2\n[keys]\n";
    let home = Home::with(&[("config.toml", file)]);
    let variables =
        [("TRAILHOUND_THREADS", "many"), ("TRAILHOUND_MOUZE", "1"), ("TRAILHOUND_MIN_RISK", "40")];
    let flags = Flags { scoring: Some("clasic".into()), time_zone: Some("mars".into()), ..Flags::default() };
    let loaded = home.load(&variables, &flags);
    assert_eq!(
        home.faults(&loaded),
        [
            "config.toml:1: theme = \"harbour\": no such theme; did you mean \"harbor\"?",
            "config.toml:2: mouze: no such setting; did you mean \"mouse\"?",
            "config.toml:3: mouse = \"yes\": expected true or false, found text",
            "config.toml:4: columns = [\"time\", \"tiem\"]: there is no field tiem; did you mean \"time\"?",
            "config.toml:5: sort = \"requestParameters.x\": requestParameters.x is no column of the table, \
             only a path for queries",
            "config.toml:6: min_risk = 101: expected a whole number from 0 to 100",
            "config.toml:7: record_cap = \"8 parsecs\": expected a size such as \"8 MiB\", \"500 KB\" or a \
             number of bytes",
            "config.toml:9: keys: no such setting",
            "environment: TRAILHOUND_MOUZE = 1: no such setting; did you mean \"TRAILHOUND_MOUSE\"?",
            "environment: TRAILHOUND_THREADS = many: expected a whole number from 0 to 1024",
            "command line: --time-zone mars: no such time zone; there are utc, local",
            "command line: --scoring clasic: no such scoring; did you mean \"classic\"?",
        ]
    );
    let below = Settings { threads: std::num::NonZeroUsize::new(2), min_risk: 40, ..Settings::default() };
    assert_eq!(loaded.settings, below);
}

#[test]
fn a_file_that_was_named_has_to_be_there() {
    let home = Home::with(&[("other.toml", "mouse = true")]);
    let other = home.config().join("other.toml");
    let named = |path: PathBuf| Flags { config: Some(path), ..Flags::default() };
    assert!(home.load(&[], &named(other.clone())).settings.mouse);
    assert!(home.load(&[("TRAILHOUND_CONFIG", other.to_str().unwrap())], &Flags::default()).settings.mouse);
    let missing = home.load(&[], &named(home.config().join("none.toml")));
    assert_eq!(home.faults(&missing), ["none.toml: there is no such file"]);
}

#[test]
fn every_setting_has_a_flag() {
    let text = || Some("?".to_owned());
    let flags = Flags {
        config: None,
        theme: text(),
        colors: text(),
        keymap: text(),
        time_zone: text(),
        mouse: text(),
        columns: text(),
        sort: text(),
        scoring: text(),
        scoring_file: text(),
        sensitive_apis: text(),
        rules: text(),
        builtin_rules: text(),
        exclude_rules: text(),
        environment_file: text(),
        min_risk: text(),
        record_cap: text(),
        inflate_cap: text(),
        inflate_ratio: text(),
        threads: text(),
        aws_profile: text(),
        endpoint_url: text(),
        path_style: text(),
        requester_pays: text(),
        s3_cache: text(),
        buckets: text(),
        pick: PickFlags::default(),
    };
    for setting in SETTINGS {
        assert_eq!(flags.of(setting.key), Some("?"), "{}", setting.key);
    }
}

#[test]
fn buckets_are_tables_and_a_wrong_one_is_told() {
    let table =
        "[[buckets]]\nbucket_name = \"logs\"\nprefix = \"AWSLogs/\"\nmax_files = 5\nenabled = false\n";
    let loaded = Home::with(&[("config.toml", table)]).load(&[], &Flags::default());
    assert_eq!(loaded.faults, []);
    let bucket = &loaded.settings.buckets[0];
    assert_eq!((bucket.bucket_name.as_str(), bucket.max_files, bucket.enabled), ("logs", 5, false));
    let shown = loaded.show();
    let again = Home::with(&[("config.toml", &shown)]).load(&[], &Flags::default());
    assert_eq!(again.settings.buckets, loaded.settings.buckets, "{shown}");
    for (text, part) in [
        ("[[buckets]]\nprefix = \"x\"", "needs a bucket_name"),
        ("[[buckets]]\nbuket_name = \"x\"", "did you mean \"bucket_name\"?"),
        (
            "[[buckets]]\nbucket_name = \"x\"\n[[buckets]]\nregions = \"y\"\nbucket_name = \"z\"",
            "bucket 2: regions: no such key of a bucket",
        ),
        ("[[buckets]]\nbucket_name = \"x\"\nmax_files = \"y\"", "max_files: expected a whole number"),
        ("endpoint_url = \"localhost\"", "begins with https://"),
        ("s3_cache = \"lots\"", "expected a size"),
    ] {
        let home = Home::with(&[("config.toml", text)]);
        let faults = home.faults(&home.load(&[], &Flags::default()));
        assert!(faults.len() == 1 && faults[0].contains(part), "{text}: {faults:?}");
    }
}

#[test]
fn what_is_shown_can_be_loaded_again() {
    let flags = Flags {
        theme: Some("ember".into()),
        columns: Some("risk,actor".into()),
        sort: Some("-risk".into()),
        keymap: Some("/keys \"and\" more.toml".into()),
        inflate_cap: Some("1 GiB".into()),
        colors: Some("none".into()),
        ..Flags::default()
    };
    let first = Home::with(&[]).load(&[], &flags);
    assert_eq!(first.faults, []);
    assert!(first.show().contains("sort = \"-risk\"  # --sort\n"), "{}", first.show());
    assert!(first.show().contains("# scoring_file =  # default\n"), "{}", first.show());
    let again = Home::with(&[("config.toml", &first.show())]).load(&[], &Flags::default());
    assert_eq!(again.settings, first.settings);
}

#[test]
fn the_keys_come_from_the_named_file_or_the_usual_one() {
    let home = Home::with(&[("keymap.toml", "[global]"), ("mine.toml", "[events]")]);
    let text = |flags: &Flags| home.load(&[], flags).keymap().map(|found| found.map(|(_, text)| text));
    let named = |name: &str| Flags {
        keymap: Some(home.config().join(name).display().to_string()),
        ..Flags::default()
    };
    assert_eq!(text(&Flags::default()), Ok(Some("[global]".into())));
    assert_eq!(text(&named("mine.toml")), Ok(Some("[events]".into())));
    assert_eq!(text(&named("none.toml")).unwrap_err().message, "there is no such file");
    assert_eq!(Home::with(&[]).load(&[], &Flags::default()).keymap(), Ok(None));
}

#[test]
fn messages_are_set_in_tables_and_by_variables() {
    let file = "[notify]\nsummary = false\ntrusted_hosts = [\"proxy:8080\"]\n[notify.slack]\n\
                webhook_file = \"slack\"\nmin_level = \"critical\"\n[notify.mail]\nhost = \"mail.example.com\"\n\
                to = [\"a@example.com\", \"b@example.com\"]\nsecurity = \"starttls\"\nport = 0\n\
                password_command = [\"pass\", \"mail\"]\n";
    let home = Home::with(&[("config.toml", file)]);
    let variables =
        [("TRAILHOUND_NOTIFY_SLACK_TOKEN", "xoxb-sesame"), ("TRAILHOUND_NOTIFY_SLACK_CHANNEL", "#alerts")];
    let loaded = home.load(&variables, &Flags::default());
    assert_eq!(home.faults(&loaded), [""; 0]);
    let notify = &loaded.settings.notify;
    assert_eq!((notify.summary, notify.trusted_hosts.as_slice()), (false, &["proxy:8080".to_owned()][..]));
    assert_eq!(notify.slack.webhook.file, Some(home.config().join("slack")));
    assert_eq!(notify.slack.min_level, crate::score::Level::Critical);
    assert_eq!(notify.slack.token.given.as_ref().map(crate::config::Secret::expose), Some("xoxb-sesame"));
    assert_eq!(notify.slack.channel.as_deref(), Some("#alerts"));
    assert_eq!((notify.mail.port, notify.mail.to.len()), (None, 2));
    assert_eq!(notify.mail.password.command, ["pass", "mail"]);
    assert_eq!(loaded.origin("notify.slack.channel"), &Origin::Environment);
    assert!(matches!(loaded.origin("notify.mail.host"), Origin::File { line: 8, .. }));
    let shown = loaded.show();
    assert!(
        shown.contains("notify.slack.channel = \"#alerts\"  # TRAILHOUND_NOTIFY_SLACK_CHANNEL\n"),
        "{shown}"
    );
    assert!(!shown.contains("sesame") && !format!("{loaded:?}").contains("sesame"));
    let again = Home::with(&[("config.toml", &shown)]).load(&[variables[0]], &Flags::default());
    assert_eq!((again.faults, again.settings), (vec![], loaded.settings));
}

#[test]
fn no_fault_shows_a_secret() {
    let file = "[notify.slack]\nwebhook = \"https://hooks.slack.com/services/T0/B0/sesame\"\n\
                webhook_file = \"https://hooks.slack.com/services/T0/B0/sesame\"\ntokn = \"xoxb-sesame\"\n\
                channel = \"xoxb-sesame\"\nmin_level = \"sesame\"\n\
                api_url = \"https://hooks.slack.com/services/T0/B0/sesame\"\n[notify.mial]\nto = [\"x\"]\n";
    let home = Home::with(&[("config.toml", file)]);
    let variables = [
        ("TRAILHOUND_NOTIFY_SLACK_WEBHOK", "https://hooks.slack.com/services/T0/B0/sesame"),
        ("TRAILHOUND_NOTIFY_SUMMARY", "sesame"),
    ];
    let loaded = home.load(&variables, &Flags::default());
    let faults = home.faults(&loaded);
    assert_eq!(
        faults,
        [
            "config.toml:2: notify.slack.webhook: a secret does not belong into this file; put it into one of mode \
             600 and name that in `notify.slack.webhook_file`, or set TRAILHOUND_NOTIFY_SLACK_WEBHOOK",
            "config.toml:3: notify.slack.webhook_file: this looks like the secret itself, which belongs into a file \
             of mode 600",
            "config.toml:4: notify.slack.tokn: no such setting; did you mean \"token\"?",
            "config.toml:5: notify.slack.channel: this looks like the secret itself, which belongs into a file of \
             mode 600",
            "config.toml:6: notify.slack.min_level: no such level; there are info, low, medium, high, critical",
            "config.toml:7: notify.slack.api_url: this looks like a webhook; name its file in \
             notify.slack.webhook_file",
            "config.toml:8: notify.mial: no such setting; did you mean \"mail\"?",
            "environment: TRAILHOUND_NOTIFY_SLACK_WEBHOK: no such setting; did you mean \
             \"TRAILHOUND_NOTIFY_SLACK_WEBHOOK\"?",
            "environment: TRAILHOUND_NOTIFY_SUMMARY: expected true or false",
        ]
    );
    assert!(!format!("{loaded:?}").contains("sesame"));
}
