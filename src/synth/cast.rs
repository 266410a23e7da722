//! The actors of a world: some forty that every world has, and as many more as its size asks for.

use crate::synth::actor::{Actor, Home, Kind};
use crate::synth::agents;
use crate::synth::ids;
use crate::synth::names::{FIRST, LAST, VERBS, WORDS};
use crate::synth::rhythm::Rhythm;
use crate::synth::rng::{Rng, tag};
use crate::synth::stock::made;
use crate::synth::world::Account;

/// The user whose key leaks.
pub(crate) const LEAKED_USER: &str = "ci-deploy";
/// The role in production that this user may assume, and does.
pub(crate) const DEPLOY_ROLE: &str = "deploy-prod";

/// The numbers of the first three accounts.
pub(crate) const MANAGEMENT: usize = 0;
/// Production.
pub(crate) const PROD: usize = 1;
/// Development.
pub(crate) const DEV: usize = 2;

/// Employees: what they do, their permission set, when they start (UTC), and in which accounts they work.
const PEOPLE: [(&str, &str, Rhythm, &[usize]); 14] = [
    ("platform", "PlatformAdmin", Rhythm::OnCall(7), &[MANAGEMENT, PROD, DEV]),
    ("platform", "PlatformAdmin", Rhythm::OnCall(8), &[MANAGEMENT, PROD]),
    ("platform", "PlatformAdmin", Rhythm::Office(8), &[PROD, DEV]),
    ("platform", "PlatformAdmin", Rhythm::Office(13), &[PROD]),
    ("developer", "Developer", Rhythm::Office(7), &[DEV]),
    ("developer", "Developer", Rhythm::Office(8), &[DEV, PROD]),
    ("developer", "Developer", Rhythm::Office(8), &[DEV]),
    ("developer", "Developer", Rhythm::Office(9), &[DEV, PROD]),
    ("developer", "Developer", Rhythm::Office(9), &[DEV]),
    ("developer", "Developer", Rhythm::Office(14), &[DEV]),
    ("analyst", "DataAnalyst", Rhythm::Office(8), &[PROD]),
    ("analyst", "DataAnalyst", Rhythm::Office(13), &[PROD]),
    ("finance", "Billing", Rhythm::Office(8), &[MANAGEMENT]),
    ("auditor", "SecurityAudit", Rhythm::Office(9), &[MANAGEMENT, PROD]),
];

/// Everything else: kind, name, role, behavior, rhythm, account.
const SYSTEMS: [(Kind, &str, &str, &str, Rhythm, usize); 18] = [
    (Kind::User, LEAKED_USER, "", "deploy", Rhythm::Builds, DEV),
    (Kind::User, "svc-onprem-upload", "", "upload", Rhythm::Night, PROD),
    (Kind::User, "svc-reporting", "", "upload", Rhythm::Office(6), PROD),
    (Kind::Deployed, LEAKED_USER, DEPLOY_ROLE, "deployed", Rhythm::Builds, PROD),
    (Kind::Pipeline, "GitHubActions", "github-infra", "terraform", Rhythm::Builds, PROD),
    (Kind::Pipeline, "GitHubActions", "github-web", "deploy", Rhythm::Builds, DEV),
    (Kind::Instance, "web", "web-frontend", "web", Rhythm::Customers(18), PROD),
    (Kind::Instance, "api", "api-server", "web", Rhythm::Customers(17), PROD),
    (Kind::Instance, "worker", "batch-worker", "worker", Rhythm::Customers(20), PROD),
    (Kind::Instance, "bastion", "bastion-host", "bastion", Rhythm::Always, DEV),
    (Kind::Function, "orders-processor", "orders-processor-role", "function", Rhythm::Customers(18), PROD),
    (Kind::Function, "images-resizer", "images-resizer-role", "function", Rhythm::Customers(19), PROD),
    (Kind::Function, "reports-generator", "reports-generator-role", "worker", Rhythm::Night, PROD),
    (Kind::Function, "webhooks-handler", "webhooks-handler-role", "function", Rhythm::Customers(15), DEV),
    (Kind::Function, "trail-guard", "trail-guard-role", "function", Rhythm::Always, MANAGEMENT),
    (Kind::Task, "payments-api", "payments-task", "task", Rhythm::Customers(18), PROD),
    (Kind::Task, "search-api", "search-task", "task", Rhythm::Customers(17), PROD),
    (
        Kind::Backup,
        "AWSBackup-AWSBackupDefaultServiceRole",
        "AWSBackupDefaultServiceRole",
        "backup",
        Rhythm::Night,
        PROD,
    ),
];

