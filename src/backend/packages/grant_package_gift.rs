use contracts::{
    polaris::{GrantPackageGiftData, GrantPackageGiftRequest},
    runtime::filter,
};
use serde_json::json;

use super::gift::Status;
use crate::backend::{
    Backend, audit,
    db::{Bound, Row, Session, sql},
    error::{Error, Result},
    members,
};

/// §todo.3 套餐赠送-赠送
///
/// # Errors
/// An unknown member; another gift with the same `giftNo`.
pub async fn grant_package_gift(backend: &Backend, request: GrantPackageGiftRequest) -> Result<GrantPackageGiftData> {
    let mut session = backend.db().transaction().await?;
    let member = members::by_phone(&mut session, &request.phone_no).await?;
    let member = member.ok_or_else(|| backend.scope().missing(Error::NotFound("没有这个会员")))?;
    backend.scope().demand(member.merchant_id)?;
    let content = Content::of(&request, member.id);
    let id = backend.mint();
    if !insert(&mut session, backend, id, &request.gift_no, &content).await? {
        return already_granted(&mut session, backend, &request.gift_no, &content).await;
    }
    let entry = audit::Entry {
        operation: "grantPackageGift",
        operator: Some(&content.operator_id),
        entity: format!("gift {id}"),
        after: json!({
            "giftNo": request.gift_no,
            "memberId": member.id,
            "packageName": content.package_name,
            "packageType": content.package_type,
            "amount": content.amount,
            "remark": content.remark,
        }),
        ..audit::Entry::default()
    };
    audit::record(&mut session, backend, entry).await?;
    session.commit().await?;
    Ok(GrantPackageGiftData { id })
}

/// Whose numbers of gifts it uses: each app has its own. Ourselves, and whoever is not asked for a key, have no name.
fn app(backend: &Backend) -> &str {
    backend.caller().app_key().unwrap_or_default()
}

/// Stores the gift; false when its number is taken.
async fn insert(session: &mut Session, backend: &Backend, id: i64, gift_no: &str, content: &Content) -> Result<bool> {
    let values: [Bound; 12] = [
        id.into(),
        app(backend).into(),
        gift_no.into(),
        content.member_id.into(),
        content.package_name.as_str().into(),
        content.package_type.as_str().into(),
        content.amount.into(),
        Status::Valid.code().into(),
        content.operator_id.as_str().into(),
        content.operator_name.as_str().into(),
        backend.now().into(),
        content.remark.as_deref().into(),
    ];
    let columns = "(id, app, gift_no, member_id, package_name, package_type, amount, status, operator_id, operator_name, \
                   granted_at, remark)";
    let statement = sql("INSERT INTO package_gift ").push(columns).push(" VALUES ").list(values);
    let statement = statement.push(" ON CONFLICT (app, gift_no) DO NOTHING");
    Ok(session.execute(statement).await? == 1)
}

/// The gift that has the number, if it says the same.
async fn already_granted(
    session: &mut Session,
    backend: &Backend,
    gift_no: &str,
    content: &Content,
) -> Result<GrantPackageGiftData> {
    let columns = "id, member_id, package_name, package_type, amount, operator_id, operator_name, remark";
    let statement = sql("SELECT ").push(columns).push(" FROM package_gift WHERE gift_no = ").bind(gift_no);
    let statement = statement.push(" AND app = ").bind(app(backend));
    let row = session.first(statement).await?;
    match row {
        Some(row) if Content::stored(&row)? == *content => Ok(GrantPackageGiftData { id: row.get("id")? }),
        _ => Err(Error::conflict("该赠送单号已用于其他内容")),
    }
}

/// What a grant says: the same number may only say the same again.
#[derive(PartialEq)]
struct Content {
    member_id: i64,
    package_name: String,
    package_type: String,
    amount: i64,
    operator_id: String,
    operator_name: String,
    remark: Option<String>,
}

impl Content {
    fn of(request: &GrantPackageGiftRequest, member_id: i64) -> Self {
        Self {
            member_id,
            package_name: request.package_name.trim().to_owned(),
            package_type: request.package_type.clone(),
            amount: request.amount.into(),
            operator_id: request.operator_id.clone(),
            operator_name: request.operator_name.trim().to_owned(),
            remark: filter(&request.remark).map(str::to_owned),
        }
    }

    fn stored(row: &Row) -> Result<Self> {
        Ok(Self {
            member_id: row.get("member_id")?,
            package_name: row.get("package_name")?,
            package_type: row.get("package_type")?,
            amount: row.get("amount")?,
            operator_id: row.get::<Option<String>>("operator_id")?.unwrap_or_default(),
            operator_name: row.get::<Option<String>>("operator_name")?.unwrap_or_default(),
            remark: row.get("remark")?,
        })
    }
}
