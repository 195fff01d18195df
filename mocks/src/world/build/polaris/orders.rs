use super::{
    Generator,
    assets::{battery_code, tank_code},
    draw::{Draw, For, code, fit, later},
    roles::{self, Role},
    swaps::Kind,
    timeline::DAY,
};
use crate::world::{Moment, polaris::SwapOrder};

const OPERATORS: [(&str, &str); 3] = [("OP1001", "李运营"), ("OP1002", "周运营"), ("OP1003", "郑客服")];
const REMARKS: [&str; 3] = ["远程开柜，已取出电池", "格口故障，已补一次换电", "电话核实，用户已换到电池"];

/// 支付类型, with 套餐名称 and 价格.
type Pay = (i64, &'static str, i64);
const MONTHLY: Pay = (1, "畅行月卡", 29_900);
const COUNTED: Pay = (2, "轻享次卡", 4_900);
const SINGLE: Pay = (3, "单次换电", 500);

/// How an order stands: its type, its state and whether it is paid.
struct Standing {
    order_type: i64,
    order_state: i64,
    pay_status: i64,
}

impl Generator {
    pub(super) fn order(&self, number: u64) -> SwapOrder {
        let mut draw = Draw::new(self.seed, For::Order, number);
        let (rank, kind) = self.swaps.order(number);
        let merchant = rank % self.scale.merchants;
        let rider = roles::rider(rank);
        let nth = draw.within(0..self.scale.tanks_of(merchant) as i64) as u64;
        let start = self.times.order(number);
        let standing = self.standing(&kind, &start.into());
        let (old, new) = match kind {
            Kind::Completed { old, new } => (old, Some(new)),
            Kind::Unusual { old, .. } | Kind::InProgress { old } => (old, None),
        };
        let (pay_type, package, price) = match Role::of(rider, &self.scale) {
            Role::Casual => SINGLE,
            Role::Subscriber => MONTHLY,
            _ if rider.is_multiple_of(3) => COUNTED,
            _ => MONTHLY,
        };
        let handled = standing.order_state == 3;
        let (operator_id, operator_name) = draw.one_of(&OPERATORS);
        let box_no = draw.within(1..13);
        SwapOrder {
            external_no: fit(&format!("HD{number:010}")),
            phone_no: self.phone(rider),
            device_id: tank_code(nth * self.scale.merchants + merchant),
            order_type: code(standing.order_type),
            order_state: code(standing.order_state),
            channel: Some(fit(draw.one_of(&["wechat", "wechat", "alipay", "app"]))),
            start_time: start.into(),
            complete_time: new.map(|_| self.times.completed(number).into()),
            new_battery: new.map(|new| battery_code(1 + new)),
            old_battery: Some(battery_code(1 + old)),
            pay_status: Some(code(standing.pay_status)),
            pay_type: Some(code(pay_type)),
            borrow_box_no: new.map(|_| code(1 + (box_no + draw.within(0..11)) % 12)),
            return_box_no: Some(code(box_no)),
            borrow_electric: new.map(|_| code(draw.within(88..101))),
            return_electric: Some(code(draw.within(4..38))),
            package_name: Some(fit(package)),
            price: Some(code(price)),
            operator_id: handled.then(|| fit(operator_id)),
            operator_name: handled.then(|| fit(operator_name)),
            operator_time: handled.then(|| later(start, draw.within(300..7_200)).into()),
            remark: handled.then(|| fit(draw.one_of(&REMARKS))),
        }
    }

    /// Unusual orders of one merchant after the other: a round of abnormal ones, then one of canceled ones.
    fn standing(&self, kind: &Kind, start: &Moment) -> Standing {
        let standing = |order_type, order_state, pay_status| Standing { order_type, order_state, pay_status };
        match kind {
            Kind::Completed { .. } => standing(1, 1, 1),
            Kind::InProgress { .. } => standing(1, 0, 0),
            Kind::Unusual { nth, .. } if nth / self.scale.merchants % 2 == 1 => {
                standing(1, 4, if nth % 2 == 0 { 2 } else { 0 })
            }
            // What went wrong lately waits for an operator, and so does some of the rest.
            Kind::Unusual { nth, .. } => {
                let age = Moment::from(self.times.now).since(*start).as_secs();
                standing(0, if age < DAY || nth % 4 == 0 { 2 } else { 3 }, 1)
            }
        }
    }
}
