use serde::{Deserialize, Serialize};
use serde_json::{Value, json};

/// Something that Weichuang must be told.
#[derive(Debug, Clone, PartialEq)]
pub enum Message {
    /// 1.2.1: a member got a battery, or gave it back.
    Binding {
        /// The battery.
        battery_code: String,
        /// The member.
        member_id: i64,
        /// Whether the battery is bound now.
        bound: bool,
    },
    /// 1.2.6: a user has moved to us.
    MigrationComplete {
        /// The member whom the user has become.
        member_id: i64,
    },
    /// 1.2.7: the deposit that Weichuang holds goes back.
    Refund {
        /// The application; Weichuang's `refundNo` comes from it.
        refund_id: i64,
        /// The member.
        member_id: i64,
        /// How much, in 分.
        amount: i64,
    },
    /// todo.weichuang.1: up to 500 current bindings.
    BindingSync {
        /// The bindings.
        bindings: Vec<SyncedBinding>,
    },
}

/// A current binding as a sync tells it.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct SyncedBinding {
    /// The battery.
    pub battery_code: String,
    /// The member.
    pub member_id: i64,
    /// Since when, in milliseconds.
    pub bound_at: i64,
}

/// The `batchNo` of the sync that the row `id` is.
pub(super) fn batch_no(id: i64) -> String {
    format!("S{id}")
}

impl Message {
    /// The `operationId` that it calls.
    pub(super) fn kind(&self) -> &'static str {
        match self {
            Message::Binding { .. } => "updateBatteryBinding",
            Message::MigrationComplete { .. } => "completeMigration",
            Message::Refund { .. } => "refundDeposit",
            Message::BindingSync { .. } => "syncAssetBindings",
        }
    }

    /// What the row `id` of it is about, for people: a battery's code, a member's id, or a batch's number.
    pub(super) fn subject(&self, id: i64) -> String {
        match self {
            Message::Binding { battery_code, .. } => battery_code.clone(),
            Message::MigrationComplete { member_id } | Message::Refund { member_id, .. } => member_id.to_string(),
            Message::BindingSync { .. } => batch_no(id),
        }
    }

    /// The batteries and members that it is about: two messages that share one are delivered in their order.
    pub(super) fn keys(&self) -> Vec<String> {
        let (battery, member) = (|code: &str| format!("battery {code}"), |id: i64| format!("member {id}"));
        match self {
            Message::Binding { battery_code, member_id, .. } => vec![battery(battery_code), member(*member_id)],
            Message::MigrationComplete { member_id } | Message::Refund { member_id, .. } => vec![member(*member_id)],
            Message::BindingSync { bindings } => {
                bindings.iter().flat_map(|one| [battery(&one.battery_code), member(one.member_id)]).collect()
            }
        }
    }

    /// Everything about it, as its row keeps it. It names no person.
    pub(super) fn payload(&self) -> Value {
        match self {
            Message::Binding { battery_code, member_id, bound } => {
                json!({"batteryCode": battery_code, "memberId": member_id, "bound": bound})
            }
            Message::MigrationComplete { member_id } => json!({"memberId": member_id}),
            Message::Refund { refund_id, member_id, amount } => {
                json!({"refundId": refund_id, "memberId": member_id, "amount": amount})
            }
            Message::BindingSync { bindings } => json!({"bindings": bindings}),
        }
    }

    /// The message that a row of `kind` with `payload` is.
    pub(super) fn read(kind: &str, payload: &str) -> Option<Self> {
        let payload: Value = serde_json::from_str(payload).ok()?;
        let number = |name: &str| payload[name].as_i64();
        Some(match kind {
            "updateBatteryBinding" => Message::Binding {
                battery_code: payload["batteryCode"].as_str()?.to_owned(),
                member_id: number("memberId")?,
                bound: payload["bound"].as_bool()?,
            },
            "completeMigration" => Message::MigrationComplete { member_id: number("memberId")? },
            "refundDeposit" => Message::Refund {
                refund_id: number("refundId")?,
                member_id: number("memberId")?,
                amount: number("amount")?,
            },
            "syncAssetBindings" => {
                Message::BindingSync { bindings: serde_json::from_value(payload["bindings"].clone()).ok()? }
            }
            _ => return None,
        })
    }
}
