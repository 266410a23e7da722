//! Points of an event, and the factors that make them up.

use std::collections::HashMap;
use std::sync::Arc;

use crate::detect::environment::Environment;
use crate::detect::hits::Sets;
use crate::detect::rules::{RuleInfo, Rules, best};
use crate::event::address::{AddressKind, parse_ip};
use crate::event::outcome::Outcome;
use crate::score::scoring::{Level, Scoring};
use crate::store::dicts::{DictSet, IdentityRow};
use crate::store::flags::{Flags, RecordKind};
use crate::store::ints::each_row;
use crate::store::segment::Segment;
use crate::store::table::service_of;
use crate::store::{Column, Row};

/// One reason for points.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Factor {
    /// How many; less than none where something is taken back.
    pub points: i32,
    /// Why: `critical action StopLogging`.
    pub reason: String,
}

impl std::fmt::Display for Factor {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "{:+} {}", self.points, self.reason)
    }
}

/// What of an event decides its points, as dictionary numbers.
#[derive(Clone, Copy)]
struct Facts {
    event: u32,
    source: u32,
    ip: u32,
    error: u32,
    identity: u32,
    target: u32,
    hits: u32,
    flags: Flags,
}

impl Facts {
    fn of(id: impl Fn(Column) -> u32, hits: u32, flags: Flags) -> Self {
        Self {
            event: id(Column::Event),
            source: id(Column::Source),
            ip: id(Column::Ip),
            error: id(Column::Error),
            identity: id(Column::Identity),
            target: id(Column::Target),
            hits,
            flags,
        }
    }
}

/// Why points were given, before it is put into words.
#[derive(Clone, Copy)]
enum Reason {
    List(usize),
    Root,
    Denied,
    Public,
    SensitiveRole,
    ConsoleLogin,
    Service,
    Unruled,
    Rule(u32),
}

/// A list that an event of some name stands in.
#[derive(Clone, Debug)]
struct Entry {
    list: usize,
    /// The service it is meant for; `None` for any.
    service: Option<String>,
}

/// Scores events. What follows from one dictionary value is worked out once per value.
#[derive(Clone, Debug)]
pub struct Scorer {
    scoring: Arc<Scoring>,
    rules: Arc<Rules>,
    environment: Arc<Environment>,
    by_name: HashMap<String, Vec<Entry>>,
    lists: Vec<(String, u32)>,
    // Tables by dictionary number, extended as the dictionaries grow.
    events: Vec<Vec<Entry>>,
    services: Vec<String>,
    public: Vec<bool>,
    denied: Vec<bool>,
    identities: Vec<(bool, bool)>,
    sensitive: Vec<bool>,
    logins: Vec<bool>,
    assumes: Vec<bool>,
    /// Whether the source is a service whose calls are never spared, or the target a bucket of logs.
    guarded_sources: Vec<bool>,
    guarded_targets: Vec<bool>,
    services_as_address: Vec<bool>,
    /// The points to which each set of rules raises an event.
    floors: Vec<u8>,
    /// The most that an event can earn at which no rule of medium level or above points.
    unruled_cap: i32,
    /// Whether every address in the data is public, so that being public says nothing.
    all_public: bool,
}

impl Scorer {
    /// A scorer by these weights and lists, rules, and what is known of one's own organization.
    pub fn new(scoring: Arc<Scoring>, rules: Arc<Rules>, environment: Arc<Environment>) -> Self {
        let mut by_name: HashMap<String, Vec<Entry>> = HashMap::new();
        let mut lists = Vec::new();
        for (number, list) in scoring.lists.values().enumerate() {
            lists.push((list.reason.clone(), list.points));
            for event in &list.events {
                let (service, name) = match event.split_once(':') {
                    Some((service, name)) => (Some(service.to_owned()), name),
                    None => (None, event.as_str()),
                };
                by_name.entry(name.to_owned()).or_default().push(Entry { list: number, service });
            }
        }
        let has_rules = !rules.infos().is_empty();
        Self {
            unruled_cap: scoring.unruled_cap.filter(|_| has_rules).map_or(i32::MAX, i32::from),
            scoring,
            rules,
            environment,
            by_name,
            lists,
            events: Vec::new(),
            services: Vec::new(),
            public: Vec::new(),
            denied: Vec::new(),
            identities: Vec::new(),
            sensitive: Vec::new(),
            logins: Vec::new(),
            assumes: Vec::new(),
            guarded_sources: Vec::new(),
            guarded_targets: Vec::new(),
            services_as_address: Vec::new(),
            floors: Vec::new(),
            all_public: false,
        }
    }

