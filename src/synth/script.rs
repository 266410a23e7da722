//! Acts that were thought out, step by step: attacks, and what a platform team does that looks like one.
//!
//! A script keeps a clock, a place and somebody who acts; each step is a call of the
//! catalog, with another request or answer where the story asks for one.

use crate::synth::agents;
use crate::synth::assume::{self, Request};
use crate::synth::compose::Composer;
use crate::synth::identity::{self, RoleSession};
use crate::synth::ids;
use crate::synth::record::{Draft, Mark};
use crate::synth::rng::{Rng, tag};
use crate::synth::stock::made;
use crate::synth::template::{Template, Word};
use crate::synth::world::World;

/// What somebody has to call with.
#[derive(Clone, Debug)]
pub(crate) enum Credentials {
    /// The long-lived key of a user.
    Key { user: String, key: String },
    /// A session of a role.
    Role(RoleSession),
    /// A session of a user in the console: user, when it was opened, whether with a second factor.
    Console(String, i64, bool),
    /// A session of a role in the console.
    ConsoleRole(RoleSession),
    /// A session of the root user, when it was opened.
    Root(i64),
}

/// Somebody who acts.
#[derive(Clone, Debug)]
pub(crate) struct Caller {
    /// The number of the account that the credentials belong to.
    pub(crate) account: usize,
    /// What there is to call with.
    pub(crate) credentials: Credentials,
    /// Where from.
    pub(crate) address: String,
    /// With what.
    pub(crate) agent: String,
}

impl Caller {
    /// A user with a key, who calls from there with that program.
    pub(crate) fn user(account: usize, user: &str, key: String, address: &str, agent: &str) -> Self {
        let credentials = Credentials::Key { user: user.to_owned(), key };
        Self { account, credentials, address: address.to_owned(), agent: agent.to_owned() }
    }

    /// The same somebody at another address with another program.
    pub(crate) fn from(&self, address: &str, agent: &str) -> Self {
        Self { address: address.to_owned(), agent: agent.to_owned(), ..self.clone() }
    }

    fn in_console(&self) -> bool {
        matches!(
            self.credentials,
            Credentials::Console(..) | Credentials::ConsoleRole(_) | Credentials::Root(_)
        )
    }
}

/// A script, written step by step.
#[derive(Debug)]
pub(crate) struct Script<'w> {
    c: Composer<'w>,
    mark: Option<Mark>,
    who: Caller,
    site: usize,
    /// The clock, in seconds since 1970.
    pub(crate) time: i64,
    done: Vec<Draft>,
}

impl<'w> Script<'w> {
    /// A script that begins at that time; `scenario` is empty for what is no attack.
    pub(crate) fn new(world: &'w World, scenario: &'static str, number: u64, time: i64) -> Self {
        let rng = Rng::keyed(world.size.seed, &[tag("script"), tag(scenario), number]);
        let nobody = Caller::user(0, "", String::new(), "", "");
        let mark = Mark { scenario, phase: "benign", attack: "-" };
        let mark = (!scenario.is_empty()).then_some(mark);
        Self { c: Composer::new(world, rng), mark, who: nobody, site: 0, time, done: Vec::new() }
    }

