use contracts::{internal::RecordSwapOrderRequest, runtime::filter};
use serde_json::{Value, json};

use super::{CANCELLED, COMPLETED, HANDLED, IN_PROGRESS, NORMAL, PENDING};
use crate::backend::{
    assets::batteries::Cell,
    db::{Bound, Row, Sql, sql},
    error::{Error, Result},
    time,
};

const TEXTS: [&str; 4] = ["channel", "new_battery", "old_battery", "package_name"];
const NUMBERS: [&str; 7] =
    ["completed_at", "pay_type", "borrow_box_no", "return_box_no", "borrow_electric", "return_electric", "price"];

/// What a report says of an order, and what is stored of it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Report {
    member_id: i64,
    device_id: String,
    /// When the swap began.
    pub started_at: i64,
    order_type: i64,
    /// The order's state.
    pub state: i64,
    pay_status: Option<i64>,
    texts: [Option<String>; 4],
    numbers: [Option<i64>; 7],
}

/// How a report stands to what is stored.
#[derive(Debug, PartialEq, Eq)]
pub enum Step {
    /// It says the same.
    None,
    /// The order has moved on in its states; what was unknown before may be known now.
    Forward,
    /// It is about another order, or goes back.
    Other,
}

impl Report {
    /// What `request` says of an order of this member.
    ///
    /// # Errors
    /// [`Error::Invalid`] when orders of the type have no such state.
    pub fn of(request: &RecordSwapOrderRequest, member_id: i64) -> Result<Self> {
        let (order_type, state) = (i64::from(request.order_type), i64::from(request.order_state));
        let states: &[i64] =
            if order_type == NORMAL { &[IN_PROGRESS, COMPLETED, CANCELLED] } else { &[PENDING, HANDLED] };
        if !states.contains(&state) {
            return Err(Error::invalid("/orderState", "orderType", "订单状态与订单类型不符"));
        }
        let text = |value| filter(value).map(str::to_owned);
        Ok(Self {
            member_id,
            device_id: request.device_id.clone(),
            started_at: time::parse(&request.start_time).unwrap_or_default(),
            order_type,
            state,
            pay_status: request.pay_status.map(i64::from),
            texts: [
                text(&request.channel),
                text(&request.new_battery),
                text(&request.old_battery),
                text(&request.package_name),
            ],
            numbers: [
                filter(&request.complete_time).and_then(time::parse),
                request.pay_type.map(i64::from),
                request.borrow_box_no.map(i64::from),
                request.return_box_no.map(i64::from),
                request.borrow_electric.map(i64::from),
                request.return_electric.map(i64::from),
                request.price,
            ],
        })
    }

    /// Selects the order with this `externalNo`, for [`Report::read`], with its id.
    pub fn select(external_no: &str) -> Sql {
        let statement = sql("SELECT id, member_id, device_id, started_at, order_type, order_state, pay_status");
        let columns = TEXTS.iter().chain(&NUMBERS);
        let statement = columns.fold(statement, |statement, column| statement.push(", ").push(column));
        statement.push(" FROM swap_order WHERE external_no = ").bind(external_no)
    }

    /// What is stored.
    pub fn read(row: &Row) -> Result<Self> {
        let mut stored = Self {
            member_id: row.get("member_id")?,
            device_id: row.get("device_id")?,
            started_at: row.get("started_at")?,
            order_type: row.get("order_type")?,
            state: row.get("order_state")?,
            pay_status: row.get("pay_status")?,
            texts: Default::default(),
            numbers: Default::default(),
        };
        for (value, column) in stored.texts.iter_mut().zip(TEXTS) {
            *value = row.get(column)?;
        }
        for (value, column) in stored.numbers.iter_mut().zip(NUMBERS) {
            *value = row.get(column)?;
        }
        Ok(stored)
    }

