//! The dictionaries that all segments share, and what each identity says.

use std::sync::{Mutex, PoisonError};

use foldhash::fast::RandomState;

use crate::event::identity::{Identity, Keys};
use crate::event::time::Time;
use crate::store::Column;
use crate::store::dict::{Dict, Values};

/// What a distinct `userIdentity` says, as numbers into the dictionary of words.
#[derive(Clone, Copy, Default, Debug)]
#[expect(missing_docs, reason = "the names are those of `event::identity::Identity`")]
pub struct IdentityRow {
    pub kind: u32,
    pub arn: u32,
    pub principal: u32,
    pub principal_id: u32,
    pub account: u32,
    pub access_key: u32,
    pub user_name: u32,
    pub role: u32,
    pub session_name: u32,
    pub issuer_arn: u32,
    pub source_identity: u32,
    pub sign_in_session: u32,
    pub issued_to: u32,
    pub on_behalf_of: u32,
    pub invoked_by: u32,
    /// The session of events that did not come through the console.
    pub session: u32,
    /// The session of events that did.
    pub console_session: u32,
    /// The actor; two actors of the same name in different accounts have different numbers.
    pub actor: u32,
    pub created: Time,
    pub mfa: Option<bool>,
    pub is_root: bool,
    pub is_service: bool,
    pub on_instance: bool,
    pub keys: Keys,
}

/// Credentials that an answer handed out.
#[derive(Clone, Copy, PartialEq, Eq, Default, Hash, Debug)]
pub struct Grant<'a> {
    /// The access key; empty where the record keeps it to itself.
    pub key: &'a str,
    /// The principal that the credentials are for, `AROA...:session`; empty where the answer does not say.
    pub principal_id: &'a str,
}

/// Stands between the two parts of a text in a dictionary: an actor's name and account, a key and a principal.
const MARK: char = '\u{1f}';

/// Stands before an identity that is a text, which may say what an object says and is none.
pub(crate) const TEXT_MARK: char = ' ';

/// Whether an identity in the dictionary is a text.
pub(crate) fn is_text(identity: &str) -> bool {
    identity.starts_with(TEXT_MARK)
}

/// Two texts as one, which can be told apart again; there is one for each identity, and `format!` takes its time.
fn marked(first: &str, second: &str) -> String {
    let mut both = String::with_capacity(first.len() + MARK.len_utf8() + second.len());
    both.push_str(first);
    both.push(MARK);
    both.push_str(second);
    both
}

/// How many identities a page holds.
const PAGE: usize = 1024;

/// All dictionaries, shared by everybody who loads.
#[derive(Default, Debug)]
pub struct Dicts {
    columns: [Dict; Column::COUNT],
    odd_ids: Dict,
    grants: Dict,
    words: Dict,
    identities: Mutex<Pages>,
    hasher: RandomState,
}

#[derive(Default, Debug)]
struct Pages {
    full: Vec<std::sync::Arc<[IdentityRow]>>,
    tail: Vec<IdentityRow>,
}

impl Dicts {
    /// The number of `text` in a column.
    pub fn intern(&self, column: Column, text: &str) -> u32 {
        if column == Column::Identity {
            self.find_identity(text.as_bytes()).unwrap_or_else(|| self.learn_identity(text))
        } else {
            self.columns[column as usize].intern(text)
        }
    }

    /// What raw text is hashed with, which all workers agree on for as long as this load lasts.
    #[inline]
    pub fn hasher(&self) -> &RandomState {
        &self.hasher
    }

    /// The number of an event id that is no UUID.
    pub fn intern_odd_id(&self, text: &str) -> u32 {
        self.odd_ids.intern(text)
    }

    /// The number of the credentials that an answer handed out.
    pub fn intern_grant(&self, grant: Grant<'_>) -> u32 {
        self.grants.intern(&marked(grant.key, grant.principal_id))
    }

    /// The number of a raw `userIdentity` that is there as it is written.
    pub fn find_identity(&self, raw: &[u8]) -> Option<u32> {
        self.columns[Column::Identity as usize].find(raw)
    }

    /// The number of a raw `userIdentity` that was not there when somebody looked; it is read at once, so that number and row
    /// agree.
    pub fn learn_identity(&self, raw: &str) -> u32 {
        // Nobody has to wait while it is read, even if somebody else reads the same.
        let row = self.identity_row(raw);
        let mut pages = self.identities.lock().unwrap_or_else(PoisonError::into_inner);
        let (id, new) = self.columns[Column::Identity as usize].intern_new(raw);
        // The number 0, "no identity", gets its row with the first number that is handed out.
        let known = pages.full.len() * PAGE + pages.tail.len();
        if known == 0 {
            pages.tail.push(self.identity_row(""));
        }
        if new {
            pages.tail.push(row);
            if pages.tail.len() >= PAGE {
                let page = std::mem::take(&mut pages.tail);
                pages.full.push(page.into());
            }
        }
        id
    }

