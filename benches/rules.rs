//! What rules cost, on a million made-up events: `cargo bench --bench rules`.
//!
//! Eight hundred rules of two kinds: as public ones are, which mostly ask for a service and a name; and those that come
//! with trailhound, with as many made-up ones as are missing, each on three of
//! the names of events that somebody would write a rule about. Loads with and without them
//! take turns; the difference of their processor times is the price. Then single rules are run over all
//! events again, as the editor does at each key.
#![expect(clippy::expect_used, reason = "a benchmark that cannot go on has failed")]

#[path = "common/mod.rs"]
mod common;

use std::fmt::Write as _;
use std::sync::Arc;
use std::time::{Duration, Instant};

use common::{EVENTS, Whose, data, files, processor_time, report};
use trailhound::detect::attack::Attack;
use trailhound::detect::retro;
use trailhound::detect::rules::{Files, Rules, pack};
use trailhound::detect::sigma::item::Placeholders;
use trailhound::ingest::worker::Options;
use trailhound::investigation::{Investigation, Judgment, load};
use trailhound::query::run::Reading;
use trailhound::source::local;

/// The allocator of the program.
#[global_allocator]
static ALLOCATOR: mimalloc::MiMalloc = mimalloc::MiMalloc;

/// How many rules there are.
const RULES: usize = 800;

/// How often the loads take turns.
const TURNS: usize = 5;

/// How often those with rules as public ones are do: what these take is less than what two loads differ by.
const PUBLIC_TURNS: usize = 21;

/// Of so many files one is loaded as well: with fewer events those count for more that bring something new.
const OF_FILES: usize = 4;

fn main() {
    let begun = Instant::now();
    let shipped = Judgment::shipped();
    report("our rules read and made ready", &format!("{:.1?}", begun.elapsed()), "100 ms");
    let data = data();
    let none = Judgment { rules: Arc::default(), ..shipped.clone() };
    let part: Vec<String> = files(&data).iter().step_by(OF_FILES).map(|f| f.display().to_string()).collect();
    let data = [data.display().to_string()];
    let (plain, _) = loaded(&data, &none);
    assert_eq!(u64::from(plain.table.len()), EVENTS);
    let many = Judgment { rules: Arc::new(many()), ..shipped.clone() };
    println!("{} rules, of which {} are ours", many.rules.singles().len(), shipped.rules.singles().len());
    let single = Judgment { rules: Arc::new(without_comparing(&many.rules)), ..shipped.clone() };
    let public = Judgment { rules: Arc::new(public()), ..shipped.clone() };
    assert_eq!(public.rules.singles().len(), RULES);
    let (mut all, mut singles, mut ours) = (Vec::new(), Vec::new(), Vec::new());
    let mut published: Vec<f64> = (0..PUBLIC_TURNS).map(|_| price(&data, &none, &public)).collect();
    let mut of_part: Vec<f64> = (0..PUBLIC_TURNS).map(|_| price(&part, &none, &public)).collect();
    for turn in 1..=TURNS {
        let (_, without) = loaded(&data, &none);
        let (_, on_one) = loaded(&data, &single);
        let (_, with) = loaded(&data, &many);
        let (inv, shipped) = loaded(&data, &shipped);
        println!(
            "turn {turn}: without {without:.2?}, rules on single events {on_one:.2?}, all {with:.2?}, \
             ours {shipped:.2?} ({} findings)",
            inv.compared.findings.len()
        );
        singles.push(nanoseconds(on_one, without, EVENTS));
        all.push(nanoseconds(with, without, EVENTS));
        ours.push(nanoseconds(shipped, without, EVENTS));
    }
    for (values, what) in [
        (&mut published, "rules as public ones are, an event"),
        (&mut of_part, "the same with a quarter of the files"),
        (&mut singles, "rules on single events, an event"),
        (&mut all, "800 and those on several, an event"),
        (&mut ours, "ours, those on several too, an event"),
    ] {
        values.sort_by(f64::total_cmp);
        let (from, to) = (values[values.len() / 4], values[values.len() * 3 / 4]);
        report(what, &format!("{:.0} ns", values[values.len() / 2]), "60 ns");
        println!("  (half of the turns {from:.0} to {to:.0} ns)");
    }
    edits(&plain);
}

/// The price of rules for each of these events: each of the two loads comes first once.
fn price(sources: &[String], none: &Judgment, rules: &Judgment) -> f64 {
    let [(without, events), (with, _), (with_again, _), (without_again, _)] =
        [none, rules, rules, none].map(|judgment| {
            let (inv, time) = loaded(sources, judgment);
            (time, u64::from(inv.table.len()))
        });
    nanoseconds(with + with_again, without + without_again, events * 2)
}

/// The price of rules for one of so many events.
fn nanoseconds(with: Duration, without: Duration, events: u64) -> f64 {
    (with.as_secs_f64() - without.as_secs_f64()) * 1e9 / events as f64
}

fn loaded(sources: &[String], judgment: &Judgment) -> (Investigation, Duration) {
    let before = processor_time(Whose::Mine);
    let inv = load(local::list(sources), Options::default(), judgment.clone(), Arc::default(), &|_| {});
    (inv, processor_time(Whose::Mine) - before)
}

