use contracts::{
    polaris::{ChangeDetail, OperatorInfo, PackageInfo, QueryOrdersRequest, SwapOrder},
    runtime::Nullable,
};

use crate::backend::{db::Row, error::Result, time::datetime};

/// What every row of a list has.
const ALWAYS: &str = "o.id, o.order_state, o.channel, o.started_at, o.completed_at, o.member_id, o.phone, o.user_name, \
                      o.merchant_code, o.device_id, o.new_battery, o.old_battery, o.pay_status, o.pay_type";

/// The objects that a caller asks for.
#[derive(Debug, Clone, Copy)]
pub struct Parts {
    change: bool,
    operator: bool,
    package: bool,
}

impl Parts {
    /// Those that `request` asks for; `operationInfo` is another spelling of `operatorInfo`.
    pub fn asked(request: &QueryOrdersRequest) -> Self {
        Self {
            change: request.change_detail == Some(1),
            operator: request.operator_info == Some(1) || request.operation_info == Some(1),
            package: request.package_info == Some(1),
        }
    }

    /// The columns that they and the rest of a row need, of the table `o`.
    pub fn columns(self) -> String {
        let mut columns = ALWAYS.to_owned();
        if self.change {
            columns.push_str(", o.borrow_box_no, o.return_box_no, o.borrow_electric, o.return_electric");
        }
        if self.operator {
            columns.push_str(", o.operator_id, o.operator_name, o.operated_at, o.remark");
        }
        if self.package {
            columns.push_str(", o.package_name, o.price");
        }
        columns
    }

    /// The order that `row` is.
    pub fn read(self, row: &Row) -> Result<SwapOrder> {
        Ok(SwapOrder {
            order_id: row.get("id")?,
            order_state: code(row.get("order_state")?),
            channel: text(row, "channel")?,
            start_time: datetime(row.get("started_at")?),
            complete_time: time(row, "completed_at")?,
            user_id: row.get("member_id")?,
            phone: row.get("phone")?,
            user_name: text(row, "user_name")?,
            merchant_code: text(row, "merchant_code")?,
            device_id: row.get("device_id")?,
            new_battery: text(row, "new_battery")?,
            old_battery: text(row, "old_battery")?,
            pay_status: number(row, "pay_status")?,
            pay_type: number(row, "pay_type")?,
            change_detail: self.change.then(|| change(row)).transpose()?.into(),
            operator_info: self.operator.then(|| operator(row)).transpose()?.into(),
            package_info: self.package.then(|| package(row)).transpose()?.into(),
        })
    }
}

fn change(row: &Row) -> Result<ChangeDetail> {
    Ok(ChangeDetail {
        borrow_box_no: number(row, "borrow_box_no")?,
        return_box_no: number(row, "return_box_no")?,
        borrow_electric: number(row, "borrow_electric")?,
        return_electric: number(row, "return_electric")?,
    })
}

fn operator(row: &Row) -> Result<OperatorInfo> {
    Ok(OperatorInfo {
        operator_id: text(row, "operator_id")?,
        operator_name: text(row, "operator_name")?,
        operator_time: time(row, "operated_at")?,
        remark: text(row, "remark")?,
    })
}

fn package(row: &Row) -> Result<PackageInfo> {
    Ok(PackageInfo { package_name: text(row, "package_name")?, price: Nullable(row.get("price")?) })
}

fn text(row: &Row, column: &str) -> Result<Nullable<String>> {
    Ok(Nullable(row.get(column)?))
}

fn time(row: &Row, column: &str) -> Result<Nullable<String>> {
    Ok(Nullable(row.get::<Option<i64>>(column)?.map(datetime)))
}

fn number(row: &Row, column: &str) -> Result<Nullable<i32>> {
    Ok(Nullable(row.get::<Option<i64>>(column)?.map(code)))
}

/// Codes and small numbers fit: nothing else is stored.
fn code(value: i64) -> i32 {
    i32::try_from(value).unwrap_or(i32::MAX)
}