    /// The weights and lists.
    pub fn scoring(&self) -> &Arc<Scoring> {
        &self.scoring
    }

    /// Learns the values and sets of rules that were added since the last time.
    pub fn learn(&mut self, dicts: &DictSet, sets: &Sets) {
        let Self {
            scoring,
            rules,
            environment,
            by_name,
            lists: _,
            events,
            services,
            public,
            denied,
            identities,
            sensitive,
            logins,
            assumes,
            guarded_sources,
            guarded_targets,
            services_as_address,
            floors,
            unruled_cap: _,
            all_public,
        } = self;
        let new = |column: Column, known: usize| {
            let values = dicts.column(column);
            (known as u32..values.len()).map(move |id| values.get(id))
        };
        for name in new(Column::Event, events.len()) {
            let name = plain_name(name);
            events.push(by_name.get(name).cloned().unwrap_or_default());
            logins.push(name == "ConsoleLogin");
            assumes.push(name.starts_with("AssumeRole"));
        }
        services.extend(new(Column::Source, services.len()).map(|s| service_of(s).to_owned()));
        let is_service = |ip| AddressKind::of(ip) == AddressKind::Service;
        services_as_address.extend(new(Column::Ip, services_as_address.len()).map(is_service));
        let own =
            |ip| parse_ip(ip).is_some_and(|ip| environment.own_networks.iter().any(|n| n.contains(&ip)));
        let is_public = |ip| AddressKind::of(ip) == AddressKind::Public && !own(ip);
        public.extend(new(Column::Ip, public.len()).map(is_public));
        *all_public = public.len() > 1 && public.iter().skip(1).all(|p| *p);
        let guarded = |service: &str| scoring.never_spared.iter().any(|s| s == service);
        guarded_sources.extend(services.iter().skip(guarded_sources.len()).map(|s| guarded(s)));
        let guarded_target = |target: &str| environment.is_log_bucket(target);
        guarded_targets.extend(new(Column::Target, guarded_targets.len()).map(guarded_target));
        floors.extend((floors.len() as u32..sets.len()).map(|set| {
            let levels = rules.shown(sets.get(set)).filter(|rule| !rule.compares).map(|rule| rule.level);
            levels.max().map_or(0, Level::floor)
        }));
        denied.extend(
            new(Column::Error, denied.len())
                .map(|code| scoring.denied.codes.iter().any(|c| code.contains(c))),
        );
        let in_list = |target: &str| scoring.sensitive_role.roles.iter().any(|role| target.contains(role));
        sensitive.extend(new(Column::Target, sensitive.len()).map(in_list));
        for id in identities.len() as u32..dicts.identity_count() {
            let IdentityRow { is_root, is_service, .. } = dicts.identity(id);
            identities.push((is_root, is_service));
        }
    }

