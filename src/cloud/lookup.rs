//! Events from the CloudTrail API, which keeps the management events of 90 days: page by page, the newest first.
//!
//! The service allows two calls a second in a region and answers fifty events to each.
//! Every region is asked on its own, at that pace; when it still says that it is too much, the
//! pauses grow. A page is an object: the records as they are, a line each, kept in a file
//! without a name, so that they can be looked at again.

use std::collections::HashMap;
use std::fs::File;
use std::hash::BuildHasher as _;
use std::io;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::Duration;

use aws_sdk_cloudtrail::Client;
use aws_sdk_cloudtrail::operation::lookup_events::LookupEventsOutput;
use aws_sdk_cloudtrail::primitives::DateTime;
use aws_sdk_cloudtrail::types::{Event, LookupAttribute, LookupAttributeKey};
use foldhash::fast::RandomState;
use tokio::sync::OnceCell;
use tokio::sync::mpsc::{self, Sender};
use tokio::time::{Interval, MissedTickBehavior, interval, sleep};

use crate::cloud::address::{Attribute, LookupAddress};
use crate::cloud::engine::{Ahead, Engine};
use crate::cloud::explain::{Act, Sort, Trouble, explain};
use crate::cloud::pace::backoff;
use crate::cloud::{Options, Say, client};
use crate::event::time::{DAY_MS, Time};
use crate::source::spool::{self, Slice};
use crate::source::{Listed, Listing, Missing, Object, Place};

/// How long the API keeps events, in days.
const KEPT_DAYS: i64 = 90;
/// The time between two calls in a region: two a second are allowed.
const BETWEEN: Duration = Duration::from_millis(500);
/// How often in a row a call is tried that is refused for being one too many, or whose line broke.
const TRIES: u32 = 8;
/// How many pages may wait for the workers.
const READY: usize = 64;

/// How far before the last look events are asked for again, in milliseconds: the API tells of an event within a
/// quarter of an hour.
const OVERLAP_MS: i64 = 20 * 60_000;

/// Events of the API, of one or several regions.
pub(super) fn list(address: &LookupAddress, options: &Options, say: &Say) -> Result<Listing, String> {
    Ok(Following::new(address, options)?.look(options, say))
}

/// Regions that are asked again and again.
pub(super) struct Following {
    engine: Arc<Engine>,
    address: LookupAddress,
    regions: Vec<Arc<Region>>,
}

/// One region, with what is kept between two looks.
struct Region {
    name: String,
    client: OnceCell<Client>,
    known: Mutex<Known>,
}

/// What is known of the events that came.
#[derive(Default, Debug)]
pub(super) struct Known {
    /// When everything had come that there was.
    asked: Option<Time>,
    /// Whether the last look was answered.
    worked: bool,
    /// Hashes of ids, with the times of the events in milliseconds.
    ids: HashMap<u64, i64>,
    hasher: RandomState,
    pages: Option<Pages>,
}

impl Following {
    /// Gets ready; nothing is asked yet.
    pub(super) fn new(address: &LookupAddress, options: &Options) -> Result<Self, String> {
        let names = if address.regions.is_empty() { &options.regions } else { &address.regions };
        if names.is_empty() {
            return Err("no region is named; write cloudtrail://us-east-1, several with commas".to_owned());
        }
        let region =
            |name: &String| Region { name: name.clone(), client: OnceCell::new(), known: Mutex::default() };
        let regions = names.iter().map(|name| Arc::new(region(name))).collect();
        Ok(Self { engine: Engine::start()?, address: address.clone(), regions })
    }

    /// What came since the last look; at the first one everything that is wanted.
    pub(super) fn look(&mut self, options: &Options, say: &Say) -> Listing {
        let first = self.regions.iter().all(|region| lock(&region.known).asked.is_none());
        let since = if first { cut_off(options, say) } else { options.since };
        let (ready, queue) = mpsc::channel(READY);
        for region in &self.regions {
            lock(&region.known).worked = false;
            let (address, options, ready) = (self.address.clone(), options.clone(), ready.clone());
            let region = region.clone();
            self.engine.spawn(async move { region.look(&address, &options, since, ready).await });
        }
        Box::new(Ahead { queue, engine: self.engine.clone() })
    }

    /// Whether any region answered the last look.
    pub(super) fn worked(&self) -> bool {
        self.regions.iter().any(|region| lock(&region.known).worked)
    }

