use contracts::{
    polaris::{GetDepositRefundRequest, RefundDetail},
    runtime::Nullable,
};

use crate::backend::{
    Backend, Scope, Shown,
    db::{Row, Session, sql},
    error::{Error, Result},
    time,
};

const SELECT: &str = "SELECT r.member_id, m.merchant_id, m.name AS user_name, r.phone, r.reason, r.status, r.applied_at, r.asset_type, r.asset_code, \
                      r.asset_img, s.merchant_code, s.name AS merchant_name, r.merchant_confirmed_at, \
                      r.merchant_confirm_info, r.merchant_upload_img, r.remark \
                      FROM refund r JOIN member m ON m.id = r.member_id LEFT JOIN merchant s ON s.id = m.merchant_id \
                      WHERE r.id = ";

/// 资产类型 电动车
const VEHICLE: i64 = 1;

/// §2.2.23 商家后台-押金退还审核-申请明细
///
/// # Errors
/// [`Error::NotFound`] for an unknown application, [`Error::Forbidden`] for one outside the scope.
pub async fn get_deposit_refund(backend: &Backend, request: GetDepositRefundRequest) -> Result<RefundDetail> {
    let mut session = backend.db().session().await?;
    let row = session.first(sql(SELECT).bind(request.id)).await?;
    let row = row.ok_or_else(|| backend.scope().missing(Error::NotFound("退押申请不存在")))?;
    backend.scope().demand(row.get("merchant_id")?)?;
    let mut detail = read(&row)?;
    let code = detail.asset_code.0.clone().unwrap_or_default();
    let photo = |stored: Nullable<String>| backend.settings().pictures.address(Shown::Photo, &code, stored.0).into();
    detail.asset_img = photo(detail.asset_img);
    detail.merchant_upload_img = photo(detail.merchant_upload_img);
    detail.asset_model = asset_model(&mut session, backend.scope(), &row).await?.into();
    Ok(detail)
}

/// The model of the asset that the application names. The code is the applicant's word: a caller with a scope is shown what
/// belongs to a merchant inside, or to what the member has or had, and no other.
async fn asset_model(session: &mut Session, scope: &Scope, row: &Row) -> Result<Option<String>> {
    let Some(code) = row.get::<Option<String>>("asset_code")? else { return Ok(None) };
    let (table, had) = if row.get::<Option<i64>>("asset_type")? == Some(VEHICLE) {
        ("vehicle", "SELECT 1 FROM rental h WHERE h.vehicle_code = a.code AND h.member_id = ")
    } else {
        ("battery", "SELECT 1 FROM battery_binding h WHERE h.battery_code = a.code AND h.member_id = ")
    };
    let mut statement = sql("SELECT model FROM ").push(table).push(" a WHERE a.code = ").bind(code);
    if *scope != Scope::All {
        let member: i64 = row.get("member_id")?;
        statement = statement.push(" AND (EXISTS (").push(had).bind(member).push(") OR (1 = 1");
        statement = statement.append(scope.condition("a.merchant_id")).push("))");
    }
    Ok(session.first(statement).await?.map(|row| row.get("model")).transpose()?.flatten())
}

fn read(row: &Row) -> Result<RefundDetail> {
    let text = |name: &str| row.get::<Option<String>>(name);
    let code = |value: i64| i32::try_from(value).unwrap_or_default();
    Ok(RefundDetail {
        user_name: text("user_name")?.into(),
        phone_no: row.get("phone")?,
        reason: text("reason")?.into(),
        status: code(row.get("status")?),
        apply_time: time::minute(row.get("applied_at")?),
        asset_type: row.get::<Option<i64>>("asset_type")?.map(code).into(),
        asset_code: text("asset_code")?.into(),
        asset_model: None.into(),
        asset_img: text("asset_img")?.into(),
        merchant_code: text("merchant_code")?.into(),
        merchant_name: text("merchant_name")?.into(),
        merchant_confirm_time: row.get::<Option<i64>>("merchant_confirmed_at")?.map(time::minute).into(),
        merchant_confirm_info: text("merchant_confirm_info")?.into(),
        merchant_upload_img: text("merchant_upload_img")?.into(),
        remark: text("remark")?.into(),
    })
}