/// Services that act everywhere: name, service-linked role (none: without a role), behavior.
const SERVICES: [(&str, &str, &str); 9] = [
    ("autoscaling.amazonaws.com", "AWSServiceRoleForAutoScaling", "autoscaling"),
    ("config.amazonaws.com", "AWSServiceRoleForConfig", "config"),
    ("elasticloadbalancing.amazonaws.com", "AWSServiceRoleForElasticLoadBalancing", "balancer"),
    ("inspector2.amazonaws.com", "AWSServiceRoleForAmazonInspector2", "inspector"),
    ("trustedadvisor.amazonaws.com", "AWSServiceRoleForTrustedAdvisor", "advisor"),
    (
        "dynamodb.application-autoscaling.amazonaws.com",
        "AWSServiceRoleForApplicationAutoScaling_DynamoDBTable",
        "tables",
    ),
    ("lambda.amazonaws.com", "", "lambda"),
    ("ecs-tasks.amazonaws.com", "", "tasks"),
    ("cloudtrail.amazonaws.com", "", "trail"),
];

/// The kinds of the actors that a larger world has more of, in turn.
const MORE: [Kind; 12] = [
    Kind::Person,
    Kind::Function,
    Kind::Instance,
    Kind::Person,
    Kind::Task,
    Kind::Function,
    Kind::Instance,
    Kind::Person,
    Kind::Pipeline,
    Kind::Function,
    Kind::Instance,
    Kind::User,
];

/// Hires actors one by one.
struct Casting<'a> {
    seed: u64,
    accounts: &'a [Account],
    actors: Vec<Actor>,
}

/// The actors of a world of these accounts and so many events.
pub(crate) fn cast(seed: u64, accounts: &[Account], events: u64, more: usize) -> Vec<Actor> {
    let mut casting = Casting { seed, accounts, actors: Vec::new() };
    for (behavior, set, rhythm, places) in PEOPLE {
        casting.person(behavior, set, rhythm, places);
    }
    for (kind, name, role, behavior, rhythm, account) in SYSTEMS {
        casting.system(kind, name, role, behavior, rhythm, account);
    }
    casting.everywhere();
    for i in 0..more {
        casting.another(i);
    }
    balance(&mut casting.actors, events);
    casting.actors
}

/// Scales the weights so that each kind has its share of all events.
fn balance(actors: &mut [Actor], events: u64) {
    let total: f64 = Kind::ALL.iter().map(|kind| kind.share(events)).sum();
    for kind in Kind::ALL {
        let sum: f64 = actors.iter().filter(|a| a.kind == kind).map(|a| a.weight).sum();
        for actor in actors.iter_mut().filter(|a| a.kind == kind) {
            actor.weight *= kind.share(events) / (sum * total);
        }
    }
}

