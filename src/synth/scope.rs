//! What the words of a template stand for in one record.
//!
//! Within a record a word has one value, so that a request, its answer and its
//! resources speak of the same thing.

use crate::synth::bytes::{self, Clock};
use crate::synth::ids;
use crate::synth::names::{LOG_BUCKET, POLICIES, WORDS};
use crate::synth::rng::Rng;
use crate::synth::template::{Part, Template, Word};
use crate::synth::world::World;

/// The surroundings of one record.
#[derive(Debug)]
pub(crate) struct Scope<'w> {
    world: &'w World,
    /// The site where the record is logged.
    pub(crate) site: usize,
    /// Its time, in seconds since 1970.
    pub(crate) time: i64,
    /// The name of who acts.
    pub(crate) me: String,
    /// A thing that the actor is itself.
    pub(crate) own: Option<(Word, String)>,
    /// Values that somebody insists on.
    pub(crate) set: Vec<(Word, String)>,
    /// The `requestID`.
    pub(crate) request: Vec<u8>,
    /// What the value of each word was drawn from; 0 as long as it was not.
    seeds: [u64; Word::COUNT],
}

impl<'w> Scope<'w> {
    /// A scope to be used for one record after the other.
    pub(crate) fn new(world: &'w World) -> Self {
        let seeds = [0; Word::COUNT];
        Self {
            world,
            site: 0,
            time: 0,
            me: String::new(),
            own: None,
            set: Vec::new(),
            request: Vec::new(),
            seeds,
        }
    }

    /// Forgets the values of the last record; those that were [`set`](Self::set) stay.
    pub(crate) fn start(&mut self, site: usize, time: i64) {
        (self.site, self.time, self.own) = (site, time, None);
        self.seeds = [0; Word::COUNT];
        self.request.clear();
    }

    /// Appends a template with its gaps filled.
    pub(crate) fn fill(&mut self, template: &Template<'_>, rng: &mut Rng, out: &mut Vec<u8>) {
        for part in template.parts() {
            match *part {
                Part::Plain(text) => out.extend_from_slice(text.as_bytes()),
                Part::Gap(word) => self.word(word, rng, out),
            }
        }
    }

