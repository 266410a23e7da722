//! Any text as a query: what is understood is written so that it is understood the same again.
#![no_main]

use libfuzzer_sys::fuzz_target;
use trailhound::query;

fuzz_target!(|text: &str| {
    match query::parse(text) {
        Ok(found) => assert_eq!(query::parse(&found.to_string()).as_ref(), Ok(&found)),
        Err(fault) => {
            assert!(text.get(fault.span.clone()).is_some());
            let _ = fault.render(text);
        }
    }
    let _ = query::highlight(text);
    for cursor in [0, text.len() / 2, text.len()] {
        let completions = query::complete(text, cursor, &mut |_, _| vec!["value".to_owned()]);
        assert!(text.get(completions.replace).is_some());
    }
});
