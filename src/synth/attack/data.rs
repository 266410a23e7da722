//! Data destroyed for ransom, and data given away as snapshots.

use super::Stage;
use crate::synth::names::ATTACKER_ACCOUNT;
use crate::synth::script::Script;
use crate::synth::template::Word;

const BROWSER_OF_BUCKETS: &str = "S3 Browser/11.6.7 (https://s3browser.com)";
const PYTHON: &str = "Boto3/1.28.85 md/Botocore#1.31.85 ua/2.0 os/windows#10 md/arch#amd64 lang/python#3.10.11 md/pyimpl#CPython cfg/retry-mode#legacy Botocore/1.31.85";

/// Objects are copied onto themselves with the attacker's key, versions are switched off, a note is left.
pub(super) fn ransom(s: &mut Script<'_>, stage: Stage) {
    let world = s.world();
    let who = stage.stolen_key(world, "svc-media-upload", BROWSER_OF_BUCKETS);
    s.by(&who);
    s.phase("initial-access", "T1078.004");
    s.ok("sts", "GetCallerIdentity");
    s.phase("recon", "T1619");
    s.sweep((3, 20), "s3", &["ListBuckets"]);
    let bucket = s.filled("$bucket");
    s.set(Word::Bucket, bucket);
    s.sweep(
        (1, 5),
        "s3",
        &["GetBucketLocation", "GetBucketVersioning", "GetBucketLifecycle", "GetBucketAcl"],
    );
    s.phase("impact", "T1490");
    s.sweep((30, 90), "s3", &["PutBucketVersioning"]);
    s.asking(r#"{"VersioningConfiguration":{"xmlns":"http://s3.amazonaws.com/doc/2006-03-01/","Status":"Suspended"},"bucketName":"$bucket","Host":"$bucket.s3.$region.amazonaws.com","versioning":""}"#);
    s.phase("impact", "T1486");
    for i in 0..stage.bulk {
        if i % 25 == 0 {
            s.sweep((1, 3), "s3", &["ListObjects"]);
        }
        s.wait(0, 3);
        s.ok("s3", "CopyObject").asking(r#"{"bucketName":"$bucket","x-amz-copy-source":"$bucket/$key","x-amz-server-side-encryption-customer-algorithm":"AES256","Host":"$bucket.s3.$region.amazonaws.com","key":"$key"}"#);
        s.answering(r#"{"x-amz-server-side-encryption-customer-algorithm":"AES256"}"#);
    }
    s.phase("impact", "T1485");
    for _ in 0..stage.bulk / 3 {
        s.wait(0, 3);
        s.ok("s3", "DeleteObject");
    }
    s.sweep((2, 9), "s3", &["DeleteObjects", "DeleteObjects", "PutBucketLifecycle"]);
    s.phase("impact", "T1486");
    s.set(Word::Key, "HOW_TO_RECOVER_YOUR_FILES.txt");
    s.sweep((20, 60), "s3", &["PutObject"]);
}

/// Copies of disks, an image and a database, given to another account.
pub(super) fn snapshots(s: &mut Script<'_>, stage: Stage) {
    let world = s.world();
    let who = stage.stolen_key(world, "svc-inventory", PYTHON);
    s.by(&who);
    s.set(Word::Partner, ATTACKER_ACCOUNT);
    s.phase("initial-access", "T1078.004");
    s.ok("sts", "GetCallerIdentity");
    s.phase("recon", "T1580");
    s.sweep((3, 20), "ec2", &["DescribeInstances", "DescribeVolumes", "DescribeSnapshots", "DescribeImages"]);
    s.sweep((3, 20), "ec2", &["DescribeSnapshotAttribute", "DescribeSnapshotAttribute"]);
    s.sweep((3, 20), "rds", &["DescribeDBInstances", "DescribeDBSnapshots"]);
    s.phase("exfiltration", "T1537");
    for _ in 0..stage.bulk / 10 {
        let snapshot = s.filled("snap-$hex17");
        s.set(Word::Snapshot, snapshot);
        s.sweep((30, 120), "ec2", &["CreateSnapshot", "ModifySnapshotAttribute"]);
    }
    s.sweep((60, 200), "ec2", &["ModifyImageAttribute"]);
    s.sweep((60, 200), "rds", &["CreateDBSnapshot", "ModifyDBSnapshotAttribute"]);
    s.wait(60, 200);
    s.denied("kms", "CreateGrant");
}
