//! One slice of a site's events, made and packed into log files.

use libdeflater::{CompressionLvl, Compressor};
use sha2::{Digest as _, Sha256};

use crate::synth::assume;
use crate::synth::bytes::{Clock, time_text};
use crate::synth::compose::Composer;
use crate::synth::ids;
use crate::synth::labels::Label;
use crate::synth::record::Form;
use crate::synth::rng::{Rng, tag};
use crate::synth::stock::made;
use crate::synth::timetable::{Item, Program};
use crate::synth::world::{HOME_REGION, World};

/// What to make.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub(crate) struct Shard {
    /// The site.
    pub(crate) site: usize,
    /// The number of the slice.
    pub(crate) number: u64,
}

/// How to make it.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Manner {
    /// How many records a log file holds at most.
    pub(crate) per_file: usize,
    /// Whether every event gets a label, or those of attacks only.
    pub(crate) label_all: bool,
    /// How hard to compress: 1 to 12.
    pub(crate) level: i32,
}

/// What became of a shard.
#[derive(Debug, Default)]
pub(crate) struct Made {
    /// How many events.
    pub(crate) events: u64,
    /// How many log files.
    pub(crate) files: u64,
    /// Their bytes before compression.
    pub(crate) json_bytes: u64,
    /// Their bytes.
    pub(crate) gzip_bytes: u64,
    /// The labels of its events.
    pub(crate) labels: Vec<Label>,
    /// What a digest file says about the log files; for the first shard of an account only.
    pub(crate) digested: Vec<Digested>,
}

/// A log file, as a digest file lists it.
#[derive(Debug)]
pub(crate) struct Digested {
    /// Its path.
    pub(crate) path: String,
    /// The SHA-256 of its bytes before compression, in hexadecimal.
    pub(crate) hash: String,
    /// The time of its first and of its last event, and when it was delivered.
    pub(crate) times: (i64, i64, i64),
}

/// Where log files go: their path and their bytes.
pub(crate) type Sink<'a, E> = &'a (dyn Fn(&str, &[u8]) -> Result<(), E> + Sync);

/// The folders beside each other in the tree of a trail.
const FOLDERS: [&str; 3] = ["CloudTrail", "CloudTrail-Insight", "CloudTrail-NetworkActivity"];

/// A log file in the making.
#[derive(Debug, Default)]
struct Pile {
    json: Vec<u8>,
    records: usize,
    first: i64,
    last: i64,
}

/// Makes shards, one after the other, in buffers that are used again.
pub(crate) struct Maker<'w, E> {
    world: &'w World,
    manner: Manner,
    sink: Sink<'w, E>,
    compressor: Compressor,
    packed: Vec<u8>,
    piles: [Pile; 3],
    made: Made,
    /// Whether the digest of the account will list the files.
    digesting: bool,
}

impl<'w, E> Maker<'w, E> {
    /// A maker that hands its files to `sink`.
    pub(crate) fn new(world: &'w World, manner: Manner, sink: Sink<'w, E>) -> Self {
        let level = CompressionLvl::new(manner.level).unwrap_or_default();
        let compressor = Compressor::new(level);
        let (piles, made) = Default::default();
        Self { world, manner, sink, compressor, packed: Vec::new(), piles, made, digesting: false }
    }

    /// Makes a shard of a site's program.
    ///
    /// # Errors
    ///
    /// What the sink says when it cannot take a file.
    pub(crate) fn make(&mut self, program: &Program, shard: Shard) -> Result<Made, E> {
        let world = self.world;
        let Some(site) = world.sites.get(shard.site) else { return Ok(Made::default()) };
        let rng = Rng::keyed(world.size.seed, &[tag("shard"), shard.site as u64, shard.number]);
        let mut composer = Composer::new(world, rng);
        self.digesting = shard.number == 0 && site.region == HOME_REGION;
        let curve = &site.crew.curve;
        let slice =
            |share: f64| ((share * program.shards as f64) as u64).min(program.shards.saturating_sub(1));
        let mut items =
            program.items.iter().filter(|i| slice(curve.share_at(i.time())) == shard.number).peekable();
        let bound = |number: u64| {
            (u128::from(number) * u128::from(program.daily) / u128::from(program.shards)) as u64
        };
        for i in bound(shard.number)..bound(shard.number + 1) {
            let share = (i as f64 + composer.rng.unit()) / program.daily as f64;
            let time = curve.time_of(share);
            while let Some(item) = items.next_if(|item| item.time() <= time) {
                self.item(&mut composer, item)?;
            }
            daily(&mut composer, shard.site, time);
            self.add(&mut composer)?;
        }
        for item in items {
            self.item(&mut composer, item)?;
        }
        for folder in 0..FOLDERS.len() {
            self.close(folder, shard.site, &mut composer.rng)?;
        }
        Ok(std::mem::take(&mut self.made))
    }

