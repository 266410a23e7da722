//! The programs that call: `userAgent` as the clients of AWS write it.

use crate::synth::rng::Rng;

/// What the console sends for requests that it makes on a page's behalf.
pub(crate) const CONSOLE: &str = "AWS Internal";

const KERNELS: [&str; 5] = [
    "5.10.230-223.885.amzn2.x86_64",
    "6.1.119-129.201.amzn2023.x86_64",
    "6.1.112-124.190.amzn2023.aarch64",
    "5.15.0-1073-aws",
    "6.8.0-1021-aws",
];

const BROWSERS: [&str; 5] = [
    "Mozilla/5.0 (Macintosh; Intel Mac OS X 10_15_7) AppleWebKit/537.36 (KHTML, like Gecko) Chrome/143.0.0.0 Safari/537.36",
    "Mozilla/5.0 (Windows NT 10.0; Win64; x64) AppleWebKit/537.36 (KHTML, like Gecko) Chrome/143.0.0.0 Safari/537.36 Edg/143.0.0.0",
    "Mozilla/5.0 (Macintosh; Intel Mac OS X 10.15; rv:146.0) Gecko/20100101 Firefox/146.0",
    "Mozilla/5.0 (X11; Linux x86_64; rv:140.0) Gecko/20100101 Firefox/140.0",
    "Mozilla/5.0 (Macintosh; Intel Mac OS X 10_15_7) AppleWebKit/605.1.15 (KHTML, like Gecko) Version/18.5 Safari/605.1.15",
];

/// A browser.
pub(crate) fn browser(rng: &mut Rng) -> &'static str {
    rng.word(&BROWSERS)
}

/// The command line on somebody's computer.
pub(crate) fn cli(rng: &mut Rng) -> String {
    let (minor, patch, python) = (rng.between(18, 32), rng.between(0, 30), rng.between(1, 9));
    let system = rng.word(&[
        "os/macos#24.6.0 md/arch#arm64",
        "os/macos#25.1.0 md/arch#arm64",
        "os/windows#11 md/arch#amd64",
        "os/linux#6.8.0-51-generic md/arch#x86_64",
    ]);
    format!(
        "aws-cli/2.{minor}.{patch} md/awscrt#0.27.6 ua/2.1 {system} lang/python#3.13.{python} md/pyimpl#CPython \
         m/Z,b,E,n,C cfg/retry-mode#standard md/installer#exe md/prompt#off"
    )
}

/// The AWS SDK of some language, in a service on a machine of one's own.
pub(crate) fn sdk(rng: &mut Rng) -> String {
    let kernel = rng.word(&KERNELS);
    let (minor, patch) = (rng.between(25, 40), rng.between(0, 60));
    match rng.below(4) {
        0 => format!(
            "aws-sdk-java/2.{minor}.{patch} md/io#sync md/http#Apache ua/2.1 os/Linux#{kernel} lang/java#21.0.5 \
             md/OpenJDK_64-Bit_Server_VM#21.0.5+11-LTS m/E,n"
        ),
        1 => python(rng, kernel, ""),
        2 => format!(
            "aws-sdk-go-v2/1.{minor}.{patch} ua/2.1 os/linux lang/go#1.23.4 md/GOOS#linux md/GOARCH#amd64 \
             api/s3#1.{patch}.1 m/E,g"
        ),
        _ => format!(
            "aws-sdk-js/3.{}.0 ua/2.1 os/linux#{kernel} lang/js md/nodejs#22.11.0 api/dynamodb#3.{}.0 m/E,n",
            700 + patch * 3,
            700 + patch * 3
        ),
    }
}

/// The AWS SDK inside of a Lambda function.
pub(crate) fn function(rng: &mut Rng) -> String {
    if rng.chance(0.6) {
        let kernel = rng.word(&KERNELS);
        return python(rng, kernel, " exec-env/AWS_Lambda_python3.12");
    }
    let patch = rng.between(600, 900);
    format!(
        "aws-sdk-js/3.{patch}.0 ua/2.1 os/linux#5.10.230-244.879.amzn2.x86_64 lang/js md/nodejs#20.18.1 \
         api/dynamodb#3.{patch}.0 exec-env/AWS_Lambda_nodejs20.x m/E,n"
    )
}

fn python(rng: &mut Rng, kernel: &str, environment: &str) -> String {
    let (minor, patch) = (rng.between(34, 42), rng.between(0, 90));
    format!(
        "Boto3/1.{minor}.{patch} md/Botocore#1.{minor}.{patch} ua/2.1 os/linux#{kernel} md/arch#x86_64 \
         lang/python#3.12.8{environment} m/Z,b,E cfg/retry-mode#legacy"
    )
}

/// Terraform.
pub(crate) fn terraform(rng: &mut Rng) -> String {
    let (minor, provider) = (rng.between(8, 14), rng.between(60, 99));
    format!(
        "APN/1.0 HashiCorp/1.0 Terraform/1.{minor}.2 (+https://www.terraform.io) terraform-provider-aws/5.{provider}.0 \
         (+https://registry.terraform.io/providers/hashicorp/aws) aws-sdk-go-v2/1.32.7 ua/2.1 os/linux lang/go#1.23.3 \
         md/GOOS#linux md/GOARCH#amd64 api/ec2#1.198.1"
    )
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn agents_are_one_line_and_differ() {
        let mut rng = Rng::new(1);
        let mut all: Vec<_> = (0..20).map(|_| sdk(&mut rng)).collect();
        all.extend([cli(&mut rng), function(&mut rng), terraform(&mut rng), browser(&mut rng).to_owned()]);
        assert!(
            all.iter().all(|a| a.is_ascii() && !a.contains(['\n', '\t']) && !a.contains("  ")),
            "{all:#?}"
        );
        all.sort();
        all.dedup();
        assert!(all.len() > 15);
    }
}