    /// One of several templates, filled; nothing when there are none.
    pub(crate) fn fill_one(&mut self, templates: &[Template<'_>], rng: &mut Rng, out: &mut Vec<u8>) {
        if let Some(template) = templates.get(rng.index(templates.len())) {
            self.fill(template, rng, out);
        }
    }

    /// The stream that the value of a word is drawn from in this record.
    fn stream(&mut self, word: Word, rng: &mut Rng) -> Rng {
        let Some(seed) = self.seeds.get_mut(word as usize) else { return rng.clone() };
        if *seed == 0 || word == Word::Hex2 {
            *seed = rng.bits() | 1;
        }
        Rng::new(*seed)
    }

    /// Appends the value of a word.
    fn word(&mut self, word: Word, rng: &mut Rng, out: &mut Vec<u8>) {
        if let Some((_, value)) = self.set.iter().find(|s| s.0 == word) {
            return out.extend_from_slice(value.as_bytes());
        }
        if let Some((_, value)) = self.own.as_ref().filter(|own| own.0 == word) {
            return out.extend_from_slice(value.as_bytes());
        }
        let mut stream = self.stream(if word == Word::DashIp { Word::Ip } else { word }, rng);
        let rng_of_word = &mut stream;
        if let Some(things) = word.pool().and(self.world.sites.get(self.site)).map(|s| s.stock.of(word)) {
            let thing = things.get(rng_of_word.front_index(things.len()));
            return out.extend_from_slice(thing.map_or(b"", |t| t.as_bytes()));
        }
        match word {
            Word::Key => self.object_key(rng_of_word, rng, out),
            Word::RoleId => self.id_of("AROA", Word::Role, rng, out),
            Word::UserId => self.id_of("AIDA", Word::User, rng, out),
            Word::PolicyId => self.id_of("ANPA", Word::Policy, rng, out),
            Word::Account | Word::Region | Word::Org | Word::Partner | Word::Me => self.who(word, out),
            Word::NewKey | Word::LongKey => {
                let prefix = if word == Word::NewKey { "ASIA" } else { "AKIA" };
                let account = self.world.account_of(self.site);
                out.extend_from_slice(self.world.access_key(prefix, account, rng_of_word).as_bytes());
            }
            Word::RequestId => out.extend_from_slice(&self.request),
            _ => plain(word, self.time, rng_of_word, out),
        }
    }

    fn who(&self, word: Word, out: &mut Vec<u8>) {
        let account = self.world.account_of(self.site);
        let text = match word {
            Word::Region => self.world.region(self.site),
            Word::Org => self.world.account_text(0),
            // Things are shared with the next account of the organization.
            Word::Partner => self.world.account_text((account + 1) % self.world.accounts.len().max(1)),
            Word::Me => &self.me,
            _ => self.world.account_text(account),
        };
        out.extend_from_slice(text.as_bytes());
    }

    /// The id of the role, user or policy that this record speaks of.
    fn id_of(&mut self, prefix: &str, thing: Word, rng: &mut Rng, out: &mut Vec<u8>) {
        let mut name = Vec::new();
        self.word(thing, rng, &mut name);
        let name = String::from_utf8(name).unwrap_or_default();
        let account = self.world.account_of(self.site);
        out.extend_from_slice(self.world.principal(prefix, account, &name).as_bytes());
    }

    fn object_key(&mut self, rng: &mut Rng, outer: &mut Rng, out: &mut Vec<u8>) {
        let mut bucket = Vec::new();
        self.word(Word::Bucket, outer, &mut bucket);
        if bucket == LOG_BUCKET.as_bytes() {
            return self.log_key(rng, out);
        }
        object_path(self.time, rng, out);
    }

    /// The key of a log file in the bucket of the trail.
    fn log_key(&self, rng: &mut Rng, out: &mut Vec<u8>) {
        let site = self.world.sites.get(rng.index(self.world.sites.len()));
        let (account, region) = site.map_or((0, ""), |s| (s.account, s.region));
        let account = self.world.account_text(account);
        let name = format!("AWSLogs/{}/{account}/CloudTrail/{region}/", self.world.organization);
        out.extend_from_slice(name.as_bytes());
        bytes::time(out, self.time, Clock::Folder);
        out.extend_from_slice(format!("/{account}_CloudTrail_{region}_").as_bytes());
        bytes::time(out, self.time / 300 * 300, Clock::File);
        out.push(b'_');
        ids::alnum(out, rng, 16);
        out.extend_from_slice(b".json.gz");
    }
}

/// The key of an object, in one of the forms that programs give them.
fn object_path(time: i64, rng: &mut Rng, out: &mut Vec<u8>) {
    let name = rng.word(&WORDS[..16]).as_bytes();
    match rng.below(5) {
        0 => {
            out.extend([name, b"/dt="].concat());
            bytes::time(out, time, Clock::Day);
            out.extend_from_slice(b"/part-000");
            bytes::number(out, 10 + rng.below(80));
            out.push(b'-');
            ids::uuid(out, rng);
            out.extend_from_slice(b".snappy.parquet");
        }
        1 => {
            out.extend_from_slice(b"assets/");
            ids::hex(out, rng, 22);
            out.extend_from_slice(rng.word(&[".jpg", ".webp", ".png"]).as_bytes());
        }
        2 => {
            out.extend([name, b"/"].concat());
            bytes::time(out, time, Clock::Folder);
            out.push(b'/');
            bytes::number(out, 100_000 + rng.below(90_000));
            out.extend_from_slice(rng.word(&[".json", ".pdf", ".csv.gz"]).as_bytes());
        }
        3 => {
            let file = rng.word(&["/settings.yaml", "/features.json", "/schema.avsc"]);
            out.extend([b"config/", name, file.as_bytes()].concat());
        }
        _ => {
            out.extend_from_slice(b"tenants/");
            bytes::number(out, 1000 + rng.below(400));
            out.extend([b"/", name, b"/latest.json"].concat());
        }
    }
}

/// The value of a word that depends on nothing but the time.
fn plain(word: Word, time: i64, rng: &mut Rng, out: &mut Vec<u8>) {
    match word {
        Word::Time => bytes::time(out, time, Clock::Iso),
        Word::Java => bytes::time(out, time, Clock::Java),
        Word::JavaLater => bytes::time(out, time + 3600, Clock::Java),
        Word::Day => bytes::time(out, time, Clock::Day),
        Word::Date => bytes::time(out, time, Clock::Folder),
        Word::Epoch => bytes::number(out, time.unsigned_abs()),
        Word::EpochMs => bytes::number(out, time.unsigned_abs() * 1000 + rng.below(1000)),
        Word::Uuid => ids::uuid(out, rng),
        Word::UpperUuid => {
            let from = out.len();
            ids::uuid(out, rng);
            out.iter_mut().skip(from).for_each(u8::make_ascii_uppercase);
        }
        Word::Bytes => bytes::number(out, file_size(rng)),
        Word::Size => bytes::number(out, 200 + rng.below(9000)),
        Word::Small => bytes::number(out, 1 + rng.below(40)),
        Word::Ip | Word::DashIp => private_address(if word == Word::Ip { b'.' } else { b'-' }, rng, out),
        Word::Az => out.push(b'a' + rng.below(3) as u8),
        Word::PolicyArn => out.extend_from_slice(rng.word(&POLICIES).as_bytes()),
        Word::Prefix | Word::Text => {
            out.extend_from_slice(rng.word(&WORDS).as_bytes());
            if word == Word::Prefix {
                out.push(b'/');
            }
        }
        _ => noise(word, rng, out),
    }
}

/// The words that are nothing but characters.
fn noise(word: Word, rng: &mut Rng, out: &mut Vec<u8>) {
    match word {
        Word::Hex2 => ids::hex(out, rng, 2),
        Word::Hex8 => ids::hex(out, rng, 8),
        Word::Hex17 => ids::hex(out, rng, 17),
        Word::Hex32 => ids::hex(out, rng, 32),
        Word::Hex40 => ids::hex(out, rng, 40),
        Word::Hex64 => ids::hex(out, rng, 64),
        Word::Upper8 => ids::upper(out, rng, 8),
        Word::Upper13 => ids::upper(out, rng, 13),
        Word::Upper20 => ids::upper(out, rng, 20),
        Word::HostId => {
            ids::base64(out, rng, 75);
            out.push(b'=');
        }
        Word::Token => {
            out.extend_from_slice(b"IQoJb3JpZ2luX2VjE");
            ids::base64(out, rng, 683);
        }
        _ => {}
    }
}

/// A size of a file: mostly some kilobytes, now and then some megabytes.
fn file_size(rng: &mut Rng) -> u64 {
    let magnitude = 8.0 + 14.0 * rng.unit() * rng.unit();
    magnitude.exp2() as u64 + rng.below(256)
}

fn private_address(mark: u8, rng: &mut Rng, out: &mut Vec<u8>) {
    for (i, part) in [10, 20, rng.below(8), 4 + rng.below(250)].into_iter().enumerate() {
        if i > 0 {
            out.push(mark);
        }
        bytes::number(out, part);
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::synth::world::Size;

    fn world() -> World {
        World::new(Size { events: 1000, seed: 1, start: 0, end: 86_400, gap: None })
    }

    fn filled(scope: &mut Scope<'_>, text: &str, seed: u64) -> String {
        let mut out = Vec::new();
        scope.fill(&Template::parse(text), &mut Rng::new(seed), &mut out);
        String::from_utf8(out).unwrap()
    }

    #[test]
    fn a_word_has_one_value_within_a_record() {
        let world = world();
        let mut scope = Scope::new(&world);
        scope.start(1, 1_768_050_481);
        let text = filled(&mut scope, "$bucket|$key|$ip|$bucket|$key|$daship", 1);
        let parts: Vec<_> = text.split('|').collect();
        assert_eq!((parts[0], parts[1]), (parts[3], parts[4]));
        assert_eq!(parts[2].replace('.', "-"), parts[5]);
        scope.start(1, 1_768_050_481);
        assert_ne!(filled(&mut scope, "$bucket|$key|$ip|$bucket|$key|$daship", 2), text);
    }

    #[test]
    fn every_word_has_a_value_that_needs_no_escape() {
        let world = world();
        let mut scope = Scope::new(&world);
        for (name, word) in Word::ALL {
            scope.start(2, 1_768_050_481);
            scope.request = b"R".to_vec();
            scope.me = "anna".to_owned();
            let value = filled(&mut scope, &format!("${name}"), *word as u64);
            let harmless = |b: u8| b.is_ascii_graphic() && b != b'"' && b != b'\\' || b == b' ';
            assert!(!value.is_empty() && value.bytes().all(harmless), "{name}: {value:?}");
        }
    }

    #[test]
    fn what_is_insisted_on_comes_first() {
        let world = world();
        let mut scope = Scope::new(&world);
        scope.start(0, 0);
        scope.own = Some((Word::Function, "mine".to_owned()));
        scope.set = vec![(Word::User, "eve".to_owned())];
        assert_eq!(
            filled(&mut scope, "$function $iamuser $account $region", 1),
            "mine eve 111122223333 us-east-1"
        );
        let (role_id, known) = (filled(&mut scope, "$roleid", 1), filled(&mut scope, "$role", 1));
        assert_eq!(role_id, world.principal("AROA", 0, &known));
    }
}