    /// How many events are remembered.
    pub(super) fn remembered(&self) -> usize {
        self.regions.iter().map(|region| lock(&region.known).ids.len()).sum()
    }
}

fn lock(known: &Mutex<Known>) -> MutexGuard<'_, Known> {
    known.lock().unwrap_or_else(PoisonError::into_inner)
}

impl Region {
    async fn look(
        &self,
        address: &LookupAddress,
        options: &Options,
        since: Option<Time>,
        ready: Sender<Listed>,
    ) {
        let open = || async {
            let sdk = client::configuration(&options.access, Some(&self.name)).await;
            client::cloudtrail(&options.access, &sdk, &self.name)
        };
        let client = self.client.get_or_init(open).await.clone();
        let mut ticks = interval(between(options));
        ticks.set_missed_tick_behavior(MissedTickBehavior::Delay);
        let name = format!("cloudtrail://{}", self.name);
        let again = lock(&self.known).asked.map(|asked| asked.plus_millis(-OVERLAP_MS));
        let since = again.filter(|again| since.is_none_or(|since| *again > since)).or(since);
        let profile = options.access.profile.clone();
        let mut asking = Asking { client, ticks, name, profile, ready, known: &self.known };
        for attribute in questions(address, &options.events) {
            if let Err(trouble) = asking.ask(attribute, since, options.until).await {
                let missing = Missing { name: asking.name.clone(), reason: trouble.reason };
                let _ = asking.ready.send(Err(missing)).await;
                return;
            }
        }
        let mut known = lock(&self.known);
        known.asked = Some(options.now);
        known.worked = true;
        let from = options.now.plus_millis(-OVERLAP_MS).millis().unwrap_or(i64::MIN);
        known.ids.retain(|_, time| *time >= from);
    }
}

fn between(options: &Options) -> Duration {
    #[cfg(test)]
    if let Some(keys) = &options.access.keys {
        return keys.between;
    }
    let _ = options;
    BETWEEN
}

/// From when on to ask; says so where the API has nothing any more.
fn cut_off(options: &Options, say: &Say) -> Option<Time> {
    let first = options.now.plus_millis(-KEPT_DAYS * DAY_MS);
    let too_old = options.since.is_none_or(|since| since < first);
    if too_old && first.is_known() {
        let day = first.to_string();
        let day = day.get(..10).unwrap_or_default();
        say(&format!(
            "events before {day}, which the CloudTrail API keeps for {KEPT_DAYS} days only; older ones are in the bucket of a trail"
        ));
    }
    options.since
}

/// What is asked: one question for each name of an event, as the API takes one attribute at a time.
fn questions(address: &LookupAddress, events: &[String]) -> Vec<Option<(Attribute, String)>> {
    match &address.attribute {
        Some(attribute) => vec![Some(attribute.clone())],
        None if events.is_empty() => vec![None],
        None => events.iter().map(|name| Some((Attribute::EventName, name.clone()))).collect(),
    }
}

fn key_of(attribute: Attribute) -> LookupAttributeKey {
    match attribute {
        Attribute::AccessKeyId => LookupAttributeKey::AccessKeyId,
        Attribute::EventId => LookupAttributeKey::EventId,
        Attribute::EventName => LookupAttributeKey::EventName,
        Attribute::EventSource => LookupAttributeKey::EventSource,
        Attribute::ReadOnly => LookupAttributeKey::ReadOnly,
        Attribute::ResourceName => LookupAttributeKey::ResourceName,
        Attribute::ResourceType => LookupAttributeKey::ResourceType,
        Attribute::Username => LookupAttributeKey::Username,
    }
}

/// One region that is asked.
struct Asking<'a> {
    client: Client,
    ticks: Interval,
    name: String,
    profile: Option<String>,
    ready: Sender<Listed>,
    known: &'a Mutex<Known>,
}

