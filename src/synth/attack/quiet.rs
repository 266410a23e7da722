//! Two that make little noise: all secrets read in a minute, and the guards sent home one by one.

use super::Stage;
use crate::synth::script::Script;
use crate::synth::template::Word;

const PYTHON: &str = "Boto3/1.35.20 md/Botocore#1.35.20 ua/2.0 os/linux#6.1.0-21-amd64 md/arch#x86_64 lang/python#3.11.2 md/pyimpl#CPython cfg/retry-mode#legacy Botocore/1.35.20";
const CLI: &str = "aws-cli/2.17.32 md/awscrt#0.21.2 ua/2.0 os/linux#5.15.0-112-generic md/arch#x86_64 lang/python#3.11.9 md/pyimpl#CPython cfg/retry-mode#standard md/installer#exe md/prompt#off";

/// Every secret and parameter of an account, one after the other.
pub(super) fn secrets(s: &mut Script<'_>, stage: Stage) {
    let world = s.world();
    let who = stage.stolen_key(world, "svc-config-sync", PYTHON);
    s.by(&who);
    s.phase("initial-access", "T1078.004");
    s.ok("sts", "GetCallerIdentity");
    let site = world.accounts.get(stage.account).map_or(0, |a| a.main);
    let stock = |word| world.sites.get(site).map_or(&[][..], |place| place.stock.of(word));
    s.phase("credential-access", "T1555.006");
    s.sweep((1, 4), "secretsmanager", &["ListSecrets", "BatchGetSecretValue"]);
    for (i, secret) in stock(Word::Secret).iter().enumerate() {
        s.set(Word::Secret, secret);
        s.wait(0, 3);
        match i % 4 {
            3 => s.denied("secretsmanager", "GetSecretValue"),
            _ => s.sweep((0, 0), "secretsmanager", &["GetSecretValue"]),
        }
    }
    s.sweep((1, 4), "ssm", &["DescribeParameters"]);
    for parameter in stock(Word::Parameter) {
        s.set(Word::Parameter, parameter);
        s.sweep((0, 3), "ssm", &["GetParameter"]);
    }
    s.phase("credential-access", "T1552.005");
    for _ in 0..12 {
        s.sweep((0, 3), "ec2", &["DescribeInstanceAttribute"]);
        s.asking(r#"{"instanceId":"$instance","attribute":"userData"}"#);
    }
    s.sweep((1, 5), "ec2", &["GetPasswordData", "GetPasswordData", "GetConsoleOutput"]);
}

/// Detectors, recorders, logs: everything that would tell.
pub(super) fn impairment(s: &mut Script<'_>, stage: Stage) {
    let world = s.world();
    let who = stage.stolen_key(world, "svc-terraform-legacy", CLI);
    s.by(&who);
    s.phase("initial-access", "T1078.004");
    s.ok("sts", "GetCallerIdentity");
    s.phase("recon", "T1526");
    s.sweep((4, 30), "cloudtrail", &["DescribeTrails", "GetTrailStatus"]);
    s.sweep((4, 30), "guardduty", &["ListDetectors", "GetDetector"]);
    s.sweep((4, 30), "config", &["DescribeConfigurationRecorderStatus"]);
    s.set(Word::Trail, "app-data-events");
    s.phase("defense-impairment", "T1685.002");
    s.sweep((10, 60), "cloudtrail", &["UpdateTrail", "PutEventSelectors", "StopLogging"]);
    s.asking(r#"{"name":"$trail"}"#);
    s.sweep((10, 60), "cloudtrail", &["DeleteTrail"]);
    s.phase("defense-impairment", "T1685");
    s.sweep((10, 60), "guardduty", &["CreateIPSet", "UpdateDetector", "DeleteDetector"]);
    s.sweep((10, 60), "securityhub", &["DisableSecurityHub"]);
    s.sweep((10, 60), "config", &["StopConfigurationRecorder", "DeleteDeliveryChannel"]);
    s.phase("defense-impairment", "T1685.002");
    s.sweep((10, 60), "ec2", &["DescribeFlowLogs", "DeleteFlowLogs", "DeleteFlowLogs"]);
    s.sweep((10, 60), "logs", &["DescribeLogGroups", "DeleteLogGroup", "DeleteLogGroup"]);
    s.sweep((10, 60), "monitoring", &["DeleteAlarms"]);
    s.phase("defense-impairment", "T1666");
    s.wait(60, 200);
    s.denied("organizations", "LeaveOrganization");
    s.phase("impact", "T1485");
    s.sweep((30, 90), "kms", &["ScheduleKeyDeletion"]);
    s.sweep((30, 90), "backup", &["DeleteRecoveryPoint"]);
}
