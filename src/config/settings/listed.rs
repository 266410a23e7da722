//! The settings that have flags: how each is read, checked and shown.

use std::num::NonZeroUsize;

use super::{
    Scoring, Setting, TimeZone, put, quoted, quoted_list, read_sort, shown_bytes, shown_path, word_of,
    write_sort,
};
use crate::config::buckets;
use crate::config::fault::Reason;
use crate::config::theme::Depth;
const ZONES: [(&str, TimeZone); 2] = [("utc", TimeZone::Utc), ("local", TimeZone::Local)];
const SCORINGS: [(&str, Scoring); 2] = [("default", Scoring::Default), ("classic", Scoring::Classic)];
const COLORS: [(&str, Option<Depth>); 5] = [
    ("auto", None),
    ("none", Some(Depth::None)),
    ("16", Some(Depth::Ansi16)),
    ("256", Some(Depth::Ansi256)),
    ("true", Some(Depth::True)),
];

/// Every setting that has a flag, in the order in which the documents list them.
pub static SETTINGS: &[Setting] = &[
    Setting {
        key: "theme",
        about: "the colors of the console",
        values: "the name of a theme, built in or a file in `themes/` beside `config.toml`",
        set: |settings, given| {
            let name = given.text()?;
            if !given.around.themes.iter().any(|theme| theme == name) {
                return Err(Reason::unknown("theme", name, given.around.themes.iter().map(String::as_str)));
            }
            name.clone_into(&mut settings.theme);
            Ok(())
        },
        show: |settings| Some(quoted(&settings.theme)),
    },
    Setting {
        key: "colors",
        about: "how many colors to use; `auto` asks the environment, `NO_COLOR` included",
        values: "`auto`, `none`, `16`, `256`, `true`",
        set: |settings, given| put(&mut settings.colors, given.one_of("number of colors", &COLORS)),
        show: |settings| word_of(&COLORS, &settings.colors),
    },
    Setting {
        key: "keymap",
        about: "the file with your keys; without it, `keymap.toml` beside `config.toml`",
        values: "a path",
        set: |settings, given| put(&mut settings.keymap, given.path().map(Some)),
        show: |settings| shown_path(settings.keymap.as_deref()),
    },
    Setting {
        key: "time_zone",
        about: "the zone in which times are shown",
        values: "`utc`, `local`",
        set: |settings, given| put(&mut settings.time_zone, given.one_of("time zone", &ZONES)),
        show: |settings| word_of(&ZONES, &settings.time_zone),
    },
    Setting {
        key: "mouse",
        about: "whether the console uses the mouse; off, the terminal's own selection works",
        values: "`true`, `false`",
        set: |settings, given| put(&mut settings.mouse, given.flag()),
        show: |settings| Some(settings.mouse.to_string()),
    },
    Setting {
        key: "columns",
        about: "the columns of the list of events, from the left",
        values: "a list of fields",
        set: |settings, given| put(&mut settings.columns, given.fields()),
        show: |settings| {
            let names: Vec<String> = settings.columns.iter().map(|field| quoted(field.name())).collect();
            Some(format!("[{}]", names.join(", ")))
        },
    },
    Setting {
        key: "sort",
        about: "the order of the list of events; a `-` in front reverses it",
        values: "a field",
        set: |settings, given| put(&mut settings.sort, read_sort(given.text()?)),
        show: |settings| Some(quoted(&write_sort(settings.sort))),
    },
    Setting {
        key: "scoring",
        about: "the weights of the risk score; `classic` adds up points as older tools do",
        values: "`default`, `classic`",
        set: |settings, given| put(&mut settings.scoring, given.one_of("scoring", &SCORINGS)),
        show: |settings| word_of(&SCORINGS, &settings.scoring),
    },
    Setting {
        key: "scoring_file",
        about: "your own weights and lists instead of those of `scoring`: a whole file, such as a changed copy of `rules/scoring.toml`",
        values: "a path",
        set: |settings, given| put(&mut settings.scoring_file, given.path().map(Some)),
        show: |settings| shown_path(settings.scoring_file.as_deref()),
    },
    Setting {
        key: "sensitive_apis",
        about: "your own table of sensitive calls, over the built-in one",
        values: "a path",
        set: |settings, given| put(&mut settings.sensitive_apis, given.path().map(Some)),
        show: |settings| shown_path(settings.sensitive_apis.as_deref()),
    },
    Setting {
        key: "rules",
        about: "your own detection rules in the Sigma format, beside the built-in ones",
        values: "a list of files and folders",
        set: |settings, given| put(&mut settings.rules, given.paths()),
        show: |settings| {
            let paths: Vec<_> = settings.rules.iter().map(|path| path.to_string_lossy()).collect();
            Some(quoted_list(&paths))
        },
    },
    Setting {
        key: "builtin_rules",
        about: "whether the rules that come with trailhound are used",
        values: "`true`, `false`",
        set: |settings, given| put(&mut settings.builtin_rules, given.flag()),
        show: |settings| Some(settings.builtin_rules.to_string()),
    },
    Setting {
        key: "exclude_rules",
        about: "rules that are left out, by their ids",
        values: "a list of ids",
        set: |settings, given| put(&mut settings.exclude_rules, given.words()),
        show: |settings| Some(quoted_list(&settings.exclude_rules)),
    },
    Setting {
        key: "environment_file",
        about: "what is known of your organization: accounts, networks, roles, buckets of logs",
        values: "a path",
        set: |settings, given| put(&mut settings.environment_file, given.path().map(Some)),
        show: |settings| shown_path(settings.environment_file.as_deref()),
    },
    Setting {
        key: "min_risk",
        about: "the least risk that the headless commands print",
        values: "0 to 100",
        set: |settings, given| put(&mut settings.min_risk, given.whole(100).map(|n| n.min(100) as u8)),
        show: |settings| Some(settings.min_risk.to_string()),
    },
    Setting {
        key: "record_cap",
        about: "the largest record that is read; a larger one is rejected, and said so",
        values: "a size such as `8 MiB`",
        set: |settings, given| put(&mut settings.record_cap, given.bytes()),
        show: |settings| Some(quoted(&shown_bytes(settings.record_cap))),
    },
    Setting {
        key: "inflate_cap",
        about: "the most that one file may inflate to; what is beyond is rejected, and said so",
        values: "a size such as `4 GiB`",
        set: |settings, given| put(&mut settings.inflate_cap, given.bytes()),
        show: |settings| Some(quoted(&shown_bytes(settings.inflate_cap))),
    },
    Setting {
        key: "inflate_ratio",
        about: "how many times its size a file may inflate to that comes to more than 256 MiB; what is beyond is rejected as a bomb, \
                and said so; 0 for any",
        values: "0 to 1000000",
        set: |settings, given| put(&mut settings.inflate_ratio, given.whole(1_000_000)),
        show: |settings| Some(settings.inflate_ratio.to_string()),
    },
    Setting {
        key: "threads",
        about: "how many threads read and score; 0 is one for each processor",
        values: "0 to 1024",
        set: |settings, given| {
            put(&mut settings.threads, given.whole(1024).map(|n| NonZeroUsize::new(n as usize)))
        },
        show: |settings| Some(settings.threads.map_or(0, NonZeroUsize::get).to_string()),
    },
    Setting {
        key: "aws_profile",
        about: "the profile by which AWS is reached; without it, that of `AWS_PROFILE` or the default",
        values: "a name of `~/.aws/config`",
        set: |settings, given| put(&mut settings.aws_profile, given.text().map(|text| Some(text.to_owned()))),
        show: |settings| settings.aws_profile.as_deref().map(quoted),
    },
    Setting {
        key: "endpoint_url",
        about: "another address for the services of AWS: MinIO, LocalStack, a VPC endpoint",
        values: "a URL",
        set: |settings, given| {
            let url = given.text()?;
            if !url.starts_with("http://") && !url.starts_with("https://") {
                return Err(Reason::new("expected a URL that begins with https:// or http://"));
            }
            settings.endpoint_url = Some(url.to_owned());
            Ok(())
        },
        show: |settings| settings.endpoint_url.as_deref().map(quoted),
    },
    Setting {
        key: "path_style",
        about: "whether bucket names stand in the path of requests; always so at an `endpoint_url` that is not of AWS",
        values: "`true`, `false`",
        set: |settings, given| put(&mut settings.path_style, given.flag()),
        show: |settings| Some(settings.path_style.to_string()),
    },
    Setting {
        key: "requester_pays",
        about: "whether you pay for requests, which some buckets demand of their readers",
        values: "`true`, `false`",
        set: |settings, given| put(&mut settings.requester_pays, given.flag()),
        show: |settings| Some(settings.requester_pays.to_string()),
    },
    Setting {
        key: "s3_cache",
        about: "how many bytes of objects are kept in the cache folder, so that they are fetched once; 0 is none",
        values: "a size such as `2 GiB`, or 0",
        set: |settings, given| put(&mut settings.s3_cache, given.whole(0).or_else(|_| given.bytes())),
        show: |settings| {
            Some(if settings.s3_cache == 0 {
                "0".to_owned()
            } else {
                quoted(&shown_bytes(settings.s3_cache))
            })
        },
    },
    Setting {
        key: "buckets",
        about: "what `s3://` alone stands for",
        values: "`[[buckets]]` tables with `bucket_name`, and any of `prefix`, `region`, `max_files`, `enabled`, `description`",
        set: |settings, given| put(&mut settings.buckets, buckets::read(given)),
        show: |settings| Some(buckets::write(&settings.buckets)),
    },
];
