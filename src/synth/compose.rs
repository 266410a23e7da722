//! Turns a call, and who makes it, into a record.

use crate::synth::actor::{Actor, Kind};
use crate::synth::agents;
use crate::synth::catalog::Action;
use crate::synth::identity::{self, RoleSession};
use crate::synth::ids;
use crate::synth::names::LOG_BUCKET;
use crate::synth::record::{Draft, Form};
use crate::synth::rhythm::hour_of_week;
use crate::synth::rng::{Rng, tag};
use crate::synth::scope::Scope;
use crate::synth::session;
use crate::synth::stock::made;
use crate::synth::template::Word;
use crate::synth::world::World;

/// Services that are reached through endpoints from a private network.
const BEHIND_ENDPOINTS: [&str; 8] =
    ["s3", "dynamodb", "kms", "sts", "sqs", "logs", "secretsmanager", "monitoring"];

/// Composes one record after the other, in buffers that are used again.
#[derive(Debug)]
pub(crate) struct Composer<'w> {
    /// Where all this happens.
    pub(crate) world: &'w World,
    /// What the words of templates stand for.
    pub(crate) scope: Scope<'w>,
    /// The record in the making.
    pub(crate) draft: Draft,
    /// What everything is drawn from.
    pub(crate) rng: Rng,
}

impl<'w> Composer<'w> {
    /// A composer that draws from this stream.
    pub(crate) fn new(world: &'w World, rng: Rng) -> Self {
        Self { world, scope: Scope::new(world), draft: Draft::default(), rng }
    }

    /// Begins a new record at that site and time (seconds since 1970).
    pub(crate) fn start(&mut self, site: usize, time: i64) {
        self.draft.clear();
        (self.draft.site, self.draft.time) = (site, time);
        self.scope.start(site, time);
    }

    /// Writes what the call is about: names, request, answer. The caller must have been written before.
    pub(crate) fn call(&mut self, action: &Action) {
        let Some(service) = self.world.catalog.service(action) else { return };
        let Self { scope, draft, rng, .. } = self;
        (draft.source, draft.name, draft.version) = (service.prefix, action.name, service.version);
        (draft.read, draft.data) = (action.read, action.data);
        draft.form = if service.prefix == "signin" { Form::SignIn } else { Form::Call };
        match service.prefix {
            "s3" => ids::upper(&mut draft.request, rng, 16),
            "dynamodb" => ids::upper(&mut draft.request, rng, 52),
            "signin" => {}
            _ => ids::uuid(&mut draft.request, rng),
        }
        scope.request.extend_from_slice(&draft.request);
        scope.fill_one(&action.params, rng, &mut draft.params);
        scope.fill_one(&action.response, rng, &mut draft.response);
        scope.fill_one(&action.extra, rng, &mut draft.extra);
        scope.fill_one(&action.resources, rng, &mut draft.resources);
        if draft.name == "AssumeRole" {
            draft.shared = made(|out| ids::uuid(out, rng));
        }
        // A request that AWS makes to itself has no client of whose connection there is something to tell.
        if !draft.agent.ends_with(".amazonaws.com") && draft.agent != agents::CONSOLE {
            scope.fill(&service.host, rng, &mut draft.host);
        }
    }

    /// Lets the call fail now and then: as such calls do, or as they do for such callers.
    pub(crate) fn maybe_fail(&mut self, action: &Action, kind: Kind) {
        for failure in &action.failures {
            if self.rng.below(1000) < u64::from(failure.permille) {
                let mut message = Vec::new();
                self.scope.fill(&failure.message, &mut self.rng, &mut message);
                return self.draft.fail(failure.code, &String::from_utf8_lossy(&message));
            }
        }
        let (denied, throttled) = match kind {
            Kind::Person => (0.03, 0.005),
            Kind::Vendor => (0.014, 0.055),
            Kind::Linked => (0.004, 0.025),
            Kind::Service => (0.0, 0.0),
            _ => (0.007, 0.016),
        };
        let fate = self.rng.unit();
        if fate < denied {
            self.deny(action);
        } else if fate < denied + throttled {
            let code = self.world.catalog.service(action).map_or("", |s| s.throttled);
            let slow =
                if self.draft.source == "s3" { "Please reduce your request rate." } else { "Rate exceeded" };
            self.draft.fail(code, slow);
        }
    }

