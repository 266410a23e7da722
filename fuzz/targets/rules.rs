//! Any text as a file of rules: what can be read can be held against a record.
#![no_main]

use libfuzzer_sys::fuzz_target;
use serde_json::json;
use trailhound::detect::sigma::item::Placeholders;
use trailhound::detect::sigma::plain::fires;
use trailhound::detect::sigma::set::RuleSet;

fuzz_target!(|text: &str| {
    let (set, faults) = RuleSet::read([("fuzz.yml", text)], &Placeholders::new());
    for fault in faults {
        let _ = fault.to_string();
    }
    let record = json!({"eventName": "StopLogging", "requestParameters": {"name": ["a", {"b": null}]}});
    for rule in &set.rules {
        let _ = fires(rule, &record);
    }
});
