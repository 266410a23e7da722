//! The events that hand out the credentials of a role.
//!
//! The key in the answer is the key of the session's later events, and id, ARN and
//! time agree with them too: by this, who is behind a session can be found.

use crate::synth::actor::{Actor, Kind};
use crate::synth::bytes::{Clock, time_text};
use crate::synth::cast::DEV;
use crate::synth::compose::{CI_ADDRESS, Composer, person_address};
use crate::synth::identity::{self, RoleSession};
use crate::synth::ids;
use crate::synth::names::VENDOR_ACCOUNT;
use crate::synth::rng::{Rng, tag};
use crate::synth::session::Opening;
use crate::synth::stock::made;
use crate::synth::template::Template;

/// Who asks for a role, and how.
#[derive(Clone, Debug)]
pub(crate) struct Request {
    /// `AssumeRole` or one of its relatives.
    pub(crate) name: &'static str,
    /// The identity of who asks.
    pub(crate) identity: Vec<u8>,
    /// Where from.
    pub(crate) address: String,
    /// With what.
    pub(crate) agent: String,
    /// More members of `requestParameters`: `,"externalId":"x"`.
    pub(crate) more: String,
    /// For how many seconds.
    pub(crate) lasts: i64,
    /// The id that the two records of a call across accounts share.
    pub(crate) shared: String,
}