    /// Lets the call fail because its caller may not make it.
    pub(crate) fn deny(&mut self, action: &Action) {
        let Some(service) = self.world.catalog.service(action) else { return };
        let arn = crate::json::member(&self.draft.identity, "arn").and_then(crate::json::scalar);
        let who = arn.unwrap_or_default().into_owned();
        let (prefix, name) = (service.prefix, action.name);
        let reason = format!("because no identity-based policy allows the {prefix}:{name} action");
        let message = match prefix {
            "s3" => "Access Denied".to_owned(),
            "ec2" => format!(
                "You are not authorized to perform this operation. User: {who} is not authorized to perform: \
                 {prefix}:{name} {reason}."
            ),
            _ => format!("User: {who} is not authorized to perform: {prefix}:{name} on resource: * {reason}"),
        };
        self.draft.fail(service.denied, &message);
    }

    /// Writes who calls: an actor, at the site and the time that the record began with.
    pub(crate) fn caller(&mut self, actor: &Actor, action: &Action) {
        self.scope.me.clear();
        self.scope.me.push_str(&actor.name);
        match actor.kind {
            Kind::Service => {
                self.draft.identity.extend_from_slice(identity::service(&actor.name).as_bytes());
                self.internal(&actor.name);
                if actor.behavior == "trail" {
                    self.scope.own = Some((Word::Bucket, LOG_BUCKET.to_owned()));
                }
            }
            Kind::User => self.user(actor),
            _ => self.role(actor, action),
        }
    }

    /// The call comes from within AWS.
    fn internal(&mut self, name: &str) {
        self.draft.address.push_str(name);
        self.draft.agent.push_str(name);
    }

    fn user(&mut self, actor: &Actor) {
        let account = self.world.account_of(self.scope.site);
        let (id, key) =
            (self.world.principal("AIDA", account, &actor.name), self.world.user_key(account, &actor.name));
        let text = self.world.account_text(account);
        identity::user(&mut self.draft.identity, text, (&id, &actor.name), &key, None);
        self.draft.agent.push_str(&actor.agent);
        self.draft.address.push_str(&office_host(actor));
    }

    fn role(&mut self, actor: &Actor, action: &Action) {
        let account = self.world.account_of(self.scope.site);
        let member = self.rng.below(actor.members);
        let session = session::at(self.world, actor, account, member, self.scope.time);
        self.scope.own = match actor.kind {
            Kind::Function => Some((Word::Function, actor.name.clone())),
            Kind::Instance => Some((Word::Instance, session.name.clone())),
            _ => None,
        };
        let console = actor.kind == Kind::Person && !action.data && action.via.is_none();
        self.draft.console = console && self.rng.chance(console_share(self.world.size.events));
        let region = self.world.region(self.scope.site);
        if let Some(service) = action.via {
            session.write(&mut self.draft.identity, &session.key, region, Some(service));
            return self.internal(&format!("{service}.amazonaws.com"));
        }
        if self.draft.console {
            // The console gives nearly every request a key of its own.
            let key = self.world.access_key("ASIA", account, &mut self.rng);
            session.write(&mut self.draft.identity, &key, region, None);
            self.draft.agent.push_str(agents::CONSOLE);
        } else {
            session.write(&mut self.draft.identity, &session.key, region, None);
            self.draft.agent.push_str(&actor.agent);
        }
        self.address(actor, action, &session, member);
    }

    /// Where a role is used from.
    fn address(&mut self, actor: &Actor, action: &Action, session: &RoleSession, member: u64) {
        let account = self.world.account_of(self.scope.site);
        let prefix = self.world.catalog.service(action).map_or("", |s| s.prefix);
        if actor.private && BEHIND_ENDPOINTS.contains(&prefix) {
            let place = [tag("endpoint"), self.scope.site as u64, tag(prefix)];
            let mut rng = Rng::keyed(self.world.size.seed, &place);
            self.draft.endpoint = format!("vpce-0{}", made(|out| ids::hex(out, &mut rng, 16)));
            let host = Rng::keyed(self.world.size.seed, &[tag("host"), actor.number, member]).bits();
            self.draft.address = format!("10.20.{}.{}", host % 8, 4 + host / 8 % 250);
            return;
        }
        self.draft.address = public_address(actor, session, account);
    }
}

/// How often a person uses the console for what can be done there; rarer in a large world, where people weigh less.
fn console_share(events: u64) -> f64 {
    if events < 100_000 { 0.25 } else { 0.14 }
}

