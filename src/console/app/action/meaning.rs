//! What the words that follow actions stand for in other rooms.

use super::{Least, Pivot, Preset, Progress, Question, View, Whom};
use crate::case::State;
use crate::event::field::Field;
use crate::profile::subject::SubjectKind;
use crate::score::Level;

impl View {
    /// Its name as a title.
    pub const fn title(self) -> &'static str {
        match self {
            Self::Actors => "Actors",
            Self::Events => "Events",
            Self::Profile => "Profile",
            Self::Anomalies => "Anomalies",
            Self::Rules => "Rules",
            Self::Case => "Case",
            Self::Sources => "Sources",
        }
    }

    /// Whether it shows a board.
    pub const fn has_board(self) -> bool {
        matches!(
            self,
            Self::Actors | Self::Profile | Self::Anomalies | Self::Rules | Self::Case | Self::Sources
        )
    }
}

impl Progress {
    /// As the case has it.
    pub fn state(self) -> State {
        match self {
            Self::Detected => State::Detected,
            Self::Analyzing => State::Analyzing,
            Self::InProgress => State::InProgress,
            Self::Resolved => State::Resolved,
            Self::FalsePositive => State::FalsePositive,
        }
    }
}

impl Least {
    /// As rules have it.
    pub fn level(self) -> Level {
        match self {
            Self::Critical => Level::Critical,
            Self::High => Level::High,
            Self::Medium => Level::Medium,
            Self::Low => Level::Low,
            Self::Info => Level::Info,
        }
    }
}

impl Pivot {
    /// The field whose value is shared.
    pub fn field(self) -> Field {
        match self {
            Self::User => Field::User,
            Self::Role => Field::Role,
            Self::Address => Field::Ip,
            Self::Session => Field::Session,
            Self::Key => Field::Key,
            Self::EventName => Field::Event,
            Self::Account => Field::Account,
            Self::Region => Field::Region,
        }
    }
}

impl Question {
    /// The name of the panel that answers it.
    pub fn panel(self) -> &'static str {
        match self {
            Self::Who => "chain",
            Self::Deeds => "story",
            Self::Left => "made",
            Self::New => "new",
            Self::Theft => "signs",
        }
    }
}

impl Whom {
    /// The kind of subject that it is.
    pub fn kind(self) -> SubjectKind {
        match self {
            Self::Actor => SubjectKind::Actor,
            Self::User => SubjectKind::User,
            Self::Role => SubjectKind::Role,
            Self::Address => SubjectKind::Address,
            Self::Key => SubjectKind::Key,
            Self::Session => SubjectKind::Session,
        }
    }
}

impl Preset {
    /// The query that it stands for.
    pub fn query(self) -> &'static str {
        match self {
            Self::Last15Minutes => "time>-15m",
            Self::LastHour => "time>-1h",
            Self::LastDay => "time>-1d",
            Self::LastWeek => "time>-7d",
            Self::Writes => "access:write",
            Self::Errors => "-outcome:success",
            Self::RootActivity => "identity:Root -type:AwsServiceEvent",
            Self::LoginsWithoutMfa => "event:ConsoleLogin outcome:success additionalEventData.MFAUsed:No",
            Self::NewAccessKeys => {
                "event:(CreateAccessKey OR CreateLoginProfile OR UpdateLoginProfile OR \
                 CreateServiceSpecificCredential)"
            }
            Self::PublicExposure => {
                "event:(PutBucketPolicy OR PutBucketAcl OR PutObjectAcl OR DeleteBucketPublicAccessBlock OR \
                 PutBucketPublicAccessBlock OR DeleteAccountPublicAccessBlock OR PutAccountPublicAccessBlock OR \
                 ModifySnapshotAttribute OR ModifyImageAttribute OR ModifyDBSnapshotAttribute OR \
                 ModifyDBClusterSnapshotAttribute OR AuthorizeSecurityGroupIngress OR SetRepositoryPolicy OR \
                 AddPermission* OR CreateFunctionUrlConfig OR PutKeyPolicy)"
            }
            Self::LoggingChanged => {
                "event:(StopLogging OR DeleteTrail OR UpdateTrail OR PutEventSelectors OR DeleteEventDataStore OR \
                 DeleteDetector OR UpdateDetector OR DisableSecurityHub OR StopConfigurationRecorder OR \
                 DeleteDeliveryChannel OR DeleteFlowLogs OR DeleteLogGroup OR DeleteLogStream OR \
                 PutRetentionPolicy OR DeleteAlarms)"
            }
        }
    }
}
