//! The indicators of a report as a STIX 2.1 bundle. All ids follow from the content, so that the same report gives
//! the same bundle, and what two reports share has the same id.

use serde_json::{Map, Value, json};
use uuid::Uuid;

use crate::event::address::parse_ip;
use crate::event::time::Time;
use crate::report::model::cover::NAMESPACE;
use crate::report::model::options::Tlp;
use crate::report::model::{Indicator, IndicatorKind, Report};

/// The namespace that STIX 2.1 gives for ids of observables.
const OBSERVABLES: Uuid = Uuid::from_u128(0x00ab_edb4_aa42_466c_9c01_fed2_3315_a9b7);

/// The bundle.
pub fn bundle(report: &Report) -> Value {
    let mut made = Maker::new(report);
    made.identity();
    let techniques = made.techniques();
    for indicator in &report.indicators {
        made.indicator(indicator);
    }
    made.report(&techniques);
    json!({
        "type": "bundle",
        "id": format!("bundle--{}", Uuid::new_v5(&NAMESPACE, format!("bundle\0{}", report.cover.report_id).as_bytes())),
        "objects": made.objects,
    })
}

struct Maker<'a> {
    report: &'a Report,
    /// When the objects were made: the time of the last event, which does not depend on when the report was.
    at: String,
    author: String,
    marking: Option<String>,
    objects: Vec<Value>,
    refs: Vec<String>,
}

impl<'a> Maker<'a> {
    fn new(report: &'a Report) -> Self {
        let last = report.scope.covered_to.as_deref().map(|t| Time::parse(t.as_bytes()));
        let made = report.cover.made.as_deref().map(|t| Time::parse(t.as_bytes()));
        let tlp = report.cover.tlp;
        let mut maker = Self {
            report,
            at: stamp(last.or(made).unwrap_or_default()),
            author: id("identity", &["trailhound", &report.cover.organization]),
            marking: tlp.map(|tlp| format!("marking-definition--{}", marking_id(tlp))),
            objects: Vec::new(),
            refs: Vec::new(),
        };
        if let (Some(tlp), Some(id)) = (tlp, maker.marking.clone()) {
            maker.objects.push(marking(tlp, &id));
        }
        maker
    }

    /// Adds an object of our own with what all of them have.
    fn add(&mut self, kind: &str, id: &str, fields: Value) {
        let mut object = Map::new();
        object.insert("type".into(), kind.into());
        object.insert("spec_version".into(), "2.1".into());
        object.insert("id".into(), id.into());
        if kind != "identity" {
            object.insert("created_by_ref".into(), self.author.clone().into());
        }
        object.insert("created".into(), self.at.clone().into());
        object.insert("modified".into(), self.at.clone().into());
        if let Value::Object(fields) = fields {
            object.extend(fields);
        }
        if let Some(marking) = &self.marking {
            object.insert("object_marking_refs".into(), json!([marking]));
        }
        self.refs.push(id.to_owned());
        self.objects.push(object.into());
    }

    /// Adds an observable.
    fn observable(&mut self, kind: &str, contributing: Value, more: Value) -> String {
        let id = format!("{kind}--{}", Uuid::new_v5(&OBSERVABLES, contributing.to_string().as_bytes()));
        if !self.refs.contains(&id) {
            let mut object = Map::new();
            object.insert("type".into(), kind.into());
            object.insert("spec_version".into(), "2.1".into());
            object.insert("id".into(), id.clone().into());
            for fields in [contributing, more] {
                if let Value::Object(fields) = fields {
                    object.extend(fields);
                }
            }
            self.refs.push(id.clone());
            self.objects.push(object.into());
        }
        id
    }

    fn identity(&mut self) {
        let name = match self.report.cover.organization.as_str() {
            "" => "trailhound",
            name => name,
        };
        let (author, fields) = (self.author.clone(), json!({"name": name, "identity_class": "organization"}));
        self.add("identity", &author, fields);
    }

    /// The techniques that something notable stands for.
    fn techniques(&mut self) -> Vec<String> {
        let rows: Vec<_> =
            self.report.attack.iter().flat_map(|t| &t.techniques).filter(|t| t.notable > 0).collect();
        rows.into_iter()
            .map(|technique| {
                let id = id("attack-pattern", &[&technique.id]);
                let url = format!("https://attack.mitre.org/techniques/{}", technique.id.replace('.', "/"));
                let reference =
                    json!([{"source_name": "mitre-attack", "external_id": technique.id, "url": url}]);
                self.add(
                    "attack-pattern",
                    &id,
                    json!({"name": technique.name, "external_references": reference}),
                );
                id
            })
            .collect()
    }

