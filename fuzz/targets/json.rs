//! Where values end: as the strict parser says, wherever that one accepts the text.
#![no_main]

use libfuzzer_sys::fuzz_target;
use serde_json::Value;
use trailhound::json;

fuzz_target!(|data: &[u8]| {
    let start = json::skip_space(data, 0);
    let end = json::skip_value(data, start);
    let _ = json::members(data).count() + json::elements(data).count();
    let _ = (json::display(data), json::scalar(data));
    let mut stream = serde_json::Deserializer::from_slice(data).into_iter::<Value>();
    let Some(Ok(value)) = stream.next() else { return };
    let offset = stream.byte_offset();
    // A scalar ends where something stands that can follow a value.
    if !matches!(data.get(offset), None | Some(b',' | b']' | b'}' | b' ' | b'\n' | b'\r' | b'\t')) {
        return;
    }
    assert_eq!(end, Some(offset));
    match value {
        Value::Array(list) => assert_eq!(json::elements(data).count(), list.len()),
        Value::Object(map) => {
            for (key, value) in map {
                let found = json::members(data).filter(|m| json::decode(m.key).0 == key).last();
                let raw = found.expect("the member is there").value;
                assert_eq!(serde_json::from_slice::<Value>(raw).ok(), Some(value));
            }
        }
        Value::String(text) => assert_eq!(json::unquote(&data[start..offset]).0, text),
        _ => {}
    }
});