    /// Scores all events of a segment.
    pub fn score(&mut self, dicts: &DictSet, sets: &Sets, segment: &mut Segment) {
        self.learn(dicts, sets);
        let [event, source, ip, error, identity, target] =
            [Column::Event, Column::Source, Column::Ip, Column::Error, Column::Identity, Column::Target]
                .map(|c| segment.column(c));
        let (hits, flags) = (segment.hit_column(), segment.flag_column());
        let columns = [event, source, ip, error, identity, target, hits, flags];
        let mut risks = Vec::with_capacity(segment.len());
        each_row(columns, segment.len(), |_, [event, source, ip, error, identity, target, hits, flags]| {
            let flags = Flags::from_bits(flags);
            risks.push(self.points(Facts { event, source, ip, error, identity, target, hits, flags }));
        });
        segment.set_risks(risks);
    }

    /// Scores some rows of a segment again, whose hits are others now.
    pub(crate) fn score_again(
        &mut self,
        dicts: &DictSet,
        sets: &Sets,
        segment: &mut Segment,
        rows: &[usize],
    ) {
        self.learn(dicts, sets);
        let mut risks = segment.risks().to_vec();
        for &row in rows {
            let flags = Flags::from_bits(segment.flag_column().id(row));
            let facts =
                Facts::of(|column| segment.column(column).id(row), segment.hit_column().id(row), flags);
            if let Some(risk) = risks.get_mut(row) {
                *risk = self.points(facts);
            }
        }
        segment.set_risks(risks);
    }

    fn points(&self, facts: Facts) -> u8 {
        let mut sum = 0i32;
        self.visit(facts, |points, _| sum += points);
        sum.clamp(0, self.scoring.cap.min(100) as i32) as u8
    }

    /// The factors of an event; their sum, cut at the cap, is its score.
    ///
    /// The event must be of a table whose dictionaries this scorer has learned.
    pub fn factors(&self, row: &Row<'_>, sets: &Sets) -> Vec<Factor> {
        let facts = Facts::of(|column| row.id_of(column), row.hits(), row.flags());
        let mut factors = Vec::new();
        self.visit(facts, |points, reason| {
            factors.push(Factor { points, reason: self.words(reason, row, sets) });
        });
        factors
    }

    fn words(&self, reason: Reason, row: &Row<'_>, sets: &Sets) -> String {
        match reason {
            Reason::List(list) => {
                format!("{} {}", self.lists.get(list).map_or("", |l| l.0.as_str()), plain_name(row.event()))
            }
            Reason::Root => "root user".to_owned(),
            Reason::Denied => format!("denied: {}", row.text(Column::Error)),
            Reason::Public if self.all_public => {
                format!("public address {} (as all here are)", row.text(Column::Ip))
            }
            Reason::Public => format!("public address {}", row.text(Column::Ip)),
            Reason::Service => "done by an AWS service".to_owned(),
            Reason::Unruled => "no rule on single events, of medium level or above, points at it".to_owned(),
            Reason::Rule(set) => self.rule_words(sets.get(set)),
            Reason::SensitiveRole => format!("sensitive role {}", row.text(Column::Target)),
            Reason::ConsoleLogin => "successful console login".to_owned(),
        }
    }

    fn rule_words(&self, rules: &[u32]) -> String {
        let best = best(self.rules.shown(rules).filter(|rule| !rule.compares));
        let words = |rule: &RuleInfo| format!("{} rule hit: {}", rule.level.name(), rule.title);
        best.map_or_else(String::new, words)
    }

    /// Tells every factor of an event: what it earns by itself, what is taken back because a service did it,
    /// and what a rule adds to raise it to its level.
    #[inline]
    fn visit(&self, facts: Facts, mut factor: impl FnMut(i32, Reason)) {
        let mut sum = 0i32;
        self.visit_own(facts, |points, reason| {
            sum = sum.saturating_add_unsigned(points);
            factor(i32::try_from(points).unwrap_or(i32::MAX), reason);
        });
        let cap = self.scoring.service_cap.map_or(i32::MAX, i32::from);
        if sum > cap && self.is_spared(facts) {
            factor(cap - sum, Reason::Service);
            sum = cap;
        }
        let floor = self.floors.get(facts.hits as usize).copied().map_or(0, i32::from);
        if sum > self.unruled_cap && floor < i32::from(Level::Medium.floor()) {
            factor(self.unruled_cap - sum, Reason::Unruled);
            sum = self.unruled_cap;
        }
        if self.scoring.rule_floors && floor > sum {
            factor(floor - sum, Reason::Rule(facts.hits));
        }
    }