/// The same rules without those on several events.
fn without_comparing(rules: &Rules) -> Rules {
    let ids: Vec<String> =
        rules.infos().iter().filter(|rule| rule.compares).map(|rule| rule.id.clone()).collect();
    made(&ids)
}

/// Rules in the way of the public Sigma rules for CloudTrail: of 57 of them 54 ask for names, 50 for the service, and few for
/// more.
fn public() -> Rules {
    let scoring = Judgment::shipped().scoring;
    let events: Vec<&String> = scoring.lists.values().flat_map(|list| &list.events).collect();
    let named: Vec<(&str, &str)> = events.iter().filter_map(|event| event.split_once(':')).collect();
    let mut text = String::new();
    for n in 0..RULES {
        let ((service, name), (_, other)) = (named[n * 7 % named.len()], named[(n * 7 + 13) % named.len()]);
        let event = format!("eventSource: {service}.amazonaws.com, eventName: {name}");
        let selection = match n % 57 {
            0 => "userIdentity.type: Root".to_owned(),
            1 => format!("userAgent|contains: tool-{n}"),
            2 => format!("sourceIPAddress: 203.0.113.{}", n % 256),
            3..=5 => format!("{event}, userAgent|contains: tool-{n}"),
            6..=8 => format!("{event}, errorCode: null"),
            9..=11 => format!("{event}, userIdentity.type: [IAMUser, Root]"),
            12..=13 => format!("{event}, userIdentity.arn|contains: user-{n}"),
            14..=17 => format!("{event}, requestParameters.name|contains: value-{n}"),
            18..=20 => format!("{event}, responseElements.publiclyAccessible: 'true'"),
            21..=29 => format!("eventSource: {service}.amazonaws.com, eventName: [{name}, {other}]"),
            30..=32 => format!("eventName: {name}"),
            _ => event,
        };
        let _ = write!(
            text,
            "---\ntitle: public {n}\nid: public-{n}\nlogsource: {{product: aws, service: cloudtrail}}\n\
             detection:\n  s: {{{selection}}}\n  condition: s\nlevel: low\n"
        );
    }
    let files = vec![("public.yml".to_owned(), text)];
    Rules::read(&files, &Placeholders::new(), &[], &Attack::shipped())
}

/// Our rules, and made-up ones until there are enough.
fn many() -> Rules {
    made(&[])
}

fn made(exclude: &[String]) -> Rules {
    let mut files: Files = pack();
    let attack = Attack::shipped();
    let own = Rules::read(&files, &Placeholders::new(), exclude, &attack).singles().len();
    let missing = RULES.saturating_sub(own);
    let scoring = Judgment::shipped().scoring;
    let names: Vec<&str> = scoring
        .lists
        .values()
        .flat_map(|list| &list.events)
        .map(|e| e.rsplit(':').next().unwrap_or(e))
        .collect();
    let mut text = String::new();
    for n in 0..missing {
        let name = |k: usize| names[(n * 7 + k * 13) % names.len()];
        let _ = write!(
            text,
            "---\ntitle: made up {n}\nid: made-up-{n}\nlogsource: {{product: aws, service: cloudtrail}}\ndetection:\n  \
             names: {{eventName: [{}, {}, {}]}}\n  who: {{userIdentity.type: [IAMUser, AssumedRole], userAgent|contains: tool-{n}}}\n  \
             what: {{requestParameters.name|endswith: -{n}, errorCode: null}}\n  \
             service: {{userIdentity.invokedBy|endswith: .amazonaws.com}}\n  \
             condition: names and (who or what) and not service\nlevel: low\n",
            name(0),
            name(1),
            name(2)
        );
    }
    files.push(("made-up.yml".to_owned(), text));
    Rules::read(&files, &Placeholders::new(), exclude, &attack)
}

/// Single rules over everything that is loaded.
fn edits(inv: &Investigation) {
    for (what, detection) in [
        ("by name", "s: {eventName|startswith: Delete, errorCode: null}"),
        (
            "by who and where",
            "s: {userIdentity.arn|contains: admin, userAgent|re: '(?i)boto3?/1', sourceIPAddress|cidr: 203.0.113.0/24}",
        ),
        ("one that reads records", "s: {eventName: PutBucketPolicy, requestParameters|contains: '\"*\"'}"),
    ] {
        let text = format!("title: t\ndetection: {{{detection}, condition: s}}\n");
        let files = vec![("t.yml".to_owned(), text)];
        let rules = Rules::read(&files, &Placeholders::new(), &[], &Attack::shipped());
        let rule = rules.singles().first().expect("it is a rule");
        let mut found = 0;
        let mut times: Vec<Duration> = (0..9)
            .map(|_| {
                let begun = Instant::now();
                found = retro::hits(inv, rule, &Reading::default()).count();
                begun.elapsed()
            })
            .collect();
        times.sort_unstable();
        report(&format!("a rule edited, {what}"), &format!("{:.1?}", times[4]), "50 ms");
        println!("  ({found} events)");
    }
}
