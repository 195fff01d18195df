use serde::{Serialize, de::DeserializeOwned};

use super::{Battery, Code, Entity, Merchant, MerchantId, Phone, Problem, Table, Tank, User, Vehicle};

/// What Weichuang knows: its entities, whose invariants hold as long as they are added and replaced here.
///
/// # Invariants
/// Keys, phones, refund numbers, merchant codes and share codes are unique; every merchant that is named exists; who
/// holds an asset is a user of this world or comes with a phone number. A world starts with at most one battery and
/// one vehicle for each user; §1.2.1 looks at the battery alone, so that its calls may give a user a second one.
#[derive(Debug, Clone, Default)]
pub struct Records {
    /// 商户
    pub merchants: Table<Merchant>,
    /// 电柜
    pub tanks: Table<Tank>,
    /// 电池
    pub batteries: Table<Battery>,
    /// 电动车
    pub vehicles: Table<Vehicle>,
    /// 用户
    pub users: Table<User>,
}

/// A kind of entity with a table of its own.
pub trait Kept: Entity + Serialize + DeserializeOwned {
    /// The table.
    fn table(records: &Records) -> &Table<Self>;
    /// The table, to change it.
    fn table_mut(records: &mut Records) -> &mut Table<Self>;
    /// Whether this entity may stand among `records`, in the place of `old` if there is one.
    ///
    /// # Errors
    /// The invariant that would not hold.
    fn check(&self, old: Option<&Self>, records: &Records) -> Result<(), Problem>;
}

/// An asset that a user can hold.
pub trait Asset: Kept {
    /// What to call it in a sentence.
    const NOUN: &'static str;
    /// The number of the term that finds assets by their holder.
    const HOLDER: usize = 0;

    /// Who holds it.
    fn holder(&self) -> Option<&Code>;
    /// The phone number that came with the binding.
    fn phone(&self) -> Option<&Phone>;
    /// The merchant it belongs to.
    fn merchant(&self) -> Option<&MerchantId>;
    /// Gives it to somebody, or takes it back.
    fn hand(&mut self, holder: Option<Code>, phone: Option<Phone>);
}

impl Records {
    /// Adds an entity.
    ///
    /// # Errors
    /// The invariant that would not hold; nothing is added then.
    pub fn add<T: Kept>(&mut self, entity: T) -> Result<(), Problem> {
        if T::table(self).get(entity.key()).is_some() {
            return Err(Problem::Twice { field: T::KEY, value: entity.key().to_owned() });
        }
        entity.check(None, self)?;
        T::table_mut(self).push(entity);
        Ok(())
    }

    /// Puts an entity in the place of the one with the same key, if there is one.
    ///
    /// # Errors
    /// The invariant that would not hold; nothing is changed then.
    pub fn replace<T: Kept>(&mut self, entity: T) -> Result<(), Problem> {
        entity.check(T::table(self).get(entity.key()), self)?;
        let key = entity.key().to_owned();
        T::table_mut(self).change(&key, |old| *old = entity);
        Ok(())
    }

    /// The user with this phone number.
    #[must_use]
    pub fn user_by_phone(&self, phone: &str) -> Option<&User> {
        self.users.with(User::PHONE, phone).next()
    }

    /// The asset of kind `T` that this user got last.
    #[must_use]
    pub fn held_by<T: Asset>(&self, user_id: &str) -> Option<&T> {
        T::table(self).with(T::HOLDER, user_id).next_back()
    }

    /// The merchant with this id.
    #[must_use]
    pub fn merchant(&self, id: Option<&MerchantId>) -> Option<&Merchant> {
        id.and_then(|id| self.merchants.get(id.as_str()))
    }
}
