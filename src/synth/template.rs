//! Text with gaps: `{"instanceId":"$instance"}`.
//!
//! A gap is `$` and the name of a [`Word`]; `$$` is a dollar sign. What a word
//! stands for is worked out in [`scope`](crate::synth::scope).

/// Declares the words, their names, and a list of them all, from one table.
macro_rules! words {
    ($($word:ident $name:literal)*) => {
        /// What a gap can be filled with.
        #[derive(Clone, Copy, PartialEq, Eq, Debug)]
        #[repr(u8)]
        pub(crate) enum Word { $($word),* }

        impl Word {
            /// All words, in the order of their numbers.
            pub(crate) const ALL: &'static [(&'static str, Self)] = &[$(($name, Self::$word)),*];
        }
    };
}

words! {
    Account "account" Region "region" Org "org" Partner "partner" Me "me"
    Time "time" Java "java" JavaLater "javalater" Day "day" Date "date" Epoch "epoch" EpochMs "epochms"
    Uuid "uuid" UpperUuid "UUID" Hex2 "hex2" Hex8 "hex8" Hex17 "hex17" Hex32 "hex32" Hex40 "hex40" Hex64 "hex64"
    Upper8 "upper8" Upper13 "upper13" Upper20 "upper20" HostId "hostid" Token "token" RequestId "requestid"
    Bytes "bytes" Size "size" Small "small" Ip "ip" DashIp "daship" Az "az"
    NewKey "newkey" LongKey "longkey" UserId "userid" RoleId "roleid" PolicyId "policyid" PolicyArn "policyarn"
    Key "key" Prefix "prefix" Text "word"
    Instance "instance" Volume "volume" Snapshot "snapshot" Image "image" SecurityGroup "sg" Subnet "subnet"
    Vpc "vpc" Interface "eni" KmsKey "kms" Bucket "bucket" Role "role" User "iamuser" Policy "policy"
    Function "function" Table "table" Queue "queue" Topic "topic" Secret "secret" Parameter "parameter"
    LogGroup "loggroup" Cluster "cluster" Service "service" Database "db" Stack "stack" Repository "repo"
    Zone "zone" Balancer "lb" TargetGroup "tg" ScalingGroup "asg" Stream "stream" Alarm "alarm" Rule "rule"
    Trail "trail"
}

impl Word {
    /// How many words there are.
    pub(crate) const COUNT: usize = Self::Trail as usize + 1;
    /// The words from this one on stand for things of which every region has a stock.
    const FIRST_POOL: usize = Self::Instance as usize;

    /// The word of that name.
    pub(crate) fn named(name: &str) -> Option<Self> {
        Self::ALL.iter().find(|w| w.0 == name).map(|w| w.1)
    }

    /// The number of the stock that the word takes from, if it takes from one.
    pub(crate) const fn pool(self) -> Option<usize> {
        (self as usize).checked_sub(Self::FIRST_POOL)
    }
}

/// A piece of a template.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub(crate) enum Part<'a> {
    /// Text as it stands.
    Plain(&'a str),
    /// A gap.
    Gap(Word),
}

/// A text with gaps, taken apart once.
#[derive(Clone, PartialEq, Eq, Default, Debug)]
pub(crate) struct Template<'a>(Vec<Part<'a>>);

impl<'a> Template<'a> {
    /// Takes a text apart; a `$` before anything but a word stays as it is.
    pub(crate) fn parse(text: &'a str) -> Self {
        let mut parts = Vec::new();
        let mut rest = text;
        while let Some(dollar) = rest.find('$') {
            let (plain, gap) = rest.split_at(dollar);
            parts.push(Part::Plain(plain));
            let (part, len) = gap_at(gap);
            parts.push(part);
            rest = gap.get(len..).unwrap_or_default();
        }
        parts.push(Part::Plain(rest));
        parts.retain(|p| *p != Part::Plain(""));
        Self(parts)
    }

    /// The pieces in their order.
    pub(crate) fn parts(&self) -> &[Part<'a>] {
        &self.0
    }
}

/// What the `$` at the start of `text` begins, and how long that is.
fn gap_at(text: &str) -> (Part<'_>, usize) {
    if text.starts_with("$$") {
        return (Part::Plain("$"), 2);
    }
    let name = text.get(1..).unwrap_or_default();
    let len = name.bytes().take_while(u8::is_ascii_alphanumeric).count();
    match name.get(..len).and_then(Word::named) {
        Some(word) => (Part::Gap(word), len + 1),
        None => (Part::Plain("$"), 1),
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    proptest! {
        #[test]
        fn any_text_is_taken_apart_and_nothing_is_lost(text in "[$a-z{}\"é]{0,40}") {
            let template = Template::parse(&text);
            let back = template.parts().iter().map(|part| match *part {
                Part::Plain(plain) => plain.to_owned(),
                Part::Gap(word) => format!("${}", Word::ALL[word as usize].0),
            });
            prop_assert_eq!(back.collect::<String>(), text.replace("$$", "$"));
        }
    }

    #[test]
    fn gaps_are_found_and_everything_else_stays() {
        use Part::{Gap, Plain};
        for (text, parts) in [
            ("", vec![]),
            ("plain", vec![Plain("plain")]),
            ("$bucket/$key", vec![Gap(Word::Bucket), Plain("/"), Gap(Word::Key)]),
            ("$region$az", vec![Gap(Word::Region), Gap(Word::Az)]),
            ("$region_$hex8", vec![Gap(Word::Region), Plain("_"), Gap(Word::Hex8)]),
            ("[$$LATEST]", vec![Plain("["), Plain("$"), Plain("LATEST]")]),
            ("5 $ or $nothing", vec![Plain("5 "), Plain("$"), Plain(" or "), Plain("$"), Plain("nothing")]),
        ] {
            assert_eq!(Template::parse(text).parts(), parts, "{text}");
        }
    }

    #[test]
    fn every_word_has_one_name_and_one_number() {
        assert_eq!(Word::ALL.len(), Word::COUNT);
        for (i, &(name, word)) in Word::ALL.iter().enumerate() {
            assert_eq!((word as usize, Word::named(name)), (i, Some(word)));
            assert_eq!(word.pool().is_some(), i >= Word::FIRST_POOL);
        }
    }
}