    fn identity_row(&self, raw: &str) -> IdentityRow {
        let id = Identity::parse(raw.as_bytes());
        let (session, console_session) = (id.session(false), id.session(true));
        let actor = marked(&id.actor, &id.account);
        let mut row = IdentityRow {
            created: id.created,
            mfa: id.mfa,
            is_root: id.kind == "Root",
            is_service: id.is_service,
            on_instance: id.on_instance,
            keys: id.keys,
            ..IdentityRow::default()
        };
        [
            row.kind,
            row.arn,
            row.principal,
            row.principal_id,
            row.account,
            row.access_key,
            row.user_name,
            row.role,
            row.session_name,
            row.issuer_arn,
            row.source_identity,
            row.sign_in_session,
            row.issued_to,
            row.on_behalf_of,
            row.invoked_by,
            row.session,
            row.console_session,
            row.actor,
        ] = self.words.intern_all([
            &id.kind,
            &id.arn,
            id.principal(),
            &id.principal_id,
            &id.account,
            &id.access_key,
            &id.user_name,
            &id.role,
            &id.session_name,
            &id.issuer_arn,
            &id.source_identity,
            &id.sign_in_session,
            &id.issued_to,
            &id.on_behalf_of,
            &id.invoked_by,
            &session,
            &console_session,
            &actor,
        ]);
        row
    }

    /// Moves what was gathered during a load together, as [`Dict::gather`] says.
    pub(crate) fn gather(&self) {
        let all = self.columns.iter().chain([&self.odd_ids, &self.grants, &self.words]);
        all.for_each(Dict::gather);
        let mut pages = self.identities.lock().unwrap_or_else(PoisonError::into_inner);
        for page in &mut pages.full {
            *page = page.iter().copied().collect();
        }
    }

    /// A snapshot; every number handed out before this call is in it.
    pub fn snapshot(&self) -> DictSet {
        // Identities first: their rows name words, so the words have to be taken later.
        let pages = self.identities.lock().unwrap_or_else(PoisonError::into_inner);
        let mut identities = pages.full.clone();
        if pages.tail.is_empty() && identities.is_empty() {
            identities.push(std::sync::Arc::from([self.identity_row("")]));
        } else if !pages.tail.is_empty() {
            identities.push(pages.tail.as_slice().into());
        }
        let columns = std::array::from_fn(|i| self.columns[i].values());
        drop(pages);
        DictSet {
            columns,
            odd_ids: self.odd_ids.values(),
            grants: self.grants.values(),
            words: self.words.values(),
            identities: identities.into(),
        }
    }
}

/// A snapshot of all dictionaries.
#[derive(Clone, Debug)]
pub struct DictSet {
    columns: [Values; Column::COUNT],
    odd_ids: Values,
    grants: Values,
    words: Values,
    identities: std::sync::Arc<[std::sync::Arc<[IdentityRow]>]>,
}

impl DictSet {
    /// The texts of a column.
    pub fn column(&self, column: Column) -> &Values {
        &self.columns[column as usize]
    }

    /// The event ids that are no UUIDs.
    pub fn odd_ids(&self) -> &Values {
        &self.odd_ids
    }

    /// The credentials of that number.
    pub fn grant(&self, id: u32) -> Grant<'_> {
        let (key, principal_id) = self.grants.get(id).split_once(MARK).unwrap_or_default();
        Grant { key, principal_id }
    }

    /// How many credentials were handed out, and one: the number 0 stands for none.
    pub fn grant_count(&self) -> u32 {
        self.grants.len()
    }

    /// The words that [`IdentityRow`]s name.
    pub fn words(&self) -> &Values {
        &self.words
    }

    /// What the identity of that number says.
    pub fn identity(&self, id: u32) -> IdentityRow {
        let (page, slot) = (id as usize / PAGE, id as usize % PAGE);
        self.identities.get(page).and_then(|p| p.get(slot)).copied().unwrap_or_default()
    }

    /// How many identities there are.
    pub fn identity_count(&self) -> u32 {
        self.column(Column::Identity).len()
    }

    /// The text of a word.
    pub fn word(&self, id: u32) -> &str {
        self.words.get(id)
    }

    /// The name of an actor, and the account it belongs to.
    pub fn actor(&self, id: u32) -> (&str, &str) {
        self.words.get(id).split_once(MARK).unwrap_or_default()
    }

    /// The memory that all dictionaries take, in bytes.
    pub fn heap_bytes(&self) -> usize {
        let texts: usize = self.columns.iter().map(Values::heap_bytes).sum();
        let rows: usize = self.identities.iter().map(|p| p.len() * size_of::<IdentityRow>()).sum();
        texts + rows + self.grants.heap_bytes() + self.odd_ids.heap_bytes() + self.words.heap_bytes()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn identities_and_their_numbers_agree() {
        let dicts = Dicts::default();
        assert_eq!(dicts.snapshot().actor(dicts.snapshot().identity(0).actor), ("unknown", ""));
        let raw = |n: u32| format!(r#"{{"type":"IAMUser","userName":"user{n}","accountId":"{}"}}"#, n % 2);
        let ids: Vec<u32> = (0..2500).map(|n| dicts.intern(Column::Identity, &raw(n))).collect();
        let set = dicts.snapshot();
        for (n, &id) in ids.iter().enumerate() {
            let row = set.identity(id);
            assert_eq!(set.word(row.user_name), format!("user{n}"));
            assert_eq!(
                set.actor(row.actor),
                (format!("user{n}").as_str(), if n % 2 == 0 { "0" } else { "1" })
            );
            assert_eq!(set.column(Column::Identity).get(id), raw(n as u32));
        }
        assert_eq!(set.identity_count(), 2501);
        assert_eq!(set.word(set.identity(0).principal), "unknown");
    }
}