/// The address of a program that runs at the office or in its data center.
fn office_host(actor: &Actor) -> String {
    if actor.behavior == "deploy" {
        CI_ADDRESS.to_owned()
    } else {
        format!("198.51.100.{}", 40 + actor.number % 60)
    }
}

/// Where the builds of the office run.
pub(crate) const CI_ADDRESS: &str = "198.51.100.23";

/// The address from which a role is used, over the internet.
fn public_address(actor: &Actor, session: &RoleSession, account: usize) -> String {
    match actor.kind {
        Kind::Person => person_address(actor, session.created),
        Kind::Deployed => CI_ADDRESS.to_owned(),
        Kind::Pipeline => format!("192.0.2.{}", 128 + tag(&session.key) % 100),
        Kind::Vendor => format!("198.51.100.{}", 200 + session.created.unsigned_abs() / 3600 % 4),
        Kind::Function if !actor.private => format!("192.0.2.{}", 64 + tag(&session.key) % 60),
        Kind::Instance | Kind::Function | Kind::Task => format!("192.0.2.{}", 10 + account),
        Kind::Backup => "backup.amazonaws.com".to_owned(),
        Kind::Linked | Kind::Service | Kind::User => actor.name.clone(),
    }
}

/// People are at the office on some days and at home on others.
pub(crate) fn person_address(actor: &Actor, created: i64) -> String {
    let day = hour_of_week(created) / 24;
    let at_home = (actor.number as usize + day).is_multiple_of(3) || day >= 5;
    if at_home {
        format!(
            "2001:db8:{:x}:{:x}::{:x}",
            0x20 + actor.number / 100,
            actor.number * 0x25 + 0x100,
            0x10 + actor.number % 40
        )
    } else {
        format!("198.51.100.{}", 10 + actor.number % 4)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::event::identity::Identity;
    use crate::synth::world::Size;

    const TUESDAY_NOON: i64 = 1_767_571_200 + 36 * 3600;

    fn world() -> World {
        let start = TUESDAY_NOON - 36 * 3600;
        World::new(Size { events: 15_000, seed: 1, start, end: start + 7 * 86_400, gap: None })
    }

    fn composed(world: &World, kind: Kind, service: &str, key: &str) -> Draft {
        let actor = world.actors.iter().find(|a| a.kind == kind).unwrap();
        let action = world.catalog.find(service, key).unwrap();
        let mut composer = Composer::new(world, Rng::new(3));
        composer.start(actor.homes[0].site, TUESDAY_NOON);
        composer.caller(actor, action);
        composer.call(action);
        composer.draft
    }

    #[test]
    fn callers_look_like_what_they_are() {
        let world = world();
        let draft = composed(&world, Kind::Instance, "s3", "GetObject");
        assert!(draft.address.starts_with("10.20.") && draft.endpoint.starts_with("vpce-0"), "{draft:?}");
        let draft = composed(&world, Kind::Instance, "ec2", "DescribeTags");
        assert!(draft.address.starts_with("192.0.2.") && draft.endpoint.is_empty(), "{draft:?}");
        let draft = composed(&world, Kind::User, "sts", "GetCallerIdentity");
        let id = Identity::parse(&draft.identity);
        assert_eq!((id.actor.as_str(), draft.address.as_str()), ("ci-deploy", CI_ADDRESS));
        let draft = composed(&world, Kind::Linked, "ec2", "DescribeInstances");
        assert!(draft.address.ends_with(".amazonaws.com") && Identity::parse(&draft.identity).is_service);
        let draft = composed(&world, Kind::Instance, "kms", "Decrypt@secretsmanager");
        assert_eq!((draft.address.as_str(), draft.host.len()), ("secretsmanager.amazonaws.com", 0));
        let own = composed(&world, Kind::Instance, "ssm", "UpdateInstanceInformation");
        let name = Identity::parse(&own.identity).session_name;
        assert!(String::from_utf8(own.params).unwrap().contains(&*name), "an instance reports itself");
    }

    #[test]
    fn denied_calls_have_no_answer_and_a_reason() {
        let world = world();
        let action = world.catalog.find("iam", "CreateUser").unwrap();
        let mut composer = Composer::new(&world, Rng::new(3));
        composer.start(0, TUESDAY_NOON);
        composer.caller(&world.actors[0], action);
        composer.call(action);
        assert!(!composer.draft.response.is_empty());
        composer.deny(action);
        assert!(composer.draft.response.is_empty() && composer.draft.error == "AccessDenied");
        assert!(composer.draft.message.contains("assumed-role"), "{}", composer.draft.message);
    }
}