    fn item(&mut self, composer: &mut Composer<'_>, item: &Item) -> Result<(), E> {
        match item {
            Item::Open(opening) => assume::open(composer, opening),
            Item::OpenFrom(opening, account) => assume::open_from(composer, opening, *account),
            Item::Step(draft) => composer.draft.clone_from(draft),
        }
        self.add(composer)
    }

    /// Adds the composed record to the file that it belongs to.
    fn add(&mut self, composer: &mut Composer<'_>) -> Result<(), E> {
        let draft = &composer.draft;
        let folder = match draft.form {
            Form::Insight => 1,
            Form::Network => 2,
            Form::Call | Form::SignIn => 0,
        };
        let Some(pile) = self.piles.get_mut(folder) else { return Ok(()) };
        if pile.records == 0 {
            pile.json.extend_from_slice(br#"{"Records":["#);
            pile.first = draft.time;
        } else {
            pile.json.push(b',');
        }
        let id = draft.write(self.world, &mut composer.rng, &mut pile.json);
        pile.records += 1;
        pile.last = draft.time;
        self.made.events += 1;
        if self.manner.label_all || draft.mark.is_some() {
            self.made.labels.push(Label::new(id, draft));
        }
        let (full, site) = (pile.records >= self.manner.per_file, draft.site);
        if full { self.close(folder, site, &mut composer.rng) } else { Ok(()) }
    }

    /// Ends a file, if one was begun, and hands it over.
    fn close(&mut self, folder: usize, site: usize, rng: &mut Rng) -> Result<(), E> {
        let Some(pile) = self.piles.get_mut(folder).filter(|p| p.records > 0) else { return Ok(()) };
        pile.json.extend_from_slice(b"]}");
        self.packed.resize(self.compressor.gzip_compress_bound(pile.json.len()), 0);
        let length = self.compressor.gzip_compress(&pile.json, &mut self.packed).unwrap_or_default();
        let delivered = (pile.last + 60 + rng.below(300) as i64).div_euclid(300) * 300 + 300;
        let path = path(self.world, FOLDERS.get(folder).copied().unwrap_or_default(), site, delivered, rng);
        self.made.files += 1;
        self.made.json_bytes += pile.json.len() as u64;
        self.made.gzip_bytes += length as u64;
        if folder == 0 && self.digesting {
            let hash = Sha256::digest(&pile.json).iter().map(|b| format!("{b:02x}")).collect();
            let times = (pile.first, pile.last, delivered);
            self.made.digested.push(Digested { path: path.clone(), hash, times });
        }
        (self.sink)(&path, self.packed.get(..length).unwrap_or_default())?;
        pile.json.clear();
        pile.records = 0;
        Ok(())
    }
}

/// Composes an event of daily work.
fn daily(composer: &mut Composer<'_>, site: usize, time: i64) {
    let world = composer.world;
    composer.start(site, time);
    let Some(place) = world.sites.get(site) else { return };
    let Some(actor) = place.crew.at(time, &mut composer.rng).and_then(|a| world.actors.get(a)) else {
        return;
    };
    let home = place.region == HOME_REGION;
    let Some(action) = world.catalog.choose(actor.behavior, home, &mut composer.rng) else { return };
    composer.caller(actor, action);
    composer.call(action);
    composer.maybe_fail(action, actor.kind);
}

/// The path of a log file that was delivered at that time.
fn path(world: &World, folder: &str, site: usize, delivered: i64, rng: &mut Rng) -> String {
    let account = world.account_text(world.account_of(site));
    let (organization, region) = (&world.organization, world.region(site));
    let (day, minute) = (time_text(delivered, Clock::Folder), time_text(delivered, Clock::File));
    let end = made(|out| ids::alnum(out, rng, 16));
    format!(
        "AWSLogs/{organization}/{account}/{folder}/{region}/{day}/{account}_{folder}_{region}_{minute}_{end}.json.gz"
    )
}
