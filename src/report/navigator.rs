//! A layer for the ATT&CK Navigator: each technique with how much of it was notable.

use serde_json::{Value, json};

use crate::report::model::Report;
use crate::text::plural;

/// The colors of no and of most notable events.
const GRADIENT: [&str; 2] = ["#ffe5e0", "#c0281b"];

/// The layer. The score of a technique is the number of its events at medium level or above.
pub fn layer(report: &Report) -> Value {
    let mut techniques = Vec::new();
    let mut most = 1;
    for tactic in &report.attack {
        for technique in &tactic.techniques {
            most = most.max(technique.notable);
            techniques.push(json!({
                "techniqueID": technique.id,
                "tactic": tactic.name,
                "score": technique.notable,
                "comment": format!(
                    "{}, {} notable, {} done",
                    plural(technique.events, "event"), technique.notable, technique.done
                ),
                "enabled": true,
                "showSubtechniques": technique.id.contains('.'),
                "metadata": technique.rules.iter().map(|rule| json!({"name": "rule", "value": rule})).collect::<Vec<_>>(),
            }));
        }
    }
    let cover = &report.cover;
    json!({
        "name": cover.title,
        "versions": {"attack": cover.attack_version, "navigator": "5.1.0", "layer": "4.5"},
        "domain": "enterprise-attack",
        "description": format!("trailhound {}, report {}", cover.version, cover.report_id),
        "filters": {"platforms": ["IaaS", "SaaS", "Identity Provider"]},
        "sorting": 3,
        "techniques": techniques,
        "gradient": {"colors": GRADIENT, "minValue": 0, "maxValue": most},
        "legendItems": [],
        "showTacticRowBackground": false,
        "selectTechniquesAcrossTactics": false,
    })
}