impl Asking<'_> {
    /// Asks one question to its end.
    async fn ask(
        &mut self,
        attribute: Option<(Attribute, String)>,
        since: Option<Time>,
        until: Option<Time>,
    ) -> Result<(), Trouble> {
        let attribute = attribute.map(attribute_of).transpose()?;
        let (mut token, mut end, mut oldest) = (None, until.and_then(date_of), None);
        loop {
            let answer = match self.call(attribute.clone(), since.and_then(date_of), end, token.take()).await
            {
                Err(trouble) if trouble.sort == Sort::Token && oldest.is_some() && oldest != end => {
                    // The token grew too old: on from the last event that came, which may come twice.
                    end = oldest;
                    continue;
                }
                other => other?,
            };
            oldest = answer.events().iter().filter_map(Event::event_time).min().copied().or(oldest);
            let kept = lock(self.known).keep(&self.name, &answer).map_err(|e| no_room(&e))?;
            if let Some(object) = kept
                && self.ready.send(Ok(object)).await.is_err()
            {
                return Ok(());
            }
            token = answer.next_token;
            if token.is_none() {
                return Ok(());
            }
        }
    }

    /// One call, at the pace of the service, again where that helps.
    async fn call(
        &mut self,
        attribute: Option<LookupAttribute>,
        since: Option<DateTime>,
        until: Option<DateTime>,
        token: Option<String>,
    ) -> Result<LookupEventsOutput, Trouble> {
        let mut tries = 0;
        loop {
            self.ticks.tick().await;
            let request = self
                .client
                .lookup_events()
                .set_lookup_attributes(attribute.clone().map(|attribute| vec![attribute]))
                .set_start_time(since)
                .set_end_time(until)
                .set_next_token(token.clone())
                .max_results(50);
            let trouble = match request.send().await {
                Ok(answer) => return Ok(answer),
                Err(e) => {
                    let profile = self.profile.as_deref();
                    explain(&e, Act { permission: "cloudtrail:LookupEvents", on: &self.name, profile })
                }
            };
            if !matches!(trouble.sort, Sort::Slow | Sort::Line) || tries >= TRIES {
                return Err(trouble);
            }
            sleep(backoff(tries, 1.0)).await;
            tries += 1;
        }
    }
}

fn attribute_of((attribute, value): (Attribute, String)) -> Result<LookupAttribute, Trouble> {
    let built = LookupAttribute::builder().attribute_key(key_of(attribute)).attribute_value(value).build();
    built.map_err(|_| Trouble::last("this attribute cannot be asked for"))
}

fn date_of(time: Time) -> Option<DateTime> {
    time.millis().map(DateTime::from_millis)
}

fn no_room(e: &io::Error) -> Trouble {
    Trouble::last(format!(
        "what the API answered cannot be kept: {e}; make room in the folder for temporary files"
    ))
}

/// The pages that came, in one file.
#[derive(Debug)]
struct Pages {
    file: Arc<File>,
    at: u64,
}

impl Known {
    /// Whether an event has not come before, nor earlier on its page; if so, it is noted on that page.
    fn is_new(&self, event: &Event, page: &mut HashMap<u64, i64>) -> bool {
        let Some(id) = event.event_id() else { return true };
        let time = event.event_time().and_then(|at| at.to_millis().ok()).unwrap_or(i64::MAX);
        let id = self.hasher.hash_one(id);
        !self.ids.contains_key(&id) && page.insert(id, time).is_none()
    }

    /// Keeps what is new of a page; the object that it is, unless it is empty. What could not be kept stays new.
    fn keep(&mut self, name: &str, answer: &LookupEventsOutput) -> io::Result<Option<Object>> {
        let mut text = String::new();
        let mut first = None;
        let mut page = HashMap::new();
        for event in answer.events() {
            let Some(record) = event.cloud_trail_event() else { continue };
            if self.is_new(event, &mut page) {
                first = first.or(Some(event));
                text.push_str(record);
                text.push('\n');
            }
        }
        let Some(first) = first else { return Ok(None) };
        let pages = match &mut self.pages {
            Some(pages) => pages,
            none => none.insert(Pages { file: Arc::new(tempfile::tempfile()?), at: 0 }),
        };
        // Behind the last page that was kept, whatever of another one found room before the disk was full.
        spool::write_at(&pages.file, text.as_bytes(), pages.at)?;
        let len = text.len() as u64;
        let place = Place::Remote(Arc::new(Slice::new(pages.file.clone(), pages.at, len)));
        pages.at += len;
        self.ids.extend(page);
        let time =
            first.event_time().and_then(|at| at.to_millis().ok()).map_or(Time::UNKNOWN, Time::from_millis);
        let name = format!("{name}/{time}/{}", first.event_id().unwrap_or_default());
        Ok(Some(Object { name, place, found: true }))
    }
}

#[cfg(test)]
mod tests;
