//! The invariants, one entity a block.

use thiserror::Error;

use super::{
    Asset, Battery, Code, Entity, Kept, Merchant, MerchantId, Phone, Records, Table, Tank, User, Vehicle, Yuan,
};

/// An invariant that would not hold. No phone number or name is repeated.
#[derive(Debug, Clone, PartialEq, Eq, Error)]
pub enum Problem {
    /// A value that must be unique stands twice.
    #[error("{field} {value} stands twice")]
    Twice {
        /// The field.
        field: &'static str,
        /// Its value.
        value: String,
    },
    /// A code is taken by another merchant.
    #[error("merchant {other} has the code {code} already, and merchantCode and shareCode are one code space")]
    CodeTaken {
        /// The merchant that has it.
        other: String,
        /// The code.
        code: String,
    },
    /// A phone number belongs to another user.
    #[error("user {other} has this phoneNo already")]
    PhoneTaken {
        /// The user who has it.
        other: String,
    },
    /// A deposit of nothing.
    #[error("depositAmount must be more than 0.00: who paid nothing has no deposit")]
    EmptyDeposit,
    /// A reference leads nowhere.
    #[error("merchantId {id} is no merchant")]
    NoMerchant {
        /// The merchant's id.
        id: String,
    },
    /// An asset is bound to somebody whose phone number is not known.
    #[error("userId {id} is no user of this world, so userPhone must stand beside it")]
    StrangerWithoutPhone {
        /// The holder's id.
        id: String,
    },
    /// A phone number without a holder.
    #[error("userPhone stands without userId")]
    PhoneWithoutHolder,
    /// A user holds two assets of a kind.
    #[error("user {id} holds the {noun} {other} already")]
    HoldsAnother {
        /// The holder's id.
        id: String,
        /// battery or vehicle.
        noun: &'static str,
        /// The asset that they hold.
        other: String,
    },
}

impl Entity for Merchant {
    const KEY: &'static str = "merchantId";

    fn key(&self) -> &str {
        self.merchant_id.as_str()
    }
}

impl Kept for Merchant {
    fn table(records: &Records) -> &Table<Self> {
        &records.merchants
    }

    fn table_mut(records: &mut Records) -> &mut Table<Self> {
        &mut records.merchants
    }

    fn check(&self, _: Option<&Self>, records: &Records) -> Result<(), Problem> {
        let codes = [&self.merchant_code, &self.share_code];
        let others = records.merchants.rows().iter().filter(|other| other.merchant_id != self.merchant_id);
        for other in others {
            if let Some(code) = codes.into_iter().find(|code| [&other.merchant_code, &other.share_code].contains(code))
            {
                return Err(Problem::CodeTaken { other: other.key().to_owned(), code: code.to_string() });
            }
        }
        Ok(())
    }
}

impl Entity for Tank {
    const KEY: &'static str = "tankCode";

    fn key(&self) -> &str {
        self.tank_code.as_str()
    }
}

impl Kept for Tank {
    fn table(records: &Records) -> &Table<Self> {
        &records.tanks
    }

    fn table_mut(records: &mut Records) -> &mut Table<Self> {
        &mut records.tanks
    }

    fn check(&self, _: Option<&Self>, records: &Records) -> Result<(), Problem> {
        merchant(self.merchant_id.as_ref(), records)
    }
}

impl User {
    pub(super) const PHONE: usize = 0;
    pub(crate) const REFUND: usize = 1;

    fn refund_no(&self) -> Option<&str> {
        Some(self.deposit.as_ref()?.refund.as_ref()?.refund_no.as_str())
    }
}

impl Entity for User {
    const KEY: &'static str = "userId";

    fn key(&self) -> &str {
        self.user_id.as_str()
    }

    fn terms(&self) -> [Option<&str>; 2] {
        [Some(self.phone_no.as_str()), self.refund_no()]
    }
}

impl Kept for User {
    fn table(records: &Records) -> &Table<Self> {
        &records.users
    }

    fn table_mut(records: &mut Records) -> &mut Table<Self> {
        &mut records.users
    }

    fn check(&self, _: Option<&Self>, records: &Records) -> Result<(), Problem> {
        let other = |term, value| records.users.with(term, value).find(|other| other.user_id != self.user_id);
        if let Some(other) = other(Self::PHONE, self.phone_no.as_str()) {
            return Err(Problem::PhoneTaken { other: other.key().to_owned() });
        }
        if self.deposit.as_ref().is_some_and(|deposit| deposit.deposit_amount == Yuan::ZERO) {
            return Err(Problem::EmptyDeposit);
        }
        if let Some(refund_no) = self.refund_no()
            && other(Self::REFUND, refund_no).is_some()
        {
            return Err(Problem::Twice { field: "refundNo", value: refund_no.to_owned() });
        }
        merchant(self.merchant_id.as_ref(), records)
    }
}

macro_rules! asset {
    ($asset:ident, $table:ident, $key:ident, $name:literal, $noun:literal) => {
        impl Entity for $asset {
            const KEY: &'static str = $name;

            fn key(&self) -> &str {
                self.$key.as_str()
            }

            fn terms(&self) -> [Option<&str>; 2] {
                [self.user_id.as_ref().map(Code::as_str), None]
            }
        }

        impl Kept for $asset {
            fn table(records: &Records) -> &Table<Self> {
                &records.$table
            }

            fn table_mut(records: &mut Records) -> &mut Table<Self> {
                &mut records.$table
            }

            fn check(&self, old: Option<&Self>, records: &Records) -> Result<(), Problem> {
                merchant(self.merchant(), records)?;
                holder(self, old, records)
            }
        }

        impl Asset for $asset {
            const NOUN: &'static str = $noun;

            fn holder(&self) -> Option<&Code> {
                self.user_id.as_ref()
            }

            fn phone(&self) -> Option<&Phone> {
                self.user_phone.as_ref()
            }

            fn merchant(&self) -> Option<&MerchantId> {
                self.merchant_id.as_ref()
            }

            fn hand(&mut self, holder: Option<Code>, phone: Option<Phone>) {
                (self.user_id, self.user_phone) = (holder, phone);
            }
        }
    };
}

asset!(Battery, batteries, battery_code, "batteryCode", "battery");
asset!(Vehicle, vehicles, vehicle_id, "vehicleId", "vehicle");

fn merchant(id: Option<&MerchantId>, records: &Records) -> Result<(), Problem> {
    match id {
        Some(id) if records.merchants.get(id.as_str()).is_none() => Err(Problem::NoMerchant { id: id.to_string() }),
        _ => Ok(()),
    }
}

fn holder<T: Asset>(asset: &T, old: Option<&T>, records: &Records) -> Result<(), Problem> {
    let Some(id) = asset.holder() else {
        return if asset.phone().is_some() { Err(Problem::PhoneWithoutHolder) } else { Ok(()) };
    };
    if asset.phone().is_none() && records.users.get(id.as_str()).is_none() {
        return Err(Problem::StrangerWithoutPhone { id: id.to_string() });
    }
    let kept = old.is_some_and(|old| old.holder() == Some(id));
    match records.held_by::<T>(id.as_str()) {
        Some(other) if !kept => {
            Err(Problem::HoldsAnother { id: id.to_string(), noun: T::NOUN, other: other.key().to_owned() })
        }
        _ => Ok(()),
    }
}