    /// How this report stands to what is `stored`. An abnormal order that has been handled here in the meantime stays
    /// handled, though its source still reports it as pending.
    pub fn step_from(&mut self, stored: &Self) -> Step {
        if (self.state, stored.state) == (PENDING, HANDLED) {
            self.state = HANDLED;
        }
        if self == stored {
            return Step::None;
        }
        let same_order = (self.member_id, &self.device_id, self.started_at)
            == (stored.member_id, &stored.device_id, stored.started_at);
        // What was known stays as it was.
        let kept = fill(&stored.texts, &self.texts) && fill(&stored.numbers, &self.numbers);
        let state_kept = (self.order_type, self.state) == (stored.order_type, stored.state);
        let state_forward = self.state != stored.state
            && (stored.state == IN_PROGRESS || (stored.state, self.state) == (PENDING, HANDLED));
        let paid_forward = self.pay_status > stored.pay_status;
        let forward = (state_forward && self.pay_status >= stored.pay_status) || (state_kept && paid_forward);
        if same_order && kept && forward { Step::Forward } else { Step::Other }
    }

    /// Stores the order unless its `externalNo` is taken. `who` is what is copied of the member: phone, name,
    /// merchant and the merchant's code.
    pub fn insert(&self, id: i64, external_no: &str, who: [Bound; 4]) -> Sql {
        let columns = "id, external_no, member_id, device_id, started_at, order_type, order_state, pay_status, \
                       phone, user_name, merchant_id, merchant_code";
        let statement = sql("INSERT INTO swap_order (").push(columns);
        let named = TEXTS.iter().chain(&NUMBERS);
        let statement = named.fold(statement, |statement, column| statement.push(", ").push(column));
        let values: [Bound; 8] = [
            id.into(),
            external_no.into(),
            self.member_id.into(),
            (&self.device_id).into(),
            self.started_at.into(),
            self.order_type.into(),
            self.state.into(),
            self.pay_status.into(),
        ];
        let texts = self.texts.iter().map(|value| value.as_deref().into());
        let numbers = self.numbers.iter().map(|value| (*value).into());
        let statement = statement.push(") VALUES ").list(values.into_iter().chain(who).chain(texts).chain(numbers));
        statement.push(" ON CONFLICT (external_no) DO NOTHING")
    }

    /// Moves the order on, if it is still as `stored`.
    pub fn update(&self, id: i64, stored: &Self) -> Sql {
        let statement = sql("UPDATE swap_order SET order_type = ").bind(self.order_type);
        let statement = statement.push(", order_state = ").bind(self.state);
        let statement = statement.push(", pay_status = ").bind(self.pay_status);
        let set =
            |statement: Sql, column: &str, value: Bound| statement.push(", ").push(column).push(" = ").bind(value);
        let texts = TEXTS.into_iter().zip(self.texts.iter().map(|value| Bound::from(value.as_deref())));
        let numbers = NUMBERS.into_iter().zip(self.numbers.iter().map(|value| Bound::from(*value)));
        let statement =
            texts.chain(numbers).fold(statement, |statement, (column, value)| set(statement, column, value));
        let statement = statement.push(" WHERE id = ").bind(id).push(" AND order_state = ").bind(stored.state);
        statement.push(" AND COALESCE(pay_status, -1) = ").bind(stored.pay_status.unwrap_or(-1))
    }

    /// What the audit log keeps of it.
    pub fn audited(&self) -> Value {
        json!({
            "memberId": self.member_id, "deviceId": self.device_id, "orderType": self.order_type, "orderState": self.state,
            "payStatus": self.pay_status, "newBattery": self.new_battery(), "oldBattery": self.old_battery(),
        })
    }

    /// The battery that the member took.
    pub fn new_battery(&self) -> Option<&str> {
        self.texts[1].as_deref()
    }

    /// The battery that the member gave back.
    pub fn old_battery(&self) -> Option<&str> {
        self.texts[2].as_deref()
    }

    /// Where the member put it.
    pub fn return_cell(&self) -> Cell<'_> {
        Cell { tank_code: &self.device_id, number: self.numbers[3], charge: self.numbers[5] }
    }
}

/// Whether `later` differs from `earlier` only where that was empty.
fn fill<T: PartialEq>(earlier: &[Option<T>], later: &[Option<T>]) -> bool {
    earlier.iter().zip(later).all(|(earlier, later)| earlier.is_none() || earlier == later)
}
