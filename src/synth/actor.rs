//! Who acts in the made-up organization.
//!
//! An actor is what a person would call "a user": an employee, a fleet of
//! instances, a function, a pipeline, a service. Actors are told apart by how they
//! get their credentials, because that is what their records show.

use crate::synth::rhythm::Rhythm;

/// How an actor gets its credentials.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub(crate) enum Kind {
    /// An employee, who signs in by single sign-on, for the console and the command line.
    Person,
    /// An IAM user with a long-lived key.
    User,
    /// A pipeline that trades a token of its code host for a role.
    Pipeline,
    /// A fleet of instances with a role.
    Instance,
    /// A Lambda function with a role.
    Function,
    /// A container with a role.
    Task,
    /// A vendor who assumes a role from another account.
    Vendor,
    /// A role that AWS Backup assumes.
    Backup,
    /// A role that an IAM user of another account assumes.
    Deployed,
    /// A service-linked role.
    Linked,
    /// A service that acts without a role.
    Service,
}

impl Kind {
    /// All kinds.
    pub(crate) const ALL: [Self; 11] = [
        Self::Person,
        Self::User,
        Self::Pipeline,
        Self::Instance,
        Self::Function,
        Self::Task,
        Self::Vendor,
        Self::Backup,
        Self::Deployed,
        Self::Linked,
        Self::Service,
    ];

    /// Which part of all events its actors cause, in any unit. People weigh less in a larger world.
    pub(crate) fn share(self, events: u64) -> f64 {
        match self {
            Self::Person => (0.25 * (20_000.0 / (events.max(1) as f64)).powf(0.4)).clamp(0.045, 0.25),
            Self::User | Self::Service => 0.06,
            Self::Pipeline | Self::Task => 0.07,
            Self::Vendor => 0.13,
            Self::Instance | Self::Linked => 0.19,
            Self::Function => 0.14,
            Self::Backup => 0.012,
            Self::Deployed => 0.006,
        }
    }

    /// For how many seconds its credentials are good.
    pub(crate) const fn lasts(self) -> i64 {
        // People work on in the evening with what they got at noon.
        if matches!(self, Self::Person) { 12 * 3600 } else { self.period() }
    }

    /// After how many seconds it has new credentials; 0 when they do not change.
    pub(crate) const fn period(self) -> i64 {
        match self {
            Self::User | Self::Service => 0,
            Self::Person => 5 * 3600,
            Self::Pipeline | Self::Vendor | Self::Backup => 3600,
            Self::Deployed => 4 * 3600,
            Self::Instance => 6 * 3600,
            Self::Function | Self::Task | Self::Linked => 12 * 3600,
        }
    }
}

/// Where an actor works.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Home {
    /// The number of the site: a region of an account.
    pub(crate) site: usize,
    /// The part of the actor's work that is done there.
    pub(crate) share: f64,
}

/// Somebody, or something, that acts.
#[derive(Clone, Debug)]
pub(crate) struct Actor {
    /// Its number in the world, to key its streams by.
    pub(crate) number: u64,
    /// How it gets its credentials.
    pub(crate) kind: Kind,
    /// The user name, the session name, the function or the service, as the kind has it.
    pub(crate) name: String,
    /// The name of its role; empty when it has none.
    pub(crate) role: String,
    /// The list of `behaviors.txt` that says what it does.
    pub(crate) behavior: &'static str,
    /// The hours that it keeps.
    pub(crate) rhythm: Rhythm,
    /// Its part of the events of all actors.
    pub(crate) weight: f64,
    /// Where it works.
    pub(crate) homes: Vec<Home>,
    /// How many instances or tasks it has at a time.
    pub(crate) members: u64,
    /// Its `userAgent`.
    pub(crate) agent: String,
    /// Whether it calls from a private network, through endpoints and a gateway.
    pub(crate) private: bool,
}

impl Actor {
    /// The path of its role: `/`, but for those that AWS makes.
    pub(crate) fn role_path(&self) -> String {
        match self.kind {
            Kind::Linked => format!("/aws-service-role/{}/", self.name),
            Kind::Backup => "/service-role/".to_owned(),
            Kind::Person => "/aws-reserved/sso.amazonaws.com/eu-west-1/".to_owned(),
            _ => "/".to_owned(),
        }
    }
}
