//! How a call ended, as a family and not as "error or no error".
//!
//! A throttled call is no denied one, a dry run that "fails" means that the call
//! was allowed, and a failed console login carries no error code at all.

/// The family of a call's result.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Debug)]
#[repr(u8)]
pub enum Outcome {
    /// It was done.
    Success = 0,
    /// The caller was not allowed to, or failed to sign in.
    Denied = 1,
    /// Too many calls.
    Throttled = 2,
    /// The thing asked for does not exist.
    NotFound = 3,
    /// The request was malformed or not possible as asked.
    Validation = 4,
    /// A dry run that would have been **allowed**.
    DryRun = 5,
    /// The thing to create was there already.
    Exists = 6,
    /// Any other error.
    Error = 7,
}

impl Outcome {
    /// All families, in the order of their numbers.
    pub const ALL: [Self; 8] = [
        Self::Success,
        Self::Denied,
        Self::Throttled,
        Self::NotFound,
        Self::Validation,
        Self::DryRun,
        Self::Exists,
        Self::Error,
    ];

    /// The word that queries, tables and exports use for it.
    pub const fn name(self) -> &'static str {
        match self {
            Self::Success => "success",
            Self::Denied => "denied",
            Self::Throttled => "throttled",
            Self::NotFound => "not-found",
            Self::Validation => "validation",
            Self::DryRun => "dry-run",
            Self::Exists => "exists",
            Self::Error => "error",
        }
    }

    /// The family of that number; numbers out of range are `Error`.
    pub const fn from_number(n: u8) -> Self {
        if (n as usize) < Self::ALL.len() { Self::ALL[n as usize] } else { Self::Error }
    }

    /// The family of an `errorCode`; the empty code is success.
    pub fn of_error_code(code: &str) -> Self {
        if code.is_empty() {
            return Self::Success;
        }
        let code = code.to_ascii_lowercase();
        // "Client.UnauthorizedOperation", "Server.InternalError", "com.amazonaws...#AccessDenied"
        let has = |part: &str| code.contains(part);
        let one_of = |parts: &[&str]| parts.iter().any(|part| has(part));
        if has("dryrunoperation") {
            Self::DryRun
        } else if one_of(&[
            "accessdenied",
            "unauthorized",
            "notauthorized",
            "forbidden",
            "authfailure",
            "authorizationerror",
            "invalidclienttokenid",
            "unrecognizedclient",
            "signaturedoesnotmatch",
            "invalidaccesskeyid",
            "expiredtoken",
            "failed authentication",
        ]) || code == "403"
            || code == "401"
        {
            Self::Denied
        } else if one_of(&[
            "throttl",
            "requestlimitexceeded",
            "toomanyrequests",
            "slowdown",
            "ratelimit",
            "rateexceeded",
        ]) || code == "429"
        {
            Self::Throttled
        } else if one_of(&["alreadyexists", "entityalready", "duplicate", "alreadyowned", "resourceinuse"]) {
            Self::Exists
        } else if one_of(&["nosuch", "notfound", "doesnotexist", "unknownresource"]) || code == "404" {
            Self::NotFound
        } else if one_of(&[
            "validation",
            "invalid",
            "malformed",
            "missingparameter",
            "badrequest",
            "unsupported",
        ]) || code == "400"
        {
            Self::Validation
        } else {
            Self::Error
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn codes_fall_into_families() {
        use Outcome::*;
        for (code, family) in [
            ("", Success),
            ("AccessDenied", Denied),
            ("AccessDeniedException", Denied),
            ("Client.UnauthorizedOperation", Denied),
            ("UnauthorizedException", Denied),
            ("UserNotAuthorizedException", Denied),
            ("VpceAccessDenied", Denied),
            ("Forbidden", Denied),
            ("403", Denied),
            ("Client.RequestLimitExceeded", Throttled),
            ("ThrottlingException", Throttled),
            ("TooManyRequestsException", Throttled),
            ("NoSuchBucketPolicy", NotFound),
            ("NoSuchEntityException", NotFound),
            ("ResourceNotFoundException", NotFound),
            ("Client.InvalidInstanceID.NotFound", NotFound),
            ("ServerSideEncryptionConfigurationNotFoundError", NotFound),
            ("ValidationException", Validation),
            ("MalformedPolicyDocument", Validation),
            ("Client.InvalidParameterValue", Validation),
            ("Client.DryRunOperation", DryRun),
            ("EntityAlreadyExistsException", Exists),
            ("BucketAlreadyOwnedByYou", Exists),
            ("InvalidPermission.Duplicate", Exists),
            ("Client.InstanceLimitExceeded", Error),
            ("InternalFailure", Error),
        ] {
            assert_eq!(Outcome::of_error_code(code), family, "{code}");
        }
    }

    #[test]
    fn numbers_and_families_agree() {
        for (n, outcome) in Outcome::ALL.into_iter().enumerate() {
            assert_eq!((outcome as usize, Outcome::from_number(n as u8)), (n, outcome));
        }
        assert_eq!(Outcome::from_number(200), Outcome::Error);
    }
}