    /// Whether a service did it, and to nothing that must not be touched.
    fn is_spared(&self, facts: Facts) -> bool {
        let known = |table: &[bool], id: u32| table.get(id as usize).copied().unwrap_or(false);
        let (_, is_service) = self.identities.get(facts.identity as usize).copied().unwrap_or_default();
        (is_service || known(&self.services_as_address, facts.ip))
            && !known(&self.guarded_sources, facts.source)
            && !known(&self.guarded_targets, facts.target)
    }

    /// Tells what an event earns by itself.
    #[inline]
    fn visit_own(&self, facts: Facts, mut factor: impl FnMut(u32, Reason)) {
        let s = &*self.scoring;
        let known = |table: &[bool], id: u32| table.get(id as usize).copied().unwrap_or(false);
        if facts.flags.kind() == RecordKind::Aggregated {
            return;
        }
        for entry in self.events.get(facts.event as usize).map_or(&[][..], Vec::as_slice) {
            let service = self.services.get(facts.source as usize).map_or("", String::as_str);
            if entry.service.as_deref().is_none_or(|wanted| wanted == service) {
                factor(self.lists.get(entry.list).map_or(0, |l| l.1), Reason::List(entry.list));
            }
        }
        let (is_root, is_service) = self.identities.get(facts.identity as usize).copied().unwrap_or_default();
        if is_root && s.root > 0 {
            factor(s.root, Reason::Root);
        }
        if s.public_address > 0 && known(&self.public, facts.ip) {
            factor(s.public_address, Reason::Public);
        }
        let is_denied = if s.denied.codes.is_empty() {
            facts.flags.outcome() == Outcome::Denied
        } else {
            known(&self.denied, facts.error)
        };
        if is_denied && s.denied.points > 0 && !(s.denied.spare_services && is_service) {
            factor(s.denied.points, Reason::Denied);
        }
        if s.sensitive_role.points > 0
            && known(&self.assumes, facts.event)
            && known(&self.sensitive, facts.target)
        {
            factor(s.sensitive_role.points, Reason::SensitiveRole);
        }
        if s.console_login > 0 && known(&self.logins, facts.event) && facts.flags.has(Flags::LOGIN_OK) {
            factor(s.console_login, Reason::ConsoleLogin);
        }
    }
}

/// The name of an event without the API version that some services put behind it:
/// `CreateFunction20150331`, `UpdateFunctionCode20150331v2`, `CreateDistribution2020_05_31`.
pub fn plain_name(name: &str) -> &str {
    let stem = name
        .trim_end_matches(|c: char| c.is_ascii_digit())
        .strip_suffix('v')
        .filter(|stem| stem.ends_with(|c: char| c.is_ascii_digit()))
        .unwrap_or(name);
    let cut = stem.trim_end_matches(|c: char| c.is_ascii_digit() || c == '_');
    let digits = stem[cut.len()..].bytes().filter(u8::is_ascii_digit).count();
    if digits == 8 && !cut.is_empty() { cut } else { name }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn versions_come_off_event_names() {
        for (name, plain) in [
            ("CreateFunction20150331", "CreateFunction"),
            ("UpdateFunctionCode20150331v2", "UpdateFunctionCode"),
            ("CreateDistribution2020_05_31", "CreateDistribution"),
            ("StopLogging", "StopLogging"),
            ("ListObjectsV2", "ListObjectsV2"),
            ("GetEC2", "GetEC2"),
            ("20150331", "20150331"),
            ("v2", "v2"),
            ("", ""),
        ] {
            assert_eq!(plain_name(name), plain, "{name}");
        }
    }
}
