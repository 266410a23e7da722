//! What program called: the family behind a `userAgent`.

/// The family of a user agent, without versions: `aws-cli`, `Boto3`, `Terraform`, a browser, a service.
///
/// The first product that says something, in the words of the agent itself.
pub fn family(agent: &str) -> &str {
    let agent = agent.trim_start_matches('[').trim_end_matches(']').trim();
    const TELLING: [&str; 12] = [
        "Terraform",
        "Pulumi",
        "CloudFormation",
        "aws-cli",
        "Boto3",
        "console.amazonaws.com",
        "S3Console",
        "AWS-SAM-CLI",
        "Firefox",
        "Edg",
        "Chrome",
        "Safari",
    ];
    if let Some(known) = TELLING.iter().find(|t| mentions(agent, t)) {
        return known;
    }
    let product = agent.split([' ', '/', ',']).next().unwrap_or_default();
    if product.is_empty() { agent } else { product }
}

/// Whether a product of that name stands in the agent as a word of its own.
fn mentions(agent: &str, product: &str) -> bool {
    agent.match_indices(product).any(|(at, _)| {
        let before = agent[..at].chars().next_back();
        let after = agent[at + product.len()..].chars().next();
        let border = |c: Option<char>| c.is_none_or(|c| !c.is_alphanumeric());
        border(before) && border(after)
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn versions_and_brackets_do_not_count() {
        for (agent, expected) in [
            ("aws-cli/2.15.0 Python/3.11.6 Linux/5.10 exe/x86_64 prompt/off command/s3.ls", "aws-cli"),
            ("[Boto3/1.26.165 Python/3.10.6 Linux/5.19 Botocore/1.29.165]", "Boto3"),
            ("APN/1.0 HashiCorp/1.0 Terraform/1.5.1 (+https://www.terraform.io)", "Terraform"),
            (
                "Mozilla/5.0 (X11; Linux x86_64) AppleWebKit/537.36 (KHTML, like Gecko) Chrome/120.0 Safari/537.36",
                "Chrome",
            ),
            ("aws-sdk-go-v2/1.18.1 os/linux", "aws-sdk-go-v2"),
            ("cloudtrail.amazonaws.com", "cloudtrail.amazonaws.com"),
            ("AWS Internal", "AWS"),
            ("", ""),
            ("[]", ""),
            ("/", "/"),
        ] {
            assert_eq!(family(agent), expected, "{agent}");
        }
    }
}
