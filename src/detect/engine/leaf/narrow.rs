//! Of a record only what an item asks for that compares values with each other: reading all of it takes ten times as long.

use serde_json::{Map, Value};

use super::{Parts, parsed, values_at};
use crate::detect::sigma::item::{Item, Test};

/// A record with the values of the item's field, and those that its tests refer to, alone. `None` where the item looks
/// anywhere, where one of its paths leads through another, or where a value cannot be read.
pub(super) fn narrowed(item: &Item, record: &dyn Parts) -> Option<Value> {
    let mut paths: Vec<Vec<String>> = vec![item.field.clone()?];
    paths.extend(item.tests.iter().flat_map(Test::refers_to));
    paths.sort_unstable();
    paths.dedup();
    if paths.is_sorted_by(|path, next| !next.starts_with(path)) {
        let mut all = Map::new();
        for path in &paths {
            put(&mut all, path, values(record, path)?)?;
        }
        return Some(Value::Object(all));
    }
    None
}

/// The values that a path leads to, as one that leads to the same.
fn values(record: &dyn Parts, path: &[String]) -> Option<Value> {
    let values: Option<Vec<Value>> = values_at(record, path).into_iter().map(parsed).collect();
    values.map(Value::Array)
}

fn put(all: &mut Map<String, Value>, path: &[String], value: Value) -> Option<()> {
    let (last, way) = path.split_last()?;
    let mut holder = all;
    for step in way {
        holder = holder.entry(step).or_insert_with(|| Value::Object(Map::new())).as_object_mut()?;
    }
    holder.insert(last.clone(), value);
    Some(())
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;
    use crate::detect::engine::leaf::{Written, item_on};
    use crate::detect::sigma::item::Placeholders;
    use crate::detect::sigma::rule::Rule;
    use crate::detect::sigma::{plain, yaml};

    fn item(line: &str) -> Item {
        let (documents, _) =
            yaml::documents(&format!("title: t\ndetection:\n  s:\n    {line}\n  condition: s\n"));
        let rule = Rule::read("t.yml", &documents[0], &Placeholders::new()).unwrap();
        rule.searches[0].1.groups[0][0].clone()
    }

    /// Where whole records lead, their narrowed ones do.
    #[test]
    fn what_is_left_of_a_record_says_what_all_of_it_says() {
        let policy = json!({"Statement": [{"Effect": "Allow", "Principal": {"AWS": ["111122223333", "*"]}}]});
        let records = [
            json!({"recipientAccountId": "111122223333", "requestParameters": {"policy": policy.to_string(), "to": "444455556666"}}),
            json!({"userIdentity": {"accountId": "444455556666"}, "requestParameters": {"to": ["444455556666"], "policy": policy}}),
            json!({"requestParameters": {"to": null, "list": [{"k": "a", "l": "a"}, {"k": ["b"], "l": "c"}], "policy": []}}),
            json!({"requestParameters": null, "awsRegion": "a"}),
            json!({"requestParameters": "", "awsRegion": ""}),
            json!({}),
        ];
        let lines = [
            "requestParameters.to|otheraccount: true",
            "requestParameters.to|otheraccount|neq: true",
            "requestParameters|everybody: true",
            "requestParameters.policy|everybody: true",
            "requestParameters|administrator|neq: true",
            "requestParameters.policy|everyidentity: true",
            "requestParameters.list.k|fieldref: awsRegion",
            "requestParameters.list.k|fieldref: requestParameters.list.l",
            "requestParameters.list.k|contains|fieldref: [userIdentity.accountId, requestParameters.to]",
            "requestParameters.list|element: {k: b, l: c}",
            "requestParameters.list|element|neq: {k: b}",
            "awsRegion|fieldref: requestParameters",
        ];
        let mut found = 0;
        for line in lines {
            let item = item(line);
            for record in &records {
                let text = record.to_string();
                assert!(narrowed(&item, &Written(text.as_bytes())).is_some(), "{line} on {text}");
                let holds = item_on(&item, &Written(text.as_bytes()));
                assert_eq!(holds, plain::item_matches(&item, record), "{line} on {text}");
                found += usize::from(holds);
            }
        }
        assert!(found > 15, "{found} of them hold, which is too few to tell anything");
    }

    #[test]
    fn only_what_is_asked_for_is_read_and_all_where_it_cannot_be_told() {
        let record = json!({"recipientAccountId": "1", "requestParameters": {"to": "x", "more": 1}, "responseElements": {}});
        let record = record.to_string();
        let left = |line: &str| narrowed(&item(line), &Written(record.as_bytes()));
        assert_eq!(
            left("requestParameters.to|otheraccount: true"),
            Some(
                json!({"recipientAccountId": ["1"], "requestParameters": {"to": ["x"]}, "userIdentity": {"accountId": []}})
            )
        );
        assert_eq!(left("'|contains': x"), None);
        assert_eq!(left("requestParameters|contains|fieldref: requestParameters.to"), None);
    }
}
