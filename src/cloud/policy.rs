//! The least that trailhound has to be allowed, as an IAM policy: to read, and nothing else.

use serde_json::{Value, json};

/// What the policy is for.
#[derive(Clone, Default, Debug)]
pub struct Scope {
    /// The buckets; a placeholder stands there when there are none.
    pub buckets: Vec<String>,
    /// How the keys begin that may be read; everything when empty.
    pub prefix: String,
    /// The ARN of the KMS key that encrypts the objects.
    pub kms_key: Option<String>,
    /// The partition of the ARNs: `aws`, `aws-us-gov`, `aws-cn`; empty for `aws`.
    pub partition: String,
}

/// The policy as JSON.
pub fn policy(scope: &Scope) -> Value {
    let partition = if scope.partition.is_empty() { "aws" } else { &scope.partition };
    let placeholder = ["BUCKET".to_owned()];
    let buckets = if scope.buckets.is_empty() { &placeholder[..] } else { &scope.buckets[..] };
    let arn = |bucket: &String| {
        if bucket.starts_with("arn:") { bucket.clone() } else { format!("arn:{partition}:s3:::{bucket}") }
    };
    let point = |arn: &str| if arn.contains(":accesspoint/") { "/object" } else { "" }.to_owned();
    let listed: Vec<String> = buckets.iter().map(arn).collect();
    let read: Vec<String> =
        listed.iter().map(|arn| format!("{arn}{}/{}*", point(arn), scope.prefix)).collect();
    let mut list = json!({
        "Sid": "ListLogs", "Effect": "Allow", "Action": "s3:ListBucket", "Resource": listed
    });
    if !scope.prefix.is_empty() {
        list["Condition"] = json!({ "StringLike": { "s3:prefix": format!("{}*", scope.prefix) } });
    }
    let mut statements = vec![
        list,
        json!({ "Sid": "ReadLogs", "Effect": "Allow", "Action": "s3:GetObject", "Resource": read }),
        json!({
            "Sid": "LookUpEvents", "Effect": "Allow", "Action": "cloudtrail:LookupEvents", "Resource": "*"
        }),
    ];
    if let Some(key) = &scope.kms_key {
        statements.push(
            json!({ "Sid": "DecryptLogs", "Effect": "Allow", "Action": "kms:Decrypt", "Resource": key }),
        );
    }
    json!({ "Version": "2012-10-17", "Statement": statements })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn nothing_but_reading_is_asked_for() {
        let scope = Scope {
            buckets: vec!["logs".into(), "arn:aws:s3:us-east-1:111122223333:accesspoint/trail".into()],
            prefix: "AWSLogs/".into(),
            kms_key: Some("arn:aws:kms:us-east-1:111122223333:key/x".into()),
            partition: String::new(),
        };
        let policy = policy(&scope);
        let actions: Vec<&str> =
            policy["Statement"].as_array().unwrap().iter().map(|s| s["Action"].as_str().unwrap()).collect();
        assert_eq!(actions, ["s3:ListBucket", "s3:GetObject", "cloudtrail:LookupEvents", "kms:Decrypt"]);
        let read = &policy["Statement"][1]["Resource"];
        assert_eq!(read[0], "arn:aws:s3:::logs/AWSLogs/*");
        assert_eq!(read[1], "arn:aws:s3:us-east-1:111122223333:accesspoint/trail/object/AWSLogs/*");
    }

    #[test]
    fn without_a_bucket_a_placeholder_stands_there() {
        let scope = Scope { partition: "aws-us-gov".into(), ..Scope::default() };
        let text = policy(&scope).to_string();
        assert!(text.contains("arn:aws-us-gov:s3:::BUCKET/*") && !text.contains("kms"), "{text}");
    }
}