impl Casting<'_> {
    fn rng(&self) -> Rng {
        Rng::keyed(self.seed, &[tag("actor"), self.actors.len() as u64])
    }

    fn hire(&mut self, mut actor: Actor) {
        actor.number = self.actors.len() as u64;
        actor.weight = 0.5 + self.rng().unit();
        self.actors.push(actor);
    }

    /// Where somebody works who works in these accounts: mostly in the main region of each, partly in us-east-1.
    fn homes(&self, accounts: &[usize]) -> Vec<Home> {
        let part = 1.0 / accounts.len().max(1) as f64;
        let known = accounts.iter().filter_map(|&i| self.accounts.get(i));
        let both = known.flat_map(|a| [(a.main, 0.7 * part), (a.home, 0.3 * part)]);
        both.map(|(site, share)| Home { site, share }).collect()
    }

    fn person(&mut self, behavior: &'static str, set: &str, rhythm: Rhythm, accounts: &[usize]) {
        let (mut rng, i) = (self.rng(), self.actors.len());
        let first = FIRST.get(i % FIRST.len()).copied().unwrap_or_default();
        let last = LAST.get((i * 7 + i / FIRST.len()) % LAST.len()).copied().unwrap_or_default();
        let suffix = made(|out| ids::hex(out, &mut Rng::keyed(self.seed, &[tag(set)]), 16));
        let agent = if rng.chance(0.2) { agents::terraform(&mut rng) } else { agents::cli(&mut rng) };
        self.hire(Actor {
            kind: Kind::Person,
            name: format!("{first}.{last}@halden.example"),
            role: format!("AWSReservedSSO_{set}_{suffix}"),
            homes: self.homes(accounts),
            ..blank(behavior, rhythm, agent)
        });
    }

    fn system(
        &mut self,
        kind: Kind,
        name: &str,
        role: &str,
        behavior: &'static str,
        rhythm: Rhythm,
        account: usize,
    ) {
        let mut rng = self.rng();
        let agent = match kind {
            Kind::Function => agents::function(&mut rng),
            Kind::Backup => "backup.amazonaws.com".to_owned(),
            Kind::Pipeline if behavior == "terraform" => agents::terraform(&mut rng),
            Kind::User | Kind::Pipeline | Kind::Deployed => agents::cli(&mut rng),
            _ => agents::sdk(&mut rng),
        };
        let homes = match (kind, self.accounts.get(account)) {
            // A fleet, a function or a task stands in one region.
            (Kind::Instance | Kind::Function | Kind::Task | Kind::Backup, Some(a)) => {
                vec![Home { site: a.main, share: 1.0 }]
            }
            _ => self.homes(&[account]),
        };
        self.hire(Actor {
            kind,
            name: name.to_owned(),
            role: role.to_owned(),
            homes,
            members: if kind == Kind::Instance { 1 + rng.below(3) } else { 1 },
            private: matches!(kind, Kind::Instance | Kind::Task) || kind == Kind::Function && rng.chance(0.4),
            ..blank(behavior, rhythm, agent)
        });
    }

    /// What works in every account: AWS itself, and the monitoring vendor.
    fn everywhere(&mut self) {
        let mut homes = Vec::new();
        for (rank, account) in self.accounts.iter().enumerate() {
            let share = if rank == PROD { 1.0 } else { 1.0 / (rank + 2) as f64 };
            homes.push(Home { site: account.main, share: 0.7 * share });
            homes.push(Home { site: account.home, share: 0.3 * share });
        }
        for (name, role, behavior) in SERVICES {
            let kind = if role.is_empty() { Kind::Service } else { Kind::Linked };
            let log_bucket = vec![Home { site: 0, share: 1.0 }];
            let homes = if behavior == "trail" { log_bucket } else { homes.clone() };
            let (name, role) = (name.to_owned(), role.to_owned());
            let agent = name.clone();
            self.hire(Actor { kind, name, role, homes, ..blank(behavior, Rhythm::Always, agent) });
        }
        let agent = agents::sdk(&mut self.rng());
        let (name, role) = ("observer".to_owned(), "VendorMonitoring".to_owned());
        self.hire(Actor { kind: Kind::Vendor, name, role, homes, ..blank("monitor", Rhythm::Always, agent) });
    }

    /// One more actor of a larger world.
    fn another(&mut self, i: usize) {
        let mut rng = self.rng();
        let kind = MORE.get(i % MORE.len()).copied().unwrap_or(Kind::Function);
        // Any account but the one that manages the others; the first ones have more.
        let account = 1 + rng.front_index(self.accounts.len().saturating_sub(1));
        if kind == Kind::Person {
            let (behavior, set) = match rng.below(10) {
                0 => ("platform", "PlatformAdmin"),
                1 => ("analyst", "DataAnalyst"),
                _ => ("developer", "Developer"),
            };
            let start = [6, 7, 8, 8, 9, 13, 14, 15].get(rng.index(8)).copied().unwrap_or(8);
            return self.person(behavior, set, Rhythm::Office(start), &[account]);
        }
        let word = WORDS.get(i % WORDS.len()).copied().unwrap_or_default();
        let verb = VERBS.get(i / WORDS.len() % VERBS.len()).copied().unwrap_or_default();
        let name =
            if i < WORDS.len() * VERBS.len() { format!("{word}-{verb}") } else { format!("{word}-{i}") };
        let peak = rng.between(9, 21) as u8;
        let (role, behavior, rhythm) = match kind {
            Kind::Function => (format!("{name}-role"), "function", Rhythm::Customers(peak)),
            Kind::Instance if rng.chance(0.5) => (format!("{name}-node"), "worker", Rhythm::Customers(peak)),
            Kind::Instance => (format!("{name}-node"), "web", Rhythm::Customers(peak)),
            Kind::Task => (format!("{name}-task"), "task", Rhythm::Customers(peak)),
            Kind::Pipeline => (format!("github-{name}"), "deploy", Rhythm::Builds),
            _ => (String::new(), "upload", Rhythm::Customers(peak)),
        };
        let prefix = if kind == Kind::User { "svc-" } else { "" };
        self.system(kind, &format!("{prefix}{name}"), &role, behavior, rhythm, account);
    }
}

/// An actor without a name, a place and credentials.
fn blank(behavior: &'static str, rhythm: Rhythm, agent: String) -> Actor {
    Actor {
        number: 0,
        kind: Kind::Service,
        name: String::new(),
        role: String::new(),
        behavior,
        rhythm,
        weight: 1.0,
        homes: Vec::new(),
        members: 1,
        agent,
        private: false,
    }
}