    fn indicator(&mut self, indicator: &Indicator) {
        let value = indicator.value.as_str();
        let observable = match (indicator.kind, parse_ip(value)) {
            (IndicatorKind::Address, Some(ip)) => {
                let kind = if ip.is_ipv4() { "ipv4-addr" } else { "ipv6-addr" };
                Some(self.observable(kind, json!({"value": ip.to_string()}), json!({})))
            }
            (IndicatorKind::Arn, _) => Some(self.observable(
                "user-account",
                json!({"account_type": "aws", "user_id": value}),
                json!({"is_service_account": false}),
            )),
            _ => None,
        };
        let Some(pattern) = pattern(indicator) else { return };
        let id = id("indicator", &[indicator.kind.name(), value, &self.report.cover.report_id]);
        let description = format!(
            "Seen in {} events from {} to {}, {} of them in findings of high level or above; finding {}.",
            indicator.events, indicator.first, indicator.last, indicator.in_findings, indicator.finding
        );
        let fields = json!({
            "name": format!("{} {value}", indicator.kind.name()),
            "description": description,
            "indicator_types": ["anomalous-activity"],
            "pattern": pattern,
            "pattern_type": "stix",
            "valid_from": stamp(indicator.first),
        });
        self.add("indicator", &id, fields);
        if let Some(observable) = observable {
            self.relate(&id, "based-on", &observable);
        }
    }

    fn relate(&mut self, from: &str, how: &str, to: &str) {
        let id = id("relationship", &[from, how, to]);
        self.add(
            "relationship",
            &id,
            json!({"relationship_type": how, "source_ref": from, "target_ref": to}),
        );
    }

    fn report(&mut self, techniques: &[String]) {
        let cover = &self.report.cover;
        let id = format!("report--{}", cover.report_id);
        let mut refs = self.refs.clone();
        refs.retain(|r| !r.starts_with("marking-definition"));
        let description = self.report.summary.join("\n");
        let labels = if techniques.is_empty() {
            json!(["observed-data"])
        } else {
            json!(["attack-pattern", "indicator"])
        };
        let made = cover.made.as_deref().map(|t| stamp(Time::parse(t.as_bytes())));
        let made = made.unwrap_or_else(|| self.at.clone());
        let fields = json!({
            "name": cover.title,
            "description": description,
            "report_types": labels,
            "published": made,
            "object_refs": refs,
        });
        self.add("report", &id, fields);
    }
}

/// The pattern of an indicator; `None` for what STIX has no property for.
fn pattern(indicator: &Indicator) -> Option<String> {
    let value = quoted(&indicator.value);
    Some(match indicator.kind {
        IndicatorKind::Address => {
            let kind = if parse_ip(&indicator.value)?.is_ipv4() { "ipv4-addr" } else { "ipv6-addr" };
            format!("[{kind}:value = {value}]")
        }
        IndicatorKind::Arn => format!("[user-account:user_id = {value}]"),
        IndicatorKind::AccessKey => format!("[user-account:account_login = {value}]"),
        IndicatorKind::SessionName => format!("[user-account:display_name = {value}]"),
        IndicatorKind::Account => {
            let digits = !indicator.value.is_empty() && indicator.value.bytes().all(|b| b.is_ascii_digit());
            return digits.then(|| format!("[user-account:user_id LIKE '%:{}:%']", indicator.value));
        }
        IndicatorKind::UserAgent => {
            format!("[network-traffic:extensions.'http-request-ext'.request_header.'User-Agent' = {value}]")
        }
        IndicatorKind::Bucket => return None,
    })
}

/// A text as a literal of a pattern.
fn quoted(text: &str) -> String {
    format!("'{}'", text.replace('\\', "\\\\").replace('\'', "\\'"))
}

fn id(kind: &str, parts: &[&str]) -> String {
    format!("{kind}--{}", Uuid::new_v5(&NAMESPACE, format!("{kind}\0{}", parts.join("\0")).as_bytes()))
}

/// A time with milliseconds, as STIX asks for; of an unknown one the beginning of the epoch.
fn stamp(time: Time) -> String {
    let c = if time.is_known() { time } else { Time::from_millis(0) }.civil();
    c.map_or_else(String::new, |c| {
        format!(
            "{:04}-{:02}-{:02}T{:02}:{:02}:{:02}.{:03}Z",
            c.year, c.month, c.day, c.hour, c.minute, c.second, c.millisecond
        )
    })
}

/// The ids that the standard gives to the labels of TLP 2.0.
const fn marking_id(tlp: Tlp) -> &'static str {
    match tlp {
        Tlp::Clear => "94868c89-83c2-464b-929b-a1a8aa3c8487",
        Tlp::Green => "bab4a63c-aed9-4cf5-a766-dfca5abac2bb",
        Tlp::Amber => "55d920b0-5e8b-4f79-9ee9-91f868d9b421",
        Tlp::AmberStrict => "939a9414-2ddd-4d32-a0cd-375ea402b003",
        Tlp::Red => "e828b379-4e03-4974-9ac4-e53a884c97c1",
    }
}

fn marking(tlp: Tlp, id: &str) -> Value {
    let level = tlp.label().strip_prefix("TLP:").unwrap_or_default().to_lowercase();
    json!({
        "type": "marking-definition",
        "spec_version": "2.1",
        "id": id,
        "created": "2022-10-01T00:00:00.000Z",
        "name": tlp.label(),
        "extensions": {
            "extension-definition--60a3c5c5-0d10-413e-aab3-9e08dde9e88d": {
                "extension_type": "property-extension",
                "tlp_2_0": level,
            }
        },
    })
}