    /// The world of the script.
    pub(crate) const fn world(&self) -> &'w World {
        self.c.world
    }

    /// What the script draws from.
    pub(crate) const fn rng(&mut self) -> &mut Rng {
        &mut self.c.rng
    }

    /// All records, in the order of the steps.
    pub(crate) fn finish(self) -> Vec<Draft> {
        self.done
    }

    /// From now on this one acts, in the main region of the account of the credentials.
    pub(crate) fn by(&mut self, who: &Caller) {
        self.who = who.clone();
        self.site = self.world().accounts.get(who.account).map_or(0, |a| a.main);
    }

    /// From now on in that site.
    pub(crate) const fn at(&mut self, site: usize) {
        self.site = site;
    }

    /// What the next steps are about, and their ATT&CK technique. No attack without a scenario.
    pub(crate) const fn phase(&mut self, phase: &'static str, attack: &'static str) {
        if let Some(mark) = &mut self.mark {
            (mark.phase, mark.attack) = (phase, attack);
        }
    }

    /// Lets some seconds pass: from `low` to `high`.
    pub(crate) const fn wait(&mut self, low: i64, high: i64) {
        self.time += self.c.rng.between(low, high);
    }

    /// From now on a word of the templates stands for this.
    pub(crate) fn set(&mut self, word: Word, value: impl Into<String>) {
        self.unset(word);
        self.c.scope.set.push((word, value.into()));
    }

    /// From now on a word of the templates stands for anything again.
    pub(crate) fn unset(&mut self, word: Word) {
        self.c.scope.set.retain(|s| s.0 != word);
    }

    /// Fills a template as the next record would.
    pub(crate) fn filled(&mut self, template: &str) -> String {
        self.c.scope.start(self.site, self.time);
        let Composer { scope, rng, .. } = &mut self.c;
        made(|out| scope.fill(&Template::parse(template), rng, out))
    }

    /// A call that succeeds. Calls that the catalog does not have are left out.
    pub(crate) fn ok(&mut self, service: &str, name: &str) -> &mut Self {
        let Some(action) = self.world().catalog.find(service, name) else {
            debug_assert!(false, "the catalog has no {service}:{name}");
            return self;
        };
        let global = self.world().catalog.service(action).is_some_and(|s| s.global);
        let home = self.world().accounts.get(self.who.account).map_or(0, |a| a.home);
        self.c.start(if global { home } else { self.site }, self.time);
        self.write_caller(service);
        self.c.call(action);
        self.keep();
        self
    }

    /// Calls one after the other that succeed, some seconds apart.
    pub(crate) fn sweep(&mut self, pause: (i64, i64), service: &str, names: &[&str]) {
        for name in names {
            self.wait(pause.0, pause.1);
            self.ok(service, name);
        }
    }

    /// A call that is not allowed.
    pub(crate) fn denied(&mut self, service: &str, name: &str) {
        self.ok(service, name);
        if let (Some(action), Some(draft)) = (self.world().catalog.find(service, name), self.done.pop()) {
            self.c.draft = draft;
            self.c.deny(action);
            self.keep();
        }
    }

    /// Gives the call just made another request.
    pub(crate) fn asking(&mut self, params: &str) -> &mut Self {
        let params = self.refilled(params);
        if let Some(draft) = self.done.last_mut() {
            draft.params = params;
        }
        self
    }

    /// Gives the call just made another answer; an empty one is `null`.
    pub(crate) fn answering(&mut self, response: &str) -> &mut Self {
        let response = self.refilled(response);
        if let Some(draft) = self.done.last_mut() {
            draft.response = response;
        }
        self
    }

    /// Gives the call just made other `additionalEventData`.
    pub(crate) fn noting(&mut self, extra: &str) -> &mut Self {
        let extra = self.refilled(extra);
        if let Some(draft) = self.done.last_mut() {
            draft.extra = extra;
        }
        self
    }

    /// Lets the call just made fail.
    pub(crate) fn failing(&mut self, code: &str, message: &str) {
        if let Some(draft) = self.done.last_mut() {
            draft.fail(code, message);
        }
    }

    /// Changes the record just made in ways that no step offers.
    pub(crate) fn change(&mut self, change: impl FnOnce(&mut Draft)) {
        if let Some(draft) = self.done.last_mut() {
            change(draft);
        }
    }

    /// A template filled with the values of the record just made.
    fn refilled(&mut self, template: &str) -> Vec<u8> {
        let mut out = Vec::new();
        let Composer { scope, rng, .. } = &mut self.c;
        scope.fill(&Template::parse(template), rng, &mut out);
        out
    }

    fn keep(&mut self) {
        let mut draft = std::mem::take(&mut self.c.draft);
        draft.mark = self.mark;
        self.done.push(draft);
    }

    /// Writes who acts into the record that was started.
    fn write_caller(&mut self, service: &str) {
        let world = self.c.world;
        let Caller { account, credentials, address, agent } = &self.who;
        let text = world.account_text(*account);
        let region = world.region(self.c.scope.site);
        let draft = &mut self.c.draft;
        let fresh = match credentials {
            Credentials::Key { .. } | Credentials::Role(_) => String::new(),
            _ => world.access_key("ASIA", *account, &mut self.c.rng),
        };
        let id_of = |user: &str| world.principal("AIDA", *account, user);
        match credentials {
            Credentials::Key { user, key } => {
                identity::user(&mut draft.identity, text, (&id_of(user), user), key, None);
            }
            Credentials::Role(session) => session.write(&mut draft.identity, &session.key, region, None),
            Credentials::ConsoleRole(session) => session.write(&mut draft.identity, &fresh, region, None),
            Credentials::Console(user, created, mfa) => {
                let console = Some((*created, *mfa));
                identity::user(&mut draft.identity, text, (&id_of(user), user), &fresh, console);
            }
            Credentials::Root(created) => identity::root(&mut draft.identity, text, &fresh, *created),
        }
        draft.console = self.who.in_console() && service != "signin";
        draft.address.push_str(address);
        draft.agent.push_str(if draft.console { agents::CONSOLE } else { agent });
    }

    /// Assumes a role; who then acts. Across accounts both log it, and the two records share an id.
    pub(crate) fn assume(&mut self, account: usize, role: &str, name: &str) -> Caller {
        let world = self.world();
        let session = RoleSession {
            account: world.account_text(account).to_owned(),
            role: role.to_owned(),
            path: "/".to_owned(),
            role_id: world.principal("AROA", account, role),
            name: name.to_owned(),
            key: world.access_key("ASIA", account, &mut self.c.rng),
            created: self.time,
            ..RoleSession::default()
        };
        let shared = made(|out| ids::uuid(out, &mut self.c.rng));
        let (here, there) = self.meeting_place(account);
        self.c.start(here, self.time);
        self.write_caller("sts");
        let request = Request {
            name: "AssumeRole",
            identity: std::mem::take(&mut self.c.draft.identity),
            address: self.who.address.clone(),
            agent: self.who.agent.clone(),
            more: String::new(),
            lasts: 3600,
            shared: if account == self.who.account { String::new() } else { shared },
        };
        self.c.start(here, self.time);
        assume::write(&mut self.c, &request, &session);
        self.keep();
        if account != self.who.account {
            self.log_there(there, request, &session);
        }
        let credentials = Credentials::Role(session);
        Caller { account, credentials, address: self.who.address.clone(), agent: self.who.agent.clone() }
    }

    /// The sites, here and in another account, that log a call between them: both are of one region.
    fn meeting_place(&self, account: usize) -> (usize, usize) {
        let world = self.c.world;
        let (Some(own), Some(other)) = (world.accounts.get(self.who.account), world.accounts.get(account))
        else {
            return (self.site, self.site);
        };
        let same = world.region(self.site) == world.region(other.main);
        if same { (self.site, other.main) } else { (own.home, other.home) }
    }

    /// Asks for a role that this somebody may not have.
    pub(crate) fn assume_denied(&mut self, account: usize, role: &str) {
        let world = self.world();
        self.ok("sts", "GetCallerIdentity");
        let arn = format!("arn:aws:iam::{}:role/{role}", world.account_text(account));
        self.asking(&format!(r#"{{"roleArn":"{arn}","roleSessionName":"session"}}"#));
        self.change(|draft| {
            draft.name = "AssumeRole";
            let who = crate::json::member(&draft.identity, "arn").and_then(crate::json::scalar);
            let who = who.unwrap_or_default().into_owned();
            let message =
                format!("User: {who} is not authorized to perform: sts:AssumeRole on resource: {arn}");
            draft.fail("AccessDenied", &message);
        });
    }

    /// The record of an assumed role in the account of the role.
    fn log_there(&mut self, there: usize, mut request: Request, session: &RoleSession) {
        let world = self.world();
        let id = match &self.who.credentials {
            Credentials::Role(s) | Credentials::ConsoleRole(s) => format!("{}:{}", s.role_id, s.name),
            Credentials::Key { user, .. } | Credentials::Console(user, ..) => {
                world.principal("AIDA", self.who.account, user)
            }
            Credentials::Root(_) => world.account_text(self.who.account).to_owned(),
        };
        request.identity = identity::other_account(world.account_text(self.who.account), &id).into_bytes();
        self.c.start(there, self.time);
        assume::write(&mut self.c, &request, session);
        self.keep();
    }

    /// Signs a user in to the console; who then acts.
    pub(crate) fn sign_in(&mut self, user: &str, mfa: bool, from: &Caller) -> Caller {
        let account = from.account;
        self.by(from);
        self.ok("signin", "ConsoleLogin");
        let world = self.world();
        let identity = identity::signing_in(
            world.account_text(account),
            (&world.principal("AIDA", account, user), user),
        );
        self.change(|draft| draft.identity = identity.into_bytes());
        self.noting(if mfa { WITH_MFA } else { WITHOUT_MFA });
        let credentials = Credentials::Console(user.to_owned(), self.time, mfa);
        Caller { account, credentials, ..from.clone() }
    }
}

const WITH_MFA: &str = r#"{"LoginTo":"https://console.aws.amazon.com/console/home?hashArgs=%23&isauthcode=true&state=hashArgsFromTB_us-east-1_$hex17","MobileVersion":"No","MFAIdentifier":"arn:aws:iam::$account:mfa/phone","MFAUsed":"Yes"}"#;
const WITHOUT_MFA: &str = r#"{"LoginTo":"https://console.aws.amazon.com/console/home?hashArgs=%23&isauthcode=true&state=hashArgsFromTB_us-east-1_$hex17","MobileVersion":"No","MFAUsed":"No"}"#;