/// Writes the event by which a session was opened.
pub(crate) fn write(c: &mut Composer<'_>, request: &Request, session: &RoleSession) {
    let draft = &mut c.draft;
    (draft.source, draft.name, draft.version, draft.read) = ("sts", request.name, "1.08", true);
    draft.identity.extend_from_slice(&request.identity);
    draft.address.push_str(&request.address);
    draft.agent.push_str(&request.agent);
    draft.shared.push_str(&request.shared);
    // Two records of one call agree in all that the call was given.
    let mut rng = Rng::keyed(c.world.size.seed, &[tag("assume"), tag(&session.key)]);
    ids::uuid(&mut draft.request, &mut rng);
    let (arn, name) = (session.role_arn(), &session.name);
    let params = format!(
        r#"{{"roleArn":"{arn}","roleSessionName":"{name}"{},"durationSeconds":{}}}"#,
        request.more, request.lasts
    );
    draft.params.extend_from_slice(params.as_bytes());
    let mut token = Vec::new();
    c.scope.fill(&Template::parse("$token"), &mut rng, &mut token);
    let expires = time_text(session.created + request.lasts, Clock::Java);
    let (key, role_id, session_arn) = (&session.key, &session.role_id, session.arn());
    let token = String::from_utf8_lossy(&token);
    let response = format!(
        r#"{{"credentials":{{"accessKeyId":"{key}","sessionToken":"{token}","expiration":"{expires}"}},"assumedRoleUser":{{"assumedRoleId":"{role_id}:{name}","arn":"{session_arn}"}}}}"#
    );
    draft.response.extend_from_slice(response.as_bytes());
    let account = &session.account;
    let resources = format!(r#"[{{"accountId":"{account}","type":"AWS::IAM::Role","ARN":"{arn}"}}]"#);
    draft.resources.extend_from_slice(resources.as_bytes());
    if !draft.agent.ends_with(".amazonaws.com") {
        let host = format!("sts.{}.amazonaws.com", c.world.region(draft.site));
        draft.host.extend_from_slice(host.as_bytes());
    }
}

/// Writes the opening of an actor's session, as the account of the role logs it.
pub(crate) fn open(c: &mut Composer<'_>, opening: &Opening) {
    let world = c.world;
    let Some(actor) = world.actors.get(opening.actor) else { return };
    let session = opening.session(world, actor);
    c.start(opening.site, opening.time);
    let request = request_of(c, actor, opening);
    write(c, &request, &session);
}

/// Writes the record of the same call in the account of the user who made it.
pub(crate) fn open_from(c: &mut Composer<'_>, opening: &Opening, account: usize) {
    let world = c.world;
    let (Some(actor), Some(from)) = (world.actors.get(opening.actor), world.accounts.get(account)) else {
        return;
    };
    let session = opening.session(world, actor);
    c.start(from.main, opening.time);
    let mut request = request_of(c, actor, opening);
    request.identity.clear();
    let (id, key) = (world.principal("AIDA", account, &actor.name), world.user_key(account, &actor.name));
    identity::user(&mut request.identity, &from.text, (&id, &actor.name), &key, None);
    write(c, &request, &session);
}

/// Who asks for the role of an actor.
fn request_of(c: &Composer<'_>, actor: &Actor, opening: &Opening) -> Request {
    let world = c.world;
    let place = [tag("shared"), actor.number, opening.time.cast_unsigned(), opening.member];
    let shared = made(|out| ids::uuid(out, &mut Rng::keyed(world.size.seed, &place)));
    let account = world.account_text(opening.account);
    match actor.kind {
        Kind::Instance => by_service(actor, "ec2.amazonaws.com", shared),
        Kind::Function => by_service(actor, "lambda.amazonaws.com", shared),
        Kind::Task => by_service(actor, "ecs-tasks.amazonaws.com", shared),
        Kind::Backup => by_service(actor, "backup.amazonaws.com", shared),
        Kind::Linked | Kind::Service | Kind::User => by_service(actor, &actor.name, shared),
        Kind::Person => by_person(actor, account, opening.time),
        Kind::Pipeline => by_pipeline(actor, account, opening.time),
        Kind::Vendor => across(actor, VENDOR_ACCOUNT, "AROAVENDOR4EXAMPLE7XY:observer", shared),
        Kind::Deployed => {
            let id = world.principal("AIDA", DEV, &actor.name);
            let request = across(actor, world.account_text(DEV), &id, shared);
            Request { address: CI_ADDRESS.to_owned(), more: String::new(), ..request }
        }
    }
}

/// A service asks for a role that it was given.
fn by_service(actor: &Actor, service: &str, shared: String) -> Request {
    Request {
        name: "AssumeRole",
        identity: identity::service(service).into_bytes(),
        address: service.to_owned(),
        agent: service.to_owned(),
        more: String::new(),
        lasts: actor.kind.lasts(),
        shared,
    }
}

/// Single sign-on asks for a person.
fn by_person(actor: &Actor, account: &str, time: i64) -> Request {
    Request {
        name: "AssumeRoleWithSAML",
        identity: identity::saml(account, &actor.name).into_bytes(),
        address: person_address(actor, time),
        agent: actor.agent.clone(),
        more: format!(
            r#","principalArn":"arn:aws:iam::{account}:saml-provider/AWSSSO_0f4c2d9a7b1e3568_DO_NOT_DELETE""#
        ),
        lasts: actor.kind.lasts(),
        shared: String::new(),
    }
}

/// A pipeline asks, with a token of its host.
fn by_pipeline(actor: &Actor, account: &str, time: i64) -> Request {
    let subject = format!("repo:halden/{}:ref:refs/heads/main", actor.role.trim_start_matches("github-"));
    Request {
        name: "AssumeRoleWithWebIdentity",
        identity: identity::web(account, &subject).into_bytes(),
        address: format!("192.0.2.{}", 128 + time.unsigned_abs() % 100),
        agent: actor.agent.clone(),
        more: String::new(),
        lasts: actor.kind.lasts(),
        shared: String::new(),
    }
}

/// Somebody of another account asks.
fn across(actor: &Actor, account: &str, id: &str, shared: String) -> Request {
    Request {
        name: "AssumeRole",
        identity: identity::other_account(account, id).into_bytes(),
        address: "198.51.100.200".to_owned(),
        agent: actor.agent.clone(),
        more: r#","externalId":"halden-7f31c0""#.to_owned(),
        lasts: actor.kind.lasts(),
        shared,
    }
}
