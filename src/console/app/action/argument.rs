//! What may follow the name of an action: a word of a list, a field, an order, a query.

use std::borrow::Cow;

use crate::config::{Reason, read_sort, write_sort};
use crate::event::field::{self, FIELDS, FieldRef};
use crate::query::order::Sort;
use crate::query::{self, Query};

/// A value that an action takes.
pub trait Argument: Sized {
    /// What it is called in messages and documents: `view`, `field`.
    const KIND: &'static str;

    /// Whether the action cannot do without.
    const NEEDED: bool = true;

    /// Reads what followed the name.
    ///
    /// # Errors
    /// It is missing or means nothing; with the nearest that does.
    fn read(text: Option<&str>) -> Result<Self, Reason>;

    /// How it is written; `None` where it was left out.
    fn write(&self) -> Option<Cow<'_, str>>;

    /// Every value there is, where they are known beforehand.
    fn choices() -> Vec<Choice>;
}

/// One value of an argument.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub struct Choice {
    /// How it is written.
    pub name: &'static str,
    /// A few words about it.
    pub about: &'static str,
}

/// What the list of actions says of an argument.
#[derive(Clone, Copy, Debug)]
pub struct ArgumentInfo {
    /// What it is called.
    pub kind: &'static str,
    /// Whether the action cannot do without.
    pub needed: bool,
    choices: fn() -> Vec<Choice>,
}

impl ArgumentInfo {
    pub(super) const fn of<A: Argument>() -> Self {
        Self { kind: A::KIND, needed: A::NEEDED, choices: A::choices }
    }

    /// Every value there is, where they are known beforehand.
    pub fn choices(&self) -> Vec<Choice> {
        (self.choices)()
    }
}

/// For actions that take nothing.
pub(super) fn none(text: Option<&str>) -> Result<(), Reason> {
    // The name alone is what was meant.
    text.map_or(Ok(()), |text| {
        Err(Reason::new(format!("takes nothing after its name, found {text}")).near(Some("")))
    })
}

/// For arguments that were left out and may not be.
pub(super) fn missing<A: Argument>() -> Reason {
    let names: Vec<&str> = A::choices().iter().map(|choice| choice.name).collect();
    Reason::new(format!("needs a {} after its name: {}", A::KIND, names.join(", ")))
}

impl<A: Argument> Argument for Option<A> {
    const KIND: &'static str = A::KIND;
    const NEEDED: bool = false;

    fn read(text: Option<&str>) -> Result<Self, Reason> {
        text.map(|text| A::read(Some(text))).transpose()
    }

    fn write(&self) -> Option<Cow<'_, str>> {
        self.as_ref()?.write()
    }

    fn choices() -> Vec<Choice> {
        A::choices()
    }
}

/// A name that the user gave to something.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Name(pub String);

impl Argument for Name {
    const KIND: &'static str = "name";

    fn read(text: Option<&str>) -> Result<Self, Reason> {
        text.map(|text| Self(text.to_owned())).ok_or_else(missing::<Self>)
    }

    fn write(&self) -> Option<Cow<'_, str>> {
        Some(Cow::Borrowed(&self.0))
    }

    fn choices() -> Vec<Choice> {
        Vec::new()
    }
}

/// The number of something.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub struct Number(pub i64);

impl Argument for Number {
    const KIND: &'static str = "number";

    fn read(text: Option<&str>) -> Result<Self, Reason> {
        let text = text.ok_or_else(missing::<Self>)?;
        text.parse().map(Self).map_err(|_| Reason::new(format!("needs a number, found {text}")))
    }

    fn write(&self) -> Option<Cow<'_, str>> {
        Some(Cow::Owned(self.0.to_string()))
    }

    fn choices() -> Vec<Choice> {
        Vec::new()
    }
}

impl Argument for FieldRef {
    const KIND: &'static str = "field";

    fn read(text: Option<&str>) -> Result<Self, Reason> {
        let name = text.ok_or_else(missing::<Self>)?;
        field::resolve(name).map_err(|near| Reason::new(format!("there is no field {name}")).near(near))
    }

    fn write(&self) -> Option<Cow<'_, str>> {
        Some(Cow::Owned(query::name(self)))
    }

    fn choices() -> Vec<Choice> {
        FIELDS.iter().map(|info| Choice { name: info.name, about: info.about }).collect()
    }
}

impl Argument for Sort {
    const KIND: &'static str = "order";

    fn read(text: Option<&str>) -> Result<Self, Reason> {
        text.ok_or_else(missing::<Self>).and_then(read_sort)
    }

    fn write(&self) -> Option<Cow<'_, str>> {
        Some(Cow::Owned(write_sort(*self)))
    }

    fn choices() -> Vec<Choice> {
        Self::FIELDS.iter().map(|field| Choice { name: field.name(), about: field.info().about }).collect()
    }
}

impl Argument for Query {
    const KIND: &'static str = "query";

    fn read(text: Option<&str>) -> Result<Self, Reason> {
        let text = text.ok_or_else(missing::<Self>)?;
        query::parse(text).map_err(|error| {
            let (before, after) = (text.get(..error.span.start), text.get(error.span.end..));
            let meant = error
                .suggestion
                .map(|word| format!("{}{word}{}", before.unwrap_or_default(), after.unwrap_or_default()));
            Reason::new(error.message).near(meant)
        })
    }

    fn write(&self) -> Option<Cow<'_, str>> {
        Some(Cow::Borrowed(self.text()))
    }

    fn choices() -> Vec<Choice> {
        Vec::new()
    }
}
