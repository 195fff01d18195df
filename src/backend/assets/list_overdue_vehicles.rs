use contracts::polaris::{ListOverdueVehiclesRequest, OverdueVehicle, OverdueVehiclePage};

use crate::backend::{
    Backend, Shown,
    db::{Row, sql},
    error::Result,
    money,
    page::Paging,
    time,
};

const COLUMNS: &str = "vehicle.img_url, vehicle.code, vehicle.model, vehicle.name, vehicle.spec, \
     merchant.merchant_code, merchant.name AS merchant_name, merchant.region_name, \
     member.name AS user_name, member.phone, rental.deposit, rental.due_at";
const FROM: &str = "FROM rental JOIN vehicle ON vehicle.code = rental.vehicle_code \
     JOIN merchant ON merchant.id = vehicle.merchant_id \
     LEFT JOIN member ON member.id = rental.member_id";
const WHERE: &str = " WHERE rental.returned_at IS NULL AND rental.due_at < ";

/// §2.2.8 查询车辆逾期信息/逾期资产追踪
///
/// A vehicle is overdue from the moment after its due time until it is returned; it belongs to the merchant that its
/// own data names. Newest rental first. `userType` has been validated with the request; it is logged and has no effect.
///
/// # Errors
/// For a page that is too deep, and a merchant outside the scope.
pub async fn list_overdue_vehicles(
    backend: &Backend,
    request: ListOverdueVehiclesRequest,
) -> Result<OverdueVehiclePage> {
    let paging = Paging::optional(request.page_no, request.page_size)?;
    tracing::info!(user_type = request.user_type, "overdue vehicles are looked up");
    let mut session = backend.db().session().await?;
    backend.scope().demand_all(&request.merchant_ids)?;
    // Who has rented the vehicle may be another merchant's.
    let from = sql(FROM)
        .append(backend.scope().condition("member.merchant_id"))
        .push(WHERE)
        .bind(backend.now())
        .push(" AND vehicle.merchant_id IN ")
        .list(request.merchant_ids);
    let page = paging.read(&mut session, COLUMNS, from, "rental.id DESC", |row| read(backend, row)).await?;
    Ok(OverdueVehiclePage {
        total: page.total.into(),
        page_no: page.number,
        page_size: page.size,
        has_more: page.has_more,
        result: page.rows,
    })
}

fn read(backend: &Backend, row: &Row) -> Result<OverdueVehicle> {
    let code: String = row.get("code")?;
    Ok(OverdueVehicle {
        img_url: backend.settings().pictures.address(Shown::Vehicle, &code, row.get("img_url")?).into(),
        code,
        model: row.get::<Option<String>>("model")?.into(),
        name: row.get::<Option<String>>("name")?.into(),
        spec: row.get::<Option<String>>("spec")?.into(),
        merchant_code: row.get::<String>("merchant_code")?.into(),
        merchant_name: row.get::<String>("merchant_name")?.into(),
        region_name: row.get::<Option<String>>("region_name")?.into(),
        user_name: row.get::<Option<String>>("user_name")?.into(),
        phone_no: row.get::<Option<String>>("phone")?.into(),
        deposit: row.get::<Option<i64>>("deposit")?.and_then(deposit).into(),
        overdue_time: time::minute(row.get("due_at")?).into(),
    })
}

/// In 元; the contract writes at most ten digits before the point.
fn deposit(amount: i64) -> Option<String> {
    (0..1_000_000_000_000).contains(&amount).then(|| money::yuan(amount))
}
